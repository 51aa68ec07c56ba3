"""What can be asked of the explanation of a whole dataset, with units and bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.encoder.spec import Attention
from engine.spec import ArtifactRef, Spec


class ExplainCorpusSpec(Spec):
    """Weigh every word of many texts, and find the words a classifier goes by."""

    model: Annotated[str, ArtifactRef("model")] = Field(description="Classifier: its name or key.")
    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset whose texts are explained, with labels or without: its name or key."
    )
    split: Literal["all", "train", "validation", "test"] = Field(
        "all", description="Which rows of the dataset are explained."
    )
    limit: int = Field(
        500,
        ge=0,
        le=1_000_000,
        description="Texts at most, a random choice of them; 0 takes all. On two cores a text of "
        "60 words takes about half a second by Integrated Gradients.",
    )
    method: Literal["integrated gradients", "input x gradient", "occlusion"] = Field(
        "integrated gradients",
        description="integrated gradients: what the words give sums to the answer. input x "
        "gradient: one look instead of a dozen or more, quick, and often wrong where "
        "answers are sure. occlusion: each word "
        "left out by itself, one look a word.",
    )
    steps: int = Field(
        0,
        ge=0,
        le=256,
        description="Points of the integral to begin with, 0 for the usual number; a text that "
        "needs more gets more (integrated gradients).",
    )
    baseline: Literal["pad", "mask", "zero"] = Field(
        "pad",
        description="What a text is compared with: PAD tokens, MASK tokens, or no embedding at "
        "all (integrated gradients).",
    )
    target: Literal["predicted", "labelled"] = Field(
        "predicted",
        description="What the words of a text are weighed for: the category the classifier says, "
        "or the one the text is labelled with.",
    )
    attention: Attention = Field(
        "auto", description="Attention kernel; auto takes the fastest that works here."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Number that fixes the random choices.")
