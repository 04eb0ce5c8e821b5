"""What the evidence answers: coverage, several batches of one source, and what it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from recorded import (
    BETWEEN,
    COUNTS,
    INCIDENTS,
    SURVEY,
    make_places,
    offence,
    receive,
    source,
    table,
)

from convive.evidence import queries, support
from convive.evidence.models import Batch
from convive.evidence.queries import Need, Selection
from convive.kernel.errors import BadInput, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
ALL = BETWEEN("2000", "2030")
HERE = ("PE-INEI:130105",)
POINTS = (
    INCIDENTS.replace('category = {{ value = "robo" }}', 'category = "c"')
    + '    id = "id"\n    date = "d"\n    x = "x"\n    y = "y"\n    place = "p"\n'
    + '    [place]\n    scheme = "PE-INEI"\n    digits = 6\n    extent = 2\n'
)


@pytest.fixture
def counts(tmp_path):
    """Imports counts given as `place month n`, one file for each call."""
    number = iter(range(100))

    def bring(*rows, **more):
        if more or not queries.source_codes():
            source(tmp_path, **more)
        lines = [HEADER]
        for row in rows:
            place, month, n = row.split()
            lines.append(f"{place},{month[:4]},{month[5:]},robo,{n}")
        return receive(table(tmp_path, lines, f"{next(number)}.csv"))

    return bring


def months(period, *places):
    found = queries.by_month(Selection("proof", period, places or HERE))
    return {f"{month:%Y-%m}": n for month, n in found.items()}


def test_a_covered_month_without_a_row_is_zero_and_an_uncovered_one_is_absent(counts):
    counts("130105 2023-02 7", "130102 2023-04 1", "130105 2023-05 5")
    assert months(BETWEEN("2023-01", "2023-06")) == {
        "2023-02": 7,
        "2023-03": 0,
        "2023-04": 0,
        "2023-05": 5,
    }


def test_where_absent_rows_are_not_zero_a_month_without_a_row_is_absent(tmp_path):
    source(tmp_path, COUNTS.replace("absent_rows_are_zero = true", ""))
    receive(table(tmp_path, (HEADER, "130105,2023,2,robo,7", "130105,2023,4,robo,5")))
    assert months(BETWEEN("2023-01", "2023-06")) == {"2023-02": 7, "2023-04": 5}


def test_a_file_of_one_region_says_nothing_of_another(counts):
    counts("130105 2023-01 7", "130105 2023-02 7")
    assert months(BETWEEN("2023-01", "2023-02"), "PE-INEI:060101") == {}
    assert months(BETWEEN("2023-01", "2023-02"), "PE-INEI:1301") == {"2023-01": 7, "2023-02": 7}
    assert months(BETWEEN("2023-01", "2023-02"), "PE-INEI:130103") == {"2023-01": 0, "2023-02": 0}


def test_a_place_may_be_asked_for_under_its_codes_in_several_schemes(counts):
    counts("130105 2023-01 7")
    asked = Selection("proof", ALL, ("PE-RENIEC:120111", "PE-INEI:130105"))
    assert queries.count(asked) == 7 and queries.by_month(asked) == {date(2023, 1, 1): 7}


def test_a_later_release_replaces_the_months_and_regions_that_it_covers(counts):
    counts("130105 2023-01 7", "130105 2023-02 5", "060101 2023-01 9", "060101 2023-02 9")
    counts("130105 2023-02 6", "130105 2023-03 4")
    assert months(BETWEEN("2023-01", "2023-04")) == {"2023-01": 7, "2023-02": 6, "2023-03": 4}
    # The second file holds nothing of the other region: what the first says of it still counts
    assert queries.count(Selection("proof", ALL, ("PE-INEI:06",))) == 18


def test_a_cell_that_a_later_release_leaves_out_has_become_zero(counts):
    counts("130105 2023-01 7", "130102 2023-01 3")
    counts("130105 2023-01 8")
    assert queries.count(Selection("proof", ALL)) == 8


def test_a_middle_release_is_replaced_by_the_last_and_still_replaces_the_first(counts):
    counts("130105 2023-01 1", "130105 2023-02 1", "130105 2023-03 1")
    counts("130105 2023-02 20", "130105 2023-03 20")
    counts("130105 2023-03 300")
    assert months(BETWEEN("2023-01", "2023-03")) == {"2023-01": 1, "2023-02": 20, "2023-03": 300}


def test_pieces_are_added_and_of_a_cell_that_comes_again_the_latest_counts(counts):
    counts("130105 2023-01 7", "130105 2023-02 5", more='releases = "add"')
    counts("130102 2023-01 3", "130105 2023-02 6")
    assert months(BETWEEN("2023-01", "2023-02"), "PE-INEI:13") == {"2023-01": 10, "2023-02": 6}


def test_a_batch_that_is_not_visible_counts_for_nothing(counts):
    receipt = counts("130105 2023-01 7")
    Batch.objects.filter(pk=receipt.batch).update(visible=False)
    assert months(ALL) == {} and queries.count(Selection("proof", ALL)) == 0
    view = queries.source("proof")
    assert view.coverage is None and view.as_of is None and queries.batch_ids("proof") == []


def test_a_source_tells_what_it_covers_and_up_to_which_day(counts):
    counts("130105 2023-01 7", "130105 2023-03 7")
    view = queries.source("proof")
    assert view.coverage == BETWEEN("2023-01", "2023-03") and view.as_of == date(2023, 3, 31)
    assert view.edition_on(date(2023, 1, 1)) == "pe-2017" and not view.is_sample


def test_an_incident_that_comes_in_two_files_counts_once(tmp_path):
    source(tmp_path, POINTS, more='releases = "add"')
    head = "id,d,c,x,y,p"
    receive(table(tmp_path, (head, "a,2023-01-01,robo,-79,-8,130105",
                             "b,2023-01-02,robo,-79,-8,130105"), "1.csv"))  # fmt: skip
    receive(table(tmp_path, (head, "b,2023-01-03,robo,-79,-8,130105",
                             "c,2023-01-04,robo,-79,-8,130105"), "2.csv"))  # fmt: skip
    days = [date(2023, 1, d) for d in (1, 3, 4)]
    assert queries.by_day(Selection("proof", ALL)) == dict.fromkeys(days, 1)


def test_a_few_old_incidents_do_not_make_the_source_cover_their_years(tmp_path):
    source(tmp_path, POINTS)
    rows = [f"n{i},2023-{1 + i % 12:02}-10,robo,-79,-8,130105" for i in range(1800)]
    receipt = receive(table(tmp_path, ("id,d,c,x,y,p", "old,1998-05-01,robo,-79,-8,130105", *rows)))
    assert (receipt.accepted, receipt.first_day) == (1801, date(2023, 1, 10))
    assert months(BETWEEN("1998", "1998")) == {}
    assert len(months(BETWEEN("2022", "2023"))) == 12


def test_offences_are_asked_for_by_the_beginning_of_their_class(tmp_path):
    source(tmp_path)
    offence("Robo", "0401")
    offence("robo de vehiculo", "040121")
    offence("HURTO", "0502")
    rows = ("130105,2023,1,ROBO,7", "130105,2023,1,Robo de  vehiculo,5", "130105,2023,1,hurto,3",
            "130105,2023,1,otro,2")  # fmt: skip
    receipt = receive(table(tmp_path, (HEADER, *rows)))
    assert receipt.notes["unmapped_categories"] == ["otro"]
    assert queries.count(Selection("proof", ALL, offence="04")) == 12
    assert queries.count(Selection("proof", ALL, offence="040121")) == 5
    assert queries.count(Selection("proof", ALL, category="hurto")) == 3
    assert queries.by_offence(Selection("proof", ALL)) == [
        ("Robo", "0401", 7),
        ("robo de vehiculo", "040121", 5),
        ("HURTO", "0502", 3),
        ("otro", "", 2),
    ]
    assert set(queries.offences("proof")) == {"Robo", "robo de vehiculo", "HURTO"}


def test_an_offence_of_a_source_comes_before_the_one_meant_for_all(tmp_path):
    source(tmp_path)
    offence("robo", "05", source="*")
    offence("robo", "0401")
    receive(table(tmp_path, (HEADER, "130105,2023,1,Robo,7")))
    assert queries.by_offence(Selection("proof", ALL)) == [("robo", "0401", 7)]


def test_a_point_of_a_hidden_or_unlisted_offence_never_comes_out(tmp_path):
    source(tmp_path, POINTS)
    offence("robo", "0401")
    offence("violación", "03011", "no_small_area", "sensitive")
    offence("trata", "02041", "sensitive")
    rows = ("a,2023-01-01,robo,-79,-8,130105", "b,2023-01-01,Violación,-79,-8,130105",
            "e,2023-01-01,trata,-79,-8,130105",
            "c,2023-01-01,nuevo,-79,-8,130105", "d,2023-01-01,robo,,,130105")  # fmt: skip
    receipt = receive(table(tmp_path, ("id,d,c,x,y,p", *rows)))
    assert receipt.notes["without_position"] == 1
    assert [p.category for p in queries.points(Selection("proof", ALL))] == ["robo"]
    assert queries.points(Selection("proof", ALL, offence="0301")) == []
    for hidden in ("violación", "VIOLACIÓN", "trata", "nuevo"):
        with pytest.raises(Refused, match="finer than a district"):
            queries.points(Selection("proof", ALL, category=hidden))
    assert queries.count(Selection("proof", ALL, offence="0301")) == 1


def test_places_are_summed_up_to_the_level_asked_for(counts):
    make_places()
    counts("130105 2023-01 7", "130102 2023-01 5", "060101 2023-01 1")
    asked = Selection("proof", ALL)
    assert queries.by_place(asked, "region") == {"PE-INEI:13": 12, "PE-INEI:06": 1}
    assert queries.by_place(asked, "province") == {"PE-INEI:1301": 12, "PE-INEI:0601": 1}
    assert queries.by_place(asked, "district")["PE-INEI:130105"] == 7
    with pytest.raises(Refused, match="settlement"):
        queries.by_place(asked, "settlement")


def test_counts_by_year_are_refused_by_month(tmp_path):
    source(tmp_path, COUNTS.replace('    month = "month"\n', ""))
    receive(table(tmp_path, ("place,year,offence,n", "130105,2023,robo,7")))
    assert queries.count(Selection("proof", BETWEEN("2022", "2023"))) == 7
    for ask in (queries.by_month, queries.by_day):
        with pytest.raises(Refused, match="Only the year"):
            ask(Selection("proof", BETWEEN("2023", "2023")))
    with pytest.raises(Refused, match="Only the year"):
        queries.count(Selection("proof", BETWEEN("2023-01", "2023-06")))


def test_counts_by_month_are_refused_by_day_hour_and_position(counts):
    counts("130105 2023-01 7")
    asked = Selection("proof", ALL)
    for ask in (queries.by_day, queries.by_hour, queries.by_day_part):
        with pytest.raises(Refused, match="Only the month"):
            ask(asked)
    with pytest.raises(Refused, match="no positions"):
        queries.points(asked)
    with pytest.raises(Refused, match="Only the month"):
        queries.count(Selection("proof", BETWEEN("2023-01-10", "2023-02-20")))
    with pytest.raises(Refused, match="not estimates"):
        queries.estimates(asked)


@pytest.mark.parametrize(
    ("limits", "need", "says"),
    [
        ("capped_export = true", Need.TREND, "number of rows"),
        ("snapped_points = true", Need.EXACT_POSITION, "anchor points"),
        ("month_only = true", Need.DAY, "month"),
        ("no_small_area = true", Need.POSITION, "door"),
    ],
)
def test_what_a_source_declares_that_it_cannot_support_is_refused_with_that_reason(
    tmp_path, limits, need, says
):
    spec = source(tmp_path, POINTS + f"    [limits]\n    {limits}\n")
    with pytest.raises(Refused, match=says):
        queries.require(spec, need)
    free = source(tmp_path, POINTS, code="free")
    queries.require(free, need)


def test_late_registration_and_boundaries_are_said_beforehand(tmp_path):
    spec = source(tmp_path, COUNTS + "    [limits]\n    late_months = 2\n")
    said = " ".join(support.cautions(spec))
    assert "latest months (2)" in said and "pe-2017" in said


def test_an_estimate_with_a_margin_keeps_it_and_one_without_says_so(tmp_path):
    source(tmp_path, SURVEY)
    rows = ("130105,2023,fear,40.5,38,43,500", "130105,2024,fear,41,,,", "130102,2023,fear,9,,,")
    receive(table(tmp_path, ("place,year,q,v,lo,hi,n", *rows)))
    with_margin, without = queries.estimates(Selection("proof", ALL, HERE))
    assert (with_margin.value, with_margin.lower, with_margin.upper) == (40.5, 38, 43)
    assert with_margin.n == 500 and with_margin.note == ""
    assert without.note == "no published margin of error"
    # The province has no estimate of its own: those of its districts are not averaged
    assert queries.estimates(Selection("proof", ALL, ("PE-INEI:1301",))) == []
    assert queries.estimates(Selection("proof", BETWEEN("2023-01", "2023-06"), HERE)) == []


def test_a_batch_is_found_by_the_beginning_of_its_number(counts):
    receipt = counts("130105 2023-01 7")
    assert queries.batch(receipt.batch[:10]).pk == receipt.batch
    for wrong in ("", "zzz"):
        with pytest.raises(BadInput):
            queries.batch(wrong)


def test_the_engine_reaches_nothing_but_the_evidence(tmp_path):
    from convive.evidence import engine

    outside = table(tmp_path, ("a", "1"), "outside.csv")
    with pytest.raises(Exception, match=r"[Pp]ermission|disabled"):
        engine.query(f"SELECT * FROM read_csv('{outside}')")
    (installed,) = engine.query(
        "SELECT count(*) FROM duckdb_settings() WHERE value = 'true' AND name IN "
        "('autoinstall_known_extensions', 'autoload_known_extensions', 'enable_external_access')"
    )
    assert installed == (0,)
