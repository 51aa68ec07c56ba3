"""What importing a file may be told, and what it tells: options in, facts out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.data.rejects import Rejects
from engine.progress import Progress

MAX_BYTES = 20_000_000_000


@dataclass(frozen=True)
class ReadOptions:
    """The person's choices; 'auto' looks at the content. `max_bytes` counts expanded bytes."""

    header: Literal["auto", "yes", "no"] = "auto"
    delimiter: str = "auto"
    encoding: str = "auto"
    max_bytes: int = MAX_BYTES
    name: str = ""


@dataclass(frozen=True)
class SourceFacts:
    """What was imported. `skipped_rows` counts the lines in rejects.parquet, which fit no row."""

    rows: int
    columns: int
    bytes: int
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    skipped_rows: int = 0
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


@dataclass(frozen=True)
class Reading:
    """One import under way: the file as it can be read now, and where everything goes."""

    source: Path
    name: str
    target: Path
    scratch: Path
    rejects: Rejects
    options: ReadOptions
    progress: Progress
    notes: list[str]

    @property
    def size(self) -> int:
        """Bytes to read."""
        return self.source.stat().st_size
