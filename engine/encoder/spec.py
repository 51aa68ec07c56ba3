"""What a person can choose when texts become tokens and vectors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.spec import ArtifactRef, Spec

Attention = Literal["auto", "flash_attn", "torch_varlen", "sdpa_flash", "sdpa_math", "eager"]
Precision = Literal["auto", "float32", "float16", "bfloat16", "int8"]


class TokenizeSpec(Spec):
    """Token ids of every text of a dataset, for any encoder with the same tokenizer."""

    dataset: Annotated[str, ArtifactRef("dataset", reads="text_digest")] = Field(
        description="The dataset whose texts become tokens."
    )
    encoder: str = Field(
        "minilm",
        min_length=1,
        description="The model whose tokenizer is used: minilm (always here), a folder on this "
        "machine, or a Hugging Face id such as BAAI/bge-small-en-v1.5.",
    )
    max_length: int = Field(
        0,
        ge=0,
        le=65_536,
        description="How much of a text is kept, in tokens; 0 means the encoder's own limit.",
    )

    def outside(self) -> dict[str, str]:
        """The tokenizer by its files, and the limit that `max_length` stands for."""
        from engine.encoder.hub.find import find_folder
        from engine.encoder.hub.folder import read_recipe
        from engine.encoder.hub.identity import tokenizer_identity
        from engine.encoder.tokenizing.tokenizer import token_limit

        limit = token_limit(read_recipe(find_folder(self.encoder)), self.max_length)
        return {"tokenizer": tokenizer_identity(self.encoder), "max_length": str(limit)}

    def settings(self) -> dict[str, Any]:
        """Nothing: the encoder's name and 0 for its limit are said by what they stand for."""
        return {}


class EmbedSpec(Spec):
    """Vectors of every text of a dataset."""

    dataset: Annotated[str, ArtifactRef("dataset", reads="text_digest")] = Field(
        description="The dataset whose texts become vectors."
    )
    encoder: str = Field(
        "minilm",
        min_length=1,
        description="The model that reads the texts: minilm (always here), a folder on this "
        "machine, a Hugging Face id such as BAAI/bge-small-en-v1.5, or draft, a quick "
        "approximation of minilm (draft:FOLDER of another).",
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
    precision: Precision = Field(
        "auto",
        description="The numbers products are computed in. auto: float32 on a CPU, float16 on a "
        "GPU. int8, for CPUs, is about twice as fast as float32 and approximate: how near its "
        "vectors are is measured on your own texts.",
    )

    processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes that share the texts; 0 is one for each GPU where the texts are "
        "many, else one alone. Under torchrun, torchrun's number counts.",
    )

    def settings(self) -> dict[str, Any]:
        """What the key is made of; how many processes shared the work changes no vector."""
        return {name: value for name, value in super().settings().items() if name != "processes"}

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files, a draft also by how it is made."""
        from engine.encoder.hub.find import drafted
        from engine.encoder.hub.identity import identity
        from engine.stages import stage_of

        base = drafted(self.encoder)
        if base is None:
            return {"encoder": identity(self.encoder)}
        draft = DistillSpec(encoder=base)
        how = f"version {stage_of(draft).version}, width {draft.width}"
        return {"encoder": identity(base), "draft": how}


class DistillSpec(Spec):
    """A draft of an encoder: one vector for each token of its vocabulary."""

    encoder: str = Field(
        "minilm",
        min_length=1,
        description="The model to make a draft of: minilm (always here), a folder on this "
        "machine, or a Hugging Face id.",
    )
    width: int = Field(
        256,
        ge=8,
        le=4096,
        description="Numbers in a vector, at most as many as the model's own have.",
    )

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files."""
        from engine.encoder.hub.identity import identity

        return {"encoder": identity(self.encoder)}

    def settings(self) -> dict[str, Any]:
        """Without the encoder's name, which its identity says better."""
        return {"width": self.width}
