"""What can be asked of the classifier stages: training and evaluation, with units and bounds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.encoder.spec import Attention
from engine.spec import ArtifactRef, Spec


class TrainSpec(Spec):
    """Train a classifier on the training split, choose on validation, score on test."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels: its name or key."
    )
    route: Literal["quick", "finetune"] = Field(
        "quick",
        description="quick: the encoder stays as it is and a linear head learns on its vectors, in "
        "minutes. finetune: the encoder learns too; slower, usually better.",
    )
    encoder: str = Field(
        "minilm",
        description="minilm (comes with Limn), a folder on this machine, or a Hugging Face id.",
    )
    max_length: int = Field(
        0, ge=0, le=8192, description="Tokens read of each text; 0 is the encoder's own limit."
    )
    attention: Attention = Field(
        "auto", description="Attention kernel; auto takes the fastest that works here."
    )
    epochs: int = Field(
        2, ge=1, le=50, description="Passes over the training texts (finetune only)."
    )
    learning_rate: float = Field(
        5e-5, gt=0, le=1e-2, description="Peak learning rate of the encoder (finetune only)."
    )
    batch_size: int = Field(
        32, ge=1, le=4096, description="Texts a step of the optimizer (finetune only)."
    )
    frozen_layers: int = Field(
        0,
        ge=0,
        le=100,
        description="Lowest layers that stay as they are; more is faster (finetune only).",
    )
    balance_classes: bool = Field(
        False, description="Give rare categories more weight, so that each counts the same."
    )
    evaluations: int = Field(
        4, ge=1, le=50, description="Looks at the validation texts per epoch (finetune only)."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Equal seeds give equal models.")

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files."""
        from engine.encoder.identity import identity

        return {"encoder": identity(self.encoder)}


class EvaluateSpec(Spec):
    """Score a classifier on a dataset it was, or was not, trained on."""

    model: Annotated[str, ArtifactRef("model")] = Field(description="Classifier: its name or key.")
    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels: its name or key."
    )
    split: Literal["test", "validation", "all"] = Field(
        "test", description="Which rows of the dataset are scored."
    )
