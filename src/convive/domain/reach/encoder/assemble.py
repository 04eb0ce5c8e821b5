"""The encoder: one HTML file, all of it inside, that codes a list in a browser without a network.

Its scripts hold how lists are coded; which names columns have, how words sound and what weighs how
much are written into it from the tables that the command line reads, so both code alike. It allows
itself nothing: its policy names the hashes of its own style and script, and no address at all.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convive import look
from convive.domain.reach.coded import consent, strata
from convive.domain.reach.coded.schema import Schema
from convive.kernel import names
from convive.kernel.columns import NO, SYNONYMS, YES

HERE = Path(__file__).resolve().parent
SHARES = Path(look.__file__).parent / "static" / "look" / "shares.js"
SCRIPTS = ("words", "names", "keys", "encode", "tables", "app")  # each uses those before it
_made: dict[str, Page] = {}


@dataclass(frozen=True)
class Page:
    """The file. sha256 : by which people see that they hold the same one."""

    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def page(schema: Schema) -> Page:
    """The encoder for lists of this schema. The same schema gives the same bytes."""
    if schema.name not in _made:
        _made.clear()
        _made[schema.name] = Page(_written(schema).encode())
    return _made[schema.name]


def schema_text(schema: Schema) -> str:
    """The schema as a file for `convive reach encode --schema`."""
    return json.dumps(schema.as_json(), ensure_ascii=False, indent=1) + "\n"


def rules(schema: Schema) -> dict[str, Any]:
    """Every table that the scripts need."""
    return {
        "schema": schema.as_json(),
        "schemaName": schema.name,
        "synonyms": SYNONYMS,
        "leftOut": sorted(names.LEFT_OUT),
        "articles": sorted(names.ARTICLES),
        "married": sorted(names.MARRIED),
        "own": sorted(names.OWN),
        "short": names.SHORT,
        "sounds": [(each.pattern, by.replace("\\", "$")) for each, by in names.SOUNDS],
        "sex": {word: sex for sex, said in names.SEX.items() for word in said.split()},
        "yes": sorted(YES),
        "no": sorted(NO),
        "linkage": sorted(consent.LINKAGE),
        "ages": strata.AGES,
    }


def _written(schema: Schema) -> str:
    data = json.dumps(rules(schema), ensure_ascii=False, separators=(",", ":"))
    data = data.replace("<", "\\u003c")  # nothing in it may end the script
    parts = [f'"use strict";\nconst RULES = {data};\n']
    parts += [path.read_text(encoding="utf-8") for path in (SHARES, *_scripts())]
    script = "\n".join(parts)
    style = (HERE / "encoder.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    put = {"POLICY": policy, "STYLE": style, "SCRIPT": script}
    template = (HERE / "page.html").read_text(encoding="utf-8")
    return re.sub("@(POLICY|STYLE|SCRIPT)@", lambda found: put[found[1]], template)


def _scripts() -> list[Path]:
    return [HERE / f"{name}.js" for name in SCRIPTS]


def _hash(text: str) -> str:
    """As a content policy names what it allows (CSP level 3)."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
