"""How tests go through the pages of the desk: as a browser does, form by form."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from convive.evidence.models import Upload

NEW = "/evidence/uploads/new/"
ABOUT = {"source": "-new-", "name_es": "Denuncias de la municipalidad", "kind": "police",
         "owner": "muni-la-esperanza", "agreement": "Convenio 12-2023",
         "document_number": "Oficio 214-2024", "document_date": "2024-04-02"}  # fmt: skip


def sent(content: bytes, name: str = "denuncias María.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def upload(
    client: Client, content: bytes, name: str = "denuncias María.xlsx", **about: str
) -> Upload:
    answer = client.post(NEW, ABOUT | about | {"file": sent(content, name)})
    assert answer.status_code == 302, answer.content.decode()
    return Upload.objects.latest("pk")


def fields(client: Client, url: str) -> dict[str, str]:
    """What a browser would send if nothing were changed: every control of the page's first form."""
    body = client.get(url).content.decode()
    found: dict[str, str] = {}
    for tag in re.findall(r"<(?:input|option)[^>]*>|<select[^>]*>|<textarea[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if tag.startswith("<select"):
            select = name[1] if name else ""
        elif tag.startswith("<option") and " selected" in tag:
            found[select] = value[1] if value else ""
        elif tag.startswith("<input") and name and "csrf" not in tag and 'type="file"' not in tag:
            ticked = re.search('type="(radio|checkbox)"', tag)
            if not ticked or " checked" in tag:
                found[name[1]] = value[1] if value else "on" if ticked else ""
    return found


def read_as(client: Client, found: Upload, **changes: Any) -> Upload:
    url = f"/evidence/uploads/{found.pk}/reading/"
    answer = client.post(url, fields(client, url) | {"do": "go"} | changes)
    assert answer.status_code == 302, answer.content.decode()
    found.refresh_from_db()
    return found


def classed(client: Client, found: Upload, **changes: Any) -> Upload:
    url = f"/evidence/uploads/{found.pk}/offences/"
    answer = client.post(url, fields(client, url) | {"checked": "on"} | changes)
    assert answer.status_code == 302, answer.content.decode()
    found.refresh_from_db()
    return found


def work() -> None:
    call_command(
        "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False, reload=False,
        worker_id="test", verbosity=0,
    )  # fmt: skip


def bring_in(client: Client, found: Upload, **answers: str) -> Upload:
    answer = client.post(f"/evidence/uploads/{found.pk}/send", answers)
    assert answer.status_code == 302, answer.content.decode()
    work()
    found.refresh_from_db()
    return found
