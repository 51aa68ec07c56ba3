"""The progress of a whole in, that of one of its parts out."""

from __future__ import annotations

from engine.progress import Progress


class On:
    """Progress of a training that is part of something: its stages and points say which it is.

    A stop is for the whole, which asks for it between its parts; a part goes on to its end.

    Args:
        outer: Who hears of it.
        prefix: Put before the name of each stage.
        point: Values added to each point of the curves.
    """

    def __init__(
        self, outer: Progress, prefix: str = "", point: dict[str, float] | None = None
    ) -> None:
        self._outer, self._prefix, self._point = outer, prefix, point or {}

    @property
    def stop_requested(self) -> bool:
        """Never."""
        return False

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None:
        """Begin a named stage."""
        self._outer.stage(f"{self._prefix}{name[:1].lower()}{name[1:]}", total, unit)

    def advance(self, n: float = 1) -> None:
        """`n` more units are done."""
        self._outer.advance(n)

    def at(self, done: float) -> None:
        """`done` units are done so far."""
        self._outer.at(done)

    def point(self, **values: float) -> None:
        """A row of the live curves."""
        self._outer.point(**values, **self._point)

    def note(self, sentence: str) -> None:
        """Keep a sentence with the job."""
        self._outer.note(sentence)
