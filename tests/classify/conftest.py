"""A tiny encoder and a small labelled dataset, imported the way a person would."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.store import Artifact, Store
from engine.work import run
from tests.tiny import make_tiny_encoder

TOPICS = {
    "Business": "market shares rose fell bank oil price".split(),
    "Sports": "team won lost match goal".split(),
    "Science": "science paper model data network".split(),
}
COMMON = "the a of to in on and is was not new old first last week year people city".split()


def labelled_texts(n: int, seed: int = 0) -> list[tuple[str, str]]:
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        label = str(rng.choice(list(TOPICS)))
        words = [*rng.choice(TOPICS[label], 3), *rng.choice(COMMON, int(rng.integers(3, 20)))]
        rng.shuffle(words)
        rows.append((" ".join(words), label))
    return rows


def write_csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


def add_dataset(store: Store, path: Path, **choices: object) -> Artifact:
    source = run(SourceSpec(path=str(path)), store=store)
    return run(DatasetSpec(source=source.key, near_duplicates="no", **choices), store=store)


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def dataset(store: Store, tmp_path: Path) -> Artifact:
    return add_dataset(store, write_csv(tmp_path / "news.csv", labelled_texts(240)))
