"""A labelled dataset in, its labels ranked by how likely they are wrong out: the doubts stage.

Confident learning (Northcutt, Jiang and Chuang 2021, arXiv:1911.00068), as cleanlab has it, on
probabilities that each text was given by a model that never saw it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from engine.classify.doubts_spec import DoubtsSpec
from engine.classify.examples import Examples, read_examples
from engine.classify.head import Floats, LinearHead, Targets, fit_head, softmax, temperature_for
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.progress import SILENT, Progress
from engine.work import Work

FILE = "doubts.parquet"
STRENGTH = 1.0
"""Of the linear model (scikit-learn's C): one that follows single texts less closely than the best
classifier would, and so is less swayed by the wrong labels among them."""
_MOST_PAIRS = 20


@dataclass(frozen=True, eq=False)
class Doubts:
    """What is thought of n labels.

    score: (n,) float32, the probability of the given label, judged without it. suggestion: (n,)
    int64, the likeliest label. confidence: (n,) float32, its probability. doubted: (n,) bool.
    """

    score: Floats
    suggestion: Targets
    confidence: Floats
    doubted: NDArray[np.bool_]


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


def judge(
    vectors: Floats,
    targets: Targets,
    *,
    groups: NDArray[np.int64],
    folds: int = 5,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Doubts:
    """Doubt labels by cross-validated probabilities; copies of a text are judged together.

    Args:
        vectors: (n, width) float32.
        targets: (n,) int64, every number from 0 to the number of labels - 1 occurs.
        groups: (n,) equal for copies of a text, which are never both learnt from and judged.
        folds: Parts; at least two labels must have that many groups.
        seed: Of the division and the solver.
        progress: Hears of each fold.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    shares = held_out(vectors, targets, groups=groups, folds=folds, seed=seed, progress=progress)
    # cleanlab counts in float64, and wants rows that add up to 1 in it.
    exact = shares.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    doubted = np.asarray(find_label_issues(targets, exact, n_jobs=1), dtype=bool)
    score = get_label_quality_scores(targets, exact, method="self_confidence")
    suggestion = shares.argmax(axis=1).astype(np.int64)
    return Doubts(
        score=np.asarray(score, dtype=np.float32),
        suggestion=suggestion,
        confidence=shares.max(axis=1),
        doubted=doubted & (suggestion != targets),
    )


def held_out(
    vectors: Floats,
    targets: Targets,
    *,
    groups: NDArray[np.int64],
    folds: int,
    seed: int,
    progress: Progress = SILENT,
) -> Floats:
    """(n, n_labels) float32: what a linear model says of each row that did not learn from it.

    One temperature, the best for all rows together, makes the probabilities honest.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    n_labels = int(targets.max()) + 1
    # Far below any logit: a label that a fold's model never met has no share there.
    logits = np.full((len(targets), n_labels), -1e4, dtype=np.float32)
    progress.stage("Judging each text by the others", total=folds, unit="parts")
    parts = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for learn, hold in parts.split(targets, targets, groups):
        met, known = np.unique(targets[learn], return_inverse=True)
        head = _fitted(vectors[learn], known.astype(np.int64), len(met), seed)
        logits[np.ix_(hold, met)] = head.logits(vectors[hold])
        progress.advance(1)
    temperature = np.float32(temperature_for(logits, targets))
    return softmax(logits / temperature)


def judgeable(examples: Examples, folds: int) -> NDArray[np.int64]:
    """Places in `examples` of the rows whose category has at least `folds` groups."""
    enough = [
        code
        for code in range(len(examples.labels))
        if len(np.unique(examples.groups[examples.targets == code])) >= folds
    ]
    return np.flatnonzero(np.isin(examples.targets, enough))


def _fitted(vectors: Floats, targets: Targets, n_labels: int, seed: int) -> LinearHead:
    nothing = vectors[:0], targets[:0]
    return fit_head(
        vectors, targets, n_labels=n_labels, validation=nothing, strength=STRENGTH, seed=seed
    )


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


def doubted_texts(
    folder: Path,
    dataset_rows: Path,
    *,
    label: str = "",
    suggestion: str = "",
    offset: int = 0,
    limit: int = 500,
) -> list[dict[str, Any]]:
    """Doubted rows, the most doubted first: row, text, title, label, split, prediction, confidence.

    Args:
        folder: The doubts artifact's.
        dataset_rows: ``rows.parquet`` of its dataset.
        label: Only rows of this label.
        suggestion: Only rows for which this label is suggested.
        offset: How many to pass over.
        limit: Most rows to return.
    """
    import duckdb

    query = """
        SELECT d.row, d.text, d.title, f.label, f.split, f.suggestion AS prediction, f.confidence,
            f.score
        FROM read_parquet(?) f JOIN read_parquet(?) d USING (row)
        WHERE f.doubted AND (? = '' OR f.label = ?) AND (? = '' OR f.suggestion = ?)
        ORDER BY f.score, d.row LIMIT ? OFFSET ?
    """
    values = [str(folder / FILE), str(dataset_rows), label, label, suggestion, suggestion,
              limit, offset]  # fmt: skip
    with duckdb.connect() as connection:
        table: pa.Table = connection.sql(query, params=values).to_arrow_table()
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
