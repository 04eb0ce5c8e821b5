"""What tests of pages share."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal import auth as totp


@pytest.fixture(autouse=True)
def steady_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code of an authenticator app holds as long as a test, in which half a minute may end."""
    now = list(totp.yield_hotp_counters_from_time())
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter(now))
