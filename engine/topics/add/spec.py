"""What can be asked of adding documents to topics: which topics, which documents, which edits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec
from engine.topics.assign.spec import Edits


class TopicsAddSpec(Spec):
    """Add new documents to topics; the documents that are there stay where they are."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="The topics' dataset with more texts behind it, as data append makes it."
    )
    edits: Edits = Field(
        "",
        description="Which edits hold, by the name that the page gives; empty takes the topics as "
        "they were found.",
    )


class ProjectAddSpec(Spec):
    """Place new documents among the points of those that are there, which stay where they are."""

    projection: Annotated[str, ArtifactRef("projection")] = Field(
        description="Points of the documents that are there."
    )
    assigner: Annotated[str, ArtifactRef("assigner")] = Field(
        description="Topics of these documents, made ready for new ones."
    )
    vectors: Annotated[str, ArtifactRef("vectors")] = Field(
        description="Vectors of all documents, those that are there first."
    )
