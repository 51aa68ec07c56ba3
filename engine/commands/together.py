"""One stage run by torchrun's processes: the first does what one alone would, the others help."""

from __future__ import annotations

import os
from typing import Any

from engine.errors import InputError
from engine.stages import Stage


def launched() -> bool:
    """Whether torchrun started this process as one of several."""
    return "RANK" in os.environ and int(os.environ.get("WORLD_SIZE") or 1) > 1


def run_together(stage: Stage, words: list[str]) -> dict[str, Any] | None:
    """The stage's answer in the first process, None in the others.

    Only the first one touches artifacts and tells of progress.

    Raises:
        InputError: as the stage would, or another process of the group is gone.
    """
    from engine.commands.stage import run_stage
    from engine.together.follow import follow
    from engine.together.group import LostError, end, follows, joined
    from engine.together.launch import heard

    if follows():
        follow()
        end()
    try:
        with heard(), joined() as group:
            answer = run_stage(stage, words)
            group.told("")
    except LostError as error:
        raise InputError(
            "One of the processes that torchrun started is gone; the same command goes on from "
            "the last checkpoint."
        ) from error
    return answer
