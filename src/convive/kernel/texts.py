"""Texts kept in both languages of a programme, and the one that the reader asked for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language

LANGUAGES = ("es", "en")


def in_language(thing: Any, field: str, language: str | None = None) -> str:
    """The text `field` of `thing` (an object with `<field>_es` and `<field>_en`).

    Falls back to the other language rather than to nothing.
    """
    wanted = "en" if (language or get_language() or "es").startswith("en") else "es"
    other = "es" if wanted == "en" else "en"
    return str(getattr(thing, f"{field}_{wanted}") or getattr(thing, f"{field}_{other}"))


class Named(models.Model):
    """Base of whatever has a name in both languages."""

    name_es = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return in_language(self, "name")

    def __str__(self) -> str:
        return self.name


class Retirable(models.Model):
    """Base of whatever the pack may drop: it is retired with a date, never deleted."""

    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
