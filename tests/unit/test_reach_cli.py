"""convive reach: key, encode and link, on the published files and on what is refused."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from convive.cli.reach import reach

pytestmark = pytest.mark.usefixtures("home")

LISTS = {
    "unfpa": "codigo,nombres,apellido paterno,apellido materno,fecha nacimiento,sexo,dni\n"
    "A1,María,Quispe,Huamán,1990-05-09,F,45678901\nA2,José,Rojas,Soto,1971-11-30,M,\n",
    "undp": "id;nombres;apellidos;fecha de nacimiento;sexo;dni\n"
    "7;MARIA;KISPE UAMAN;09/05/1990;Mujer;45678901\n8;Elena;Flores Ruiz;01/02/1985;Mujer;\n",
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONVIVE_LANG", "en")
    with translation.override("en"):  # the command activates a language: take it back
        yield


def run(*words: object) -> Result:
    return CliRunner().invoke(reach, [str(word) for word in words])


def told(*words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def refused(*words: object) -> str:
    done = run(*words, "--json")
    assert done.exit_code == 1, done.output
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["remedy"]
    return str(problem["why"])


@pytest.fixture
def tokens(tmp_path: Path) -> list[Path]:
    told("key", "--out", tmp_path / "k")
    files = []
    for agency, text in LISTS.items():
        (tmp_path / f"{agency}.csv").write_text(text)
        files.append(tmp_path / f"{agency}.tokens")
        told(
            "encode", tmp_path / f"{agency}.csv", "--key", tmp_path / "k", "--agency", agency,
            "--out", files[-1],
        )  # fmt: skip
    return files


def test_a_key_in_parts_encodes_like_the_whole_and_nobody_else_reads_it(tmp_path):
    made = told("key", "--out", tmp_path / "k", "--split", "2-of-3")
    parts = [Path(name) for name in made["files"]]
    assert [path.name for path in parts] == ["k.1", "k.2", "k.3"]
    assert not (tmp_path / "k").exists()
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in parts)
    (tmp_path / "l.csv").write_text(LISTS["unfpa"])
    contents = []
    for chosen in ((0, 1), (2, 0)):
        out = tmp_path / "out"
        keys = [word for at in chosen for word in ("--key", parts[at])]
        told("encode", tmp_path / "l.csv", *keys, "--agency", "a", "--keep-ids", "--out", out)
        contents.append(out.read_bytes())
    assert contents[0] == contents[1]
    assert "1 of the 2" in refused(
        "encode", tmp_path / "l.csv", "--key", parts[0], "--agency", "a", "--out", tmp_path / "o"
    )
    assert not (tmp_path / "o").exists()


def test_no_secret_is_ever_printed(tmp_path):
    done = run("key", "--out", tmp_path / "k")
    secret = json.loads((tmp_path / "k").read_text())["secret"]
    assert secret not in done.output + done.stderr
    assert "Delete the key" in done.output


@pytest.mark.parametrize("split", ["3-of-2", "1-of-3", "2 of 3", "2-of-300"])
def test_a_split_that_cannot_be_is_refused(tmp_path, split):
    assert refused("key", "--out", tmp_path / "k", "--split", split)
    assert not list(tmp_path.glob("k*"))


def test_two_lists_are_counted_once_without_a_home(tokens, tmp_path, monkeypatch):
    monkeypatch.setenv("CONVIVE_HOME", str(tmp_path / "none"))
    found = told("link", *tokens, "--pairs", tmp_path / "p.csv")
    assert (found["sum"], found["largest"], found["groups"]) == (4, 2, 3)
    assert [one["agency"] for one in found["lists"]] == list(LISTS)
    (row,) = csv.DictReader((tmp_path / "p.csv").read_text().splitlines())
    assert (row["list_a"], row["list_b"], float(row["probability"])) == ("unfpa", "undp", 1.0)
    table = csv.DictReader((tmp_path / "unfpa.tokens.ids.csv").read_text().splitlines())
    assert {one["token_id"]: one["own_id"] for one in table}[row["id_a"]] == "A1"
    assert not (tmp_path / "none").exists()
    assert stat.S_IMODE((tmp_path / "unfpa.tokens.ids.csv").stat().st_mode) == 0o600


def test_only_counts_are_told(tokens):
    done = run("link", *tokens)
    assert "2 lists add up to 4 people; the longest has 2." in done.output
    ids = [json.loads(line)[0] for line in tokens[0].read_text().splitlines()[1:]]
    assert not any(one in done.output for one in ids)


def test_lists_of_two_keys_two_schemas_or_one_agency_are_refused(tokens, tmp_path):
    assert "of this agency" in refused("link", tokens[0], tokens[0])
    for change, why in (('"schema":"', "another schema"), ('"key":"', "another key")):
        other = tmp_path / "other.tokens"
        other.write_text(tokens[1].read_text().replace(change, change + "0"))
        assert why in refused("link", tokens[0], other)


def test_a_file_that_cannot_be_written_leaves_nothing_half_done(tokens, tmp_path):
    before = sorted(tmp_path.iterdir())
    why = refused(
        "encode", tmp_path / "unfpa.csv", "--key", tmp_path / "k", "--agency", "unfpa",
        "--out", tmp_path / "no" / "such" / "folder",
    )  # fmt: skip
    assert "cannot be written" in why
    assert sorted(tmp_path.iterdir()) == before


# The published files of FEBRL


def matched(tmp_path: Path, *lists: Path) -> tuple[dict[str, Any], set[frozenset[str]]]:
    """The answer and the pairs of some files, as the commands give them."""
    told("key", "--out", tmp_path / "k")
    files = []
    for path in lists:
        files.append(tmp_path / f"{path.stem}.tokens")
        told(
            "encode", path, "--key", tmp_path / "k", "--agency", path.stem, "--keep-ids",
            "--out", files[-1],
        )  # fmt: skip
    answer = told("link", *files, "--pairs", tmp_path / "p.csv")
    with (tmp_path / "p.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert all(float(row["probability"]) >= 0.5 for row in rows)
    return answer, {frozenset((row["id_a"], row["id_b"])) for row in rows}


def person(own: str) -> str:
    return own.split("-")[1]


def judged(found: set[frozenset[str]], ids: list[str]) -> tuple[float, int]:
    """F1 of the pairs, and how many people there are: rec-7-org and rec-7-dup-0 are one."""
    true = {each for each in found if len({person(one) for one in each}) == 1}
    people: dict[str, int] = {}
    for one in ids:
        people[person(one)] = people.get(person(one), 0) + 1
    real = sum(count * (count - 1) // 2 for count in people.values())
    return 2 * len(true) / (len(found) + real), len(people)


def ids_of(*paths: Path) -> list[str]:
    return [line.split(",")[0] for path in paths for line in path.read_text().splitlines()[1:]]


def part(path: Path, target: Path, rows: Any, columns: Any = slice(None)) -> Path:
    """Some rows and columns of a file, the first column among them."""
    table = [[cell.strip() for cell in line] for line in csv.reader(path.read_text().splitlines())]
    chosen = [table[0], *(table[1:][at] for at in rows)]
    with target.open("w", newline="") as file:
        csv.writer(file).writerows([row[columns] for row in chosen])
    return target


def test_febrl_4_is_linked_as_well_as_its_plain_text_would_be(shared, tmp_path):
    files = [shared / f"linkage/febrl/dataset4{each}.csv" for each in "ab"]
    answer, found = matched(tmp_path, *files)
    f1, people = judged(found, ids_of(*files))
    assert f1 >= 0.99
    assert answer["groups"] == pytest.approx(people, rel=0.01)
    assert answer["candidates_recall"] > 0.99


@pytest.mark.parametrize("seed", [1, 2])
def test_random_halves_of_febrl_4_are_too(shared, tmp_path, seed):
    import numpy as np

    draw = np.random.default_rng(seed)
    files = [
        part(
            shared / f"linkage/febrl/dataset4{each}.csv", tmp_path / f"{each}.csv",
            np.flatnonzero(draw.random(4_999) < 0.5),
        )
        for each in "ab"
    ]  # fmt: skip
    answer, found = matched(tmp_path, *files)
    f1, people = judged(found, ids_of(*files))
    assert f1 >= 0.99
    assert answer["groups"] == pytest.approx(people, rel=0.01)


def test_names_and_birth_date_alone_link_febrl_4(shared, tmp_path):
    files = []
    for each in "ab":
        path = shared / f"linkage/febrl/dataset4{each}.csv"
        table = list(csv.reader(path.read_text().splitlines()))
        wanted = ("rec_id", "given_name", "surname", "date_of_birth")
        at = [[name.strip() for name in table[0]].index(name) for name in wanted]
        target = tmp_path / f"{each}.csv"
        with target.open("w", newline="") as file:
            csv.writer(file).writerows([[row[i].strip() for i in at] for row in table])
        files.append(target)
    _answer, found = matched(tmp_path, *files)
    assert judged(found, ids_of(*files))[0] >= 0.96


@pytest.mark.parametrize("name", ["dataset1", "dataset2"])
def test_doubles_within_one_file_are_found(shared, tmp_path, name):
    path = shared / f"linkage/febrl/{name}.csv"
    answer, found = matched(tmp_path, path)
    f1, people = judged(found, ids_of(path))
    assert f1 >= 0.985
    # Each key misses others of the doubles: as many as that F1 allows are people too many
    assert answer["groups"] == pytest.approx(people, rel=0.03)
