"""Progress on standard error for a person at a terminal."""

from __future__ import annotations

import logging
import sys
from typing import Any

from tqdm import tqdm

log = logging.getLogger(__name__)


class TerminalProgress:
    """A :class:`engine.progress.Progress` drawn with tqdm: stage, rate and time left."""

    stop_requested = False

    def __init__(self) -> None:
        self._bar: Any = None

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None:
        """Begin a named stage."""
        self.close()
        self._bar = tqdm(
            desc=name, total=total, unit=f" {unit}", unit_scale=True, file=sys.stderr, leave=True,
            dynamic_ncols=True, mininterval=0.25,
        )  # fmt: skip

    def advance(self, n: float = 1) -> None:
        """`n` more units are done."""
        if self._bar is not None:
            self._bar.update(n)

    def at(self, done: float) -> None:
        """`done` units are done so far."""
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def point(self, **values: float) -> None:
        """The newest point of the curves, beside the bar."""
        if self._bar is not None:
            self._bar.set_postfix({k: f"{v:.3g}" for k, v in values.items()}, refresh=False)

    def note(self, sentence: str) -> None:
        """A sentence on a line of its own."""
        tqdm.write(sentence, file=sys.stderr)

    def close(self) -> None:
        """Leave the last bar as it stands."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
