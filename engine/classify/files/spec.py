"""What can be asked of predicting a whole file: the classifier, the file, its text columns."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class PredictFileSpec(Spec):
    """Classify every row of a file; all its columns are kept."""

    model: Annotated[str, ArtifactRef("model")] = Field(description="Classifier: its name or key.")
    source: Annotated[str, ArtifactRef("source")] = Field(
        description="The rows to classify: a file, or the name or key of one that was read before."
    )
    columns: list[str] = Field(
        default_factory=list,
        description="Columns with the text, joined in this order as in training; by default those "
        "the classifier was trained on, or else the one that looks like text.",
    )
