"""convive evidence, as a person runs it."""

from __future__ import annotations

import json

import pytest
from cast import make_person, make_programme
from click.testing import CliRunner, Result
from recorded import pack_source, receive, source, table

from convive.cli.evidence import evidence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

ROWS = (
    "place,year,month,offence,n",
    "130105,2023,1,robo,7",
    "060101,2023,2,robo,5",
    "130105,2023,13,robo,3",
)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("CONVIVE_LANG", "en")


def run(*words) -> Result:
    return CliRunner().invoke(evidence, [str(word) for word in words])


def test_an_import_ends_with_a_receipt_on_stdout_and_its_progress_on_stderr(tmp_path):
    source(tmp_path)
    done = run("import", table(tmp_path, ROWS), "--source", "proof")
    assert done.exit_code == 0
    assert "Read 3 = accepted 2 + rejected 1." in done.stdout
    assert "Rows under codes that the pack does not know: 2, of 2 codes" in done.stdout
    assert "Not yet in offences.csv: robo." in done.stdout
    assert "… checking every row" in done.stderr and "checking" not in done.stdout


def test_the_receipt_is_one_json_object_with_its_numbers(tmp_path):
    source(tmp_path)
    file = table(tmp_path, ROWS)
    first = json.loads(run("import", file, "--source", "proof", "--json").stdout)
    assert {first[name] for name in ("read", "accepted", "rejected")} == {3, 2, 1}
    assert first["already_imported"] is False
    again = run("import", file, "--source", "proof", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout) == {**first, "already_imported": True}


def test_several_files_are_received_one_by_one_and_summed(tmp_path):
    source(tmp_path)
    files = [table(tmp_path, ROWS, "1.csv"), table(tmp_path, ROWS[:3], "2.csv")]
    told = json.loads(run("import", *files, "--source", "proof", "--json").stdout)
    assert (told["read"], told["accepted"], told["rejected"]) == (5, 4, 1)
    assert [r["read"] for r in told["receipts"]] == [3, 2]


def test_a_trial_shows_the_rows_and_the_rejects(tmp_path):
    source(tmp_path)
    done = run("import", table(tmp_path, ROWS), "--source", "proof", "--dry-run")
    assert done.exit_code == 0 and "nothing was written" in done.stdout
    assert "place PE-INEI:130105" in done.stdout
    assert "row 4, column month: “13” This is not a month." in done.stdout
    assert json.loads(run("list", "--json").stdout) == {"batches": []}


@pytest.mark.parametrize(
    ("rows", "source_name", "says"),
    [
        (("lugar,n", "130105,1"), "proof", "lacks the columns of proof: place"),
        (ROWS, "nothing", "no source of this name"),
        ((*ROWS, "a,b"), "proof", "line 5"),
    ],
)
def test_what_cannot_be_imported_exits_1_and_says_what_to_do(tmp_path, rows, source_name, says):
    source(tmp_path)
    ended = run("import", table(tmp_path, rows), "--source", source_name, "--json")
    assert ended.exit_code == 1
    (problem, *_more) = json.loads(ended.stdout)["problems"]
    assert says in f"{problem['where']}: {problem['why']}" and problem["remedy"]
    assert says in ended.stderr


def test_wrong_usage_exits_2(tmp_path):
    assert run("import", tmp_path / "absent.csv", "--source", "proof").exit_code == 2
    assert run("import", table(tmp_path, ROWS)).exit_code == 2


def test_the_sources_are_listed_with_what_they_cannot_support(tmp_path):
    pack_source("mininter-vaw")
    pack_source("sidpol-points")
    told = run("sources")
    assert told.exit_code == 0
    assert "sidpol-points" in told.stdout and "nothing imported yet" in told.stdout
    assert "Its export stops at a number of rows" in told.stdout
    listed = json.loads(run("sources", "--json").stdout)["sources"]
    by_code = {row["code"]: row for row in listed}
    assert set(by_code["mininter-vaw"]["lacks"]) >= {"day", "hour", "position"}


def test_the_batches_are_listed(tmp_path):
    source(tmp_path)
    receipt = json.loads(run("import", table(tmp_path, ROWS), "--source", "proof", "--json").stdout)
    assert receipt["batch"][:12] in run("list", "--source", "proof").stdout
    (listed,) = json.loads(run("list", "--json").stdout)["batches"]
    assert listed["batch"] == receipt["batch"]
    assert json.loads(run("list", "--source", "other", "--json").stdout) == {"batches": []}


def test_who_may_not_import_is_told_so(tmp_path):
    source(tmp_path)
    ended = run("import", table(tmp_path, ROWS), "--source", "proof", "--as", "x@example.org")
    assert ended.exit_code == 1


def test_somebody_sees_in_the_lists_what_their_roles_let_them_see(tmp_path):
    make_programme()
    source(tmp_path, more='owner = "muni-la-esperanza"')
    receive(table(tmp_path, ROWS))
    for who, seen in (("municipal_officer", True), ("other_municipal_officer", False)):
        email = make_person(who).email
        for words in (("sources", "--json"), ("list", "--json")):
            assert ("proof" in run(*words, "--as", email).stdout) is seen, (who, words)
