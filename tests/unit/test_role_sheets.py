"""The printed sheet of each role: one accessible page, in both languages."""

from __future__ import annotations

import pytest
from cast import make_programme
from django.utils import translation

from convive.access.permissions import ROLE_PERMISSIONS, Permission, Role
from convive.reports.parts import PARTS
from convive.reports.roles import compose, make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_page_in_both_languages(role: Role, language: str):
    make_programme()
    pdf = make(role, language)  # typst refuses what a screen reader could not follow
    assert pdf.startswith(b"%PDF") and pdf.count(b"/Type /Page\n") <= 1


def test_the_sheet_says_what_i_do_whom_i_see_what_i_never_do_and_where_help_is():
    make_programme()
    with translation.override("en"):
        said = str(compose(Role.CASE_WORKER, "en").as_data())
    for words in ("Who", "What I do each day", "Whom I may see", "What I never do", "help", "105"):
        assert words in said


def test_each_role_has_a_sheet_of_its_own_with_all_its_parts():
    make_programme()
    for language, heads in (
        ("en", ("What I do each day", "Whom I may see", "What I never do", "Where help is")),
        ("es", ("Qué hago cada día", "A quién puedo ver", "Qué no hago nunca", "Dónde hay ayuda")),
    ):
        with translation.override(language):
            found = {role: str(compose(role, language).as_data()) for role in Role}
        assert len(set(found.values())) == len(Role) == 8
        for role, said in found.items():
            assert all(head in said for head in heads), role
        for role in Role:
            assert PARTS[role].daily and PARTS[role].sees and PARTS[role].never


def test_whoever_works_with_people_reads_of_activities_referrals_and_cases():
    with translation.override("en"):
        for role, rights in ROLE_PERMISSIONS.items():
            part = PARTS[role]
            daily = " ".join(map(str, part.daily)).lower()
            works = Permission.KEEP_PEOPLE in rights
            assert ("activities" in daily) == ("referrals" in daily) == works, role
            assert ("cases" in " ".join(map(str, part.sees))) == works, role
