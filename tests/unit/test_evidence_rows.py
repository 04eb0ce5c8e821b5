"""Rows: how values are read, and for what a row is rejected, with column, value, reason, remedy."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest
from django.utils import translation
from recorded import BETWEEN, COUNTS, INCIDENTS, make_places, receive, source, table

from convive.domain.programme.queries import SYSTEM, today
from convive.evidence import engine, queries, store
from convive.evidence.actions import dry_run
from convive.evidence.queries import Selection
from convive.kernel.errors import BadInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

HEADER = "place,year,month,offence,n"
GOOD = "130105,2023,1,robo,7"
ALL = BETWEEN("1900", "2100")


def rejects(receipt):
    with receipt.rejects_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(home, receipt, columns):
    path = store.parquet_path(home, receipt.batch)
    return engine.query(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY row")


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("130105,2023,13,robo,7", "month", "13", "not a month"),
        ("130105,2023,0,robo,7", "month", "0", "not a month"),
        ("130105,2023,,robo,7", "month", "", "empty"),
        ("130105,23,1,robo,7", "year", "23", "not a year"),
        ("130105,1823,1,robo,7", "year", "1823", "not a year"),
        ("130105,2023.5,1,robo,7", "year", "2023.5", "not a year"),
        (f"130105,{today().year + 1},1,robo,7", "month", "1", "after today"),
        ("1301,2023,1,robo,7", "place", "1301", "declared scheme"),
        ("1301055,2023,1,robo,7", "place", "1301055", "declared scheme"),
        ("13O105,2023,1,robo,7", "place", "13O105", "declared scheme"),
        ("-30105,2023,1,robo,7", "place", "-30105", "declared scheme"),
        (",2023,1,robo,7", "place", "", "empty"),
        ("130105,2023,1,,7", "offence", "", "empty"),
        ("130105,2023,1,robo,-7", "n", "-7", "below zero"),
        ("130105,2023,1,robo,7.5", "n", "7.5", "whole number"),
        ("130105,2023,1,robo,siete", "n", "siete", "whole number"),
        ('130105,2023,1,robo,"1,234"', "n", "1,234", "whole number"),
        ("130105,2023,1,robo,1e3", "n", "1e3", "whole number"),
        ("130105,2023,1,robo,nan", "n", "nan", "whole number"),
        ("130105,2023,1,robo,99999999999999999999", "n", "99999999999999999999", "whole number"),
        ("130105,2023,1,robo,=1+1", "n", "'=1+1", "whole number"),
        (GOOD, "place", "130105", "same place, period and category"),
    ],
)
def test_a_row_is_rejected_with_its_number_column_value_reason_and_remedy(
    tmp_path, row, column, value, reason
):
    source(tmp_path)
    receipt = receive(table(tmp_path, (HEADER, GOOD, "130102,2023,1,robo,1", row)))
    assert (receipt.read, receipt.accepted, receipt.rejected) == (3, 2, 1)
    (told,) = rejects(receipt)
    assert (told["row"], told["column"], told["value"]) == ("4", column, value)
    assert reason in told["reason"] and told["remedy"]


@pytest.mark.parametrize(
    ("row", "place", "n"),
    [
        (" 130105 ,2023,1,robo,7", "PE-INEI:130105", 7),
        ("130105.0,2023.0,1.0,robo,7.0", "PE-INEI:130105", 7),
        ('60101,2023,1,robo,"7,0"', "PE-INEI:060101", 7),
        ("60101.0,2023,01,robo,0", "PE-INEI:060101", 0),
        ("130105,2023,Enero,robo,7", "PE-INEI:130105", 7),
        ("130105,2023,SETIEMBRE,robo,7", "PE-INEI:130105", 7),
        ("\u00a0130105,2023,january,robo,\u00a07", "PE-INEI:130105", 7),
        ("990101,2023,1,robo,7", "PE-INEI:990101", 7),
    ],
)
def test_a_value_is_understood_as_people_write_it(tmp_path, row, place, n):
    source(tmp_path)
    assert receive(table(tmp_path, (HEADER, row))).accepted == 1
    assert queries.count(Selection("proof", ALL, (place,))) == n


def test_a_rejected_row_is_told_in_the_language_of_the_reader(tmp_path):
    source(tmp_path)
    with translation.override("es"):
        receipt = receive(table(tmp_path, (HEADER, GOOD, "130105,2023,13,robo,7")))
    (told,) = rejects(receipt)
    assert "mes" in told["reason"] and "not" not in told["reason"]


def test_when_no_row_at_all_can_be_read_the_file_is_refused_with_the_reasons(tmp_path, home):
    source(tmp_path)
    with pytest.raises(BadInput) as refused:
        receive(table(tmp_path, (HEADER, "130105,2023,13,robo,7", "130105,2023,14,robo,7")))
    (problem,) = refused.value.problems
    assert problem.where == "row 2, column month"
    assert "13" in problem.why and "2 of 2 rows" in problem.why
    assert list(home.rejects.iterdir()) == []


def test_parts_of_one_cell_are_added_where_the_source_says_so(tmp_path):
    source(tmp_path, more='cells = "sum"')
    assert receive(table(tmp_path, (HEADER, GOOD, GOOD))).rejected == 0
    assert queries.count(Selection("proof", ALL)) == 14


def test_codes_outside_the_pack_are_kept_and_counted(tmp_path):
    make_places()
    source(tmp_path)
    rows = (GOOD, "150101,2023,1,robo,1", "150101,2023,2,robo,1", "150102,2023,1,robo,1")
    receipt = receive(table(tmp_path, (HEADER, *rows)))
    assert (receipt.accepted, receipt.codes_outside_pack, receipt.rows_outside_pack) == (4, 2, 3)
    assert queries.count(Selection("proof", ALL, ("PE-INEI:15",))) == 3


def test_the_codes_of_reniec_are_another_scheme_and_known_as_such(tmp_path):
    make_places()
    source(tmp_path, COUNTS.replace("PE-INEI", "PE-RENIEC"))
    receipt = receive(table(tmp_path, (HEADER, "120111,2023,1,robo,7", "130105,2023,1,robo,1")))
    assert (receipt.accepted, receipt.codes_outside_pack) == (2, 1)
    assert queries.count(Selection("proof", ALL, ("PE-RENIEC:120111",))) == 7
    assert queries.count(Selection("proof", ALL, ("PE-INEI:130105",))) == 0


@pytest.mark.parametrize(
    ("order", "text", "day"),
    [
        ("ymd", "2023-02-03", date(2023, 2, 3)),
        ("ymd", "2023/2/3", date(2023, 2, 3)),
        ("ymd", "20230203", date(2023, 2, 3)),
        ("ymd", "2023-02-03T10:20:30Z", date(2023, 2, 3)),
        ("dmy", "03/02/2023", date(2023, 2, 3)),
        ("dmy", "3-2-2023", date(2023, 2, 3)),
        ("dmy", "03.02.2023 10:20", date(2023, 2, 3)),
        ("dmy", "2023-02-03", date(2023, 2, 3)),
        ("mdy", "02/03/2023", date(2023, 2, 3)),
        ("ymd", "44960", date(2023, 2, 3)),
        ("dmy", "44960.75", date(2023, 2, 3)),
        ("ymd", "03/02/2023", None),
        ("dmy", "02/13/2023", None),
        ("dmy", "03/02/23", None),
        ("ymd", "2023-02-30", None),
        ("ymd", "epoch", None),
        ("ymd", "infinity", None),
        ("ymd", "7", None),
    ],
)
def test_a_date_is_read_in_the_order_that_the_source_declares(tmp_path, order, text, day):
    dated = INCIDENTS + '    date = "d"\n    place = "p"\n    [place]\n    scheme = "PE-INEI"\n'
    source(tmp_path, dated + f'    digits = 6\n    [file]\n    date_order = "{order}"\n')
    receipt = receive(table(tmp_path, ("d,p", "2022-01-01,130105", f"{text},130105")))
    assert receipt.accepted == (2 if day else 1)
    found = queries.by_day(Selection("proof", ALL))
    assert found == {date(2022, 1, 1): 1, **({day: 1} if day else {})}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2018", "2018-01-01", "2018-12-31"),
        ("2018Q2", "2018-04-01", "2018-06-30"),
        ("2018q4", "2018-10-01", "2018-12-31"),
        ("2018-02", "2018-02-01", "2018-02-28"),
        ("201802", "2018-02-01", "2018-02-28"),
        ("2018-02-05", "2018-02-05", "2018-02-05"),
        ("2018Q5", None, None),
        ("2018-13", None, None),
        ("201813", None, None),
        ("18-02", None, None),
    ],
)
def test_a_period_is_read_in_the_forms_of_the_field(tmp_path, home, text, first, last):
    source(tmp_path, COUNTS.replace('year = "year"\n    month = "month"', 'period = "p"'))
    lines = ("place,p,offence,n", "130105,2001,robo,1", f"130105,{text},robo,2")
    receipt = receive(table(tmp_path, lines))
    found = kept(home, receipt, "day::VARCHAR, last_day::VARCHAR")[1:]
    assert found == ([(first, last)] if first else [])


POINTS = INCIDENTS + '    date = "d"\n    x = "x"\n    y = "y"\n'


def test_positions_are_brought_to_degrees_and_kept_as_they_came(tmp_path, home):
    source(tmp_path, POINTS, more='crs = "EPSG:32610"')
    rows = ("d,x,y", "2023-01-01,491000,5459000", '2023-01-01,"491000,5","5459000,5"')
    receipt = receive(table(tmp_path, rows))
    (lon, lat, x, y), second = kept(home, receipt, "lon, lat, x, y")
    assert (x, y) == (491000, 5459000) and second[2:] == (491000.5, 5459000.5)
    # The centre of Vancouver, to a hundredth of a degree
    assert (round(lon, 2), round(lat, 2)) == (-123.12, 49.28)


@pytest.mark.parametrize(
    ("x", "y", "column", "reason"),
    [
        ("-79.0", "", "y", "coordinates is missing"),
        ("", "-8.1", "x", "coordinates is missing"),
        ("717000", "9103000", "x", "degrees"),
        ("oeste", "-8.1", "x", "not a number"),
    ],
)
def test_half_a_position_is_rejected(tmp_path, x, y, column, reason):
    source(tmp_path, POINTS)
    receipt = receive(table(tmp_path, ("d,x,y", "2023-01-01,-79.03,-8.11", f"2023-01-01,{x},{y}")))
    (told,) = rejects(receipt)
    assert told["column"] == column and reason in told["reason"]


@pytest.mark.parametrize(("x", "y"), [("", ""), ("0", "0")])
def test_an_incident_without_a_position_happened_all_the_same(tmp_path, home, x, y):
    source(tmp_path, POINTS)
    receipt = receive(table(tmp_path, ("d,x,y", "2023-01-01,-79.03,-8.11", f"2023-01-02,{x},{y}")))
    assert (receipt.accepted, receipt.rejected) == (2, 0)
    assert receipt.notes["without_position"] == 1
    assert kept(home, receipt, "day, lon, lat") == [
        (date(2023, 1, 1), -79.03, -8.11),
        (date(2023, 1, 2), None, None),
    ]
    assert queries.count(Selection("proof", BETWEEN("2023", "2023"))) == 2


def test_what_lies_outside_the_declared_system_is_rejected(tmp_path):
    source(tmp_path, POINTS, more='crs = "EPSG:32610"')
    # Too large for any system, and a slip of the keyboard that leads half round the world
    rows = ("1e15,1e15", "17000000,5459000")
    lines = ("d,x,y", *(f"2023-01-01,{row}" for row in ("491000,5459000", *rows)))
    told = rejects(receive(table(tmp_path, lines)))
    assert len(told) == 2
    assert all("outside the declared system" in each["reason"] for each in told)


def test_a_clock_is_kept_in_utc_and_its_hour_in_the_zone_of_the_place(tmp_path, home):
    text = INCIDENTS + '    datetime = "t"\n    x = "x"\n    y = "y"\n'
    source(tmp_path, text, more='zone = "America/Lima"')
    rows = ("t,x,y", "2023-01-01 22:30,-79,-8", "2023-01-02T03:30:00Z,-79,-8", "44927.9375,-79,-8")
    receipt = receive(table(tmp_path, rows))
    found = kept(home, receipt, "day, hour, precision, starts::VARCHAR, ends::VARCHAR")
    same = (date(2023, 1, 1), 22, "clock", "2023-01-02 03:30:00", "2023-01-02 03:30:00")
    assert found == [same] * 3
    assert queries.by_hour(Selection("proof", ALL))[22] == 3


def test_a_part_of_the_day_stays_a_part_of_the_day(tmp_path, home):
    part = (
        '    [columns.part]\n    column = "part"\n    [columns.part.values]\n    noche = "night"\n'
    )
    hours = "    [day_parts]\n    night = [18, 24]\n"
    source(tmp_path, POINTS + part + hours, more='zone = "America/Lima"')
    rows = (
        "d,x,y,part",
        "2023-01-01,-79,-8,Noche",
        "2023-01-01,-79,-8,",
        "2023-01-01,-79,-8,tarde",
    )
    receipt = receive(table(tmp_path, rows))
    assert (receipt.accepted, receipt.rejected) == (2, 1)
    found = kept(home, receipt, "precision, part, hour, starts::VARCHAR, ends::VARCHAR")
    assert found == [
        ("part", "night", None, "2023-01-01 23:00:00", "2023-01-02 05:00:00"),
        ("day", None, None, "2023-01-01 05:00:00", "2023-01-02 05:00:00"),
    ]
    assert "mapping does not know" in rejects(receipt)[0]["reason"]


def test_an_interval_keeps_both_ends_and_counts_on_its_first_day(tmp_path, home):
    text = INCIDENTS + '    from = "a"\n    to = "b"\n    x = "x"\n    y = "y"\n'
    source(tmp_path, text)
    rows = (
        "a,b,x,y",
        "2013-12-31 10:00,2014-01-01 16:30,-73,40",
        "2014-01-02 10:00,2014-01-02 10:00,-73,40",
        "2014-01-03 10:00,2014-01-02 10:00,-73,40",
        "2014-01-04 10:00,,-73,40",
    )
    receipt = receive(table(tmp_path, rows))
    assert kept(home, receipt, "precision, day, last_day, hour") == [
        ("interval", date(2013, 12, 31), date(2014, 1, 1), None),
        ("clock", date(2014, 1, 2), date(2014, 1, 2), 10),
        # Without an end, the moment is known
        ("clock", date(2014, 1, 4), date(2014, 1, 4), 10),
    ]
    assert "ends before it starts" in rejects(receipt)[0]["reason"]
    assert queries.count(Selection("proof", BETWEEN("2013", "2013"))) == 1


def test_a_time_in_five_columns_is_put_together(tmp_path, home):
    columns = "".join(f'    {c} = "{c}"\n' for c in ("year", "month", "day", "hour", "minute"))
    source(tmp_path, INCIDENTS + columns + '    x = "x"\n    y = "y"\n')
    rows = ("year,month,day,hour,minute,x,y", "2020,2,29,7,5,1,1", "2021,2,29,7,5,1,1")
    receipt = receive(table(tmp_path, rows))
    assert kept(home, receipt, "starts::VARCHAR, hour") == [("2020-02-29 07:05:00", 7)]
    assert "no such day" in rejects(receipt)[0]["reason"]


def test_who_was_hurt_with_what_and_whether_it_was_attempted(tmp_path, home):
    text = POINTS + '    victim_sex = "sexo"\n    age_band = "edad"\n    attempted = "tentativa"\n'
    source(tmp_path, text)
    rows = (
        "d,x,y,sexo,edad,tentativa",
        "2023-01-01,-79,-8,Femenino,18-29,SÍ",
        "2023-01-01,-79,-8,M,,0",
        "2023-01-01,-79,-8,,18-29,",
        "2023-01-01,-79,-8,X,18-29,no",
    )
    receipt = receive(table(tmp_path, rows))
    assert kept(home, receipt, "victim_sex, age_band, attempted") == [
        ("female", "18-29", True),
        ("male", None, False),
        ("unknown", "18-29", None),
    ]
    assert rejects(receipt)[0]["column"] == "sexo"
    assert queries.count(Selection("proof", ALL, attempted=True)) == 1
    assert queries.count(Selection("proof", ALL, victim_sex="male")) == 1
    assert queries.count(Selection("proof", ALL, age_band="18-29")) == 2


IDENTIFIED = POINTS + '    id = "id"\n    registered = "r"\n'


def test_a_repeated_identifier_is_accepted_once_and_listed(tmp_path):
    source(tmp_path, IDENTIFIED)
    rows = ("id,d,r,x,y", *(f"{i},2023-01-0{d},2023-01-05,-79,-8" for i, d in
                            (("a", 1), ("b", 2), ("a", 3), ("a", 4))))  # fmt: skip
    receipt = receive(table(tmp_path, rows))
    assert (receipt.read, receipt.accepted, receipt.rejected) == (4, 2, 2)
    assert receipt.notes["repeated"] == 2
    assert [(r["row"], r["value"]) for r in rejects(receipt)] == [("4", "a"), ("5", "a")]
    assert set(queries.by_day(Selection("proof", ALL))) == {date(2023, 1, 1), date(2023, 1, 2)}


def test_a_rejected_row_does_not_use_up_its_identifier(tmp_path):
    source(tmp_path, IDENTIFIED)
    rows = ("id,d,r,x,y", "a,2023-02-30,2023-03-01,-79,-8", "a,2023-02-28,2023-03-01,-79,-8")
    receipt = receive(table(tmp_path, rows))
    assert (receipt.accepted, receipt.notes["repeated"]) == (1, 0)


def test_what_happened_after_it_was_registered_is_told(tmp_path):
    source(tmp_path, IDENTIFIED, more='cut_off = "registered"')
    rows = ("id,d,r,x,y", "a,2023-01-04,2023-01-03,-79,-8", "b,2023-01-01,2023-01-05,-79,-8")
    receipt = receive(table(tmp_path, rows))
    assert receipt.notes["after_registration"] == 1
    assert receipt.cut_off == date(2023, 1, 5)


def test_a_day_after_today_is_rejected(tmp_path):
    source(tmp_path, IDENTIFIED)
    tomorrow = today() + timedelta(days=1)
    rows = ("id,d,r,x,y", "a,2023-01-04,,-79,-8", f"b,{tomorrow},,-79,-8", f"c,{today()},,-79,-8")
    (told,) = rejects(receive(table(tmp_path, rows)))
    assert told["row"] == "3" and "after today" in told["reason"]


def test_a_trial_shows_rows_as_understood_and_writes_nothing(tmp_path, home):
    source(tmp_path)
    before = sorted(path for path in home.root.rglob("*"))
    file = table(tmp_path, (HEADER, "60101,2023,Enero,robo,7", "130105,2023,13,robo,7"))
    trial = dry_run(by=SYSTEM, source="proof", path=file)
    assert (trial["read"], trial["accepted"], trial["rejected"]) == (2, 1, 1)
    assert trial["rows"] == [
        {
            "row": 2,
            "place": "PE-INEI:060101",
            "day": date(2023, 1, 1),
            "last_day": date(2023, 1, 31),
            "category": "robo",
            "n": 7,
        }
    ]
    assert trial["rejects"][0]["column"] == "month" and trial["rejects"][0]["value"] == "13"
    assert sorted(path for path in home.root.rglob("*")) == before
    assert queries.batch_ids("proof") == []
