"""An int8 encoder and a dataset in, how near its vectors are to the exact ones out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.encoder.draft import DraftEncoder
from engine.encoder.layers.int8 import weight_levels
from engine.encoder.models import load_encoder
from engine.encoder.tokenizing.dataset_texts import count_texts, text_blocks

if TYPE_CHECKING:
    from pathlib import Path

    from engine.encoder.encoder import Encoder
    from engine.encoder.spec import EmbedSpec
    from engine.work import Work

_FEWEST, _MOST, _SHARE, _PLACES = 32, 256, 20, 8
_NEAR = 0.99


def int8_cosines(
    encoder: Encoder | DraftEncoder, spec: EmbedSpec, work: Work
) -> dict[str, float | int]:
    """Cosine of `encoder`'s vectors with float32's, mean and lowest, over some texts.

    The texts are the dataset's own: one in 20, at least 32 and at most 256, from eight places
    spread over it. A mean below 0.99 is noted for the person. int8_levels: the largest code of a
    weight on this processor.
    """
    work.progress.stage("Comparing int8 with float32 on your texts")
    some = _spread(work.inputs["dataset"].path)
    limit = spec.max_length or None
    exact = load_encoder(spec.encoder, attention=spec.attention, dtype="float32")
    near, true = (one.encode(some, max_length=limit) for one in (encoder, exact))
    sizes = np.linalg.norm(near, axis=1) * np.linalg.norm(true, axis=1)
    full = sizes > 0  # a text without tokens has no direction
    cosine = (near * true).sum(axis=1)[full] / sizes[full]
    mean, lowest = (float(cosine.mean()), float(cosine.min())) if len(cosine) else (1.0, 1.0)
    if mean < _NEAR:
        work.progress.note(
            f"int8 changes this encoder's vectors noticeably (mean cosine {mean:.3f} on your "
            "texts): use precision auto where that matters."
        )
    return {
        "int8_cosine_mean": round(mean, 5),
        "int8_cosine_min": round(lowest, 5),
        "int8_texts": len(some),
        "int8_levels": weight_levels(),
    }


def _spread(folder: Path) -> list[str]:
    total = count_texts(folder)
    each = min(_MOST, max(_FEWEST, total // _SHARE)) // _PLACES
    if total <= each * _PLACES:
        return next(text_blocks(folder, skip=0, block=total))
    places = [(total - each) * n // (_PLACES - 1) for n in range(_PLACES)]
    return [text for at in places for text in next(text_blocks(folder, skip=at, block=each))]
