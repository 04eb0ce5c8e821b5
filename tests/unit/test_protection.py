"""The wall on the side of the server: who is let in, what is taken, and that nothing is opened."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from datetime import date

import pytest
from cast import make_programme, person
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from convive.access.permissions import READING, ROLE_PERMISSIONS, Permission, Role
from convive.demo import wall
from convive.domain.programme import queries as programme
from convive.domain.programme.actions_members import add_member as give_role
from convive.domain.programme.models import CatalogueEntry
from convive.domain.protection import actions, duties, intake, pinned, queries, rules, wording
from convive.domain.protection.models import KeyCopy, Record, UnitMember, Version
from convive.kernel.codes import new_name
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
SOURCE = pinned.FILE.parents[2]


class House:
    """A unit of unfpa with one member, whose browser is played by Python."""

    def __init__(self) -> None:
        make_programme()
        self.leads = programme.actor_of(person("coordinator"))
        account = person("case_worker")
        self.works, self.account = programme.actor_of(account), account.pk
        self.unit = actions.open_unit(by=self.leads, organisation="unfpa", name="Equipo").code
        actions.add_member(by=self.leads, unit=self.unit, account=self.account)
        self.own, self.key = new_key(), new_key()
        actions.keep_own_key(**self.own_key())
        actions.keep_unit_key(**self.unit_key())

    def own_key(self, **more) -> dict:
        kept = {
            "by": self.works,
            "unit": self.unit,
            "public_key": wall.point(self.own.public_key()),
            "wrapped": wall.wrapped("cinco palabras que nadie junta", self.own, "u", 1),
        }
        return kept | more

    def unit_key(self, number: int = 1, **more) -> dict:
        copies = {self.account: self.copy(self.own, self.key, number, self.account)}
        kept = {"by": self.works, "unit": self.unit, "number": number, "need": 2, "parts": 3}
        return kept | {"public_key": wall.point(self.key.public_key()), "copies": copies} | more

    def copy(self, to, key, number: int, account: int) -> str:
        return wall.copy_for(to.public_key(), key, self.unit, number, account)

    def record(self, **more) -> dict:
        code, survivor = new_name(), new_name()
        head = {"code": code, "survivor": survivor, "month": "2024-05", "number": 1}
        head["district"] = "PE-INEI:130105"
        head |= {name: value for name, value in more.items() if name in head}
        sealed = wall.seal_record(self.unit, self.key.public_key(), head, {"narrative": "x"})
        return {"by": self.works, "unit": self.unit, "key": 1, "sealed": sealed} | head | more

    def colleague(self) -> tuple:
        """Another case worker of the organisation, who is no member yet."""
        row = give_role(
            by=programme.SYSTEM,
            email="colega@example.org",
            name="Colega",
            role="case_worker",
            organisation="unfpa",
            districts=["all"],
        )
        return row.user, programme.actor_of(row.user)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def house() -> House:
    return House()


# Who


def test_only_case_workers_work_in_units_and_no_glass_breaks_into_one():
    may = {role for role, rights in ROLE_PERMISSIONS.items() if Permission.WORK_IN_UNIT in rights}
    form = {role for role, rights in ROLE_PERMISSIONS.items() if Permission.FORM_UNIT in rights}
    assert may == {Role.CASE_WORKER} and form == {Role.COORDINATOR}
    assert not READING & {Permission.WORK_IN_UNIT, Permission.FORM_UNIT}


def test_no_right_replaces_being_a_member_and_neither_does_being_the_system(house):
    _user, colleague = house.colleague()
    for who in (colleague, house.leads, programme.SYSTEM):
        assert queries.member(who, queries.unit(house.unit)) is None
        for deed, given_ in (
            (actions.keep_record, house.record(by=who)),
            (actions.keep_own_key, house.own_key(by=who)),
            (actions.keep_unit_key, house.unit_key(2, by=who)),
            (actions.erase_record, {"by": who, "unit": house.unit, "code": "x"}),
            (
                actions.hand_over,
                {"by": who, "unit": house.unit, "account": 1, "copies": {1: "x"}},
            ),
        ):
            with pytest.raises(NotAllowed):
                deed(**given_)
    assert not Record.objects.exists()


def test_a_member_of_another_organisation_cannot_be_let_in(house):
    with pytest.raises(BadInput, match="cannot be in the unit"):
        actions.add_member(
            by=house.leads, unit=house.unit, account=person("other_agency_officer").pk
        )
    with pytest.raises(NotAllowed):
        actions.add_member(by=house.works, unit=house.unit, account=house.account)


def test_who_leaves_loses_their_keys_and_the_unit_at_once(house):
    actions.keep_record(**house.record())
    actions.remove_member(by=house.leads, unit=house.unit, account=house.account)
    left = UnitMember.objects.get()
    assert (left.public_key, left.wrapped) == ("", {}) and not KeyCopy.objects.exists()
    assert not queries.own_units(house.works).exists()
    with pytest.raises(NotAllowed):
        actions.keep_record(**house.record())
    with pytest.raises(BadInput, match="not in the unit"):
        actions.remove_member(by=house.leads, unit=house.unit, account=house.account)


def test_who_loses_the_role_loses_the_unit(house):
    person("case_worker").memberships.update(valid_to=date(2015, 1, 1))
    who = programme.actor_of(person("case_worker"))
    assert not queries.own_units(who).exists()
    assert queries.member(who, queries.unit(house.unit)) is None


# Keys


def test_a_colleague_waits_until_the_key_is_handed_over(house):
    user, colleague = house.colleague()
    actions.add_member(by=house.leads, unit=house.unit, account=user.pk)
    part = duties.Units()
    assert [each.id for each in part.waiting(colleague, programme.today())] == [f"key-{house.unit}"]
    theirs = new_key()
    actions.keep_own_key(**house.own_key(by=colleague, public_key=wall.point(theirs.public_key())))
    assert [each.title for each in part.waiting(house.works, programme.today())] == [
        "Hand the key of the unit to Colega"
    ]
    assert queries.copies_of(UnitMember.objects.get(user=user)) == {}
    copy = house.copy(theirs, house.key, 1, user.pk)
    actions.hand_over(by=house.works, unit=house.unit, account=user.pk, copies={1: copy})
    assert queries.copies_of(UnitMember.objects.get(user=user)) == {1: copy}
    assert not list(part.waiting(house.works, programme.today()))


def test_another_pair_needs_another_copy_and_another_passphrase_does_not(house):
    one = UnitMember.objects.get()
    actions.keep_own_key(**house.own_key())
    assert queries.copies_of(one)
    actions.keep_own_key(**house.own_key(public_key=wall.point(new_key().public_key())))
    assert not queries.copies_of(one)


def test_the_key_is_turned_only_by_who_holds_it_and_only_once(house):
    with pytest.raises(BadInput, match="another key meanwhile"):
        actions.keep_unit_key(**house.unit_key(1))
    actions.keep_unit_key(**house.unit_key(2))
    with pytest.raises(BadInput, match="another key meanwhile"):
        actions.keep_record(**house.record(key=1))
    actions.keep_record(**house.record(key=2))
    KeyCopy.objects.filter(key__number=2).delete()
    with pytest.raises(NotAllowed):
        actions.keep_unit_key(**house.unit_key(3))


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        ({"need": 1}, "parted"),
        ({"need": 4}, "parted"),
        ({"parts": 21}, "parted"),
        ({"public_key": b64encode(b"\4" + bytes(64)).decode()}, "not sealed"),
        ({"copies": {}}, "members of the unit changed"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(house, given_, why):
    with pytest.raises(BadInput, match=why):
        actions.keep_unit_key(**(house.unit_key(2) | given_))


def test_a_weak_wrapping_is_refused():
    good = wall.wrapped("x", new_key(), "u", 1)
    assert rules.is_wrapped(good)
    for bad in (
        {"rounds": 1000},
        {"rounds": True},
        {"salt": ""},
        {"sealed": "plain text"},
        {"extra": 1},
    ):
        assert not rules.is_wrapped(good | bad)


# Records


def test_a_record_is_kept_once_and_corrected_beside_the_old_one(house):
    first = house.record()
    actions.keep_record(**first)
    actions.keep_record(**first)  # the answer was lost on the way
    assert Version.objects.count() == 1
    again = house.record(**{name: first[name] for name in ("code", "survivor")}, number=2)
    actions.keep_record(**again)
    assert list(Version.objects.values_list("number", flat=True)) == [1, 2]
    other = house.record(**{name: first[name] for name in ("code", "survivor")}, number=2)
    with pytest.raises(BadInput, match="corrected this record meanwhile"):
        actions.keep_record(**other)
    with pytest.raises(BadInput, match="do not change"):
        actions.keep_record(**(again | {"number": 3, "month": "2024-04"}))


def test_what_is_not_sealed_is_not_taken(house):
    plain = b64encode(b"\4" + os.urandom(64) + b"relato" + bytes(4106)).decode()
    for sealed in ("relato en claro", "", plain, house.record()["sealed"][:-4]):
        with pytest.raises(BadInput, match="not sealed by the page"):
            actions.keep_record(**house.record(sealed=sealed))
    for name, value in (
        ("code", "Rosa Quispe"),
        ("survivor", "rosaquispe12"),
        ("month", "2999-01"),
        ("month", "2024-13"),
    ):
        with pytest.raises(BadInput):
            actions.keep_record(**(house.record() | {name: value}))


@given(st.text(max_size=300))
def test_no_text_that_somebody_writes_passes_for_something_sealed(text):
    assert not rules.is_sealed_record(text)
    assert not rules.is_key_copy(text)
    assert not rules.is_public_key(text)


def test_a_record_of_another_unit_is_not_written_over(house):
    kept = actions.keep_record(**house.record())
    other = actions.open_unit(by=house.leads, organisation="unfpa", name="Otra")
    Record.objects.filter(pk=kept.pk).update(unit=other)
    with pytest.raises(NotAllowed):
        actions.keep_record(**house.record(code=kept.code, survivor=kept.survivor, number=2))
    with pytest.raises(BadInput):
        actions.erase_record(by=house.works, unit=house.unit, code=kept.code)


def test_an_erased_record_leaves_nothing_but_its_code_in_the_journal(house):
    kept = actions.keep_record(**house.record())
    actions.erase_record(by=house.works, unit=house.unit, code=kept.code)
    assert not Record.objects.exists() and not Version.objects.exists()
    told = JournalEntry.objects.filter(kind="protection-record").values_list("did", "data")
    assert list(told) == [
        ("protection.record-kept", {"unit": house.unit}),
        ("protection.record-erased", {"unit": house.unit}),
    ]


def test_the_list_is_narrowed_by_what_stands_in_clear(house):
    kept = actions.keep_record(**house.record())
    actions.keep_record(**house.record(month="2024-03", district=""))
    rows = queries.records(queries.unit(house.unit))
    for asked, count in (
        ({}, 2),
        ({"text": kept.code}, 1),
        ({"text": kept.survivor}, 1),
        ({"first": "2024-04"}, 1),
        ({"last": "2024-03"}, 1),
        ({"district": "PE-INEI:130105"}, 1),
        ({"district": "PE-INEI:130102"}, 0),
    ):
        assert queries.narrowed(rows, **asked).count() == count, asked


# What is asked, said and delivered


def test_the_questions_have_both_languages_and_the_columns_of_the_recorder():
    raw = [question for section in intake._raw() for question in section["question"]]
    keys = [question["key"] for question in raw]
    assert len(keys) == len(set(keys))
    for question in raw:
        assert question["kind"] in {"date", "choice", "pick", "choices", "text", "long"}
        assert question["label_es"] and question["label_en"]
        assert bool(question.get("hint_es")) == bool(question.get("hint_en"))
        assert all(len(option) == 3 for option in question.get("options", ()))
    script = (SOURCE / "domain/protection/static/protection/recorder.js").read_text()
    columns = {question["column"] for question in raw if question.get("column")}
    assert all(f'"{column}"' in script for column in columns)


def test_the_pack_asks_about_danger_in_its_own_order_and_nothing_is_added_up(house):
    for order, code in ((2, "weapon"), (1, "choked")):
        CatalogueEntry.objects.create(
            kind="risk", code=code, name_es=code, name_en=code, data={"order": order}
        )
    (risk,) = (section for section in intake.form() if section.code == intake.RISK)
    assert [one.key for one in risk.questions] == [
        "risk_choked", "risk_weapon", "risk_level", "imminent_danger",
    ]  # fmt: skip
    assert [code for code, _words in risk.questions[0].options] == ["yes", "no", "unknown"]


def test_what_the_scripts_say_is_said_and_nothing_else():
    folder = SOURCE / "domain/protection/static/protection"
    scripts = "\n".join(path.read_text() for path in sorted(folder.glob("*.js")))
    for name in wording.words():
        assert f'word("{name}"' in scripts, name
    assert set(re.findall(r'\bword\("([\w-]+)"', scripts)) == set(wording.words())


def test_the_scripts_are_those_that_were_pinned():
    for path, digest in pinned.pins().items():
        assert hashlib.sha256((SOURCE / path).read_bytes()).hexdigest() == digest, path
    folder = SOURCE / "domain/protection/static/protection"
    named = {path.name for path in folder.glob("*.js")} | {"shares.js"}
    loaded = {
        script.path.split("/")[1] for page in pinned.OF_PAGE for script in pinned.scripts(page)
    }
    assert {path.rsplit("/", 1)[1] for path in pinned.pins()} == named == loaded
