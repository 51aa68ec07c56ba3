"""What can be asked of the coherence of topics."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class CoherenceSpec(Spec):
    """Read every text once and measure how well the words of each topic go together (C_V)."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
