"""Write docs/personal-data.md from the inventory of personal data, or check it.

    .venv/bin/python tools/personal_data.py update
    .venv/bin/python tools/personal_data.py check

A new field of a model first gets its kind in src/convive/domain/privacy/inventory.toml.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "personal-data.md"


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CONVIVE_HOME": home, "DJANGO_SETTINGS_MODULE": "convive.settings"}
        sys.path.insert(0, str(ROOT / "src"))
        import django

        django.setup()
        from convive.domain.privacy import inventory

        faults = inventory.differences()
        text = inventory.markdown()
    if sys.argv[1:] == ["update"]:
        FILE.write_text(text, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != text:
        faults.append(f"{FILE.name}: run tools/personal_data.py update")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
