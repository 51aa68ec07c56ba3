"""Tokens: kept once for a dataset and a tokenizer, resumed after a kill, opened without reading."""

from __future__ import annotations

import json
import mmap
import shutil

import numpy as np
import pytest

from engine.encoder.models import load_encoder
from engine.encoder.saving import save_encoder
from engine.encoder.spec import EmbedSpec, TokenizeSpec
from engine.encoder.tokenizing import stage as tokenize
from engine.encoder.tokenizing.files import dataset_tokens, open_tokens
from engine.encoder.tokenizing.tokens import Tokenizer, Tokens
from engine.errors import Cancelled, InputError
from engine.progress import SILENT
from engine.resolve import resolve
from engine.store import Store
from engine.work import run
from tests.encoder.making import ROWS, Killed, make_dataset, payload
from tests.tiny import LIMIT, POSITIONS, make_tiny_encoder


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def dataset(store):
    return make_dataset(store)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(tokenize, "_BLOCK", 50)
    monkeypatch.setattr(tokenize, "_SYNC_S", 0.0)


@pytest.fixture
def spec(dataset, tiny_folder):
    return TokenizeSpec(dataset=dataset.key, encoder=str(tiny_folder))


def key(spec, store):
    return resolve(spec, store, SILENT).key()


def mapped(array):
    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None)
    return array is not None


def test_kept_tokens_are_the_tokenizers(store, spec, tiny):
    artifact = run(spec, store=store)
    found, expected = open_tokens(artifact.path), tiny.tokenize(ROWS)
    assert found.flat.dtype == np.uint16
    assert found.flat.tolist() == expected.flat.tolist()
    assert found.offsets.tolist() == expected.offsets.tolist()
    assert found.truncated.tolist() == expected.truncated.tolist()
    lengths = expected.lengths
    facts = artifact.facts
    assert facts["texts"] == len(ROWS)
    assert facts["n_tokens"] == lengths.sum()
    assert facts["mean_length"] == pytest.approx(lengths.mean(), abs=0.01)
    assert facts["median_length"] == np.median(lengths)
    assert facts["p95_length"] == np.sort(lengths)[int(np.ceil(0.95 * len(ROWS))) - 1]
    assert facts["longest"] == lengths.max() == LIMIT == facts["max_length"]
    assert facts["truncated"] == pytest.approx(1 / len(ROWS), abs=1e-4)
    assert facts["vocabulary"] == tiny.tokenizer.backend.get_vocab_size()


def test_a_large_vocabulary_takes_wider_numbers(tmp_path, tiny):
    from engine.encoder.tokenizing.files import Mark, TokenFiles

    tokens = tiny.tokenize(ROWS)
    for vocabulary, kind in ((1 << 16, np.uint16), ((1 << 16) + 1, np.int32)):
        files = TokenFiles(tmp_path / str(vocabulary), vocabulary, Mark())
        files.append(tokens.part(0, 100))
        files.append(tokens.part(100, len(ROWS)))
        files.finish(tmp_path)
        found = open_tokens(tmp_path)
        assert found.flat.dtype == kind
        assert found.flat.tolist() == tokens.flat.tolist()
        assert found.offsets.tolist() == tokens.offsets.tolist()


def test_reading_is_memory_mapped(store, spec):
    tokens = open_tokens(run(spec, store=store).path)
    assert mapped(tokens.flat)
    assert mapped(tokens.offsets)
    assert mapped(tokens.truncated)
    part = tokens.part(60, 90)
    assert np.shares_memory(part.flat, tokens.flat)
    assert np.shares_memory(tokens[60:90].flat, tokens.flat)
    assert np.shares_memory(tokens[70], tokens.flat)


@pytest.mark.parametrize("after", [0, 60, 120, 230])
def test_a_killed_run_ends_with_the_same_bytes(store, tmp_path, spec, after, monkeypatch):
    whole = Store(tmp_path / "whole")
    expected = payload(
        run(spec.model_copy(update={"dataset": make_dataset(whole).key}), store=whole)
    )
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Killed(after))
    assert not store.artifacts("tokens")
    for path in (store.scratch("tokens", key(spec, store)) / "tokens").glob("*.raw"):
        path.write_bytes(path.read_bytes() + b"ha")  # as a kill in mid-write leaves it
    asked = []
    call = Tokenizer.__call__

    def counting(self, texts, max_length=None):
        asked.extend(texts)
        return call(self, texts, max_length)

    monkeypatch.setattr(Tokenizer, "__call__", counting)
    assert payload(run(spec, store=store)) == expected
    assert len(asked) == len(ROWS) - after // 50 * 50


def test_what_a_killed_run_lost_is_made_again(store, spec, tiny):
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Killed(120))
    (store.scratch("tokens", key(spec, store)) / "tokens" / "flat.raw").unlink()
    found = open_tokens(run(spec, store=store).path)
    assert found.flat.tolist() == tiny.tokenize(ROWS).flat.tolist()


def test_zero_and_the_encoders_own_limit_are_one(store, spec):
    assert key(spec, store) == key(spec.model_copy(update={"max_length": LIMIT}), store)
    assert key(spec, store) != key(spec.model_copy(update={"max_length": LIMIT - 1}), store)


def test_a_fine_tuned_copy_shares_the_tokens(store, spec, tiny_folder, tmp_path):
    other = load_encoder(str(tiny_folder), device="cpu")
    next(other.model.parameters()).data.add_(1)
    save_encoder(other, tmp_path / "tuned")
    tuned = spec.model_copy(update={"encoder": str(tmp_path / "tuned")})
    assert key(tuned, store) == key(spec, store)
    vectors = [EmbedSpec(dataset=s.dataset, encoder=s.encoder) for s in (spec, tuned)]
    assert key(vectors[0], store) != key(vectors[1], store)


def _edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


CHANGES = {
    "another tokenizer": lambda folder: _edit(folder / "tokenizer.json", normalizer=None),
    "another limit": lambda folder: _edit(folder / "sentence_bert_config.json", max_seq_length=9),
    "lower case first": lambda folder: _edit(
        folder / "sentence_bert_config.json", do_lower_case=True
    ),
    "a prompt": lambda folder: (folder / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": {"query": "query: "}, "default_prompt_name": "query"})
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_tokens_changes_the_key(store, spec, tiny_folder, tmp_path, change):
    shutil.copytree(tiny_folder, tmp_path / "copy")
    copied = spec.model_copy(update={"encoder": str(tmp_path / "copy")})
    assert key(copied, store) == key(spec, store)
    CHANGES[change](tmp_path / "copy")
    assert key(copied, store) != key(spec, store)


def test_an_empty_dataset_and_too_long_a_limit_are_said(store, spec):
    with pytest.raises(InputError, match="no rows"):
        run(spec.model_copy(update={"dataset": make_dataset(store, []).key}), store=store)
    with pytest.raises(InputError, match=f"at most {POSITIONS} tokens"):
        run(spec.model_copy(update={"max_length": POSITIONS + 1}), store=store)


def test_a_stage_finds_or_makes_them(store, spec, tiny):
    class Work:
        made = 0

        def make(self, wanted):
            Work.made += 1
            return run(wanted, store=store)

    found = dataset_tokens(Work(), spec.dataset, spec.encoder)
    assert Work.made == 1
    assert found.flat.tolist() == tiny.tokenize(ROWS).flat.tolist()
    assert len(store.artifacts("tokens")) == 1


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_the_tokenizer_alone_is_the_encoders(tmp_path, family):
    from engine.encoder.hub.folder import read_recipe
    from engine.encoder.tokenizing.tokenizer import load_tokenizer

    folder = make_tiny_encoder(tmp_path / family, family, limit=None)
    encoder, alone = load_encoder(str(folder)), load_tokenizer(read_recipe(folder))
    assert alone.max_length == encoder.max_length
    assert alone(ROWS).flat.tolist() == encoder.tokenize(ROWS).flat.tolist()


def test_parts_and_picks():
    tokens = Tokens(np.arange(10), np.array([0, 3, 3, 7, 10]), np.array([True, False, False, True]))
    assert [row.tolist() for row in tokens.part(1, 99)] == [[], [3, 4, 5, 6], [7, 8, 9]]
    assert tokens.part(1, 3).truncated.tolist() == [False, False]
    assert len(tokens.part(3, 2)) == 0
    assert [row.tolist() for row in tokens[::-2]] == [[7, 8, 9], []]
    picked = tokens.pick(np.array([3, 0, 1]))
    assert [row.tolist() for row in picked] == [[7, 8, 9], [0, 1, 2], []]
    assert picked.truncated.tolist() == [True, True, False]
    assert len(tokens.pick(np.zeros(0, dtype=np.int64))) == 0
