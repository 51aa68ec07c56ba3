from __future__ import annotations

import numpy as np
import pytest

from engine.encoder.models import load_encoder
from engine.tuning.lesson import Lesson
from engine.tuning.look import Verdict
from tests.tiny import WORDS, make_tiny_encoder

N_LABELS = 3


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A tiny encoder without dropout, so that gradients can be compared."""
    return quiet(make_tiny_encoder(tmp_path_factory.mktemp("quiet") / "encoder"))


@pytest.fixture(scope="session")
def dropping(tmp_path_factory):
    """A tiny encoder with BERT's usual dropout."""
    return make_tiny_encoder(tmp_path_factory.mktemp("dropping") / "encoder")


def quiet(folder):
    import json

    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, **{k: 0.0 for k in config if "dropout" in k}}))
    return folder


def load(folder):
    return load_encoder(str(folder), device="cpu", training=True)


def make_lesson(encoder, n=60, look=20, seed=0):
    """Texts of random words and lengths; a category decides which words come often."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, N_LABELS, n)
    texts = []
    for target in targets:
        own = rng.choice(WORDS[20 + 8 * target : 28 + 8 * target], int(rng.integers(1, 6)))
        texts.append(" ".join([*own, *rng.choice(WORDS[:20], int(rng.integers(0, 30)))]))
    places = np.arange(n)
    return Lesson(
        tokens=encoder.tokenize(texts),
        targets=targets,
        train=places[: n - look],
        look=places[n - look :],
        counts=(np.array([1.0, 2.0, 0.5])[targets] * np.linspace(0.5, 2, n)).astype(np.float32),
        weight=rng.normal(0, 0.3, (N_LABELS, encoder.width)).astype(np.float32),
        bias=np.zeros(N_LABELS, dtype=np.float32),
    )


def judge(logits, targets):
    from engine.classify.head import cross_entropy

    accuracy = float((logits.argmax(1) == targets).mean())
    return Verdict(accuracy, cross_entropy(logits, targets), {"validation_accuracy": accuracy})
