"""How far along the work is: told by a stage, heard by a job or a terminal."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What a stage may say while it works, and the one question it should ask.

    Every method may raise :class:`engine.errors.Cancelled`; call them at least once a second in
    long loops. They throttle themselves, so calling them for every batch is fine.
    """

    @property
    def stop_requested(self) -> bool:
        """True once the person asked to stop and keep the best result so far."""
        ...

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None:
        """Begin a named stage; `total` in `unit` when it is known beforehand."""
        ...

    def advance(self, n: float = 1) -> None:
        """`n` more units are done."""
        ...

    def at(self, done: float) -> None:
        """`done` units are done so far in this stage."""
        ...

    def point(self, **values: float) -> None:
        """One row for the live curves, for example ``step=120, train_loss=0.41``."""
        ...

    def note(self, sentence: str) -> None:
        """Something the person should know, kept with the job."""
        ...


class _Silent:
    """Progress that nobody listens to, for tests and library use."""

    stop_requested = False

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None: ...
    def advance(self, n: float = 1) -> None: ...
    def at(self, done: float) -> None: ...
    def point(self, **values: float) -> None: ...
    def note(self, sentence: str) -> None: ...


SILENT: Progress = _Silent()
