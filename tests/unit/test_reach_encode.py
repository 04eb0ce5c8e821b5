"""Lists of people become tokens: names, columns, keys, consent, and what never leaves."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import stat
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from convive.domain.reach.coded import columns, keys, schema, shares, tokens
from convive.domain.reach.coded.bits import tokens_of
from convive.domain.reach.coded.encode import Encoded, encode
from convive.kernel import names
from convive.kernel.errors import BadInput

pytestmark = pytest.mark.usefixtures("home")

DAY = dt.date(2025, 11, 29)
HEADER = (
    "codigo;nombres;apellido_paterno;apellido_materno;fecha_nacimiento;sexo;dni;distrito;"
    "consentimiento_enlace"
)
ROWS = (
    "A-1;María del Carmen;Quispe;Huamán;09/12/1990;F;45678901;La Esperanza;sí",
    "A-2;José Luis;Núñez;De la Cruz;1988-03-21;M;;El Porvenir;si",
    "A-3;Rosa;Flores;Ríos;20010504;F;1234567;Florencia de Mora;no",
    "A-4;Ana;;;;F;;La Esperanza;sí",
)
LIST = "\n".join((HEADER, *ROWS))


@pytest.fixture(scope="module")
def key() -> keys.Key:
    return keys.make(DAY)


def listed(path: Path, text: str = LIST, encoding: str = "utf-8") -> columns.People:
    path.write_bytes(text.encode(encoding))
    return columns.read(path)


def encoded(people: columns.People, key: keys.Key, **options: bool) -> Encoded:
    return encode(people, key, "unfpa", schema.USUAL, **options)


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("QUISPE", "Kispe"), ("Vásquez", "BASQUES"), ("Huamán", "UAMAN"), ("Yllanes", "Illanes"),
        ("Zevallos", "Ceballos"), ("LLACTA", "YACTA"), ("Núñez", "NUNEZ"), ("Jiménez", "Gimenes"),
    ],
)  # fmt: skip
def test_what_sounds_alike_is_written_alike(one, other):
    assert surnames(one) == surnames(other)


def test_particles_and_the_husbands_surname_are_left_out():
    assert surnames("De la Cruz") == surnames("CRUZ")
    assert surnames("Rojas de Torres") == surnames("Rojas")
    assert surnames("Rojas Vda. de Torres") == surnames("ROJAS")
    assert len(surnames("Ponce de León")) == 2
    assert len(surnames("Quispe de la Cruz")) == 2
    assert given("María del Carmen") == given("Ma. Carmen")


def surnames(text: str) -> list[str]:
    words = names.without_husband(names.letters(text).split())
    return [part for word in words if (part := names.surname_word(word))]


def given(text: str) -> list[str]:
    return [part for word in names.letters(text).split() if (part := names.given_word(word))]


def test_many_texts_are_brought_to_plain_letters_as_one_is():
    texts = ["Peña-Núñez", "", "línea\nrota", "  ß ﬁ Ñ ", "Ğ\u0308"]
    assert names.all_letters(texts) == [names.letters(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("19081209", ("1908", "12", "09")),
        ("1908-12-09", ("1908", "12", "09")),
        ("1908-12-09 00:00:00", ("1908", "12", "09")),
        ("9/12/1908", ("1908", "12", "09")),
        ("12/31/1990", ("1990", "12", "31")),
        ("31.12.90", ("1990", "12", "31")),
        ("01/02/05", ("2005", "02", "01")),
        ("1990-13-40", ("1990", "13", "40")),
        ("", None), ("no sabe", None), ("1990", None),
    ],
)  # fmt: skip
def test_birth_dates_as_they_are_written(text, found):
    assert names.birth(text, 2025) == found


def test_a_day_and_month_that_are_swapped_leave_the_same_tokens():
    given = [set(tokens_of("date", text, "birth", schema.USUAL, 2025)) for text in
             ("1990-05-09", "09/05/1990", "1990-09-05")]  # fmt: skip
    assert given[0] == given[1] == given[2]


def test_where_men_are_written_h_an_m_is_a_woman():
    assert names.sexes(["H", "M", ""]) == ["M", "F", ""]
    assert names.sexes(["F", "M", "?"]) == ["F", "M", ""]
    assert names.sexes(["Mujer", "varón", "1", "2"]) == ["F", "M", "M", "F"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("45678901", "45678901"), (" 4567-8901 ", "45678901"), ("45678901.0", "45678901"),
        ("4567890", ""), ("456789012", ""), ("00000000", ""), ("12345678", ""), ("A5678901", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_dni_has_eight_digits_and_fills_no_gap(text, found):
    assert names.dni(text) == found


# Reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("separator", [";", ","])
def test_a_list_is_read_however_it_was_saved(tmp_path, key, encoding, separator):
    people = listed(tmp_path / "l.csv", LIST.replace(";", separator), encoding)
    assert people.texts["given"][0] == "María del Carmen"
    assert people.ids == ["A-1", "A-2", "A-3", "A-4"]
    assert encoded(people, key).receipt.encoded == 2


def test_a_workbook_is_read_like_a_text(tmp_path, key):
    path = tmp_path / "l.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate(LIST.splitlines()):
            sheet.write_row(at, 0, line.split(";"))
    from_book = encoded(columns.read(path), key, keep_ids=True).tokens
    from_text = encoded(listed(tmp_path / "l.csv"), key, keep_ids=True).tokens
    assert tokens.to_bytes(from_book) == tokens.to_bytes(from_text)


def test_english_headers_with_blanks_are_known(tmp_path, key):
    people = listed(
        tmp_path / "l.csv",
        "rec_id, given_name, surname, date_of_birth, soc_sec_id\n1, ann, lee, 19801231, 5304218\n"
        "2, bob, ray, 19790101, 4066625",
    )
    assert people.unused == ("soc_sec_id",)
    assert encoded(people, key).receipt.columns == {
        "given": "given_name", "surnames": "surname", "birth": "date_of_birth",
    }  # fmt: skip


def test_a_list_without_names_and_an_unknown_id_are_refused(tmp_path):
    (tmp_path / "l.csv").write_text("codigo,monto\n1,2\n2,3\n")
    with pytest.raises(BadInput, match="no column with names"):
        columns.read(tmp_path / "l.csv")
    listed(tmp_path / "m.csv")
    with pytest.raises(BadInput, match="no such column"):
        columns.read(tmp_path / "m.csv", "expediente")


def test_a_document_counts_as_a_dni_only_where_it_is_called_one(tmp_path, key):
    start = "id,nombres,apellidos,fecha nacimiento,"
    row = "ANA MARIA,ROJAS SOTO,1990-01-02,"
    text = f"{start}tipo documento,numero documento\n1,{row}DNI,45678901\n2,{row}CE,45678902\n"
    found = encoded(listed(tmp_path / "l.csv", text), key, keep_ids=True).tokens
    assert [bool(each) for each in found.dni] == [True, False]
    alone = f"{start}numero documento\n1,{row}45678901\n2,{row}45678902\n"
    found = encoded(listed(tmp_path / "m.csv", alone), key, keep_ids=True).tokens
    assert not any(found.dni)


# Consent


def test_whoever_did_not_agree_leaves_before_encoding_and_is_counted(tmp_path, key):
    found = encoded(listed(tmp_path / "l.csv"), key, keep_ids=True)
    assert found.tokens.ids.tolist() == ["A-1", "A-2"]
    assert found.tokens.refused == {"F": 1}
    receipt = found.receipt
    assert (receipt.rows, receipt.encoded, receipt.refused, receipt.without_fields) == (4, 2, 1, 1)
    assert (receipt.with_dni, receipt.odd_dni) == (1, 1)


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        ("sí", True), ("X", True), ("1", True), ("servicios, enlace", True), ("linkage", True),
        ("no", False), ("", False), ("servicios", False), ("no, solo servicios", False),
        ("?", False), ("no linkage", False),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_no_consent(tmp_path, key, said, agrees):
    text = (
        "id;nombres;apellidos;fecha nacimiento;consentimiento\n1;Ana;Rojas;1990-01-02;sí\n"
        f"2;Rosa;Flores;1991-01-02;{said}\n"
    )
    assert encoded(listed(tmp_path / "l.csv", text), key).receipt.encoded == 1 + agrees


def test_a_list_without_a_column_of_consent_says_so(tmp_path, key):
    text = "id,nombres,apellidos\n1,Ana,Rojas\n2,Rosa,Flores\n"
    receipt = encoded(listed(tmp_path / "l.csv", text), key).receipt
    assert receipt.without_consent
    assert any("no column of consent" in line for line in receipt.lines())


# What leaves


def test_nothing_of_a_name_or_a_number_is_left_in_the_file(tmp_path, key):
    found = encoded(listed(tmp_path / "l.csv"), key)
    text = tokens.to_bytes(found.tokens).decode().casefold()
    for word in ("quispe", "kispe", "carmen", "45678901", "1990", "a-1", key.secret.hex()):
        assert word not in text
    assert {own for _random, own in found.table} == {"A-1", "A-2"}
    assert sorted(found.tokens.ids) == [each for each, _own in found.table]


def test_an_accent_an_h_and_a_swap_change_little_and_another_key_all(tmp_path, key):
    people = listed(
        tmp_path / "l.csv",
        "id,nombres,apellido paterno,apellido materno,fecha nacimiento,sexo\n"
        "1,María,Huamán,Vásquez,1990-05-09,F\n2,MARIA,Uaman,BASQUES,09/05/1990,f\n"
        "3,VASQUEZ,MARIA,HUAMAN,1990-05-09,F\n4,Pedro,Rojas,Soto,1971-11-30,M\n",
    )
    bits = encoded(people, key, keep_ids=True).tokens.bits
    assert (bits[0] == bits[1]).all()
    assert (bits[0] == bits[2]).all()
    assert np.bitwise_count(bits[0] ^ bits[3]).sum() > 100
    other = encoded(people, keys.make(DAY), keep_ids=True).tokens
    assert np.bitwise_count(bits[0] ^ other.bits[0]).sum() > 100


def test_own_ids_that_are_personal_or_stand_twice_never_leave(tmp_path, key):
    text = "dni,nombres,apellidos\n45678901,Ana,Rojas\n45678902,Rosa,Flores\n"
    with pytest.raises(BadInput, match="birth dates or DNI"):
        encoded(listed(tmp_path / "l.csv", text), key, keep_ids=True)
    text = "id,nombres,apellidos\n7,Ana,Rojas\n7,Rosa,Flores\n"
    with pytest.raises(BadInput, match="stands twice"):
        encoded(listed(tmp_path / "m.csv", text), key, keep_ids=True)
    assert encoded(listed(tmp_path / "m.csv", text), key).receipt.encoded == 2


def test_strata_are_the_same_words_in_every_list(tmp_path, key):
    text = (
        "id;nombres;apellidos;fecha nacimiento;sexo;distrito;fecha de atencion\n"
        "1;Ana;Rojas;2009-11-30;Mujer;La  esperanza;15/08/2025\n"
        "2;Rosa;Flores;2009-11-28;F;LA ESPERANZA;2025-Q3\n"
    )
    strata = encoded(listed(tmp_path / "l.csv", text), key, keep_ids=True).tokens.strata
    assert {name: each.tolist() for name, each in strata.items()} == {
        "sex": ["F", "F"], "age_band": ["15–17", "15–17"],
        "district": ["LA ESPERANZA", "LA ESPERANZA"], "quarter": ["2025-Q3", "2025-Q3"],
    }  # fmt: skip


# The file of tokens


def test_a_file_of_tokens_comes_back_as_it_went(tmp_path, key):
    made = encoded(listed(tmp_path / "l.csv"), key).tokens
    back = tokens.from_bytes(tokens.to_bytes(made), "x")
    assert tokens.to_bytes(back) == tokens.to_bytes(made)
    assert (back.bits == made.bits).all()


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-20],
        lambda whole: whole[: whole.rindex(b"\n", 0, -1) + 1],
        lambda whole: whole.replace(b'"rows":2', b'"rows":1'),
        lambda whole: whole.replace(b'"words":16', b'"words":15'),
        lambda whole: b"codigo,nombres\n1,Ana\n",
        lambda whole: b"",
        lambda whole: whole.replace(b"tokens", b"key", 1),
        lambda whole: whole.replace(b',"F",', b",1,"),
    ],
)
def test_a_damaged_file_of_tokens_is_refused(tmp_path, key, damage):
    whole = tokens.to_bytes(encoded(listed(tmp_path / "l.csv"), key).tokens)
    with pytest.raises(BadInput):
        tokens.from_bytes(damage(whole), "x")


# Keys


def test_any_two_of_three_parts_give_the_key_and_one_does_not(tmp_path, key):
    parts = keys.split(key, 2, 3)
    paths = [tmp_path / f"k.{part.part}" for part in parts]
    keys.write_all(dict(zip(paths, parts, strict=True)))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in paths)
    for pair in ((0, 1), (0, 2), (2, 1)):
        assert keys.read([paths[i] for i in pair]) == key
    with pytest.raises(BadInput, match="1 of the 2"):
        keys.read(paths[:1])
    with pytest.raises(BadInput, match="1 of the 2"):
        keys.read([paths[0], paths[0]])


def test_parts_of_two_keys_and_a_changed_part_are_refused(tmp_path, key):
    one, other = keys.split(key, 2, 2)[0], keys.split(keys.make(DAY), 2, 2)[1]
    keys.write_all({tmp_path / "a": one, tmp_path / "b": other})
    with pytest.raises(BadInput, match="not parts of one key"):
        keys.read([tmp_path / "a", tmp_path / "b"])
    second = json.loads(keys.split(key, 2, 2)[1].text())
    (tmp_path / "c").write_text(json.dumps(second))
    with pytest.raises(BadInput, match="do not give the key"):
        keys.read([tmp_path / "a", tmp_path / "c"])


def test_a_key_is_never_overwritten_nor_shown(tmp_path, key):
    keys.write_all({tmp_path / "k": key})
    with pytest.raises(BadInput, match="never overwritten"):
        keys.write_all({tmp_path / "k": key})
    assert key.secret.hex() not in repr(key) and str(key.secret) not in repr(key)
    (tmp_path / "k").write_text((tmp_path / "k").read_text().replace(key.run, "0" * 16))
    with pytest.raises(BadInput, match="not a key"):
        keys.read([tmp_path / "k"])


def test_shares_hold_the_secret_and_fewer_say_nothing():
    secret = bytes(range(32))
    parts = shares.split(secret, 3, 5)
    for chosen in ((1, 2, 3), (5, 3, 1), (2, 4, 5)):
        assert shares.join({x: parts[x] for x in chosen}) == secret
    # whatever the secret was, two parts are as likely: some third part gives every other secret
    for wanted in (0, 77, 255):
        third = next(
            byte for byte in range(256)
            if shares.join({1: parts[1][:1], 2: parts[2][:1], 3: bytes([byte])})[0] == wanted
        )  # fmt: skip
        assert 0 <= third <= 255


@pytest.mark.parametrize("text", ["", "_M", "45678901", "ñ" * 100])
def test_the_quick_keyed_hash_is_hmac_sha256(key, text):
    secret = key.of_field("name")
    assert keys.Hashed(secret)(text) == hmac.digest(secret, text.encode(), "sha256")


def test_each_field_has_a_key_of_its_own(key):
    assert len({key.of_field(each.name) for each in schema.USUAL.fields}) == len(
        schema.USUAL.fields
    )


# Schemas


def test_a_schema_of_a_file_joins_places_written_by_name_and_by_code(tmp_path, key):
    data = schema.USUAL.as_json() | {"places": {"La Esperanza": "130105"}}
    (tmp_path / "s.json").write_text(json.dumps(data))
    own = schema.read(tmp_path / "s.json")
    assert own.name != schema.USUAL.name
    assert schema.read(None).name == schema.USUAL.name
    assert own.place("la esperanza") == own.place("130105") == "130105"


@pytest.mark.parametrize(
    "change",
    [{"bits": 100}, {"fields": []},
     {"fields": [{"name": "x", "kind": "y", "roles": [], "weight": 1}]},
     {"fields": [{"name": "x", "kind": "exact", "roles": ["dni"], "weight": 1}]},
     {"fields": [{"name": "x", "kind": "exact", "roles": ["sex"], "weight": 17}]}],
)  # fmt: skip
def test_a_schema_that_cannot_be_is_refused(tmp_path, change):
    (tmp_path / "s.json").write_text(json.dumps(schema.USUAL.as_json() | change))
    with pytest.raises(BadInput):
        schema.read(tmp_path / "s.json")
