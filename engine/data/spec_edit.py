"""What is asked of a new version of a dataset in, one frozen, validated spec out."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field

from engine.errors import InputError
from engine.spec import ArtifactRef, FileRef, Spec

_EDITED = re.compile(r"-edited(-\d+)?$")


class EditSpec(Spec):
    """Make a new version of a dataset: rows relabelled, left out, or counting more or less."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="The dataset to edit, by name or key; it stays as it is."
    )
    edits: Annotated[str, FileRef()] = Field(
        "",
        description="File with the edits, JSON or CSV with row (from 0), action (relabel, exclude "
        "or weight), value (the new label or weight) and, if wanted, note.",
    )
    new_labels: list[str] = Field(
        default_factory=list,
        description="Labels that the dataset does not have yet and may get; any other unknown "
        "label is taken for a slip.",
    )

    def outside(self) -> dict[str, str]:
        """The edits by what they change; how and why they are written down makes no difference."""
        from engine.data.edits import digest, read_edits
        from engine.resolve import existing_file

        if not self.edits:
            raise InputError("Name the file with the edits: --edits FILE.json or --edits FILE.csv.")
        return {"edits": f"edits/{digest(read_edits(existing_file(self.edits)))}"}

    def settings(self) -> dict[str, Any]:
        """Nothing: `new_labels` only permits what the edits say."""
        return {}


def edited_name(name: str) -> str:
    """What a version is called: "food-edited" for one of food or of food-edited-2; "" for ""."""
    return f"{_EDITED.sub('', name)}-edited" if name else ""
