"""Columns whose text only this home can read: sealed in the database, plain in the program.

AES-256-GCM (NIST SP 800-38D) under a key of `keyring`, bound to table, row and column: a value that
is moved to another row does not open. Texts are filled up to 32 bytes, so that their length tells
little. Nothing can be searched by such a column; search goes by keyed tokens.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from convive.kernel import keyring

_NONCE = 12
_BLOCK = 32


class _Opened(DeferredAttribute):
    """Opens what was read when it is first asked for, and not before."""

    field: SealedText

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            super().__get__(instance, cls)  # loads it
        found = instance.__dict__[name]
        if not isinstance(found, str):
            found = instance.__dict__[name] = self.field.opened(instance, bytes(found))
        return found

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedText(models.BinaryField):  # type: ignore[type-arg]
    """A text, sealed. Its model names in `sealed_by` a field that tells rows apart before they are
    stored and never changes, such as a random code. An empty text is stored as nothing.
    """

    descriptor_class = _Opened

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__[self.attname]
        return self.closed(model_instance, value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str):
            raise TypeError(f"{self.name} is sealed for its row: save the row itself")
        return super().get_prep_value(value)

    def closed(self, row: models.Model, text: str) -> bytes:
        """The text as it is stored for this row."""
        if not text:
            return b""
        key, nonce = keyring.current(), os.urandom(_NONCE)
        plain = text.encode()
        plain += b"\0" * (-len(plain) % _BLOCK)
        return key.name + nonce + AESGCM(key.secret).encrypt(nonce, plain, self._bound(row))

    def opened(self, row: models.Model, sealed: bytes) -> str:
        """Raises ValueError where it was sealed for another row or under a key that is gone."""
        if not sealed:
            return ""
        name, nonce = sealed[: keyring.NAME], sealed[keyring.NAME : keyring.NAME + _NONCE]
        cipher = AESGCM(keyring.named(name).secret)
        try:
            plain = cipher.decrypt(nonce, sealed[keyring.NAME + _NONCE :], self._bound(row))
        except InvalidTag:
            raise ValueError("this was sealed for another row, or it was changed") from None
        return plain.rstrip(b"\0").decode()

    def _bound(self, row: models.Model) -> bytes:
        where = getattr(row, row.sealed_by)  # type: ignore[attr-defined]
        if not where:
            raise ValueError("a row is named before anything is sealed for it")
        return f"{self.model._meta.db_table} {where} {self.attname}".encode()


def columns(model: type[models.Model]) -> list[SealedText]:
    """The sealed columns of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedText)]


def reseal(rows: Iterable[models.Model]) -> None:
    """Seal rows anew under the current key."""
    for row in rows:
        found = columns(type(row))
        for field in found:
            getattr(row, field.attname)  # opened, so that it is sealed again
        row.save(update_fields=[field.name for field in found])


def key_names(model: type[models.Model], pks: Iterable[Any] | None = None) -> set[bytes]:
    """The keys under which values of a model are sealed."""
    names = [field.name for field in columns(model)]
    rows = (
        model._default_manager.all() if pks is None else model._default_manager.filter(pk__in=pks)
    )
    return {
        bytes(value)[: keyring.NAME]
        for row in rows.values_list(*names).iterator()
        for value in row
        if value
    }
