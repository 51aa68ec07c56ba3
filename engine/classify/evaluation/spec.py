"""What can be asked about a classifier once it is scored: a baseline, and a comparison."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.spec import ArtifactRef, Spec

Split = Literal["test", "validation"]


class BaselineSpec(Spec):
    """Score the simplest classifiers on a dataset: the most frequent label, and counted words."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels that they learn from: its name or key."
    )
    scored_on: Annotated[str, ArtifactRef("dataset")] = Field(
        "", description="Another dataset to score them on; empty is the one they learn from."
    )
    split: Literal["auto", "test", "validation", "all"] = Field(
        "auto",
        description="Which rows are scored; auto takes the test rows, or the validation rows "
        "where there are none.",
    )
    most: int = Field(
        50_000,
        ge=100,
        description="Texts to learn from at most, a random choice of them: enough for a baseline.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Number that fixes the random choice.")


class CompareSpec(Spec):
    """Test whether one classifier is better than another on texts that neither has learnt from."""

    model: Annotated[str, ArtifactRef("model")] = Field(description="Classifier: its name or key.")
    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels whose rows both are judged on: its name or key."
    )
    other: Annotated[str, ArtifactRef("model")] = Field(
        "",
        description="The classifier to compare it with, of the same categories; empty is counted "
        "words with a linear model (TF-IDF), learnt from the same dataset.",
    )
    split: Split = Field("test", description="Which rows of the dataset are compared.")
    resamples: int = Field(
        2000, ge=200, le=20_000, description="Bootstrap resamples behind the intervals."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Of the resampling.")
