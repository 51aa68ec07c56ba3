"""Topics and a category of every document in, how far the two agree out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.topics.topics import NO_TOPIC


@dataclass(frozen=True)
class Agreement:
    """How far topics and categories tell the same.

    Attributes:
        nmi: 0 to 1; the V-measure is the same number.
        ari: Up to 1, 0 is chance.
        homogeneity: 0 to 1, 1 where each topic holds documents of one category only.
        completeness: 0 to 1, 1 where the documents of each category are all in one topic.
        documents: Those compared.
        categories: Of theirs.
    """

    nmi: float
    ari: float
    homogeneity: float
    completeness: float
    documents: int
    categories: int


def agreement(
    assigned: NDArray[np.int32], categories: Sequence[str | None] | NDArray[np.object_]
) -> Agreement | None:
    """NMI (arithmetic mean), adjusted Rand index (Hubert and Arabie 1985), homogeneity and
    completeness (Rosenberg and Hirschberg 2007), by scikit-learn.

    Documents in no topic or of no category are left out.

    Args:
        assigned: (n,) topic ids, -1 in none.
        categories: n categories, None where a document has none.

    Returns:
        None where fewer than two documents, topics or categories are left to compare.

    Raises:
        ValueError: not one category for each document.
    """
    from sklearn.metrics import adjusted_rand_score, homogeneity_completeness_v_measure

    if len(assigned) != len(categories):
        raise ValueError(f"{len(categories)} categories of {len(assigned)} documents")
    numbers = _numbered(categories)
    known = (assigned != NO_TOPIC) & (numbers >= 0)
    topics, said = np.asarray(assigned)[known], numbers[known]
    different = len(np.unique(said))
    if different < 2 or len(np.unique(topics)) < 2:
        return None
    homogeneity, completeness, measure = homogeneity_completeness_v_measure(said, topics)
    return Agreement(
        nmi=float(measure),
        ari=float(adjusted_rand_score(said, topics)),
        homogeneity=float(homogeneity),
        completeness=float(completeness),
        documents=len(said),
        categories=different,
    )


def _numbered(categories: Sequence[str | None] | NDArray[np.object_]) -> NDArray[np.int64]:
    """(n,) a number for each category, -1 for none and the empty one."""
    numbers: dict[str, int] = {}
    return np.array(
        [numbers.setdefault(one, len(numbers)) if one else -1 for one in categories],
        dtype=np.int64,
    )
