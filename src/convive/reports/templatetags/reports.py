"""What the pages of reports write."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def drawing(svg: str) -> SafeString:
    """Our own drawing: convive.charts escapes every word that it writes."""
    return mark_safe(svg)  # noqa: S308
