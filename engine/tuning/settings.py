"""How an encoder is fine-tuned: numbers in, the same numbers checked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.errors import InputError

Adapter = Literal["none", "lora"]
Compile = Literal["auto", "always", "never"]
Loss = Literal["cross_entropy", "focal"]


@dataclass(frozen=True)
class Tuning:
    """The choices of a run.

    Attributes:
        epochs: Passes over the training texts.
        learning_rate: Peak rate of the encoder, or of its adapter.
        batch_size: Texts a step of the optimizer, of all processes together: a run gives the same
            steps however many processes share them.
        accumulate: Parts, at least, a process works its share of a batch through in, one after the
            other; the gradient is that of the whole.
        budget: Most tokens in a part, unless one text is longer; 0 lets a GPU's free memory decide.
        frozen_layers: Lowest layers that stay as they are, and with them the embeddings.
        evaluations: Looks at the validation texts per epoch.
        look_rows: Validation texts of a look.
        seed: Equal seeds give equal runs.
        gradient_checkpointing: Keep less in memory and work it out again when it is needed.
        adapter: none trains the encoder's own weights, lora small matrices beside them, which are
            added to them in the end (Hu et al. 2021, arXiv:2106.09685).
        rank: Width of those matrices.
        alpha: Their product counts ``alpha / rank`` times.
        dropout: Share of their input that is dropped in training.
        compile: Run the encoder through torch.compile: auto where a run on a GPU is long.
        loss: cross_entropy, or focal, in which a text's error counts ``(1 - p) ** focal_gamma``
            times, p being the probability of its category (Lin et al. 2017, arXiv:1708.02002).
        focal_gamma: That power; at 0 focal is cross_entropy.
        smoothing: Share of each target that is spread evenly over all categories (Szegedy et al.
            2016, arXiv:1512.00567).
        patience: Looks without a better one after which the run ends; 0 goes on to the end.

    Raises:
        InputError: a number is outside its bounds; the sentence names it and them.
    """

    epochs: int = 2
    learning_rate: float = 5e-5
    batch_size: int = 32
    accumulate: int = 1
    budget: int = 0
    frozen_layers: int = 0
    evaluations: int = 4
    look_rows: int = 2000
    seed: int = 0
    gradient_checkpointing: bool = False
    adapter: Adapter = "none"
    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    compile: Compile = "auto"
    loss: Loss = "cross_entropy"
    focal_gamma: float = 2.0
    smoothing: float = 0.0
    patience: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "accumulate", "evaluations", "look_rows", "rank"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more.")
        for name in ("budget", "frozen_layers", "seed", "focal_gamma", "patience"):
            if getattr(self, name) < 0:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 0 or more.")
        for name in ("learning_rate", "alpha"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} is {getattr(self, name)}; it must be more than 0.")
        if not 0 <= self.dropout < 1:
            raise InputError(f"dropout is {self.dropout}; it must be 0 or more, and below 1.")
        if not 0 <= self.smoothing < 1:
            raise InputError(f"smoothing is {self.smoothing}; it must be 0 or more, and below 1.")
        if self.adapter not in ("none", "lora"):
            raise InputError(f"There is no adapter {self.adapter!r}; choose none or lora.")
        if self.loss not in ("cross_entropy", "focal"):
            raise InputError(f"There is no loss {self.loss!r}; choose cross_entropy or focal.")
        if self.compile not in ("auto", "always", "never"):
            raise InputError(f"compile is {self.compile!r}; choose auto, always or never.")
