"""A model's scores in, the cautions a careful colleague would add out, and where to look first."""

from __future__ import annotations

from typing import Any

_FEW_ROWS = 200
_FEW_OF_A_CATEGORY = 20
_MODEST_GAP = 0.1


def remarks(
    scores: dict[str, Any], facts: dict[str, Any], baseline: dict[str, Any] | None = None
) -> list[str]:
    """Cautions about a model; many have none.

    Args:
        scores: As :func:`engine.classify.scores.score` gives them, with the split.
        facts: The model's, or its evaluation's, facts.
        baseline: The facts of the TF-IDF baseline scored on the same rows, where it is there.
    """
    found = []
    if "stopped_at" in facts:
        found.append(
            f"It was stopped after {facts['stopped_at']:,} steps, {facts.get('epochs', 0):g} "
            "epochs in; the best until then is what you see."
        )
    if facts.get("best_step") == 0:
        found.append(
            "Fine-tuning did not beat its own start, the quick route's answer, so that is what "
            "was kept; try more texts, more epochs or another learning rate."
        )
    if scores["accuracy_interval"][0] <= scores["majority"]:
        found.append(
            "It may be no better than always saying the most frequent category: the interval of "
            "its accuracy reaches down to that."
        )
    elif baseline and scores["accuracy_interval"][0] <= baseline["accuracy"]:
        found.append(
            "It may be no better than counting words with a linear model (TF-IDF): that gets "
            f"{baseline['accuracy'] * 100:.1f} % right, which its interval reaches down to. "
            "Compare the two to be sure."
        )
    # Of an evaluation, which says what it has seen, a person chose the split.
    if scores.get("split") == "validation" and "seen" not in facts:
        found.append(
            "There was no test split, so it was scored on the validation rows, which also chose "
            "its settings: expect a little less on new texts."
        )
    if scores["rows"] < _FEW_ROWS:
        found.append(
            f"Only {scores['rows']:,} texts were scored, so every figure is rough; read the "
            "intervals."
        )
    few = [n for n, one in scores["per_class"].items() if one["support"] < _FEW_OF_A_CATEGORY]
    if few and scores["rows"] >= _FEW_ROWS:
        more = f" and {len(few) - 3:,} more" if len(few) > 3 else ""
        found.append(
            f"Few texts were there to score {', '.join(few[:3])}{more}: fewer than "
            f"{_FEW_OF_A_CATEGORY} each."
        )
    if scores["ece"] > _MODEST_GAP:
        found.append(
            f"Its probabilities are off by {scores['ece'] * 100:.0f} points on average; take them "
            "as a ranking, not as odds."
        )
    return found


def worst_cell(matrix: list[list[int]]) -> tuple[int, int]:
    """Place (true, predicted) of the most frequent mistake; (0, 0) where there is none."""
    cells = [(n, i, j) for i, row in enumerate(matrix) for j, n in enumerate(row) if i != j and n]
    if not cells:
        return 0, 0
    _, true, predicted = max(cells, key=lambda cell: (cell[0], -cell[1], -cell[2]))
    return true, predicted


def hardest(matrix: list[list[int]], limit: int) -> list[int]:
    """Places of the `limit` categories with most mistakes made about them, in their own order."""
    size = range(len(matrix))
    wrong = [sum(matrix[i]) + sum(row[i] for row in matrix) - 2 * matrix[i][i] for i in size]
    return sorted(sorted(size, key=lambda i: (-wrong[i], i))[:limit])
