"""What can be asked of a classifier that learnt from edited data, in one frozen spec."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class MendedSpec(Spec):
    """See whether edits mended a fault: two classifiers on the texts it was on."""

    model: Annotated[str, ArtifactRef("model")] = Field(
        description="The classifier that learnt from the edited dataset: its name or key."
    )
    before: Annotated[str, ArtifactRef("model")] = Field(
        description="The classifier before it, of the same categories."
    )
    word: str = Field(
        "",
        max_length=200,
        description="A word or phrase the fault hung on: test texts that hold it are asked, "
        "and others with it put in.",
    )
    most: int = Field(400, ge=1, le=20_000, description="Texts with that word at most.")
