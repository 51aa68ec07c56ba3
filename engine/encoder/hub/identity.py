"""An encoder's name in, what it really is out: the identity under which its results are kept."""

from __future__ import annotations

import hashlib
import json

from engine.encoder.hub.find import find_folder, is_default
from engine.encoder.hub.folder import fingerprint, read_recipe

DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the default encoder's model.safetensors; any other weights are refused when it is loaded."""

_PARTS = (".json", ".txt", ".model")
_TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
              "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt", "*.model")  # fmt: skip


def identity(name: str) -> str:
    """Weights, tokenizer and pooling as one sha256 (hex): a folder may change, its name not tell.

    Raises:
        InputError: there is no such encoder, or the folder cannot be one.
    """
    if is_default(name):
        return DEFAULT_SHA256
    folder = find_folder(name)
    digest = hashlib.sha256(fingerprint(read_recipe(folder).weights).encode())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _PARTS:
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def tokenizer_identity(name: str) -> str:
    """All that decides a text's token ids, but for the limit, as one sha256 (hex).

    A fine-tuned copy of an encoder has other weights and the same tokens.

    Raises:
        InputError: there is no such encoder, or the folder cannot be one.
    """
    recipe = read_recipe(find_folder(name))
    said = [recipe.config.get("model_type"), recipe.lower, recipe.prompt]
    digest = hashlib.sha256(json.dumps(said).encode())
    for pattern in _TOKENIZER:
        for path in sorted(recipe.transformer.glob(pattern)):
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.hexdigest()
