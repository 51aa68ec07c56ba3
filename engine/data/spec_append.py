"""What is asked of putting files or datasets end to end in, frozen, validated specs out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class JoinSpec(Spec):
    """Put the rows of a second file under those of a first; columns are matched by name."""

    first: Annotated[str, ArtifactRef("source")] = Field(description="The first file.")
    second: Annotated[str, ArtifactRef("source")] = Field(description="The one that follows.")


class AppendSpec(Spec):
    """Put the texts of a second dataset behind those of a first: this month behind last year."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="The first dataset, by name or key; it stays as it is."
    )
    more: Annotated[str, ArtifactRef("dataset")] = Field(
        description="The dataset whose texts follow."
    )
