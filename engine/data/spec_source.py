"""What importing a file asks of a person: the file, and how to read it where 'auto' is wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from engine.data.facts import MAX_BYTES
from engine.spec import FileRef, Spec

_WORDS = {"comma": ",", "tab": "\t", "\\t": "\t", "semicolon": ";", "pipe": "|"}


class SourceSpec(Spec):
    """A file to import: CSV, TSV, JSON, JSON lines, Parquet, Excel or plain text, packed or not."""

    path: Annotated[str, FileRef()] = Field(description="The file to import.")
    header: Literal["auto", "yes", "no"] = Field(
        "auto", description="Whether the first row names the columns; auto decides from the rows."
    )
    delimiter: str = Field(
        "auto",
        description="The character between cells (or comma, tab, semicolon, pipe); auto finds it.",
    )
    encoding: str = Field(
        "auto",
        description="How the file's letters are stored, such as utf-8 or cp1252; auto finds it.",
        max_length=40,
    )
    max_bytes: int = Field(
        MAX_BYTES, description="Largest size to import, in bytes once unpacked.", ge=1
    )

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str) -> str:
        value = _WORDS.get(value, value)
        if value != "auto" and (len(value) != 1 or value in '"\r\n\0'):
            raise ValueError("must be auto, comma, tab, semicolon, pipe or one character")
        return value

    def settings(self) -> dict[str, Any]:
        """Without `max_bytes`: a limit decides whether a file is read, not what comes of it."""
        return {name: value for name, value in super().settings().items() if name != "max_bytes"}
