"""What the access matrix shows on the pages of the observatory: one of each, made on demand.

Each function takes where the thing is and gives the arguments of its address.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from convive.domain.observatory.models import Analysis, Design, Evaluation, Finding, Opening
from convive.domain.programme import queries as programme
from convive.evidence.models import Source


def analysis(district: str) -> dict[str, int]:
    """A question of a district with its answer."""
    found, _new = Analysis.objects.get_or_create(
        key=f"{district[-6:]:0>64}",
        defaults={
            "kind": "aoristic",
            "source": Source.objects.first().code,
            "place": programme.place(district),
            "start": date(2018, 1, 1),
            "end": date(2018, 12, 31),
            "version": "0" * 64,
            "asked_by": "user:1",
            "asked_at": timezone.now(),
            "answered_at": timezone.now(),
            "result": {
                "numbers": {"weights": [[7.0] * 24] * 7},
                **{language: {"sentence": "…", "caveats": []} for language in ("es", "en")},
            },
        },
    )
    return {"number": found.pk}


def finding(district: str) -> dict[str, int]:
    """A finding of a district that nobody of the cast has kept."""
    found, _new = Finding.objects.get_or_create(
        analysis_id=analysis(district)["number"],
        defaults={
            "why": "Cerca del mercado",
            "sectors": ["898f53ae663ffff"],
            "valid_until": programme.today() + timedelta(days=14),
            "kept_by": "user:0",
            "kept_at": timezone.now(),
        },
    )
    return {"number": found.pk}


def design(district: str) -> Design:
    """A design of one district, compared with two that the pack does not know."""
    found = Design.objects.filter(title=district).first()
    if found is not None:
        return found
    asked = Evaluation.objects.create(asked_by="user:1", asked_at=timezone.now())
    found = Design(
        evaluation=asked, version=1, title=district, what="…", why="…",
        source=Source.objects.first().code, treated=[district], rule="region",
        pool=["PE-INEI:130201", "PE-INEI:130202"], before=date(2020, 1, 1), first=date(2022, 7, 1),
        until=date(2023, 10, 31), method="sdid", scale="share", set_by="user:1",
        set_at=timezone.now(),
    )  # fmt: skip
    found.seal = found.sealed()
    found.save()
    return found


def evaluation(district: str) -> dict[str, int]:
    return {"number": design(district).evaluation_id}


def effect(district: str) -> dict[str, int]:
    """A result that is worked out."""
    numbers = {
        "estimate": -0.1, "lower": -0.2, "upper": 0.1, "p": 0.4, "scale": "share",
        "weights": {"units": {"PE-INEI:130201": 1.0}}, "displacement": None, "dose": None,
        "pre_trend": {"held_out": 0, "p": None},
        "months": [
            {"period": f"2022-{month:02}", "observed": 20, "expected": 22.0, "hides": False}
            for month in (5, 6, 7, 8)
        ],
    }  # fmt: skip
    found, _new = Opening.objects.get_or_create(
        design=design(district),
        defaults={
            "version": "0" * 64,
            "opened_by": "user:1",
            "opened_at": timezone.now(),
            "answered_at": timezone.now(),
            "result": {
                "numbers": numbers,
                "asked": {},
                **{language: {"sentence": "…", "caveats": []} for language in ("es", "en")},
            },
        },
    )
    return {"number": found.pk}
