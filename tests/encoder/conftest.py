from __future__ import annotations

import pytest

from engine.encoder.encoder import Encoder
from engine.encoder.models import load_encoder
from tests.tiny import make_tiny_encoder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    return make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture(scope="session")
def tiny(tiny_folder) -> Encoder:
    return load_encoder(str(tiny_folder), device="cpu")


@pytest.fixture(scope="session")
def minilm() -> Encoder:
    return load_encoder("minilm", device="cpu")


TEXTS = [
    "The market fell; oil price rose last week.",
    "",
    "good",
    "Bad film! The queen says the phone is not very good, and the king says the same. " * 12,
    "Zażółć gęślą jaźń — 漢字 and émojis 🙂",
    "rain",
    "  storm  \n\n over the city ",
    "Team won the match 3-2.",
]


@pytest.fixture(scope="session")
def texts():
    return TEXTS
