"""Vectors do not depend on how many processes made them."""

from __future__ import annotations

import os

import numpy as np
import pytest

from engine.encoder import embed, shares
from engine.encoder.spec import EmbedSpec, TokenizeSpec
from engine.encoder.tokenizing.files import open_tokens
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Store
from engine.together.group import Group
from engine.work import run
from tests.encoder.making import ROWS, make_dataset


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def spec(store, tiny_folder):
    return EmbedSpec(dataset=make_dataset(store).key, encoder=str(tiny_folder), processes=2)


@pytest.fixture
def tokens(store, spec):
    return run(TokenizeSpec(dataset=spec.dataset, encoder=spec.encoder), store=store).path


def part_of(tokens, folder, encoder, rank, world):
    """One process's share, without the others."""
    group = Group(rank, world)
    object.__setattr__(group, "told", lambda value=None: value)
    return shares.encode_together(encoder, tokens, folder, group, SILENT, chunk=20)


def test_two_processes_give_the_vectors_of_one(store, spec, tiny, monkeypatch):
    monkeypatch.setattr(shares, "CHUNK", 30)
    for function in (shares.encode_together, shares.gathered_vectors):
        monkeypatch.setattr(function, "__defaults__", (30,))
    artifact = run(spec, store=store)
    assert artifact.facts["processes"] == 2
    assert artifact.facts["repeated"] == len(ROWS) - len(set(ROWS))
    vectors = np.load(artifact.path / "vectors.npy")
    assert np.abs(vectors - tiny.encode(ROWS)).max() < 1e-6


def test_the_number_of_processes_is_not_part_of_what_is_computed(store, spec):
    alone = spec.model_copy(update={"processes": 1})
    assert resolve(spec, store, SILENT).key() == resolve(alone, store, SILENT).key()


def test_what_a_process_that_died_left_undone_is_all_that_is_done_again(
    tokens, tiny, tmp_path, monkeypatch
):
    folder = tmp_path / "shares"
    first = part_of(tokens, folder, tiny, 0, 2)
    done = {path.name: os.stat(path).st_mtime_ns for path in folder.glob("*.chunk")}
    assert done
    encoded = []
    encode = type(tiny).encode_blocks

    def counting(self, blocks, **more):
        def counted():
            for block in blocks:
                encoded.append(len(block))
                yield block

        return encode(self, counted(), **more)

    monkeypatch.setattr(type(tiny), "encode_blocks", counting)
    part_of(tokens, folder, tiny, 0, 1)
    chunks = sorted(folder.glob("*.chunk"))
    assert len(encoded) == len(chunks) - len(done) > 0
    assert all(os.stat(folder / name).st_mtime_ns == time for name, time in done.items())
    found = np.concatenate(list(shares.gathered_vectors(folder, first, 20)))
    assert np.abs(found - tiny.encode(ROWS)).max() < 1e-6


def test_only_the_first_of_equal_texts_is_encoded(tokens):
    opened = open_tokens(tokens)
    first = shares.first_rows(opened)
    for row, text in enumerate(ROWS):
        assert first[row] == ROWS.index(text)


def test_a_few_texts_are_not_worth_another_process(store, spec, monkeypatch):
    asked = []
    gathered = embed.gathered

    def counting(processes):
        asked.append(processes)
        return gathered(processes)

    monkeypatch.setattr(embed, "gathered", counting)
    run(spec.model_copy(update={"processes": 0}), store=store)
    assert asked == [1]
