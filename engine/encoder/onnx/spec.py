"""What a person can choose when an encoder is exported to ONNX."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from engine.spec import ArtifactRef, Spec


class OnnxSpec(Spec):
    """An encoder exported once, so that answers need no PyTorch."""

    encoder: str = Field(
        "minilm",
        min_length=1,
        description="The encoder: minilm (always here), a folder on this machine, or a Hugging "
        "Face id such as BAAI/bge-small-en-v1.5.",
    )
    model: Annotated[str, ArtifactRef("model")] = Field(
        "", description="A classifier whose own fine-tuned encoder is exported instead."
    )

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files, where it is not a classifier's own."""
        from engine.encoder.hub.identity import identity

        return {} if self.model else {"encoder": identity(self.encoder)}

    def settings(self) -> dict[str, Any]:
        """Nothing: the encoder's name is said better by its identity."""
        return {}
