"""Sheets on paper read back: what is ticked comes out right, or unsure, and never wrong."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from cast import actor, make_programme
from django.utils import translation
from filled import photographed, printed, ticked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offered import make_activity, make_attended, make_catalogue
from PIL import Image

from convive.domain.services import actions, marks, pages, readback, scans, sheets
from convive.domain.services.models import Activity, Attendance, Enrolment, Session
from convive.domain.services.sheets import Code, Tick
from convive.kernel.errors import BadInput

pytestmark = pytest.mark.django_db

STATES = ("present", "absent", "", "both")
SAID = {"": Tick.NONE, "both": Tick.UNSURE, "present": Tick.CAME, "absent": Tick.DID_NOT_COME}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def session() -> Session:
    make_programme()
    make_catalogue()
    found = make_activity(sessions=2, places=30)
    for number in range(5):
        enrol(found, number)
    return found.sessions.earliest("pk")


def enrol(found: Activity, number: int) -> Enrolment:
    code = make_attended(number).code
    return actions.enrol(
        by=actor("case_worker"), activity=found.code, person=code, on=found.first_day
    )


def photo(page: Image.Image, words: list[str], seed: int = 1, **how: float) -> bytes:
    rng = np.random.default_rng(seed)
    return photographed(ticked(page, words, rng), rng, **how)


def read(*content: bytes) -> readback.Proposal:
    files = [(f"{n}.jpg", each) for n, each in enumerate(content)]
    (found,) = readback.read(actor("case_worker"), files)
    return found


def why(content: bytes, name: str = "photo.jpg", who: str = "case_worker") -> str:
    with pytest.raises(BadInput) as error:
        readback.read(actor(who), [(name, content)])
    return str(error.value)


def test_a_sheet_that_is_printed_ticked_and_photographed_proposes_what_was_ticked(
    session: Session,
) -> None:
    names = [row.code for row, _name in pages.roll(session)]
    (page,) = printed(sheets.document(session))
    words = ["present", "absent", "", "both", "present"]
    found = read(photo(page, words, turn=4, noise=6, blur=0.8, skew=0.01))
    assert found.session == session
    assert found.chosen == {names[0]: "present", names[1]: "absent", names[4]: "present"}
    assert (found.blank, found.unsure, found.gone) == ({names[2]}, {names[3]}, set())
    assert len(found.said()) == 3 and "3 rows" in found.said()[0]
    assert not Attendance.objects.exists()


@pytest.fixture(scope="module")
def full_page() -> Image.Image:
    """A page of eighteen rows, whose people need not exist to be read."""
    one = Session(pk=4711)
    document = {
        "language": "es", "made_on": [2026, 11, 20], "organisation": "UNFPA", "title": "Quién vino",
        "what": "Panadería", "service": "", "when": "20 nov 2026, 16:00", "place": "", "how": "",
        "after": "Tómele una foto.", "heads": ["N.º", "Nombre", "Vino", "No vino", "Firma"],
        "qr_alt": "QR", "mark": "",
        "form": sheets.measures(),
        "pages": [
            {
                "page": "1",
                **sheets.drawn(Code(one.pk, tuple(range(90_000, 90_000 + 37 * 18, 37)))),
                "rows": [[str(n + 1), f"Yomira Quispe Huamán {n}"] for n in range(18)],
            }
        ],
    }  # fmt: skip
    (page,) = printed(document)
    return page


@given(
    words=st.lists(st.sampled_from(STATES), min_size=18, max_size=18),
    seed=st.integers(0, 2**32 - 1),
    turn=st.floats(-8, 8),
    upside_down=st.sampled_from([0, 90, 180, 270]),
    size=st.integers(1500, 3000),
    skew=st.floats(0, 0.03),
    noise=st.floats(0, 12),
    blur=st.floats(0, 1.5),
    shade=st.floats(0, 0.5),
    bend=st.floats(-1.2, 1.2),
    quality=st.integers(50, 95),
)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_at_the_noise_of_a_telephone_no_tick_is_read_wrong(
    full_page: Image.Image, words: list[str], seed: int, turn: float, upside_down: int, **how: float
) -> None:
    taken = photo(full_page, words, seed, turn=turn + upside_down, **how)
    (picture,) = scans.pictures(taken, "photo.jpg")
    (page,) = marks.read(picture, "photo.jpg")
    assert page.code.session == 4711 and page.code.enrolments[1] == 90_037
    for word, tick in zip(words, page.rows, strict=True):
        assert tick in (SAID[word], Tick.UNSURE)
    assert sum(tick is not SAID[word] for word, tick in zip(words, page.rows, strict=True)) <= 2


def test_a_shadow_a_smudge_and_a_scribble_are_not_taken_for_ticks(full_page: Image.Image) -> None:
    values = np.asarray(ticked(full_page, ["present"] * 18, np.random.default_rng(3))).copy()
    dots = values.shape[0] / 297
    x = round(sheets.BOXES[1] * dots)
    # The edge of a hand's shadow runs down through the second column
    values[:, x:] = (values[:, x:] * 0.62).astype(np.uint8)
    # A thumb of grey on the second box of the first row
    top = round((sheets.FIRST_ROW + 2) * dots)
    values[top : top + 60, x - 30 : x + 30] = (
        values[top : top + 60, x - 30 : x + 30] * 0.7
    ).astype(np.uint8)
    (page,) = marks.read(np.asarray(Image.fromarray(values).convert("L")), "x")
    assert set(page.rows) <= {Tick.CAME, Tick.UNSURE}


def test_one_corner_may_be_covered_and_not_two(full_page: Image.Image) -> None:
    words = ["present", "absent"] * 9
    values = np.asarray(ticked(full_page, words, np.random.default_rng(5))).copy()
    dots = values.shape[0] / 297
    for n, place in enumerate(sheets.MARKS[2:]):
        x, y = (round(each * dots) for each in place)
        values[y - 40 : y + 40, x - 40 : x + 40] = 150
        grey = np.asarray(Image.fromarray(values).convert("L"))
        if n == 0:
            (page,) = marks.read(grey, "x")
            assert [str(tick) for tick in page.rows] == words
        else:
            with pytest.raises(BadInput, match="black squares"):
                marks.read(grey, "x")


def test_several_sheets_of_one_session_are_read_together(session: Session) -> None:
    for number in range(5, 21):
        enrol(session.activity, number)
    first, second = printed(sheets.document(session))
    names = [row.code for row, _name in pages.roll(session)]
    found = read(photo(first, ["present"] * 18), photo(second, ["absent"] * 3))
    assert found.chosen == {code: "present" if n < 18 else "absent" for n, code in enumerate(names)}
    # A sheet photographed again after a row was filled in says more; where two do not agree, none
    again = read(photo(second, ["", "present", "absent"]), photo(second, ["absent", "absent", ""]))
    assert again.chosen == {names[18]: "absent", names[20]: "absent"}
    assert again.unsure == {names[19]} and not again.blank


def test_a_row_stays_that_of_one_person_when_somebody_left_or_joined(session: Session) -> None:
    (page,) = printed(sheets.document(session))
    listed = [row for row, _name in pages.roll(session)]
    taken = photo(page, ["present", "absent", "present", "absent", "present"])
    actions.leave(
        by=actor("case_worker"),
        enrolment=listed[1].code,
        reason="work",
        on=session.day - timedelta(days=1),
    )
    joined = enrol(session.activity, 7)
    found = read(taken)
    assert found.chosen == {
        listed[0].code: "present", listed[2].code: "present",
        listed[3].code: "absent", listed[4].code: "present",
    }  # fmt: skip
    assert found.gone == {listed[1].pk} and joined.code not in found.chosen
    assert "was left out" in found.said()[-1]


def test_a_list_of_which_nobody_is_left_is_an_old_one(session: Session) -> None:
    (page,) = printed(sheets.document(session))
    for row, _name in pages.roll(session):
        day = session.day - timedelta(days=1)
        actions.leave(by=actor("case_worker"), enrolment=row.code, reason="work", on=day)
    assert "Nobody of this sheet is on the list of the session any more." in why(photo(page, []))
    with pytest.raises(BadInput, match="Enrol people first"):
        sheets.document(session)


def test_a_sheet_of_another_session_or_of_somebody_else_is_refused(session: Session) -> None:
    (page,) = printed(sheets.document(session))
    taken = photo(page, ["present"])
    other = session.activity.sessions.latest("pk")
    with pytest.raises(BadInput, match=r"another session: (Bakery|Panadería)"):
        readback.read_of(actor("case_worker"), other, [("photo.jpg", taken)])
    assert "no session that you keep" in why(taken, who="analyst")


def test_a_sheet_that_another_home_signed_is_refused(session: Session) -> None:
    said = sheets.write_code(Code(session.pk, (1, 2)))
    assert sheets.read_code(said, "x") == Code(session.pk, (1, 2))
    changed = said[:-1] + ("A" if said[-1] != "A" else "Q")
    for wrong in (changed, "CV1.", "CV1.!", "CV1.ABC"):
        with pytest.raises(BadInput, match="not printed here"):
            sheets.read_code(wrong, "x")


@given(
    session=st.integers(1, 2**40),
    rows=st.lists(st.integers(1, 2**33), min_size=1, max_size=18, unique=True),
)
def test_a_code_says_what_was_written_in_it(session: int, rows: list[int]) -> None:
    code = Code(session, tuple(rows))
    said = sheets.write_code(code)
    assert sheets.read_code(said, "x") == code
    assert set(said) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.")


def test_wrong_files_say_what_they_are_and_what_to_do(session: Session) -> None:
    blank = io.BytesIO()
    Image.new("L", (600, 800), 255).save(blank, "PNG")
    assert "Photograph the sheet again" in why(blank.getvalue())
    assert "photo.gif: This is no photo or scan" in why(b"GIF89a nothing", "photo.gif")
    assert "Send a JPEG" in why(b"\xff\xd8\xff broken", "broken.jpg")
    assert "Save each page as JPEG" in why(b"%PDF-1.7 no picture in it", "sheet.pdf")
    assert "larger than 20 MB" in why(b"\xff" * 20_000_001, "huge.jpg")
    many = io.BytesIO()
    Image.new("1", (9000, 9000)).save(many, "PNG")
    assert "too many points" in why(many.getvalue(), "many.png")


def test_a_pdf_of_a_scanner_is_read(session: Session) -> None:
    (page,) = printed(sheets.document(session))
    scan = io.BytesIO()
    filled = ticked(page, ["present"] * 5, np.random.default_rng(2))
    filled.convert("L").save(scan, "PDF", resolution=200)
    assert set(read(scan.getvalue()).chosen.values()) == {"present"}


def test_a_sheet_of_a_sensitive_service_says_its_neutral_name_alone(session: Session) -> None:
    found = make_activity(service="legal-aid", title_es="Defensa", title_en="Defence", sessions=1)
    enrol(found, 8)
    said = sheets.document(found.sessions.get())
    assert said["what"] == "Guidance service A" and said["service"] == ""
    assert not {"Defence", "Defensa"} & {said["title"], said["what"]}
    assert sheets.pdf(found.sessions.get()).startswith(b"%PDF")
