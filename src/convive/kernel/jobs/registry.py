"""What can be ordered and what is done by the clock: filled by the `jobs.py` of each app.

They are loaded when the first job is ordered or done, not when Django starts: what does the work
imports much, and most commands order nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from convive.kernel.errors import ConviveError

if TYPE_CHECKING:
    from convive.kernel.models import Job

Work = TypeVar("Work", bound=Callable[..., dict[str, Any] | None])
Clockwork = TypeVar("Clockwork", bound=Callable[[datetime], None])


class Cancelled(ConviveError):
    """Somebody asked the job to stop, and it did."""


class Interrupted(Cancelled):
    """The worker stops: a job that may be begun again waits for the next one."""


@dataclass(frozen=True)
class Kind:
    """One kind of job.

    title : what it is for a reader, such as “Import of a file”.
    work : called with a `Running` and the arguments of the order; its answer is the job's result.
    idempotent : whether it may be begun once more after its worker died in the middle.
    ended : called inside the transaction that ends a job for which `work` can no longer speak:
        cancelled before it began, or taken back from a dead worker.
    """

    name: str
    title: str | Promise
    work: Callable[..., dict[str, Any] | None]
    idempotent: bool
    ended: Callable[[Job], None] | None


@dataclass(frozen=True)
class Scheduled:
    """Work done by the clock, inside the transaction that notes it as done: short, or an order."""

    name: str
    period: timedelta
    work: Callable[[datetime], None]


def load() -> None:
    """Let every app register its kinds and its scheduled work."""
    autodiscover_modules("jobs")


kinds: dict[str, Kind] = {}
schedule: dict[str, Scheduled] = {}


def title_of(name: str) -> str:
    """What a kind of job is for a reader; its name in the code where nobody knows it any more."""
    load()
    return str(kinds[name].title) if name in kinds else name


def kind(
    name: str,
    *,
    title: str | Promise = "",
    idempotent: bool = False,
    ended: Callable[[Job], None] | None = None,
) -> Callable[[Work], Work]:
    """Register a function as the work of a kind of job. See `Kind` for the arguments."""

    def register(work: Work) -> Work:
        if name in kinds:
            raise ValueError(f"two kinds of job are called {name}")
        kinds[name] = Kind(name, title or name, work, idempotent, ended)
        return work

    return register


def every(name: str, *, seconds: float) -> Callable[[Clockwork], Clockwork]:
    """Register a function of `now` to be called every so many seconds by the worker.

    It runs inside one transaction with the note that it ran, so that a crash neither doubles nor
    forgets it: it must be short. Long work is ordered from here as a job. A worker that was off for
    several periods calls it once.
    """

    def register(work: Clockwork) -> Clockwork:
        if name in schedule:
            raise ValueError(f"two scheduled works are called {name}")
        schedule[name] = Scheduled(name, timedelta(seconds=seconds), work)
        return work

    return register
