"""What can be asked of labels: which topics a language model names, and what it may read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from engine.settings import settings
from engine.spec import ArtifactRef, FileRef, Spec
from engine.topics.edit.spec import TopicsEditSpec


class LabelSpec(Spec):
    """Let a language model propose names for topics, and check each against the topic."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
    edits: Annotated[str, FileRef()] = Field(
        "",
        description="File of edits (.json) to make first, so that the topics are named as they "
        "stand; empty names them as they were found.",
    )
    model: str = Field(
        "",
        validate_default=True,
        description="Model that is asked; empty takes the one in LIMN_LLM_MODEL.",
    )
    documents: int = Field(
        4,
        ge=0,
        le=20,
        description="Documents of each topic the model reads the beginning of; they leave this "
        "machine unless the model runs on it.",
    )

    @field_validator("model")
    @classmethod
    def _set(cls, model: str) -> str:
        # Part of what is asked, so that another model's names are not found in its place.
        return model or settings().llm_model

    def outside(self) -> dict[str, str]:
        """The edits by what they change."""
        if not self.edits:
            return {}
        return TopicsEditSpec(topics=self.topics, edits=self.edits).outside()
