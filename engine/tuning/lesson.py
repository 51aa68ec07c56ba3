"""What is learnt from: tokens, targets and the head to begin with, and their way to a folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.encoder.tokenizing.tokens import Tokens
from engine.tuning.settings import Tuning

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """Texts with their categories, and where training begins.

    tokens: of n texts. targets: (n,) int64. train, look: places of the texts that are learnt from,
    and of those looked at meanwhile. counts: (n,) float32, how much each text counts. weight, bias:
    (n_labels, width) and (n_labels,) float32, the head to start from.
    beside: (n,) int64, answers of an auxiliary task that is learnt along, -1 where there is none;
    its rows of the head come after the categories' own (Caruana 1997, "Multitask Learning"). Empty
    where nothing is learnt beside.
    """

    tokens: Tokens
    targets: Places
    train: Places
    look: Places
    counts: Floats
    weight: Floats
    bias: Floats
    beside: Places = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def labels(self) -> int:
        """How many of the head's rows are categories."""
        return len(self.bias) - (int(self.beside.max()) + 1 if len(self.beside) else 0)

    def save(self, folder: Path, settings: Tuning, **encoder: str) -> None:
        """Write it for other processes, with the settings and how to load the encoder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in self._arrays().items():
            np.save(folder / f"{name}.npy", array)
        content = {"settings": asdict(settings), "encoder": encoder}
        fresh = folder / "lesson.new"
        fresh.write_text(json.dumps(content), encoding="utf-8")
        os.replace(fresh, folder / "lesson.json")

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        return {
            "flat": self.tokens.flat,
            "offsets": self.tokens.offsets,
            "truncated": self.tokens.truncated,
            "targets": self.targets,
            "train": self.train,
            "look": self.look,
            "counts": self.counts,
            "weight": self.weight,
            "bias": self.bias,
            "beside": self.beside,
        }


def load_lesson(folder: Path) -> tuple[Lesson, Tuning, dict[str, str]]:
    """The lesson in `folder`, memory-mapped, its settings, and how to load its encoder."""
    content = json.loads((folder / "lesson.json").read_text(encoding="utf-8"))

    def array(name: str) -> NDArray[np.generic]:
        found: NDArray[np.generic] = np.load(folder / f"{name}.npy", mmap_mode="r")
        return found

    tokens = Tokens(array("flat"), array("offsets"), array("truncated"))  # type: ignore[arg-type]
    names = ("targets", "train", "look", "counts", "weight", "bias", "beside")
    lesson = Lesson(tokens, *(np.array(array(name)) for name in names))
    return lesson, Tuning(**content["settings"]), content["encoder"]
