"""Columns that only this home can read: sealed in the database, plain in the program.

AES-256-GCM (NIST SP 800-38D) under a key of `keyring`, bound to table, row and column: a value that
is moved to another row does not open. Texts are filled up to 32 bytes, so that their length tells
little. Nothing can be searched by such a column; search goes by keyed tokens.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models
from django.db.models.functions import Substr
from django.db.models.query_utils import DeferredAttribute

from convive.kernel import keyring

_NONCE = 12
_BLOCK = 32


class Closed(bytes):
    """What stands in the database: sealed, or nothing."""


class _Opened(DeferredAttribute):
    """Opens what was read when it is first asked for, and not before."""

    field: _Sealed

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            super().__get__(instance, cls)  # loads it
        found = instance.__dict__[name]
        if not self.field.is_plain(found):
            found = instance.__dict__[name] = self.field.opened(instance, bytes(found))
        return found

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class _Sealed(models.BinaryField, ABC):  # type: ignore[type-arg]
    """A sealed column. Its model names in `sealed_by` a field that tells rows apart before they are
    stored and never changes, such as a random code. What is empty is stored as nothing.
    """

    descriptor_class = _Opened

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    @abstractmethod
    def is_plain(self, value: Any) -> bool:
        """Whether this is what the program reads, not what the database holds."""

    @abstractmethod
    def opened(self, row: models.Model, sealed: bytes) -> Any:
        """Raises ValueError where it was sealed for another row or under a key that is gone."""

    @abstractmethod
    def closed(self, row: models.Model, plain: Any) -> Closed:
        """As it is stored for this row."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__[self.attname]
        return self.closed(model_instance, value) if self.is_plain(value) else value

    def get_prep_value(self, value: Any) -> Any:
        if self.is_plain(value):
            raise TypeError(f"{self.name} is sealed for its row: save the row itself")
        return super().get_prep_value(value)

    def _seal(self, row: models.Model, plain: bytes) -> Closed:
        key, nonce = keyring.current(), os.urandom(_NONCE)
        box = AESGCM(key.secret).encrypt(nonce, plain, self._bound(row))
        return Closed(key.name + nonce + box)

    def _open(self, row: models.Model, sealed: bytes) -> bytes:
        name, nonce = sealed[: keyring.NAME], sealed[keyring.NAME : keyring.NAME + _NONCE]
        cipher = AESGCM(keyring.named(name).secret)
        try:
            return cipher.decrypt(nonce, sealed[keyring.NAME + _NONCE :], self._bound(row))
        except InvalidTag:
            raise ValueError("this was sealed for another row, or it was changed") from None

    def _bound(self, row: models.Model) -> bytes:
        where = getattr(row, row.sealed_by)  # type: ignore[attr-defined]
        if not where:
            raise ValueError("a row is named before anything is sealed for it")
        return f"{self.model._meta.db_table} {where} {self.attname}".encode()


class SealedText(_Sealed):
    """A text, sealed."""

    def is_plain(self, value: Any) -> bool:
        return isinstance(value, str)

    def closed(self, row: models.Model, plain: str) -> Closed:
        text = plain.encode()
        return self._seal(row, text + b"\0" * (-len(text) % _BLOCK)) if text else Closed()

    def opened(self, row: models.Model, sealed: bytes) -> str:
        return self._open(row, sealed).rstrip(b"\0").decode() if sealed else ""


class SealedBytes(_Sealed):
    """A file, sealed."""

    def from_db_value(self, value: Any, *_more: Any) -> Closed | None:
        return None if value is None else Closed(value)

    def is_plain(self, value: Any) -> bool:
        return not isinstance(value, Closed)

    def closed(self, row: models.Model, plain: bytes) -> Closed:
        return self._seal(row, plain) if plain else Closed()

    def opened(self, row: models.Model, sealed: bytes) -> bytes:
        return self._open(row, sealed) if sealed else b""


def columns(model: type[models.Model]) -> list[_Sealed]:
    """The sealed columns of a model."""
    return [field for field in model._meta.concrete_fields if isinstance(field, _Sealed)]


def holds_files(model: type[models.Model]) -> bool:
    """Whether a row of it may weigh megabytes."""
    return any(isinstance(field, SealedBytes) for field in columns(model))


def reseal(rows: Iterable[models.Model]) -> None:
    """Seal rows anew under the current key."""
    for row in rows:
        found = columns(type(row))
        for field in found:
            getattr(row, field.attname)  # opened, so that it is sealed again
        row.save(update_fields=[field.name for field in found])


def key_names(model: type[models.Model]) -> set[bytes]:
    """The keys under which values of a model are sealed."""
    rows = model._default_manager.all()
    # The name alone is read of each value: the rest may be a file
    begins = [
        Substr(field.name, 1, keyring.NAME, output_field=models.BinaryField())
        for field in columns(model)
    ]
    return {bytes(value) for row in rows.values_list(*begins).iterator() for value in row if value}
