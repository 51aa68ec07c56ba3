"""How long a run will still take in, whether torch.compile is worth its minute and a half out."""

from __future__ import annotations

import time
from typing import Any

import torch

from engine.encoder.attention.kernels import takes_runs
from engine.encoder.encoder import Encoder
from engine.errors import InputError
from engine.progress import Progress
from engine.together.group import Group
from engine.tuning.settings import Compile

_STEPS = 20
"""Steps that are timed, after as many that are not: the first ones load kernels."""
_WORTH_S = 600.0
"""A run that takes longer than this is compiled: measured on an H100, compiling takes 80 to 90
seconds and afterwards a step takes 20 (MiniLM) to 40 (BERT-base) percent less."""


class Compiling:
    """Whether the encoder's model is compiled while it learns, decided after the first steps.

    Args:
        encoder: In training.
        wish: auto compiles long runs on a GPU, always and never do as they say.

    Raises:
        InputError: always, and the encoder cannot be compiled here.
    """

    def __init__(self, encoder: Encoder, wish: Compile) -> None:
        can = encoder.device.type == "cuda" and encoder.packed
        # Kernels that go by runs of equal length would be compiled anew for every batch.
        can = can and not takes_runs(encoder.kernel.name)
        if wish == "always" and not can:
            raise InputError(
                "torch.compile pays on a GPU with a packed encoder and flash_attn or torch_varlen, "
                f"not with {encoder.kernel.name} on {encoder.device.type}: choose auto or never."
            )
        self._model: Any = encoder.model
        self._open = can and wish == "auto"
        self._steps, self._began = 0, 0.0
        self.on = False
        if wish == "always":
            self._compile()

    def stepped(self, left: int, group: Group, progress: Progress) -> None:
        """A step was taken and `left` are to come: compile now if that will pay."""
        if not self._open:
            return
        self._steps += 1
        if self._steps == _STEPS:
            torch.cuda.synchronize()
            self._began = time.monotonic()
        if self._steps < 2 * _STEPS:
            return
        self._open = False
        torch.cuda.synchronize()
        takes = (time.monotonic() - self._began) / _STEPS * left
        if group.told(takes > _WORTH_S):
            progress.note("A long run: the encoder is compiled now, which pays within minutes.")
            self._compile()

    def _compile(self) -> None:
        self._model.compile(dynamic=True)
        self.on = True

    def close(self) -> None:
        """Leave the model as it was."""
        if self.on:
            self._model._compiled_call_impl = None
