"""The parts that pages are made of: every example of COMPONENTS.md, and the cards of figures."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe
from markup import Balanced, rendered

from convive.kernel.figures import Figure, Mark, MarkKind, Status
from convive.kernel.periods import Period
from convive.kernel.templatetags import words
from convive.look.templatetags import look

SOURCE = Path(__file__).resolve().parents[2] / "src" / "convive"
COMPONENTS = (SOURCE / "look" / "COMPONENTS.md").read_text()


class ConcernForm(forms.Form):
    where = forms.CharField(help_text="Street and block.")
    kind = forms.ChoiceField(
        choices=[("street", "Street"), ("other", "Other")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(required=False)


def figure(**changes: object) -> Figure:
    given = {
        "value": 38.6,
        "unit": "per 100,000 people",
        "method": "exact Poisson interval",
        "source": "Police",
        "lower": 35.8,
        "upper": 41.6,
        "n": 702,
        "as_of": date(2016, 7, 6),
    }
    return Figure(**(given | changes))  # type: ignore[arg-type]


def example_context() -> dict[str, object]:
    request = RequestFactory().get("/list/?page=2&q=luz")
    form = ConcernForm({"where": ""})
    return {
        "request": request,
        "figure": figure(),
        "period": Period.parse("2016-05"),
        "today": date(2016, 7, 14),
        "svg": mark_safe('<svg class="plot" role="img" aria-label="128 in January"></svg>'),
        "origin": [("Source", "Police"), ("Method", "exact Poisson interval")],
        "page": Paginator(range(30), 10).page(2),
        "form": form,
    }


@pytest.mark.parametrize("example", re.findall(r"```django\n(.*?)```", COMPONENTS, re.S))
def test_every_example_of_the_components_page_renders(example: str) -> None:
    text = rendered(example, **example_context())
    assert text.strip()
    assert "{%" not in text
    Balanced(text)


def test_every_tag_is_on_the_components_page() -> None:
    shell_only = {"language_link", "nav_link"}  # the frames use them, pages do not
    for library in (look, words):
        for name in set(library.register.tags) | set(library.register.filters):
            if not name.startswith("end") and name not in shell_only:
                assert name in COMPONENTS, name


@pytest.mark.parametrize(("step", "filled"), [(0, 0), (1, 1), (3, 3), (5, 5)])
def test_a_chip_fills_one_adobe_per_step(step: int, filled: int) -> None:
    text = rendered("{% load look %}{% chip step 'word' %}", step=step)
    assert text.count("<path") == 5
    assert 5 - text.count('class="c0"') == filled
    assert "word" in text


def test_an_answer_that_says_why_not_fills_its_adobe_apart() -> None:
    text = rendered("{% load look %}{% chip 5 'no' answered_no=True %}")
    assert 'class="c5b"' in text
    assert 'class="c5"' not in text


def test_what_people_wrote_is_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    for tag in (
        "{% chip 1 evil %}",
        "{% notice 'info' evil %}{{ evil }}{% endnotice %}",
        "{% empty evil evil %}",
        "{% progress evil 1 2 evil 'k' %}",
        "{% where_from rows evil %}",
        "{% scroll evil %}{{ evil }}{% endscroll %}",
        "{% receipt evil evil %}{{ evil }}{% endreceipt %}",
        "{% figure_card figure evil says=evil %}",
    ):
        text = rendered(
            "{% load look words %}" + tag,
            evil=evil,
            rows=[(evil, evil)],
            figure=figure(unit=evil, method=evil, source=evil),
        )
        assert "<script" not in text, tag


def test_an_error_notice_is_announced() -> None:
    assert 'role="alert"' in rendered("{% load look %}{% notice 'error' %}no{% endnotice %}")
    assert "role=" not in rendered("{% load look %}{% notice 'ok' %}yes{% endnotice %}")


def test_a_bar_says_its_numbers_to_the_browser_without_separators() -> None:
    with translation.override("es"):
        text = rendered("{% load look %}{% progress 'Filas' 742.5 1216 'x' 'k' %}")
    assert 'max="1216"' in text
    assert 'value="742.5"' in text
    without = rendered("{% load look %}{% progress 'Filas' None 1216 'x' 'k' %}")
    assert "value=" not in without


def test_a_field_ties_hint_and_error_to_its_control() -> None:
    text = rendered("{% load look %}{% field form.where %}", form=ConcernForm({"where": ""}))
    assert 'aria-describedby="id_where-hint id_where-error"' in text
    assert 'aria-invalid="true"' in text
    assert text.index("<label") < text.index("id_where-hint") < text.index('id="id_where-error"')
    assert text.index('id="id_where-error"') < text.index("<input")


def test_a_field_without_fault_has_no_error_and_may_drop_its_hint() -> None:
    text = rendered("{% load look %}{% field form.where hint=None %}", form=ConcernForm())
    assert "aria-describedby" not in text
    assert "-error" not in text


def test_choices_stand_in_a_fieldset_with_a_legend() -> None:
    text = rendered("{% load look %}{% field form.kind label='What is it?' %}", form=ConcernForm())
    assert "<fieldset" in text
    assert "<legend>What is it?</legend>" in text
    assert text.count('<label class="opt"') == 2


def test_the_error_summary_links_to_each_field_and_takes_focus() -> None:
    form = ConcernForm({"where": "", "kind": "street"})
    text = rendered("{% load look %}{% error_summary form %}", form=form)
    assert 'href="#id_where"' in text
    assert "id_kind" not in text
    assert "autofocus" in text
    right = ConcernForm({"where": "Río Seco", "kind": "street"})
    assert rendered("{% load look %}{% error_summary form %}", form=right) == ""


def test_pages_keep_what_was_searched_for() -> None:
    text = rendered("{% load look %}{% pages page %}", **example_context())
    assert 'href="?page=1&amp;q=luz"' in text
    assert 'href="?page=3&amp;q=luz"' in text


# --- Figure cards --------------------------------------------------------------------------------


def card(shown: Figure, language: str = "en", **options: object) -> str:
    with translation.override(language):
        return rendered(
            "{% load words %}{% figure_card figure 'Robberies' digits=1 %}", figure=shown
        )


def test_a_figure_card_says_value_interval_date_and_where_from() -> None:
    text = card(figure())
    for said in (
        "38.6",
        "between 35.8 and 41.6 (95%)",
        "6 Jul 2016",
        "exact Poisson interval",
        "702",
    ):
        assert said in text, said
    assert "<svg" in text
    spanish = card(figure(), "es")
    for said in (
        "38,6",
        "entre 35,8 y 41,6 (95\N{NO-BREAK SPACE}%)",
        "6 jul 2016",
        "¿De dónde sale?",
    ):
        assert said in spanish, said


@pytest.mark.parametrize("status", [Status.MISSING, Status.SUPPRESSED, Status.UNDEFINED])
def test_a_card_without_value_says_why_and_shows_no_number(status: Status) -> None:
    text = card(figure(value=None, lower=None, upper=None, n=None, status=status))
    shown = re.search(r'<p class="value none">(.*?)<small', text)
    assert shown
    assert shown[1] and not re.search(r"\d", shown[1])
    assert "<svg" not in text


def test_a_suppressed_figure_never_tells_its_records() -> None:
    text = card(figure(value=None, lower=0, upper=4, n=3, status=Status.SUPPRESSED))
    assert "0 to 4" in text
    assert "<dd>3</dd>" not in text


def test_a_figure_from_a_source_without_error_says_so() -> None:
    text = card(figure(lower=None, upper=None))
    assert "no published margin of error" in text
    assert "<svg" not in text


def test_an_interval_without_upper_end_is_said_and_drawn() -> None:
    assert "35.8 or more" in card(figure(upper=float("inf")))


def test_a_change_in_percent_writes_the_sign_at_both_ends() -> None:
    text = card(figure(value=-16, lower=-25, upper=-5, unit="%"))
    assert "between \N{MINUS SIGN}25.0% and \N{MINUS SIGN}5.0% (95%)" in text
    assert ">\N{MINUS SIGN}40%<" in text  # the scale reaches as far down as up


def test_sample_and_provisional_are_said_on_the_card() -> None:
    marked = figure(status=Status.PROVISIONAL).with_marks(
        Mark(MarkKind.SAMPLE, "made by rule"), Mark(MarkKind.BOUNDARY, "split", date(2024, 1, 31))
    )
    text = card(marked)
    assert '<span class="tag">sample</span>' in text
    assert '<span class="tag warn">provisional</span>' in text
    assert "<li>split</li>" in text
