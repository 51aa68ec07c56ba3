"""Layers that stay in every trial in; what texts are after them read once and lent to each out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.classify.beginning import Beginning
from engine.classify.examples import Examples
from engine.classify.spec import TrainSpec

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder
    from engine.work import Work


class Lent:
    """Hidden states after the frozen layers, in a folder of the search's own.

    No setting that a search changes changes them, and they are half of a short trial's time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fill(
        self, spec: TrainSpec, begin: Beginning, examples: Examples, encoder: Encoder, work: Work
    ) -> None:
        """Read the texts through the layers that stay, where that pays and is not done yet.

        Raises:
            InputError: more layers are to stay than the encoder has.
        """
        if not spec.frozen_layers or (self._folder / "done.json").exists():
            return
        from engine.classify.finetune import tuning
        from engine.encoder.tokenizing.files import dataset_tokens
        from engine.tuning.layers import beneath
        from engine.tuning.look import look_places
        from engine.tuning.recall import Recall, pays

        beneath(encoder.model, spec.frozen_layers)  # raises what the training would
        dataset = work.inputs["dataset"].key
        tokens = dataset_tokens(work, dataset, begin.encoder, begin.max_length)
        tokens = tokens.pick(examples.places)
        settings = tuning(spec)
        look_at = look_places(examples.where("validation"), settings.look_rows, settings.seed)
        seen = np.concatenate([examples.where("train"), look_at])
        self._folder.mkdir(parents=True, exist_ok=True)
        if not pays(encoder, tokens, seen, spec.frozen_layers, self._folder):
            return
        recall = Recall(encoder, tokens, spec.frozen_layers)
        try:
            recall.fill(seen, self._folder, work.progress)
        finally:
            recall.close()

    def lend(self, scratch: Path) -> None:
        """Put them where the training that works in `scratch` looks for its own."""
        if not (self._folder / "done.json").exists():
            return
        target = scratch / "recall"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in ("states.f32", "done.json"):  # the mark that they are whole comes last
            try:
                os.link(self._folder / name, target / name)
            except OSError:  # a file system without links: a copy is the same
                shutil.copyfile(self._folder / name, target / name)
