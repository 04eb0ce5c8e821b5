"""What the access matrix shows on the pages of the observatory: one of each, made on demand.

Each function takes where the thing is and gives the arguments of its address.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from convive.domain.observatory.models import Analysis, Finding
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
