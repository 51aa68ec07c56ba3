"""What the first process says in, its share of the training done in this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.encoder.models import load_encoder
from engine.together.group import Group
from engine.tuning.lesson import load_lesson
from engine.tuning.look import Verdict
from engine.tuning.loop import tune


def tune_along(said: dict[str, Any], group: Group) -> None:
    """Train as the first process does, on this process's share of every batch; keeps nothing."""
    folder = Path(said["folder"])
    lesson, settings, how = load_lesson(folder)
    encoder = load_encoder(how["name"], attention=how["attention"], training=True)
    tune(encoder, lesson, settings, scratch=folder.parent, judge=_unheard, group=group)


def _unheard(logits: Any, targets: Any) -> Verdict:
    """No score: only the first process keeps the best weights."""
    return Verdict(0.0, 0.0)
