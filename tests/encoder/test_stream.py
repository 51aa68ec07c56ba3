"""Vectors come in the order of their texts, whatever memory does meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.encoder import stream
from engine.encoder.models import load_encoder
from engine.encoder.packing import pack
from engine.progress import SILENT
from tests.tiny import WORDS


class Landed:
    def synchronize(self):
        pass


@pytest.fixture
def encoder(tiny_folder):
    return load_encoder(str(tiny_folder), device="cpu")


def blocks_of(encoder, n_blocks=3, n=40):
    rng = np.random.default_rng(0)
    return [
        encoder.tokenize([" ".join(rng.choice(WORDS, rng.integers(0, 20))) for _ in range(n)])
        for _ in range(n_blocks)
    ]


def cuda_with(monkeypatch, memory_tokens):
    """The CUDA way of working on a CPU, with memory for so many tokens a batch; the sizes tried."""
    tried = []

    def launch(encoder, tokens, block, picked):
        size = int(tokens.lengths[picked].sum())
        tried.append(size)
        if size > memory_tokens:
            raise torch.OutOfMemoryError("CUDA out of memory")
        with torch.inference_mode():
            return stream._Flying(block, picked, encoder.pool(pack(tokens, picked)), Landed())

    monkeypatch.setattr(stream, "_launch", launch)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    return tried


@pytest.mark.parametrize("memory", [10_000, 60, 25])
def test_out_of_memory_halves_the_budget_and_goes_on(encoder, monkeypatch, memory):
    blocks = blocks_of(encoder)
    expected = list(encoder.encode_blocks(blocks))
    tried = cuda_with(monkeypatch, memory)
    found = list(stream._on_cuda(encoder, blocks, 200, SILENT))
    assert len(found) == len(blocks)
    for ours, theirs in zip(found, expected, strict=True):
        assert np.abs(ours - theirs).max() < 1e-6
    failed = [n for n, size in enumerate(tried) if size > memory]
    if memory > 200:
        assert not failed
    else:
        assert failed
        # What failed once is not tried again: the budget stays small, also for the next call.
        assert len(failed) < 6
        assert encoder.budget() <= memory


def test_one_text_that_does_not_fit_is_an_error_not_an_endless_loop(encoder, monkeypatch):
    cuda_with(monkeypatch, 3)
    with pytest.raises(torch.OutOfMemoryError):
        list(stream._on_cuda(encoder, blocks_of(encoder), 200, SILENT))


def test_blocks_are_read_no_faster_than_they_are_used(encoder, monkeypatch):
    cuda_with(monkeypatch, 10_000)
    read = []

    def blocks():
        for n, block in enumerate(blocks_of(encoder, 20)):
            read.append(n)
            yield block

    vectors = stream._on_cuda(encoder, blocks(), 10_000, SILENT)
    next(vectors)
    assert len(read) <= stream._AHEAD + 2


def test_an_empty_block_has_its_place(encoder, monkeypatch):
    blocks = [encoder.tokenize([]), encoder.tokenize(["rain"]), encoder.tokenize([])]
    assert [len(v) for v in encoder.encode_blocks(blocks)] == [0, 1, 0]
    cuda_with(monkeypatch, 10_000)
    assert [len(v) for v in stream._on_cuda(encoder, blocks, 100, SILENT)] == [0, 1, 0]
