"""What a classifier said of one text: every category's share, and what of the text was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What a classifier said of one text.

    shares: (category, probability) pairs, the likeliest first. tokens: how many were read, special
    ones included. cut: whether the text went on beyond them. latency_ms: time it took. strange: how
    far the text is from those of training, above 1 where it is further than nearly all of them;
    None where the model has no measure of it.
    """

    shares: tuple[tuple[str, float], ...]
    tokens: int
    cut: bool
    latency_ms: float
    strange: float | None = None

    @property
    def label(self) -> str:
        """The likeliest category."""
        return self.shares[0][0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.shares[0][1]
