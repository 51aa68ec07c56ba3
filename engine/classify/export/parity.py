"""A classifier and its exported graph in; whether they say the same of the test texts, out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from engine.classify.classifier import Classifier
from engine.encoder.onnx.session import open_session
from engine.progress import Progress
from engine.settings import ROOT
from engine.store import Artifact, Store

MOST_TEXTS = 20_000
MOST_DIFFERENCE = 1e-3
"""Of any logit; further off, or with one other label, an export is not called equal."""
_BATCH = 32


def test_texts(model: Artifact, store: Store) -> tuple[list[str], str]:
    """Texts to compare on and what they are: those the model was scored on, else a sample set."""
    import duckdb

    dataset = next((a for a in store.inputs(model) if a.kind == "dataset"), None)
    said = model.path / "predictions.parquet"
    if dataset and said.is_file():
        split = str(model.facts.get("scored_on", "test"))
        query = (
            "SELECT d.text FROM read_parquet(?) p JOIN read_parquet(?) d USING (row) "
            "WHERE p.split = ? ORDER BY hash(d.row) LIMIT ?"
        )
        values = [str(said), str(dataset.path / "rows.parquet"), split, MOST_TEXTS]
        with duckdb.connect() as connection:
            texts = [str(t) for (t,) in connection.sql(query, params=values).fetchall()]
        if texts:
            whole = "all" if len(texts) < MOST_TEXTS else "some"
            return texts, f"{whole} {split} texts of {dataset.title}"
    with (ROOT / "samples" / "reviews.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    longest = max(rows[0], key=lambda name: sum(len(row[name] or "") for row in rows[:50]))
    return [row[longest] for row in rows if row[longest]], "the sample reviews of Limn"


def compare(
    classifier: Classifier, folder: Path, texts: list[str], progress: Progress
) -> dict[str, Any]:
    """How far the graph in `folder` is from the classifier on `texts`.

    Returns:
        ok, texts, same_label (a share), max_logit_difference, and allowed (the limits for ok).
    """
    encoder, head = classifier.encoder, classifier.head
    session = open_session(folder / "model.onnx")
    progress.stage("Comparing the export", total=2 * len(texts), unit="texts")
    expected = head.logits(classifier.vectors(texts, progress=progress))
    tokens = encoder.tokenize(classifier.cleaned(texts), classifier.card.max_length or None)
    pad = int(encoder.recipe.config.get("pad_token_id") or 0)
    found = np.empty_like(expected)
    order = np.argsort(tokens.lengths, kind="stable")
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        longest = max(1, int(tokens.lengths[some].max()))
        ids = np.full((len(some), longest), pad, dtype=np.int64)
        mask = np.zeros((len(some), longest), dtype=np.int64)
        for place, i in enumerate(some):
            row = tokens[int(i)]
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        found[some] = session.run(["logits"], {"ids": ids, "mask": mask})[0]
        progress.advance(len(some))
    difference = float(np.abs(found - expected).max())
    same = float((found.argmax(axis=1) == expected.argmax(axis=1)).mean())
    return {
        "ok": bool(same == 1.0 and difference <= MOST_DIFFERENCE),
        "texts": len(texts),
        "same_label": same,
        "max_logit_difference": difference,
        "allowed": {"same_label": 1.0, "max_logit_difference": MOST_DIFFERENCE},
    }
