"""A folder or a graph with weights in, an encoder that ONNX Runtime runs out: no torch."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from engine.encoder.hub.folder import Recipe, read_json
from engine.encoder.tokenizing.tokens import Tokenizer, Tokens
from engine.errors import InputError
from engine.progress import SILENT, Progress

if TYPE_CHECKING:
    import onnxruntime

Vectors = NDArray[np.float32]

GRAPH, DATA, TOKENIZER, ABOUT = "encoder.onnx", "encoder.data", "tokenizer.json", "onnx.json"
_MOST_TOKENS = 2048
_MOST_THREADS = 4
"""One short text is a few milliseconds of work: more threads wait for each other."""


class About(BaseModel):
    """What ``onnx.json`` says: how texts become the graph's input, and what it was made from."""

    model_config = ConfigDict(frozen=True)
    fingerprint: str
    """sha256 of the weights it was exported from."""
    max_length: int
    """Tokens it reads of a text where no other limit is asked for."""
    width: int
    """Numbers in a vector."""
    pad_id: int
    lower: bool
    prompt: str

    @classmethod
    def of(cls, recipe: Recipe, max_length: int, fingerprint: str) -> About:
        """From the recipe of the encoder."""
        return cls(
            fingerprint=fingerprint,
            max_length=max_length,
            width=int(recipe.config["hidden_size" if "hidden_size" in recipe.config else "dim"])
            * len(recipe.pooling),
            pad_id=int(recipe.config.get("pad_token_id") or 0),
            lower=recipe.lower,
            prompt=recipe.prompt,
        )


@dataclass(frozen=True, eq=False)
class OnnxEncoder:
    """Texts to vectors through ONNX Runtime; threads may share it.

    words: (vocabulary, width) float32 where the graph begins with embedded words, else None.
    kept: what the session was given and reads where it lies; alive as long as it is.
    """

    about: About
    tokenizer: Tokenizer
    session: onnxruntime.InferenceSession
    words: Vectors | None = None
    kept: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self.about.width

    @property
    def max_length(self) -> int:
        """Longest text in tokens, special tokens included; what is beyond is cut off."""
        return self.about.max_length

    @property
    def fingerprint(self) -> str:
        """sha256 of the weights."""
        return self.about.fingerprint

    def tokenize(self, texts: Sequence[str], max_length: int | None = None) -> Tokens:
        """Token ids of each text, special tokens included, as the encoder itself makes them."""
        return self.tokenizer(texts, max_length)

    def encode(
        self,
        texts: Sequence[str],
        *,
        max_length: int | None = None,
        batch: int = 32,
        progress: Progress = SILENT,
    ) -> Vectors:
        """(n, width) float32, row i for text i; at most `batch` texts are padded together."""
        return self.encode_tokens(self.tokenize(texts, max_length), batch=batch, progress=progress)

    def encode_tokens(
        self, tokens: Tokens, *, batch: int = 32, progress: Progress = SILENT
    ) -> Vectors:
        """(n, width) float32 of tokenized texts; neighbours in length share a batch."""
        vectors = np.zeros((len(tokens), self.width), dtype=np.float32)
        lengths = tokens.lengths
        order = np.argsort(lengths, kind="stable")
        order = order[lengths[order] > 0]  # nothing to read: a vector of zeros
        start = 0
        while start < len(order):
            stop = min(start + batch, len(order))
            while stop > start + 1 and (stop - start) * lengths[order[stop - 1]] > _MOST_TOKENS:
                stop -= 1
            chosen = order[start:stop]
            vectors[chosen] = self._padded([tokens[i] for i in chosen.tolist()])
            progress.advance(len(chosen))
            start = stop
        return vectors

    def _padded(self, rows: Sequence[NDArray[Any]]) -> Vectors:
        shape = len(rows), max(map(len, rows))
        ids = np.full(shape, self.about.pad_id, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        first = {"ids": ids} if self.words is None else {"words": self.words[ids]}
        found: Vectors = self.session.run(["vectors"], {**first, "mask": mask})[0]
        return found


def open_exported(folder: Path) -> OnnxEncoder:
    """The encoder kept in a folder that :func:`engine.encoder.onnx.export.export_encoder` wrote.

    Raises:
        InputError: the folder is not one, or cannot be read.
    """
    about = About.model_validate(read_json(folder / ABOUT))
    session = open_session(folder / GRAPH)
    tokenizer = open_tokenizer(folder / TOKENIZER, about)
    return OnnxEncoder(about, tokenizer, session)


def open_tokenizer(path: Path, about: About) -> Tokenizer:
    """The tokenizer of a ``tokenizer.json``, by the tokenizers library alone.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    import tokenizers

    try:
        backend = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare exceptions
        raise InputError(f"The tokenizer {path} cannot be read: copy the folder again.") from error
    return Tokenizer(backend, max_length=about.max_length, lower=about.lower, prompt=about.prompt)


def open_session(
    path: Path, weights: Mapping[str, Any] | None = None
) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU.

    Args:
        path: The graph.
        weights: For the graph's weights, by name, where it brings none of its own: from
            :func:`as_values`, and to be kept as long as the session is.

    Raises:
        InputError: the graph cannot be run.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(_cores(), _MOST_THREADS)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while they wait take a core from the page's other work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if weights:
        options.add_external_initializers(list(weights), list(weights.values()))
        for name, value in weights.items():
            options.add_initializer(name, value)  # read where it lies, not copied
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of the library's own kinds, which have no common parent
        said = str(error).splitlines()[0][:200]
        raise InputError(f"ONNX Runtime cannot open {path} ({said}): export it again.") from error


def as_values(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """ONNX Runtime's view of numpy arrays: the same memory."""
    import onnxruntime

    make = onnxruntime.OrtValue.ortvalue_from_numpy
    return {name: make(array) for name, array in arrays.items()}


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
