"""A fine-tuned encoder in, a sentence-transformers folder that loads anywhere out."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.encoder.encoder import Encoder
from engine.encoder.hub.folder import fingerprint

_KEPT = (".json", ".txt", ".model", ".md")


def save_encoder(encoder: Encoder, folder: Path) -> str:
    """Write the encoder's present weights with the tokenizer, config and pooling it came with.

    The config is the one the encoder was loaded from, so a dropout left out in training is back
    when somebody trains the folder elsewhere.

    Returns:
        sha256 (hex) of the new weights.
    """
    from safetensors.torch import save_file

    for path in encoder.folder.rglob("*"):
        if path.is_file() and path.suffix in _KEPT and "index" not in path.name:
            target = folder / path.relative_to(encoder.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    inside = encoder.recipe.transformer.relative_to(encoder.folder)
    weights = folder / inside / "model.safetensors"
    weights.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: value.detach().cpu().contiguous()
        for name, value in encoder.model.state_dict().items()
    }
    save_file(tensors, weights, metadata={"format": "pt"})
    return fingerprint((weights,))
