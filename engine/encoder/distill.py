"""An encoder in, a table with one vector for each token of its vocabulary out: a draft of it.

The method is that of model2vec (https://github.com/MinishLab/model2vec): every token goes through
the encoder by itself, principal components keep what tells tokens apart, and frequent tokens count
less (SIF, Arora et al. 2017, the frequency guessed from the rank in the vocabulary). The folder is
one that model2vec opens too. Its own distiller wants an older transformers.
"""

from __future__ import annotations

import csv
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.encoder.draft import DraftEncoder, load_draft
from engine.encoder.models import load_encoder
from engine.encoder.packing import Ints
from engine.encoder.spec import DistillSpec
from engine.encoder.tokenizing.tokens import Tokens

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder
    from engine.work import Work

Floats = NDArray[np.float32]

_SIF = 1e-4
_NOTHING = re.compile(r"\[unused\d+\]")
_SAMPLE = Path(__file__).parents[2] / "samples" / "news.csv"
_NEAREST = 10


def build(spec: DistillSpec, work: Work) -> dict[str, object]:
    """Write the draft as a folder of model2vec: model.safetensors, tokenizer.json, config.json.

    Raises:
        InputError: the encoder cannot be used.
    """
    from model2vec.persistence import save_pretrained

    began = time.monotonic()
    work.progress.stage("Loading the encoder")
    encoder = load_encoder(spec.encoder)
    tokenizer = type(encoder.tokenizer.backend).from_str(encoder.tokenizer.backend.to_str())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    kept = meaningful(tokenizer)
    work.progress.stage("Reading the vocabulary", total=len(kept), unit="tokens")
    table = np.zeros((encoder.tokenizer.vocabulary, spec.width), dtype=np.float32)
    found = components(token_vectors(encoder, tokenizer, kept, work), spec.width)
    table[kept, : found.shape[1]] = found * weights(len(kept))[:, None]
    table = table[:, : found.shape[1]]
    config: Any = {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "tokenizer_name": spec.encoder,
        "apply_pca": spec.width,
        "sif_coefficient": _SIF,
        "hidden_dim": table.shape[1],
        "seq_length": encoder.max_length,
        "max_length": encoder.max_length,
        "normalize": True,
    }
    save_pretrained(work.out, table, tokenizer, config, create_model_card=False)
    shared = shared_neighbours(encoder, load_draft(work.out, spec.encoder))
    return {
        "vocabulary": len(kept),
        "width": table.shape[1],
        "seconds": round(time.monotonic() - began, 2),
        "neighbours_shared": round(shared, 3),
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "kernel": encoder.kernel.name,
        "device": str(encoder.device),
    }


def meaningful(backend: Any) -> Ints:
    """Ids, ascending, of the tokens that stand for text: not special, unknown or unused."""
    model = json.loads(backend.to_str())["model"]
    special = {i for i, token in backend.get_added_tokens_decoder().items() if token.special}
    vocabulary = backend.get_vocab(with_added_tokens=True)
    special.add(vocabulary.get(model.get("unk_token")))
    special.add(model.get("unk_id"))
    kept = [i for word, i in vocabulary.items() if i not in special and not _NOTHING.match(word)]
    return np.array(sorted(kept), dtype=np.int64)


def token_vectors(encoder: Encoder, tokenizer: Any, ids: Ints, work: Work) -> Floats:
    """(n, hidden) vector of each token as a text of its own, pooled and not normalised."""
    bare = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    before = next(n for n in range(len(whole)) if whole[n : n + len(bare)] == bare)
    first, last = whole[:before], whole[before + len(bare) :]
    texts = np.empty((len(ids), len(first) + 1 + len(last)), dtype=np.int32)
    texts[:, :before], texts[:, before], texts[:, before + 1 :] = first, ids, last
    offsets = np.arange(len(ids) + 1, dtype=np.int64) * texts.shape[1]
    tokens = Tokens(texts.ravel(), offsets, np.zeros(len(ids), dtype=bool))
    plain = replace(encoder, recipe=replace(encoder.recipe, normalize=False))
    out = np.empty((len(ids), encoder.width), dtype=np.float32)
    plain.encode_tokens(tokens, out=out, progress=work.progress)
    return out


def components(vectors: Floats, width: int) -> Floats:
    """The first `width` principal components of (n, hidden) vectors, or as many as there are.

    The sign of each is such that its largest value is positive.
    """
    centred = np.nan_to_num(vectors).astype(np.float64)
    centred -= centred.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    scores = centred @ axes[:, ::-1][:, :width]
    largest = scores[np.abs(scores).argmax(axis=0), np.arange(scores.shape[1])]
    signed: Floats = (scores * np.where(largest < 0, -1.0, 1.0)).astype(np.float32)
    return signed


def weights(n: int) -> Floats:
    """(n,) weight of each token, most frequent first: a / (a + p), p by Zipf's law."""
    share = 1 / np.arange(2, n + 2)
    weight: Floats = (_SIF / (_SIF + share / share.sum())).astype(np.float32)
    return weight


def shared_neighbours(encoder: Encoder, draft: DraftEncoder) -> float:
    """The share of the ten headlines nearest to a sample headline that both encoders name."""
    with _SAMPLE.open(encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    near = []
    for vectors in (encoder.encode(titles), draft.encode(titles)):
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-30)
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -2)
        near.append(np.argpartition(-alike, _NEAREST, axis=1)[:, :_NEAREST])
    both = [len(np.intersect1d(a, b)) for a, b in zip(*near, strict=True)]
    return float(np.mean(both)) / _NEAREST
