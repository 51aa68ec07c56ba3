"""What can be asked of the search for wrong labels, with units and bounds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.encoder.spec import Attention
from engine.spec import ArtifactRef, Spec


class DoubtsSpec(Spec):
    """Rank the labels of a dataset by how likely they are wrong."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels: its name or key."
    )
    encoder: str = Field(
        "minilm",
        description="The encoder whose vectors are judged by, as it came: one that was fine-tuned "
        "on these labels has seen what it would have to doubt.",
    )
    max_length: int = Field(
        0, ge=0, le=8192, description="Tokens read of each text; 0 is the encoder's own limit."
    )
    attention: Attention = Field(
        "auto", description="Attention kernel; auto takes the fastest that works here."
    )
    folds: int = Field(
        5,
        ge=2,
        le=20,
        description="Parts the texts are divided into; each is judged by a model of the others.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Number that fixes the parts.")

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files."""
        from engine.encoder.hub.identity import identity

        return {"encoder": identity(self.encoder)}
