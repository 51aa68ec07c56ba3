"""What is asked of a new version of a dataset in, one frozen, validated spec out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from engine.errors import InputError
from engine.spec import ArtifactRef, FileRef, Spec

if TYPE_CHECKING:
    from engine.data.edits import Edit

_EDITED = re.compile(r"-edited(-\d+)?$")


class EditSpec(Spec):
    """Make a new version of a dataset: rows relabelled, left out, weighted, and texts added."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="The dataset to edit, by name or key; it stays as it is."
    )
    edits: Annotated[str, FileRef()] = Field(
        "",
        description="File with the edits, JSON or CSV with row (from 0), action (relabel, exclude, "
        "weight or add), value (the label or weight), text (what is added; its row is the one it "
        "was made from, or empty) and, if wanted, note.",
    )
    new_labels: list[str] = Field(
        default_factory=list,
        description="Labels that the dataset does not have yet and may get; any other unknown "
        "label is taken for a slip.",
    )

    def outside(self) -> dict[str, str]:
        """The edits by what they change; how and why they are written down makes no difference."""
        from engine.data.edits import digest

        return {"edits": f"edits/{digest(_edits_in(self.edits))}"}

    def settings(self) -> dict[str, Any]:
        """Nothing: `new_labels` only permits what the edits say."""
        return {}


class ExtendSpec(Spec):
    """Put the texts that edits add under the rows of a file; the other edits are not looked at."""

    source: Annotated[str, ArtifactRef("source")] = Field(
        description="The file, by name or key; it stays as it is."
    )
    edits: Annotated[str, FileRef()] = Field(
        "", description="File with the edits, as `data edit` reads it."
    )
    text_column: str = Field("", description="The column the texts are put in.")

    def outside(self) -> dict[str, str]:
        """The added texts and their labels."""
        from engine.data.edits import digest

        adds = [edit for edit in _edits_in(self.edits) if edit.action == "add"]
        return {"edits": f"edits/{digest(adds)}"}


def _edits_in(path: str) -> list[Edit]:
    from engine.data.edits import read_edits
    from engine.resolve import existing_file

    if not path:
        raise InputError("Name the file with the edits: --edits FILE.json or --edits FILE.csv.")
    return read_edits(existing_file(path))


def edited_name(name: str) -> str:
    """What a version is called: "food-edited" for one of food or of food-edited-2; "" for ""."""
    return f"{_EDITED.sub('', name)}-edited" if name else ""
