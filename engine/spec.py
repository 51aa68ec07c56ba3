"""A heavy action as one small validated object: form, flags, job, manifest and key follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import InputError


@dataclass(frozen=True)
class ArtifactRef:
    """Marks a field that names an artifact of `kind`: by name, key or unique prefix of a key.

    Where a stage reads only a part of the artifact, `reads` names the fact that identifies that
    part: two artifacts with the same part then share one result.
    """

    kind: str
    reads: str = ""


@dataclass(frozen=True)
class FileRef:
    """Marks a field that names a file; its content, not its path, enters the key."""


class Spec(BaseModel):
    """Base of every spec: frozen, no unknown fields, one sentence per mistake."""

    # A default is read as a given value is, so that both give the same key.
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Any:
        """The validated spec.

        Raises:
            InputError: naming the first wrong field, the value given and what is allowed.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InputError(_sentence(error)) from error

    @classmethod
    def references(cls) -> Iterator[tuple[str, ArtifactRef | FileRef]]:
        """The fields that point at something outside the spec, with what they point at."""
        for name, field in cls.model_fields.items():
            for mark in field.metadata:
                if isinstance(mark, (ArtifactRef, FileRef)):
                    yield name, mark

    def outside(self) -> dict[str, str]:
        """What the key must also hold: field -> identity of a thing the field only names.

        Raises:
            InputError: the thing is not there.
        """
        return {}

    def settings(self) -> dict[str, Any]:
        """The fields that are not references, JSON-able: what the key is made of."""
        outside = {name for name, _ in self.references()}
        return dict(json.loads(self.model_dump_json(exclude=outside)))


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the request"
    reason = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"{where} is missing."
    given = first.get("input")
    shown = "" if isinstance(given, dict) else f" (given: {_short(repr(given))})"
    return f"{where}: {reason[:1].lower()}{reason[1:]}{shown}."


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."
