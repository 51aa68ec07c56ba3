"""A loaded encoder in, a folder that ONNX Runtime answers from out, compared before it is kept."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.encoder.hub.folder import Recipe
from engine.encoder.onnx.session import DATA, GRAPH, TOKENIZER, About, open_exported
from engine.errors import InputError
from engine.store.files import write_json

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder

OPSET = 18
MOST_DIFFERENCE = 1e-3
"""Of any number in a vector of length 1; an export that is further off is refused."""

_LEARNT = 7
"""Tokens of the text the graph is traced with; any length is as good."""
CHECK_TEXTS = (
    "Oil prices fall as the winter begins.",
    "",
    "good",
    "The team won the last match, and the city sang all night. " * 40,
    "Not bad at all: the tea is great, but the box came late & broken!",
    "Zażółć gęślą jaźń — 漢字 and émojis 🙂",
    "rain " * 30,
)
"""Of very different lengths, so that a batch of them is mostly padding."""


def export_encoder(encoder: Encoder, folder: Path) -> dict[str, Any]:
    """Write ``encoder.onnx`` with its data, ``tokenizer.json`` and ``onnx.json`` into `folder`.

    The graph takes ids and mask (n, length) int64 and gives vectors (n, width) float32, pooled and
    normalised as the encoder's recipe says. It is made by PyTorch's dynamo exporter with n and
    length free, and then compared with `encoder` on texts of many lengths, one by one and padded in
    one batch.

    Returns:
        difference: the largest of any number of the compared vectors, taken as of length 1.
        cosine: the lowest.

    Raises:
        InputError: the type of encoder cannot be exported, or the export does not give its vectors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_graph(encoder.recipe, folder / GRAPH)
    (folder / TOKENIZER).write_text(encoder.tokenizer.backend.to_str(), encoding="utf-8")
    about = About.of(encoder.recipe, encoder.max_length, encoder.fingerprint)
    write_json(folder / "onnx.json", about.model_dump(mode="json"))
    return compare(encoder, folder)


def save_graph(recipe: Recipe, path: Path, *, embedded: bool = False) -> None:
    """Write the graph, and beside it its weights in :data:`DATA`.

    With `embedded` its first input is not ids but ``words`` (n, length, width) float32, the rows of
    the embedding that the ids stand for.

    Raises:
        InputError: the type of encoder cannot be exported.
    """
    import torch

    program: Any
    model = _pooled(recipe, embedded=embedded)
    ids = torch.randint(5, 9, (2, _LEARNT))
    mask = torch.ones_like(ids)
    first = model.model.get_input_embeddings()(ids) if embedded else ids
    mask[1, _LEARNT // 2 :] = 0
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    try:
        with torch.no_grad(), _quiet():
            program = torch.onnx.export(
                model,
                (first, mask),
                dynamo=True,
                opset_version=OPSET,
                dynamic_shapes=(free, free),
                input_names=["words" if embedded else "ids", "mask"],
                output_names=["vectors"],
                verbose=False,
            )
    except Exception as error:  # whatever an exporter of any model may raise
        family = recipe.config.get("model_type")
        raise InputError(
            f"Encoders of the type {family} cannot be exported to ONNX with this version of "
            f"PyTorch ({type(error).__name__}); use the model where PyTorch is installed."
        ) from error
    program.save(str(path), external_data=True)
    _put_data_beside(path)


def _pooled(recipe: Recipe, *, embedded: bool) -> Any:
    """The model and its pooling as one module: ids (or their embeddings), mask -> vectors."""
    import torch
    from transformers import AutoConfig, AutoModel

    config: Any = AutoConfig.from_pretrained(recipe.transformer, trust_remote_code=False)
    model: Any = AutoModel.from_pretrained(
        recipe.transformer,
        config=config,
        attn_implementation="eager",
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
    )
    if getattr(model, "pooler", None) is not None:
        model.pooler = None  # a head for next-sentence prediction, not part of the vectors

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, first: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            given = {"inputs_embeds" if embedded else "input_ids": first}
            hidden = self.model(attention_mask=mask, **given).last_hidden_state
            real = mask.unsqueeze(2).to(hidden.dtype)
            parts = [pool_padded(mode, hidden, real) for mode in recipe.pooling]
            vectors: torch.Tensor = torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]
            if not recipe.normalize:
                return vectors
            length = torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
            normal: torch.Tensor = vectors / length.clamp(min=1e-12)
            return normal

    return Pooled().eval()


def pool_padded(mode: str, hidden: Any, real: Any) -> Any:
    """(n, hidden) of (n, length, hidden); `real` (n, length, 1) is 0 where there is padding."""
    if mode == "cls":
        return hidden[:, 0]
    lengths = real.sum(dim=1).clamp(min=1)
    if mode == "lasttoken":
        last = (lengths - 1).long().unsqueeze(2).expand(-1, 1, hidden.shape[2])
        return hidden.gather(1, last).squeeze(1)
    if mode == "max":
        return (hidden - (1 - real) * 1e9).max(dim=1).values
    total = (hidden * real).sum(dim=1)
    return total / (lengths.sqrt() if mode == "mean_sqrt_len_tokens" else lengths)


def _put_data_beside(path: Path) -> None:
    """Give the weights' file its own name; a graph so small that it kept them all has none."""
    import onnx
    from onnx.external_data_helper import uses_external_data

    written = path.with_name(f"{path.name}.data")
    if not written.is_file():
        return
    graph = onnx.load(str(path), load_external_data=False)
    for tensor in graph.graph.initializer:
        if uses_external_data(tensor):
            for entry in tensor.external_data:
                if entry.key == "location":
                    entry.value = DATA
    written.rename(path.with_name(DATA))
    onnx.save(graph, str(path))


def compare(encoder: Encoder, folder: Path) -> dict[str, Any]:
    """How far the exported vectors are from the encoder's own, see :func:`export_encoder`.

    Raises:
        InputError: further than :data:`MOST_DIFFERENCE`.
    """
    exported = open_exported(folder)
    texts = list(CHECK_TEXTS)
    wanted = _unit(encoder.encode(texts))
    one_by_one = np.concatenate([exported.encode([text]) for text in texts])
    padded = exported.encode(texts, batch=len(texts))
    difference, cosine = 0.0, 1.0
    for found in (_unit(one_by_one), _unit(padded)):
        difference = max(difference, float(np.abs(found - wanted).max()))
        there = np.abs(wanted).sum(axis=1) > 0
        cosine = min(cosine, float((found * wanted).sum(axis=1)[there].min()))
    if not difference <= MOST_DIFFERENCE:
        raise InputError(
            f"The ONNX export of the encoder {encoder.name} gives other vectors than the encoder "
            f"(lowest cosine {cosine:.3f}), so it is not used."
        )
    return {"difference": difference, "cosine": cosine}


def _unit(vectors: Any) -> Any:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, 1e-12)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporter's notes on things that are not part of the encoder."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
