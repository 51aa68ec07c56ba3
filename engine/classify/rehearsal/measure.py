"""A training about to begin in, what a few of its own steps take out: seconds for the whole run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from numpy.typing import NDArray

from engine.classify.beginning import Beginning
from engine.classify.examples import Examples
from engine.classify.head import USUAL_STRENGTH, Floats, LinearHead, Strengths, Targets, fits
from engine.classify.quick import embed_spec
from engine.classify.spec import TrainSpec
from engine.encoder.tokenizing.tokens import Tokens
from engine.resolve import resolve
from engine.work import Work

if TYPE_CHECKING:
    from engine.encoder.encoder import Encoder

Ints = NDArray[np.integer]

_START_S = 2.0
"""A process begins, finds its modules, and puts its result away."""
_SAMPLES = 3
_SAMPLE_TEXTS = {"cuda": 2048}
_FEW_TEXTS = 64
_FIT_ROWS = 4096
_LEAST_ERROR = 0.2
"""Nothing is known better than this: another program, heat and the disk see to it."""


@dataclass
class Meter:
    """Seconds of the whole run by part, and how far off each may be, as a share of it."""

    parts: dict[str, float] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)
    others: float = 0.0
    """Share of the processors that other programs used meanwhile, 0 to 1."""

    def add(self, part: str, seconds: float, error: float = _LEAST_ERROR) -> None:
        """`part` takes `seconds` more, give or take `error` of it."""
        before = self.parts.get(part, 0.0)
        self.errors[part] = max(error, self.errors.get(part, 0.0))
        self.parts[part] = before + seconds

    def scaled(self, part: str, seconds: list[float], sizes: list[int], whole: float) -> None:
        """Measured `seconds` of pieces of `sizes`: what `whole` of the same unit takes."""
        if not sizes or not sum(sizes):
            return
        each = np.array(seconds) / np.maximum(sizes, 1)
        spread = float(each.std() / max(each.mean(), 1e-12) / np.sqrt(len(each)))
        self.add(part, sum(seconds) / sum(sizes) * whole, max(_LEAST_ERROR, 2 * spread))

    @property
    def seconds(self) -> float:
        """Of all parts."""
        return sum(self.parts.values())

    @property
    def between(self) -> tuple[float, float]:
        """Seconds at least and at most.

        What others took may be free again in the run itself, or be taken twice over.
        """
        off = sum(self.parts[part] * min(0.6, error) for part, error in self.errors.items())
        low, high = max(0.0, self.seconds - off), self.seconds + off
        return low * (1 - self.others), high * (1 + self.others)


class Others:
    """How much of the machine other programs use, from when this is made on."""

    def __init__(self) -> None:
        self._before = self._read()

    def share(self) -> float:
        """Share of all processors' time, 0 to 1."""
        total, used, own = (
            now - then for now, then in zip(self._read(), self._before, strict=True)
        )
        return max(0.0, min(1.0, (used - own) / total)) if total > 0 else 0.0

    @staticmethod
    def _read() -> tuple[float, float, float]:
        """Seconds of all processors, those in use, those in use by this process."""
        found = psutil.cpu_times()
        # Of a guest's time Linux counts in the user's too.
        total = sum(found) - getattr(found, "guest", 0.0) - getattr(found, "guest_nice", 0.0)
        own = os.times()
        idle = found.idle + getattr(found, "iowait", 0.0)
        return total, total - idle, own.user + own.system


@contextmanager
def timed(into: list[float], settle: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Append the seconds of what happens inside; `settle` waits for the device."""
    settle()
    began = time.perf_counter()
    yield
    settle()
    into.append(time.perf_counter() - began)


def waits_for(device: Any) -> Callable[[], None]:
    """A function that returns once the device has done all it was given."""
    import torch

    return torch.cuda.synchronize if device.type == "cuda" else lambda: None


def measure_reading(
    spec: TrainSpec, begin: Beginning, examples: Examples, tokens: Tokens, work: Work, meter: Meter
) -> Encoder:
    """The parts before the encoder learns: loading, embedding every text, fitting the first head.

    Nothing is measured of what is not needed, or there already. Returns the encoder, as it reads.
    """
    from engine.encoder.models import load_encoder

    took: list[float] = []
    with timed(took):
        encoder = load_encoder(begin.encoder, attention=spec.attention)
    learns = spec.route != "quick"
    meter.add("Start", _START_S + took[0])  # where the encoder learns it is loaded once more
    if learns and begin.knows(examples.labels):
        return encoder
    wanted = resolve(embed_spec(spec, begin, work.inputs["dataset"].key), work.store, work.progress)
    vectors, picked, seconds, sizes = _read(encoder, examples, tokens, work)
    if not work.store.find("vectors", wanted.key()):
        meter.scaled("Embedding every text", seconds, sizes, float(tokens.lengths.sum()))
    _measure_fit(spec, examples, vectors, examples.targets[picked], meter)
    return encoder


def _read(
    encoder: Encoder, examples: Examples, tokens: Tokens, work: Work
) -> tuple[Floats, Ints, list[float], list[int]]:
    """Samples of training texts embedded: vectors, which examples, seconds and tokens of each."""
    n = _SAMPLE_TEXTS.get(encoder.device.type, _FEW_TEXTS)
    drawn = np.random.default_rng(0).permutation(examples.where("train"))
    samples = [drawn[start : start + n] for start in range(0, (_SAMPLES + 1) * n, n)]
    samples = [sample for sample in samples if len(sample)]
    work.progress.stage("Reading a few texts", total=sum(map(len, samples)), unit="texts")
    seconds: list[float] = []
    read = []
    for sample in samples:
        out = np.empty((len(sample), encoder.width), dtype=np.float32)
        with timed(seconds, waits_for(encoder.device)):
            encoder.encode_tokens(
                tokens.pick(examples.places[sample]), out=out, progress=work.progress
            )
        read.append(out)
    sizes = [int(tokens.lengths[examples.places[sample]].sum()) for sample in samples]
    skipped = 1 if len(samples) > 1 else 0  # the first one loads kernels
    return np.concatenate(read), np.concatenate(samples), seconds[skipped:], sizes[skipped:]


def _measure_fit(
    spec: TrainSpec, examples: Examples, vectors: Floats, targets: Targets, meter: Meter
) -> None:
    """Fits of a weak and a strong head on as many rows as there are, or a part, told apart a bit.

    The vectors of a few texts stand for all, each a little moved, for a fit's time hangs on its
    rows, its categories and how they lie.
    """
    rows = len(examples.where("train"))
    several, inverse = np.unique(targets, return_inverse=True)
    if len(several) < 2:
        return
    n = min(rows, _FIT_ROWS)
    rng = np.random.default_rng(0)
    places = np.arange(n) % len(vectors)
    moved = vectors[places] + rng.normal(0, 0.02, (n, vectors.shape[1])).astype(np.float32)
    heads = Strengths(
        moved,
        inverse[places].astype(np.int64),
        n_labels=len(several),
        validation=(moved[:0], targets[:0]),
        balance=spec.class_balance,
        folds=False,
    )
    first: list[float] = []
    with timed(first):
        heads.fitted(0.3)  # loads scikit-learn, once in a run as here
    seconds: list[float] = []
    alone = spec.route == "quick"
    for strength in (0.3, 10.0) if alone else (USUAL_STRENGTH,):
        with timed(seconds):
            heads.fitted(strength)
    scale = rows / n * len(examples.labels) / len(several)
    count = fits(rows, strength=spec.strength if alone else USUAL_STRENGTH)
    loading = max(0.0, first[0] - seconds[0])
    meter.add("Fitting the linear head", float(np.mean(seconds)) * scale * count + loading, 0.5)


def measure_scoring(spec: TrainSpec, examples: Examples, meter: Meter) -> None:
    """The scores and their intervals, of made-up answers to the very rows."""
    from engine.classify.scores import score

    places = examples.where("test" if len(examples.where("test")) else "validation")
    if not len(places):
        return
    rng = np.random.default_rng(0)
    noise = rng.random((len(places), len(examples.labels)), dtype=np.float32)
    seconds: list[float] = []
    with timed(seconds):
        score(examples.targets[places], noise / noise.sum(1, keepdims=True), examples.labels)
    meter.add("Scoring", seconds[0])


def a_head(begin: Beginning, examples: Examples, width: int) -> LinearHead:
    """A head to take steps with; how long they take does not hang on what is in it."""
    if begin.knows(examples.labels):
        return begin.head_for(examples.labels)
    rng = np.random.default_rng(0)
    weight = rng.normal(0, 0.02, (len(examples.labels), width)).astype(np.float32)
    return LinearHead(weight, np.zeros(len(examples.labels), dtype=np.float32))
