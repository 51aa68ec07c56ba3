"""Vectors of a dataset: in its order, tokens made once, repeated texts computed once."""

from __future__ import annotations

import numpy as np
import pytest

from engine.encoder import alone
from engine.encoder.encoder import Encoder
from engine.encoder.spec import EmbedSpec, TokenizeSpec
from engine.encoder.tokenizing.repeats import Repeats, digests
from engine.errors import Cancelled, InputError
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Store
from engine.work import run
from tests.encoder.making import ROWS, Killed, make_dataset, payload
from tests.tiny import make_tiny_encoder


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def dataset(store):
    return make_dataset(store)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(alone, "_CPU_BLOCK", 50)
    monkeypatch.setattr(alone, "_SYNC_S", 0.0)


@pytest.fixture
def spec(dataset, tiny_folder):
    return EmbedSpec(dataset=dataset.key, encoder=str(tiny_folder))


@pytest.fixture
def tokenized(monkeypatch):
    """The texts that an encoder was asked to tokenize."""
    asked: list[str] = []
    tokenize = Encoder.tokenize

    def counting(self, texts, max_length=None):
        asked.extend(texts)
        return tokenize(self, texts, max_length)

    monkeypatch.setattr(Encoder, "tokenize", counting)
    monkeypatch.setattr(Encoder, "observed", lambda self: ["not looked at"])
    return asked


def tokens_spec(spec):
    return TokenizeSpec(dataset=spec.dataset, encoder=spec.encoder)


def scratch(spec, store):
    return store.scratch("vectors", resolve(spec, store, SILENT).key())


def vectors(artifact):
    return np.load(artifact.path / "vectors.npy", mmap_mode="r")


def test_vectors_stand_in_the_datasets_order(store, spec, tiny):
    artifact = run(spec, store=store)
    assert vectors(artifact).dtype == np.float32
    assert np.abs(vectors(artifact) - tiny.encode(ROWS)).max() < 1e-6
    facts = artifact.facts
    assert facts["embeddings"] == len(ROWS)
    assert facts["width"] == tiny.width
    assert facts["kernel"] == "sdpa_flash"
    assert facts["kernel_ops"] == ["aten::_scaled_dot_product_flash_attention_for_cpu"]
    assert facts["tokens"] == tiny.tokenize(ROWS).lengths.sum()
    assert facts["truncated"] == pytest.approx(1 / len(ROWS), abs=1e-4)
    assert facts["fingerprint"] == tiny.fingerprint


def test_a_repeated_text_is_computed_once_and_equal(store, spec, monkeypatch):
    encoded: list[int] = []
    encode_blocks = Encoder.encode_blocks

    def counting(self, blocks, **more):
        def each():
            for block in blocks:
                encoded.append(len(block))
                yield block

        return encode_blocks(self, each(), **more)

    monkeypatch.setattr(Encoder, "observed", lambda self: [])
    monkeypatch.setattr(Encoder, "encode_blocks", counting)
    artifact = run(spec, store=store)
    assert sum(encoded) == len(set(ROWS))
    assert artifact.facts["repeated"] == len(ROWS) - len(set(ROWS)) > 0
    found = vectors(artifact)
    for place, text in enumerate(ROWS):
        assert found[place].tobytes() == found[ROWS.index(text)].tobytes()


def test_tokens_made_on_the_way_are_the_next_stages(store, spec, tokenized):
    artifact = run(spec, store=store)
    assert tokenized == ROWS
    assert not artifact.facts["tokens_found"]
    (tokens,) = store.artifacts("tokens")
    assert f"tokens/{tokens.key}" in artifact.manifest.inputs.values()
    assert run(tokens_spec(spec), store=store).key == tokens.key
    other = Store(store.root.parent / "other")
    alone = run(
        tokens_spec(spec).model_copy(update={"dataset": make_dataset(other).key}), store=other
    )
    assert payload(tokens) == payload(alone)
    same = set(alone.facts) - {"seconds", "texts_per_second"}
    assert {name: tokens.facts[name] for name in same} == {n: alone.facts[n] for n in same}
    assert set(tokens.facts) == set(alone.facts)
    assert store.verify(tokens) == []


def test_tokens_that_are_there_are_used(store, spec, tokenized, tmp_path):
    made = run(spec, store=store)
    other = Store(tmp_path / "other")
    spec = spec.model_copy(update={"dataset": make_dataset(other).key})
    tokens = run(tokens_spec(spec), store=other)
    tokenized.clear()
    found = run(spec, store=other)
    assert tokenized == []
    assert found.facts["tokens_found"]
    assert f"tokens/{tokens.key}" in found.manifest.inputs.values()
    assert payload(found) == payload(made)


@pytest.mark.parametrize("first", ["tokens made", "tokens found"])
@pytest.mark.parametrize("after", [0, 60, 120, 229])
def test_a_killed_run_ends_with_the_same_bytes(store, spec, tmp_path, tokenized, first, after):
    whole = Store(tmp_path / "whole")
    expected = run(spec.model_copy(update={"dataset": make_dataset(whole).key}), store=whole)
    if first == "tokens found":
        run(tokens_spec(spec), store=store)
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Killed(after))
    assert not store.artifacts("vectors")
    left = scratch(spec, store)
    for path in [left / "vectors.f32", *left.glob("tokens/*.raw")]:
        path.write_bytes(path.read_bytes() + b"half")  # as a kill in mid-write leaves it
    tokenized.clear()
    resumed = run(spec, store=store)
    assert payload(resumed) == payload(expected)
    assert resumed.facts["repeated"] == expected.facts["repeated"]
    assert resumed.facts["tokens"] == expected.facts["tokens"]
    assert len(tokenized) == (0 if first == "tokens found" else len(ROWS) - after // 50 * 50)
    assert payload(store.artifacts("tokens")[0]) == payload(whole.artifacts("tokens")[0])


def test_tokens_lost_or_come_meanwhile_change_no_vector(store, spec, tmp_path, tokenized):
    whole = Store(tmp_path / "whole")
    expected = run(spec.model_copy(update={"dataset": make_dataset(whole).key}), store=whole)
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Killed(60))
    tokens = run(tokens_spec(spec), store=store)
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Killed(120))
    store.remove(tokens)
    for path in scratch(spec, store).glob("tokens/*.raw"):
        path.unlink()
    resumed = run(spec, store=store)
    assert np.abs(vectors(resumed) - vectors(expected)).max() < 1e-6
    assert not store.artifacts("tokens")  # only a part of them was made


def test_other_weights_start_afresh(store, spec, tmp_path, tiny):
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Killed(120))
    left = scratch(spec, store)
    other = spec.model_copy(update={"encoder": str(make_tiny_encoder(tmp_path / "other", seed=7))})
    left.rename(scratch(other, store))
    found = vectors(run(other, store=store))
    assert np.abs(found - tiny.encode(ROWS)).max(axis=1).min() > 1e-3


def test_an_empty_dataset_has_nothing_to_embed(store, spec):
    with pytest.raises(InputError, match="no rows"):
        run(spec.model_copy(update={"dataset": make_dataset(store, []).key}), store=store)


def test_repeats_are_found_whatever_the_blocks(tiny):
    rng = np.random.default_rng(0)
    texts = [ROWS[place] for place in rng.integers(0, len(ROWS), 2000)]
    tokens = tiny.tokenize(texts)
    rows = [row.tolist() for row in tokens]
    expected = [rows.index(row) for row in rows]
    for block in (1, 7, 300, 5000):
        repeats, found = Repeats(), []
        for start in range(0, len(texts), block):
            part = tokens.part(start, start + block)
            found.extend(repeats.first(digests(part), start).tolist())
        assert found == expected
