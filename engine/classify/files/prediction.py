"""A window of a file and a classifier in, its predictions out, as a chunk."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.classify.classifier import Classifier
from engine.data.plan import Plan
from engine.data.rows import Reader
from engine.encoder.by_window import Window

LABEL, CUT, WORDLESS = "label", "cut", "wordless"
"""Columns of a chunk that only the summary needs: the file's own label, whether the text was longer
than the classifier reads, and whether it has no letter."""


def probability(number: int) -> str:
    """The column of a chunk with the probabilities of category `number`."""
    return f"p{number}"


class Prediction:
    """Makes the columns prediction, confidence, p0, p1, ... and those for the summary.

    Rows without text have no prediction.

    Args:
        classifier: The classifier.
        plan: How labels are read.
    """

    def __init__(self, classifier: Classifier, plan: Plan) -> None:
        self._classifier = classifier
        self._reader = Reader(plan)

    def __call__(self, window: Window) -> pa.Table:
        """The chunk of one window."""
        texts, known = window.texts, window.known
        names = self._classifier.labels
        wide = np.full((len(texts), len(names)), np.nan, dtype=np.float32)
        if len(known):
            wide[known] = self._classifier.head.probabilities(window.vectors)
        chosen: list[str | None] = [None] * len(texts)
        confidence = np.full(len(texts), np.nan, dtype=np.float32)
        for i in known:
            best = int(wide[i].argmax())
            chosen[i], confidence[i] = names[best], wide[i, best]
        wordless = [bool(t) and not any(map(str.isalpha, t)) for t in texts]
        columns = {
            "prediction": pa.array(chosen, pa.string()),
            "confidence": pa.array(confidence, from_pandas=True),
            **{
                probability(n): pa.array(np.ascontiguousarray(wide[:, n]), from_pandas=True)
                for n in range(len(names))
            },
            LABEL: pa.array(self._reader.labels(window.batch), pa.string()),
            CUT: pa.array(window.cut),
            WORDLESS: pa.array(wordless, pa.bool_()),
        }
        return pa.table(columns)
