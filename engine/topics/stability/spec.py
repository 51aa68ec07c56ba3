"""What can be asked of the stability of topics: how often they are found again, and of how many."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from engine.spec import ArtifactRef, Spec


class StabilitySpec(Spec):
    """Find the topics again, with other seeds and without some documents: which ones come back?"""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
    seeds: int = Field(
        5, ge=0, le=50, description="Re-fits of all documents, each with another seed."
    )
    subsamples: int = Field(
        5, ge=0, le=50, description="Re-fits of a part of the documents, drawn at random."
    )
    share: float = Field(
        0.8, ge=0.3, le=0.95, description="Share of the documents that each of those parts holds."
    )

    @model_validator(mode="after")
    def _some(self) -> StabilitySpec:
        if self.seeds + self.subsamples < 2:
            raise ValueError("ask for two re-fits at least, by seeds or by subsamples")
        return self
