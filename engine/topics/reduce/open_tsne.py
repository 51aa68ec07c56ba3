"""t-SNE by openTSNE, whose interpolation makes it quick on many documents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def tsne(vectors: NDArray[np.float32], *, perplexity: int, seed: int) -> NDArray[np.float32]:
    """(n, 2) float32 of (n, width) float32; cosine distances, begun from the main axes."""
    from openTSNE import TSNE

    model = TSNE(
        perplexity=min(perplexity * 2, max(2, (len(vectors) - 1) // 3)),
        metric="cosine",
        initialization="pca",
        n_jobs=-1,
        random_state=seed,
    )
    points: NDArray[np.float32] = np.asarray(model.fit(np.asarray(vectors)), dtype=np.float32)
    return points
