"""What waits for me, from every part of the house, in one list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from cast import client_as, make_commitment, make_plan, make_programme

from convive.access import duties
from convive.access.duties import Duty
from convive.domain.programme import queries

pytestmark = pytest.mark.django_db


class Lamps:
    """A part of a later day, with one thing late, one today, one far and one without a day."""

    name, title = "lamps", "Lámparas"

    def waiting(self, who, today: date) -> Iterable[Duty]:
        for number, (title, days) in enumerate(
            (("Poste caído", -2), ("Poste de hoy", 0), ("Poste lejano", 30), ("Sin prisa", None))
        ):
            due = None if days is None else today + timedelta(days=days)
            yield Duty("lamps", str(number), title, f"/lamps/{number}/", due, "El Porvenir", "Ver")

    def held_by(self, account) -> Iterable[Duty]:
        return ()

    def hand_over(self, *, by, leaver, successor) -> int:
        return 0


@pytest.fixture(autouse=True)
def house(monkeypatch):
    monkeypatch.setitem(duties._parts, Lamps.name, Lamps())
    make_programme()
    make_commitment(
        make_plan(),
        organisation="muni-la-esperanza",
        due=queries.today() + timedelta(days=3),
        what="Revisar el alumbrado",
    )


def home(query: str = "") -> str:
    return client_as("municipal_officer").get(f"/workspace/{query}").content.decode()


def test_the_things_of_every_part_stand_together_by_their_day():
    text = home()
    assert "5 cosas. 1 ya venció. 2 vencen esta semana." in text
    order = [
        *(">Vencido", "Poste caído", ">Esta semana", "Poste de hoy", "Revisar el alumbrado"),
        *(">Puede esperar", "Poste lejano", ">Sin fecha", "Sin prisa"),
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_duty_shows_its_part_its_place_its_page_and_its_button():
    text = home()
    assert '<span class="tag">Lámparas</span><span>El Porvenir</span>' in text
    assert 'href="/lamps/0/"' in text
    assert 'Ver<span class="vh">: Poste caído</span>' in text


def test_the_list_is_narrowed_to_one_part():
    text = home("?part=lamps")
    assert "Revisar el alumbrado" not in text and "Poste caído" in text
    assert 'href="?part=lamps" aria-current="page"' in text
    assert "4 cosas." in text


def test_a_part_that_is_unknown_or_has_nothing_narrows_nothing():
    for query in ("?part=no-such", "?part=accounts"):
        assert "5 cosas." in home(query)


def test_one_part_alone_offers_no_choice(monkeypatch):
    monkeypatch.delitem(duties._parts, Lamps.name)
    assert "?part=" not in home()
