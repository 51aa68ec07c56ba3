"""A text's token ids in, the attention weights of every layer and head out: a pass of its own.

A flash kernel never holds these weights, so the encoder's weights are loaded once more as
transformers' own standard attention, which can give them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoder.encoder import Encoder
from engine.encoder.packing import Ints
from engine.errors import InputError


@dataclass(frozen=True, eq=False)
class EagerEncoder:
    """An encoder whose attention weights can be read; threads may share it."""

    model: Any

    def weights(self, ids: Ints) -> NDArray[np.float32]:
        """(layers, heads, tokens, tokens) float32; each row, a token that looks, sums to 1.

        Raises:
            InputError: this encoder's build gives none back.
        """
        import torch

        given = torch.from_numpy(np.asarray(ids, dtype=np.int64)).unsqueeze(0)
        with torch.inference_mode():
            out = self.model(
                input_ids=given, attention_mask=torch.ones_like(given), output_attentions=True
            )
        if not out.attentions:
            raise InputError("Encoders of this build do not give their attention weights back.")
        found: NDArray[np.float32] = torch.cat(out.attentions).float().numpy()
        return found


def load_eager(encoder: Encoder) -> EagerEncoder:
    """The weights of `encoder` once more, in float32 on the CPU, with standard attention.

    Raises:
        InputError: the folder it was loaded from is not whole any more.
    """
    import torch
    from transformers import AutoModel

    folder: Path = encoder.recipe.transformer
    try:
        model: Any = AutoModel.from_pretrained(
            folder, attn_implementation="eager", dtype=torch.float32, use_safetensors=True,
            trust_remote_code=False, local_files_only=True,
        )  # fmt: skip
    except (ValueError, OSError) as error:
        raise InputError(f"The encoder in {folder} cannot be loaded again: {error}") from error
    return EagerEncoder(model.eval().requires_grad_(False))
