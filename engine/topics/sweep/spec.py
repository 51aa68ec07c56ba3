"""What can be asked of a sweep: over how many least sizes of a topic."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class SweepSpec(Spec):
    """Try many values of min_cluster_size: how many topics, how many outliers, how stable."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(
        description="Topics whose documents and dimensions are taken: name or key."
    )
    sizes: int = Field(
        30, ge=5, le=100, description="Least sizes that are tried, evenly on a log scale."
    )
