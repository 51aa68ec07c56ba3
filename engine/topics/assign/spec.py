"""What can be asked of assigning: for which topics, with which edits, which file."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from engine.spec import ArtifactRef, Spec

UNEDITED = "0"


def _named(edits: str) -> str:
    """Two names for no edits are one, so that both find the same result."""
    return "" if edits == UNEDITED else edits


Edits = Annotated[str, AfterValidator(_named)]
"""Name of the edits that hold, see History.version; empty for none."""


class AssignerSpec(Spec):
    """Make topics ready for new documents; edits made before or after hold all the same."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")


class AssignFileSpec(Spec):
    """Find the topic of every row of a file; all its columns are kept."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(description="Topics: name or key.")
    source: Annotated[str, ArtifactRef("source")] = Field(
        description="The rows to assign: a file, or the name or key of one that was read before."
    )
    columns: list[str] = Field(
        default_factory=list,
        description="Columns with the text, joined in this order as before; by default those the "
        "topics were found in, or else the one that looks like text.",
    )
    edits: Edits = Field(
        "",
        description="Which edits hold, by the name that the page and the command assign give; "
        "empty takes the topics as they were found.",
    )
