"""How progress is written: amounts in their unit, and the bar towards the target."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from convive.kernel import words
from convive.look.templatetags.look import progress
from convive.results.progress import Progress

register = template.Library()


@register.simple_tag
def amount(value: float | None, unit: str) -> str:
    """`7 600`, `16,5 por 100 000`, `40 %`; a baseline that nobody measured is said so."""
    if value is None:
        return _("not measured")
    if unit == "%":
        return words.percent(value / 100, 0 if float(value).is_integer() else 1)
    return f"{words.number(value, 0 if float(value).is_integer() else 1)} {unit}".strip()


@register.simple_tag
def progress_bar(found: Progress) -> SafeString:
    """The bar from baseline to target, with its interval in words."""
    share = found.share
    said = amount(share.value, "%")
    if share.lower is not None and share.upper is not None:
        said += f" ({words.percent_interval(share.lower / 100, share.upper / 100)})"
    assert found.bar is not None  # the page shows words instead
    key = f"progress-{found.indicator.code}"
    return SafeString(progress(_("Progress to the target"), found.bar, 100, said, key))
