"""One of several processes that train together: waits for what to learn, learns it, waits again.

    python -m engine.tuning.follow

under torchrun's environment, which the first process sets; it prints nothing and keeps nothing.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.tuning.together import Group, LostError, joined

log = logging.getLogger(__name__)


def follow() -> None:
    """Do what the first process says until it says that all is done.

    Raises:
        InputError: the first process is gone, or what it asked for cannot be done.
    """
    try:
        with joined() as group:
            while folder := group.told():
                _learn(Path(folder), group)
    except LostError as error:
        raise InputError(
            "The first of the processes that train together is gone, so this one ends too."
        ) from error


def _learn(folder: Path, group: Group) -> None:
    from engine.encoder.models import load_encoder
    from engine.tuning.lesson import load_lesson
    from engine.tuning.loop import tune

    lesson, settings, how = load_lesson(folder)
    encoder = load_encoder(how["name"], attention=how["attention"], training=True)
    tune(encoder, lesson, settings, scratch=folder.parent, judge=_unheard, group=group)


def _unheard(logits: Any, targets: Any) -> tuple[float, float]:
    """No score: only the first process keeps the best weights."""
    return 0.0, 0.0


def main() -> int:
    """Exit code 0 when the first process is done, 2 when it is gone."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        follow()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
