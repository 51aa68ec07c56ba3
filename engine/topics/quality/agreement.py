"""Topics and a category of every document in, how far the two agree out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.topics import NO_TOPIC


@dataclass(frozen=True)
class Agreement:
    """nmi: 0 to 1. ari: up to 1, 0 is chance. documents: Those compared. categories: Of theirs."""

    nmi: float
    ari: float
    documents: int
    categories: int


def agreement(
    assigned: NDArray[np.int32], categories: Sequence[str | None] | NDArray[np.object_]
) -> Agreement | None:
    """NMI (arithmetic mean) and adjusted Rand index (Hubert and Arabie 1985), by scikit-learn.

    Documents in no topic or of no category are left out.

    Args:
        assigned: (n,) topic ids, -1 in none.
        categories: n categories, None where a document has none.

    Returns:
        None where fewer than two documents, topics or categories are left to compare.
    """
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    known = [
        (int(topic), category)
        for topic, category in zip(assigned, categories, strict=True)
        if topic != NO_TOPIC and category
    ]
    topics, said = [topic for topic, _ in known], [category for _, category in known]
    different = len(set(said))
    if different < 2 or len(set(topics)) < 2:
        return None
    return Agreement(
        float(normalized_mutual_info_score(said, topics)),
        float(adjusted_rand_score(said, topics)),
        len(known),
        different,
    )
