"""The name of an encoder in, a function from phrases to their vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.topics.centres import unit
from engine.topics.words.describe import Encode
from engine.work import Work

Floats = NDArray[np.float32]


def phrase_encoder(encoder: str, work: Work) -> Encode:
    """Reads phrases with the encoder; where ONNX Runtime can, without loading torch.

    Raises:
        InputError: there is no such encoder.
    """
    read = _reader(encoder, work)

    def encode(phrases: Sequence[str]) -> Floats:
        return unit(np.asarray(read(list(phrases)), dtype=np.float32))

    return encode


def _reader(encoder: str, work: Work) -> Any:
    from engine.encoder.hub.find import drafted, find_folder
    from engine.encoder.hub.folder import read_recipe
    from engine.encoder.onnx.filled import fits, open_filled

    if base := drafted(encoder):
        from engine.encoder.draft import load_draft
        from engine.encoder.spec import DistillSpec

        return load_draft(work.make(DistillSpec(encoder=base)).path, base).encode
    folder = find_folder(encoder)
    if fits(read_recipe(folder)):
        return open_filled(folder).encode
    from engine.encoder.models import load_encoder

    return load_encoder(encoder).encode
