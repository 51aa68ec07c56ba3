"""What can be asked of the words that drive topics, with units and bounds."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.encoder.spec import Attention
from engine.spec import ArtifactRef, Spec
from engine.topics.assign.spec import Edits

MOST_PLACES = 100_000


class ExplainTopicsSpec(Spec):
    """Find the words that drive topics through the encoder, beside those that are counted."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
    edits: Edits = Field(
        "",
        description="Which edits hold, by the name that the page and the command assign give; "
        "empty takes the topics as they were found.",
    )
    topic: int = Field(
        -1, ge=-1, description="Number of the only topic that is explained; -1 takes all of them."
    )
    places: list[int] = Field(
        [],
        max_length=MOST_PLACES,
        description="Documents, by their number from 0, that are explained as if they were one "
        "topic; empty takes the topics.",
    )
    against: Literal["rest", "next"] = Field(
        "rest",
        description="What a topic is compared with: rest, the middle of all documents outside it; "
        "next, the topic that is most like it.",
    )
    documents: int = Field(
        12,
        ge=2,
        le=500,
        description="Documents that are read of each topic: half of them nearest to its centre, "
        "half drawn at random. One takes a second or two on two cores.",
    )
    attention: Attention = Field(
        "auto", description="Attention kernel; auto takes the fastest that works here."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Number that fixes the random choices.")

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.places and (self.topic != -1 or self.against == "next"):
            raise ValueError(
                "chosen documents are compared with all others; leave topic and against out"
            )
        if any(place < 0 for place in self.places):
            raise ValueError("documents are numbered from 0")
        return self
