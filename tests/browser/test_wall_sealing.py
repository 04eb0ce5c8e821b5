"""What the scripts of the wall compute, in a real browser without a server: published vectors of
HPKE, the same in Python both ways, keys under a passphrase, parts on paper, sizes."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import Browser, Error, Page

from convive.demo import wall
from convive.domain.protection import pinned
from convive.domain.protection.rules import ROUNDS, SIZES, is_sealed_record, is_wrapped
from convive.domain.reach.coded import shares
from convive.kernel.recipients import SUITE

pytestmark = pytest.mark.browser
SOURCE = pinned.FILE.parents[2]
PURE = ("look/static/look/shares.js", *(
    f"domain/protection/static/protection/{name}.js" for name in ("hpke", "keys", "records")
))  # fmt: skip
UNIT, CODE = "bcdfghjkmnpq", "zxwvtsrqpnmk"
HEAD = {"code": CODE, "survivor": UNIT, "month": "2024-05", "district": "", "number": 1}
# Test vectors of RFC 9180 as its authors published them (draft-irtf-cfrg-hpke, test-vectors.json):
# mode 0, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, the first message
VECTOR = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "skRm": "317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2",
    "skEm": "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e",
    "pkRm": "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f85314854487"
    "6de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c",
    "pkEm": "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86"
    "c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0",
    "shared": "48893fecd82f7c3456af6a42d8f56325d21e08c10fa81299986aaff54cde7b49",
    "nonce": "9bc50980832a7b4b58c40161",
    "aad": "436f756e742d30",
    "ct": "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f89"
    "08da49f8f96f",
    "pt": "4265617574792069732074727574682c20747275746820626561757479",
}
UNHEX = "const un = (t) => Uint8Array.from(t.match(/../g), (p) => parseInt(p, 16));"


@pytest.fixture(scope="module")
def tab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with the scripts that touch no page, and no network."""
    file = tmp_path_factory.mktemp("wall") / "scripts.html"
    texts = [(SOURCE / path).read_text(encoding="utf-8") for path in PURE]
    tags = "\n".join(f"<script>{text}</script>" for text in texts)
    file.write_text(f"<!doctype html><meta charset=utf-8>{tags}")
    with browser.new_context() as context:
        context.set_offline(True)
        page = context.new_page()
        page.goto(Path(file).as_uri())
        yield page


def run(tab: Page, body: str, **given: Any) -> Any:
    """What the lines of a function return, called with what is given."""
    names = ", ".join(given)
    return tab.evaluate(f"async ({{ {names} }}) => {{ {UNHEX} {body} }}", given)


def test_it_seals_and_opens_the_published_vector(tab: Page) -> None:
    box = VECTOR["pkEm"] + VECTOR["ct"]
    opened = run(
        tab,
        "const pair = await pairOf(un(v.skRm), un(v.pkRm));"
        "return hex(await hpkeOpen(pair, un(v.info), un(box), un(v.aad)));",
        v=VECTOR,
        box=box,
    )
    assert opened == VECTOR["pt"]
    sealed = run(
        tab,
        "const { privateKey } = await pairOf(un(v.skEm), un(v.pkEm));"
        "const publicKey = await crypto.subtle.importKey('raw', un(v.pkEm), P256, true, []);"
        "const ephemeral = { privateKey, publicKey };"
        "return hex(await hpkeSeal(un(v.pkRm), un(v.info), un(v.pt), un(v.aad), ephemeral));",
        v=VECTOR,
    )
    assert sealed == box
    steps = run(
        tab,
        "const { privateKey } = await pairOf(un(v.skEm), un(v.pkEm));"
        "const shared = await agreed(privateKey, un(v.pkRm), un(v.pkEm), un(v.pkRm));"
        "return [hex(shared), hex((await scheduled(shared, un(v.info))).nonce)];",
        v=VECTOR,
    )
    assert steps == [VECTOR["shared"], VECTOR["nonce"]]


def test_a_second_implementation_opens_what_it_seals_and_the_other_way_round(tab: Page) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = wall.point(key.public_key())
    answers = {"narrative": "ñandú «á» 中", "law_kinds": ["physical"]}
    sealed = run(
        tab,
        "return sealRecord(unit, fromBase64(key), head, answers);",
        unit=UNIT,
        key=public,
        head=HEAD,
        answers=answers,
    )
    assert is_sealed_record(sealed)
    content = SUITE.decrypt(b64decode(sealed), key, wall.bound("record", UNIT, CODE, 1))
    assert len(content) == SIZES[0]
    length = int.from_bytes(content[:4], "big")
    assert json.loads(content[4 : 4 + length]) == {**HEAD, "answers": answers}
    opened = run(
        tab,
        "const pair = await pairOf(fromBase64(d), fromBase64(key));"
        "return openRecord(unit, pair, head, sealed);",
        d=b64encode(wall.scalar(key)).decode(),
        key=public,
        unit=UNIT,
        head=HEAD,
        sealed=wall.seal_record(UNIT, key.public_key(), HEAD, answers),
    )
    assert opened == answers


@pytest.mark.parametrize(
    "moved",
    [{"code": UNIT}, {"number": 2}, {"month": "2024-06"}, {"district": "x"}, {"survivor": CODE}],
)
def test_a_record_that_was_moved_does_not_open(tab: Page, moved: dict[str, Any]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    sealed = wall.seal_record(UNIT, key.public_key(), HEAD, {"narrative": "x"})
    given = {
        "d": b64encode(wall.scalar(key)).decode(),
        "key": wall.point(key.public_key()),
        "sealed": sealed,
    }
    body = (
        "const pair = await pairOf(fromBase64(d), fromBase64(key));"
        "return openRecord(unit, pair, head, sealed);"
    )
    assert run(tab, body, unit=UNIT, head=HEAD, **given) == {"narrative": "x"}
    with pytest.raises(Error):
        run(tab, body, unit=UNIT, head=HEAD | moved, **given)
    with pytest.raises(Error):
        run(tab, body, unit=CODE, head=HEAD, **given)


def test_halves_of_two_keys_are_no_pair(tab: Page) -> None:
    one, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    with pytest.raises(Error):
        run(
            tab,
            "await pairOf(fromBase64(d), fromBase64(key));",
            d=b64encode(wall.scalar(one)).decode(),
            key=wall.point(other.public_key()),
        )


def test_a_passphrase_wraps_as_in_python_and_no_other_opens(tab: Page) -> None:
    words, secret = "cinco palabras ñ muy lejos", bytes(range(32))
    kept = run(
        tab,
        "return wrapped(words, un(secret), unit, 7);",
        words=words,
        secret=secret.hex(),
        unit=UNIT,
    )
    assert is_wrapped(kept)
    salt, nonce, sealed = (b64decode(kept[name]) for name in ("salt", "nonce", "sealed"))
    under = hashlib.pbkdf2_hmac("sha256", words.encode(), salt, ROUNDS)
    assert AESGCM(under).decrypt(nonce, sealed, wall.bound("own", UNIT, 7)) == secret
    with pytest.raises(InvalidTag):
        AESGCM(under).decrypt(nonce, sealed, wall.bound("own", UNIT, 8))
    body = "return hex(await unwrapped(words, kept, unit, account));"
    given = {"kept": kept, "unit": UNIT, "words": words, "account": 7}
    assert run(tab, body, **given) == secret.hex()
    for other in ({"words": words + "s"}, {"account": 8}, {"kept": kept | {"rounds": 1000}}):
        with pytest.raises(Error):
            run(tab, body, **(given | other))


def test_any_parts_on_paper_give_the_key_back_and_a_slip_is_found(tab: Page) -> None:
    secret = bytes(range(200, 232))
    lines = run(
        tab,
        "const parts = splitBytes(un(secret), 3, 5);"
        "return Promise.all(parts.map((each, i) => paperPart(unit, 2, 3, i + 1, each)));",
        secret=secret.hex(),
        unit=UNIT,
    )
    read = (
        "const r = await partRead(line);"
        "return r && [r.unit, r.number, r.need, r.part, hex(r.bytes)];"
    )
    found = {}
    for i, line in enumerate(lines, 1):
        unit, number, need, part, digits = run(tab, read, line=line.upper())
        assert (unit, number, need, part) == (UNIT, 2, 3, i)
        found[part] = bytes.fromhex(digits)
    for chosen in ((1, 2, 3), (5, 3, 1), (2, 4, 5)):
        assert shares.join({x: found[x] for x in chosen}) == secret  # the other implementation
    assert shares.join({x: found[x] for x in (1, 2)}) != secret
    last = lines[0][-1]
    for slip in (lines[0][:-1] + ("0" if last != "0" else "1"), lines[0][:-1], "", "abc"):
        assert run(tab, read, line=slip) is None
    assert run(tab, read, line=lines[0].replace("-1:", "-2:")) is None


@pytest.mark.parametrize(
    ("letters", "size"), [(0, 4096), (3800, 4096), (4096, 8192), (200_000, 262144)]
)
def test_the_length_of_a_record_tells_a_size_alone(tab: Page, letters: int, size: int) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    sealed = run(
        tab,
        "return sealRecord(unit, fromBase64(key), head, { narrative: 'x'.repeat(letters) });",
        unit=UNIT,
        key=wall.point(key.public_key()),
        head=HEAD,
        letters=letters,
    )
    assert len(b64decode(sealed)) == size + 65 + 16


def test_what_is_too_long_is_refused_and_codes_are_those_of_the_house(tab: Page) -> None:
    with pytest.raises(Error, match="TooLong"):
        run(tab, "filled(new Uint8Array(300000));")
    codes = run(tab, "return Array.from({ length: 500 }, newCode);")
    assert len(set(codes)) == 500
    assert {len(code) for code in codes} == {12}
    assert set("".join(codes)) == set("23456789bcdfghjkmnpqrstvwxz")
