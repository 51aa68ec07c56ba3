"""Hidden states after layers that stay as they are: worked out once a text, then read again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.encoder.encoder import Encoder
from engine.encoder.packing import Ints, PackedBatch, batches, pack
from engine.encoder.tokenizing.tokens import Tokens
from engine.encoder.workers import spread
from engine.progress import Progress
from engine.tuning.layers import stack_of

_SHARE_OF_DISK = 0.25
_MOST_BYTES = 16 << 30


class Recall:
    """Hidden states of texts after the lowest `layers` layers, on disk, memory-mapped.

    They hold for as long as those layers, and what is beneath them, neither learn nor drop
    anything. ``keywords(batch)`` go to :meth:`Encoder.pool` and let it begin with the layer above.
    """

    def __init__(self, encoder: Encoder, tokens: Tokens, layers: int) -> None:
        self._encoder = encoder
        self._tokens = tokens
        self._layers = layers
        self._begins: Ints = np.full(len(tokens), -1, dtype=np.int64)
        self._states: NDArray[np.float32] | None = None
        _, stack = stack_of(encoder.model)
        for place, layer in enumerate(stack):
            layer.forward = _opened(layer.forward, place, layers)

    def fill(self, places: Ints, folder: Path, progress: Progress) -> None:
        """Read the texts at `places` once, or open what an earlier run has read."""
        places = np.unique(places)
        lengths = self._tokens.lengths[places]
        self._begins[places] = np.cumsum(lengths) - lengths
        width = int(self._encoder.model.config.hidden_size)
        shape = int(lengths.sum()), width
        folder.mkdir(parents=True, exist_ok=True)
        done, path = folder / "done.json", folder / "states.f32"
        if not done.exists():
            states = np.memmap(path, np.float32, "w+", shape=shape)
            self._read(places, states, progress)
            states.flush()
            done.write_text(json.dumps({"layers": self._layers, "shape": shape}))
        self._states = np.memmap(path, np.float32, "r", shape=shape)

    def _read(self, places: Ints, states: NDArray[np.float32], progress: Progress) -> None:
        encoder = self._encoder
        progress.stage("Reading through the layers that stay", total=len(places), unit="texts")
        made = [places[cut] for cut in batches(self._tokens.lengths[places], encoder.budget())]

        def read(picked: Ints) -> NDArray[np.float32]:
            caught: list[Tensor] = []
            batch = pack(self._tokens, picked)
            with torch.no_grad():
                encoder.hidden(batch, caught=caught)
            return caught[0][0].float().cpu().numpy()

        encoder.model.eval()
        with closing(spread(read, made, torch.get_num_threads())) as found:
            for picked, hidden in zip(made, found, strict=True):
                ends = np.cumsum(self._tokens.lengths[picked])
                for place, rows in zip(picked, np.split(hidden, ends[:-1]), strict=True):
                    begin = self._begins[place]
                    states[begin : begin + len(rows)] = rows
                progress.advance(len(picked))

    def keywords(self, batch: PackedBatch) -> dict[str, Tensor]:
        """``recalled=`` (1, tokens, hidden) float32 of the batch's texts."""
        assert self._states is not None, "fill comes first"
        rows = [
            self._states[begin : begin + length]
            for begin, length in zip(self._begins[batch.order], batch.lengths, strict=True)
        ]
        return {"recalled": torch.from_numpy(np.concatenate(rows)).unsqueeze(0)}

    def close(self) -> None:
        """Let the encoder run as it did before."""
        self._states = None
        _, stack = stack_of(self._encoder.model)
        for layer in stack:
            del layer.forward


def pays(encoder: Encoder, tokens: Tokens, places: Ints, layers: int, folder: Path) -> bool:
    """Whether to recall: some layers stay, on a CPU, packed, and the disk has room."""
    if not layers or not encoder.packed or encoder.device.type != "cpu":
        return False
    needed = int(tokens.lengths[np.unique(places)].sum()) * int(encoder.model.config.hidden_size)
    return 4 * needed < min(shutil.disk_usage(folder).free * _SHARE_OF_DISK, _MOST_BYTES)


def _opened(plain: Callable[..., Any], place: int, layers: int) -> Callable[..., Any]:
    """A layer's forward that stands aside: for what is recalled below it, for a catch above it."""

    def forward(
        hidden: Tensor,
        *more: Any,
        recalled: Tensor | None = None,
        caught: list[Tensor] | None = None,
        **keywords: Any,
    ) -> Any:
        if place < layers and recalled is not None:
            return recalled if place == 0 else hidden
        if place >= layers and caught is not None:
            if place == layers:
                caught.append(hidden)
            return hidden
        return plain(hidden, *more, **keywords)

    return forward
