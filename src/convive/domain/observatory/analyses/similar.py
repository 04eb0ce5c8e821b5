"""Which districts are most like one, by traits that are known before the outcome is seen?"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from convive.domain.observatory import traits
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.programme.models import Place
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.stats import compare as method

NUMBER = 5


def answer(
    place: Place, *, year: int, edition: str = "", names: Sequence[str] = (), number: int = NUMBER
) -> Answer:
    """The districts most like a place, nearest first: the same today and tomorrow.

    year : traits are of the newest year up to it. edition : the boundaries; those of that year by
    default. names : of the traits; by default all that are known of every district.
    Raises BadInput for a trait or number that there is not, Refused where nothing is known.
    """
    drawn = edition or traits.edition_of(year)
    found = traits.candidates(drawn)
    if place.ref not in {one.ref for one in found}:
        raise Refused.at(
            place.name,
            _("It is not a district within the boundaries %(edition)s.") % {"edition": drawn},
            _("Ask for a district."),
        )
    known = _chosen(traits.known(found, drawn, year), names)
    if not known:
        raise Refused.at(
            place.name,
            _("Nothing is known that tells these districts apart."),
            _("Add their people to population.csv."),
        )
    if not 1 <= number < len(found):
        raise BadInput.at(
            "n",
            _("There are %(n)s other districts.") % {"n": words.number(len(found) - 1)},
            _("Choose 1 to as many."),
        )
    refs = [one.ref for one in found]
    chosen = method.similar_units(
        refs,
        {n: [traits.scaled(n, one.values[ref]) for ref in refs] for n, one in known.items()},
        place.ref,
        number,
    )
    called = {one.ref: one.name for one in found}
    units = [
        {"ref": ref, "place": called[ref], "distance": far, "traits": _of(known, ref)}
        for ref, far in zip(chosen.names, chosen.distances, strict=True)
    ]
    return Answer(
        lambda: _sentence(place.name, [called[ref] for ref in chosen.names], known),
        {
            "here": {"ref": place.ref, "place": place.name, "traits": _of(known, place.ref)},
            "units": units,
            "traits": [{"trait": n, "years": list(one.years)} for n, one in known.items()],
            "candidates": len(found) - 1,
        },
        lambda: _caveats(known, year),
        {"place": place.ref, "year": year, "edition": drawn, "traits": list(known), "n": number},
    )


def _chosen(known: dict[str, traits.Known], names: Sequence[str]) -> dict[str, traits.Known]:
    if not names:
        return known
    for name in names:
        if name not in known:
            raise BadInput.at(
                name,
                _("This trait is not known of every district, or is the same in all."),
                _("Known: %(names)s.") % {"names": ", ".join(known) or words.no_value()},
            )
    return {name: known[name] for name in names}


def _of(known: dict[str, traits.Known], ref: str) -> dict[str, float]:
    return {name: one.values[ref] for name, one in known.items()}


def traits_said(names: Sequence[str]) -> str:
    """`people, women (%)`: the traits in words."""
    return ", ".join(str(traits.TRAITS[name].label) for name in names)


def _sentence(name: str, units: Sequence[str], known: dict[str, traits.Known]) -> str:
    return _("Most like %(place)s, by %(traits)s: %(units)s.") % {
        "place": name,
        "traits": traits_said(list(known)),
        "units": ", ".join(units),
    }


def _caveats(known: dict[str, traits.Known], year: int) -> list[str]:
    found = [_("Alike in these traits, and in nothing else.")]
    late = [name for name, one in known.items() if max(one.years) > year]
    if late:
        found.append(_("Known only from later years: %(traits)s.") % {"traits": traits_said(late)})
    return found
