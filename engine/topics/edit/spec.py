"""What can be asked of edited topics: whose, and which edits."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import Field

from engine.errors import InputError
from engine.spec import ArtifactRef, FileRef, Spec


class TopicsEditSpec(Spec):
    """Make topics of other topics and a list of edits: merged, split, renamed, moved."""

    topics: Annotated[str, ArtifactRef("topics")] = Field(
        description="Topics to edit, by name or key; they stay as they are."
    )
    edits: Annotated[str, FileRef()] = Field(
        "",
        description="File of edits (.json), as 'topics edits' writes it or the Topics page gives "
        "it; those of other topics are found again by their words.",
    )

    def outside(self) -> dict[str, str]:
        """The edits by what they change, not by when they were made or how they are spaced."""
        from engine.resolve import existing_file
        from engine.topics.edit.transfer import read_list

        if not self.edits:
            raise InputError("Name the file with the edits: --edits FILE.json.")
        path = existing_file(self.edits)
        said = read_list(path.read_bytes(), path.name).plain()
        for edit in said["edits"]:
            edit.pop("when")
        text = json.dumps(said, sort_keys=True)
        return {"edits": f"edits/{hashlib.sha256(text.encode()).hexdigest()[:32]}"}

    def settings(self) -> dict[str, Any]:
        """Nothing beside the two."""
        return {}
