"""What can be asked of the classifier stages: training and evaluation, with units and bounds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from engine.encoder.spec import Attention
from engine.spec import ArtifactRef, Spec

LORA_RATE = 5e-4
"""Peak learning rate of an adapter where none is given."""
OWN_ENCODER = "minilm"
Metric = Literal["macro_f1", "accuracy", "balanced_accuracy", "loss"]


class TrainSpec(Spec):
    """Train a classifier on the training split, choose on validation, score on test."""

    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels: its name or key."
    )
    route: Literal["quick", "finetune", "lora"] = Field(
        "quick",
        description="quick: the encoder stays as it is and a linear head learns on its vectors, in "
        "minutes. finetune: the encoder learns too; slower, usually better. lora: small matrices "
        "beside the encoder's weights learn, which takes less memory.",
    )
    encoder: str = Field(
        OWN_ENCODER,
        description="minilm (comes with Limn), a folder on this machine, or a Hugging Face id.",
    )
    start: Annotated[str, ArtifactRef("model")] = Field(
        "",
        description="Classifier to go on from, by name or key: its encoder and, for categories of "
        "the same name, its head. Empty begins anew.",
    )
    max_length: int = Field(
        0,
        ge=0,
        le=8192,
        description="Tokens read of each text; 0 is what the classifier to go on from reads, or "
        "the encoder's own limit.",
    )
    attention: Attention = Field(
        "auto", description="Attention kernel; auto takes the fastest that works here."
    )
    epochs: int = Field(
        2, ge=1, le=50, description="Passes over the training texts (finetune and lora)."
    )
    learning_rate: float = Field(
        5e-5,
        gt=0,
        le=1e-2,
        description="Peak learning rate of the encoder (finetune), or of its adapter (lora, where "
        f"{LORA_RATE:g} is taken if none is given).",
    )
    batch_size: int = Field(
        32,
        ge=1,
        le=4096,
        description="Texts a step of the optimizer, of all processes together (finetune and lora). "
        "On a GPU 128 with twice the rate is about twice as fast and learns as well.",
    )
    accumulate: int = Field(
        1,
        ge=1,
        le=4096,
        description="Parts a batch is worked through in: more take less memory and give the same "
        "(finetune and lora).",
    )
    gradient_checkpointing: bool = Field(
        False,
        description="Keep less in memory and work it out again when it is needed: about a third "
        "slower, for long texts or large encoders (finetune and lora).",
    )
    frozen_layers: int = Field(
        0,
        ge=0,
        le=100,
        description="Lowest layers that stay as they are, and the embeddings with them; more is "
        "faster (finetune and lora).",
    )
    lora_rank: int = Field(
        8, ge=1, le=256, description="Width of the adapter's matrices: more can learn more (lora)."
    )
    lora_alpha: float = Field(
        16.0,
        gt=0,
        le=1024,
        description="What the adapter adds counts alpha / rank times (lora).",
    )
    lora_dropout: float = Field(
        0.0, ge=0, le=0.9, description="Share of the adapter's input dropped in training (lora)."
    )
    class_balance: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How far rare categories are given more weight: 0 not at all, 1 until each "
        "counts the same, 0.5 half the way (their square root), often best for macro-F1.",
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=0.5,
        description="Share of a text's certainty that is spread over all categories: 0.1 helps "
        "where labels are not always right (finetune and lora).",
    )
    auxiliary: str = Field(
        "",
        description="Another column of the file to learn beside the categories, such as the stars "
        "behind a sentiment: it shapes the encoder, and is left out of the classifier in the end "
        "(finetune and lora).",
    )
    loss: Literal["cross_entropy", "focal"] = Field(
        "cross_entropy",
        description="What is made small. focal counts a text less the surer the classifier already "
        "is of it, so that rare and hard ones weigh more (finetune and lora).",
    )
    focal_gamma: float = Field(
        2.0,
        ge=0,
        le=10,
        description="How much less: an error counts (1 - probability) to this power (focal).",
    )
    strength: float = Field(
        0.0,
        ge=0,
        le=1000,
        description="How closely the head follows the training texts; 0 chooses the best of five "
        "by the validation texts (quick).",
    )
    evaluations: int = Field(
        4,
        ge=1,
        le=50,
        description="Looks at the validation texts per epoch (finetune and lora).",
    )
    metric: Metric = Field(
        "macro_f1",
        description="What a look is judged by: the best one is kept (finetune and lora).",
    )
    patience: int = Field(
        0,
        ge=0,
        le=1000,
        description="Looks without a better one after which training ends early; 0 never does "
        "(finetune and lora).",
    )
    compile: Literal["auto", "always", "never"] = Field(
        "auto",
        description="torch.compile: a minute and a half of waiting for quicker steps. auto takes "
        "it for runs of more than ten minutes on a GPU (finetune and lora).",
    )
    processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes that train together, each with a share of every batch; 0 is one for "
        "each GPU, or one alone. Under torchrun, torchrun's number counts (finetune and lora).",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Equal seeds give equal models.")

    @model_validator(mode="before")
    @classmethod
    def _rate_of_an_adapter(cls, values: Any) -> Any:
        """An adapter's matrices begin at nothing and need a higher rate than whole weights."""
        if isinstance(values, dict) and values.get("route") == "lora":
            return {"learning_rate": LORA_RATE, **values}
        return values

    @model_validator(mode="after")
    def _one_beginning(self) -> TrainSpec:
        if self.start and self.encoder != OWN_ENCODER:
            raise ValueError(
                f"encoder {self.encoder} does not go with a classifier to go on from, which brings "
                "its own; leave out one of the two"
            )
        return self

    def outside(self) -> dict[str, str]:
        """The encoder by its weights and files; a classifier to go on from stands for its own."""
        from engine.encoder.hub.identity import identity

        return {} if self.start else {"encoder": identity(self.encoder)}

    def settings(self) -> dict[str, Any]:
        """What the key is made of: without `processes`, which share the same steps.

        Each draws its own dropout, so weights of several differ from one's as another seed's do.
        """
        return {name: value for name, value in super().settings().items() if name != "processes"}


class RehearseSpec(TrainSpec):
    """Look at a training's first batch and measure a few steps, before time is spent on it."""


class RepeatSpec(TrainSpec):
    """Train the same several times, each with a seed of its own: how much is luck."""

    runs: int = Field(
        3, ge=2, le=50, description="Trainings; their seeds follow each other from the seed on."
    )


class SearchSpec(TrainSpec):
    """Search for the settings that do best on the validation texts, within a time budget."""

    minutes: float = Field(
        30.0,
        gt=0,
        le=10_080,
        description="Time for the whole search, in minutes; the best is trained within it.",
    )
    trials: int = Field(
        20, ge=1, le=1000, description="Most settings tried, the ones given here first."
    )


class EvaluateSpec(Spec):
    """Score a classifier on a dataset it was, or was not, trained on."""

    model: Annotated[str, ArtifactRef("model")] = Field(description="Classifier: its name or key.")
    dataset: Annotated[str, ArtifactRef("dataset")] = Field(
        description="Dataset with labels: its name or key."
    )
    split: Literal["test", "validation", "all"] = Field(
        "test", description="Which rows of the dataset are scored."
    )
