"""All that is kept about one account, for the person whose it is."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from convive.domain.privacy.inventory import Kind, inventory
from convive.domain.programme.models import User
from convive.kernel.models import JournalEntry

# Never told, not even to their owner: whoever has them can enter, or open what is sealed
_NEVER = frozenset({Kind.SECRET, Kind.SEALED})


def kept_about(user: User) -> dict[str, Any]:
    """Every row that belongs to this account, by table, and every act of theirs in the journal."""
    found: dict[str, Any] = {}
    for table in inventory():
        model = apps.get_model(table.model)
        links = links_of(model)
        for link in links:
            # What somebody wrote about one account is not told to another that the row names
            is_subject = len(links) == 1 or link == table.subject
            left_out = _NEVER if is_subject else _NEVER | {Kind.FREE_TEXT}
            told = [
                name
                for kind, names in table.fields.items()
                if kind not in left_out
                for name in names
            ]
            rows = model._default_manager.filter(**{link: user.pk})
            kept = [{name: _plain(row, name) for name in told} for row in rows]
            if kept:
                found.setdefault(table.model, []).extend(kept)
    acts = JournalEntry.objects.filter(who=f"user:{user.pk}").order_by("seq")
    found["journal"] = [
        {"at": act.at.isoformat(), "did": act.did, "kind": act.kind, "subject": act.subject}
        for act in acts
    ]
    return found


def links_of(model: type[Model]) -> list[str]:
    """The fields of a table that say whose account a row belongs to."""
    if model is User:
        return ["pk"]
    return [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.related_model is User and field.concrete
    ]


def _plain(row: Model, name: str) -> Any:
    """A value as JSON writes it."""
    field = row._meta.get_field(name)
    if field.many_to_many:
        return sorted(str(each) for each in getattr(row, name).all())
    value = getattr(row, field.attname) if field.is_relation else getattr(row, name)  # type: ignore[union-attr]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)
