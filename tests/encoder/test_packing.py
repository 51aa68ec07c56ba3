from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.encoder.packing import batches, pack, runs_of

LENGTHS = st.lists(st.integers(0, 60), max_size=80)


@given(LENGTHS, st.integers(1, 200), st.integers(1, 30), st.integers(1, 90), st.booleans())
def test_every_text_is_in_exactly_one_batch_within_budget(
    lengths, budget, max_texts, window, shuffled
):
    rng = np.random.default_rng(0) if shuffled else None
    made = list(batches(lengths, budget, max_texts=max_texts, window=window, rng=rng))
    assert sorted(int(i) for batch in made for i in batch) == list(range(len(lengths)))
    for batch in made:
        assert 1 <= len(batch) <= max_texts
        assert sum(lengths[i] for i in batch) <= budget or len(batch) == 1


@given(LENGTHS)
def test_a_packed_batch_holds_its_texts_end_to_end(lengths):
    texts = [np.arange(n, dtype=np.int32) + 100 * i for i, n in enumerate(lengths)]
    order = np.arange(len(texts))[::-1]
    batch = pack(texts, order)
    assert batch.n_texts == len(texts)
    assert batch.n_tokens == sum(lengths)
    assert batch.max_seqlen == max(lengths, default=0)
    for place, i in enumerate(order):
        span = slice(batch.cu_seqlens[place], batch.cu_seqlens[place + 1])
        assert np.array_equal(batch.ids[span], texts[i])
        assert np.array_equal(batch.positions[span], np.arange(lengths[i]))


@given(st.lists(st.integers(0, 3), max_size=40))
def test_runs_tell_every_length_in_order_and_join_all_equal_neighbours(lengths):
    runs = runs_of(lengths)
    told = [size for _, count, size in runs for _ in range(count)]
    assert told == [n for n in lengths if n]
    place = 0
    for start, count, size in runs:
        assert start == place
        place += count * size
    assert all(a[2] != b[2] for a, b in zip(runs, runs[1:], strict=False))


def test_shuffled_batches_depend_on_the_seed_alone():
    lengths = list(range(1, 50))
    first, again, other = (
        [b.tolist() for b in batches(lengths, 64, rng=np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_similar_lengths_lie_together():
    lengths = np.random.default_rng(0).integers(2, 100, 400)
    padded = sum(len(b) * lengths[b].max() for b in batches(lengths, 1024))
    assert padded == pytest.approx(lengths.sum(), rel=0.1)
