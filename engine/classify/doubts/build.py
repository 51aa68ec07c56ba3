"""A labelled dataset in, its labels ranked by how likely they are wrong out: the doubts stage."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.doubts.judge import Doubts, judge, judgeable
from engine.classify.doubts.spec import DoubtsSpec
from engine.classify.examples import Examples, read_examples
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.work import Work

FILE = "doubts.parquet"
_MOST_PAIRS = 20


def build(spec: DoubtsSpec, work: Work) -> dict[str, Any]:
    """Write ``doubts.parquet``: a line a judged row, the most doubted first.

    Columns: row, split, label, suggestion, score, confidence, doubted.

    Raises:
        InputError: there are no two categories with `folds` different texts each.
    """
    dataset = work.inputs["dataset"]
    examples = read_examples(dataset)
    judged = judgeable(examples, spec.folds)
    skipped = len(examples.targets) - len(judged)
    if len(np.unique(examples.targets[judged])) < 2:
        raise InputError(
            f"To doubt labels, two categories need {spec.folds} different texts or more each; "
            f"{dataset.title} has too few. Ask for fewer folds, or bring more texts."
        )
    if skipped:
        work.progress.note(
            f"{skipped:,} rows are not judged: their category has fewer than {spec.folds} "
            "different texts."
        )
    vectors = work.make(
        EmbedSpec(
            dataset=dataset.key,
            encoder=spec.encoder,
            max_length=spec.max_length,
            attention=spec.attention,
        )
    )
    stored = np.load(vectors.path / "vectors.npy", mmap_mode="r")
    codes, targets = np.unique(examples.targets[judged], return_inverse=True)
    found = judge(
        np.asarray(stored[examples.places[judged]], dtype=np.float32),
        targets.astype(np.int64),
        groups=examples.groups[judged],
        folds=spec.folds,
        seed=spec.seed,
        progress=work.progress,
    )
    names = [examples.labels[code] for code in codes]
    _write(examples, judged, names, found, work)
    pairs = Counter(
        (names[given], names[better])
        for given, better in zip(
            targets[found.doubted], found.suggestion[found.doubted], strict=True
        )
    )
    return {
        "rows": len(judged),
        "doubted": int(found.doubted.sum()),
        "agreement": float((found.suggestion == targets).mean()),
        "skipped": skipped,
        "pairs": [[*pair, n] for pair, n in pairs.most_common(_MOST_PAIRS)],
        "encoder": spec.encoder,
    }


def _write(
    examples: Examples, judged: NDArray[np.int64], names: list[str], found: Doubts, work: Work
) -> None:
    # Doubted first; among equals the file's order decides, so that it is the same each time.
    order = np.lexsort((examples.rows[judged], found.score, ~found.doubted))
    places = judged[order]
    table = pa.table(
        {
            "row": examples.rows[places],
            "split": pa.array(examples.split[places].tolist()),
            "label": pa.array([examples.labels[code] for code in examples.targets[places]]),
            "suggestion": pa.array([names[code] for code in found.suggestion[order]]),
            "score": found.score[order],
            "confidence": found.confidence[order],
            "doubted": pa.array(found.doubted[order]),
        }
    )
    pq.write_table(table, work.out / FILE)
