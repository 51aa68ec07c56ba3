"""What can be taken away of topics: which file, and with which edits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.spec import ArtifactRef, FileRef, Spec
from engine.topics.edit.spec import TopicsEditSpec


class TopicsExportSpec(Spec):
    """Make a file of topics that needs no Limn: a page, a figure, a table or a BERTopic folder."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
    file: Literal[
        "map.html",
        "map.png",
        "map.svg",
        "map.pdf",
        "documents.csv",
        "documents.xlsx",
        "documents.parquet",
        "topics.csv",
        "topics.json",
        "bertopic.zip",
    ] = Field(
        "map.html",
        description="map.html is a page to explore, map.png and the like a figure; documents.csv "
        "has every document with its topic, topics.csv every topic with its words; bertopic.zip "
        "is a folder that BERTopic loads.",
    )
    edits: Annotated[str, FileRef()] = Field(
        "", description="File of edits (.json) to make first; empty takes the topics as found."
    )
    dark: bool = Field(False, description="A figure for a dark page.")

    def outside(self) -> dict[str, str]:
        """The edits by what they change."""
        if not self.edits:
            return {}
        return TopicsEditSpec(topics=self.topics, edits=self.edits).outside()
