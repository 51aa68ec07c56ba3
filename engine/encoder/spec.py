"""What a person can choose when texts become vectors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.spec import ArtifactRef, Spec

Attention = Literal["auto", "flash_attn", "torch_varlen", "sdpa_flash", "sdpa_math", "eager"]


class EmbedSpec(Spec):
    """Vectors of every text of a dataset."""

    dataset: Annotated[str, ArtifactRef("dataset", reads="text_digest")] = Field(
        description="The dataset whose texts become vectors."
    )
    encoder: str = Field(
        "minilm",
        min_length=1,
        description="The model that reads the texts: minilm (always here), a folder on this "
        "machine, or a Hugging Face id such as BAAI/bge-small-en-v1.5.",
    )
    max_length: int = Field(
        0,
        ge=0,
        le=65_536,
        description="How much of a text is read, in tokens (about three quarters of a word each); "
        "0 means the encoder's own limit.",
    )
    attention: Attention = Field(
        "auto",
        description="The attention kernel. auto takes the fastest that works here; any other is "
        "used or the reason it cannot be is given.",
    )

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files."""
        from engine.encoder.identity import identity

        return {"encoder": identity(self.encoder)}
