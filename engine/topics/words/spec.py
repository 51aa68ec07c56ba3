"""What can be asked of the words of a dataset: which are counted, and which left out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class WordsSpec(Spec):
    """Count the words of every text of a dataset, for describing topics."""

    dataset: Annotated[str, ArtifactRef("dataset", reads="text_digest")] = Field(
        description="Dataset: its name or key."
    )
    bigrams: bool = Field(True, description="Count pairs of neighbouring words too.")
    min_df: int = Field(
        0,
        ge=0,
        description="Texts a word must be in; 0 grows with the corpus, from 2 up to 20.",
    )
