"""The name of an encoder in, a function from phrases to their vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
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
    from engine.encoder.hub.find import drafted
    from engine.encoder.spec import DistillSpec

    base = drafted(encoder)
    return reads_phrases(encoder, work.make(DistillSpec(encoder=base)).path if base else None)


def reads_phrases(encoder: str, draft: Path | None = None) -> Encode:
    """The same where the draft is at hand already.

    Args:
        encoder: Its name.
        draft: Payload of the stage distill, for a draft encoder.
    """
    read = _reader(encoder, draft)

    def encode(phrases: Sequence[str]) -> Floats:
        return unit(np.asarray(read(list(phrases)), dtype=np.float32))

    return encode


def _reader(encoder: str, draft: Path | None) -> Any:
    from engine.encoder.hub.find import drafted, find_folder
    from engine.encoder.hub.folder import read_recipe
    from engine.encoder.onnx.filled import fits, open_filled

    if draft is not None:
        from engine.encoder.draft import load_draft

        return load_draft(draft, drafted(encoder) or encoder).encode
    folder = find_folder(encoder)
    if fits(read_recipe(folder)):
        return open_filled(folder).encode
    from engine.encoder.models import load_encoder

    return load_encoder(encoder).encode
