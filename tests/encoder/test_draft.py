"""A draft equals model2vec's own encoder, is made once, and says no where it cannot serve."""

from __future__ import annotations

import numpy as np
import pytest

from engine.encoder import alone
from engine.encoder.distill import components, meaningful, weights
from engine.encoder.draft import load_draft
from engine.encoder.hub.find import drafted
from engine.encoder.models import load_encoder
from engine.encoder.spec import DistillSpec, EmbedSpec, TokenizeSpec
from engine.errors import InputError
from engine.store import Store
from engine.work import run
from tests.encoder.making import ROWS, make_dataset
from tests.tiny import SPECIAL, make_tiny_encoder


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store") / "cache")


@pytest.fixture(scope="module")
def made(store, tiny_folder):
    return run(DistillSpec(encoder=str(tiny_folder), width=16), store=store)


@pytest.fixture(scope="module")
def draft(made, tiny_folder):
    return load_draft(made.path, str(tiny_folder))


def static_model(folder):
    from model2vec import StaticModel

    return StaticModel.from_pretrained(folder, force_download=False)


def test_vectors_equal_model2vecs(made, draft, texts):
    short = [" ".join(text.split()[:20]) for text in [*texts, *ROWS[:60]]]
    ours, theirs = draft.encode(short), static_model(made.path).encode(short)
    assert ours.dtype == np.float32
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.linalg.norm(ours[0]) == pytest.approx(1)


def test_a_text_without_tokens_has_no_direction(draft):
    assert not draft.encode([""]).any()
    assert draft.encode([]).shape == (0, draft.width)


def test_a_vector_does_not_depend_on_its_neighbours(draft, texts):
    together = draft.encode(texts)
    alone = np.concatenate([draft.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-6
    out = np.empty_like(together)
    draft.encode_tokens(list(draft.tokenize(texts)), out=out)
    assert np.abs(together - out).max() < 1e-6


def test_texts_are_cut_where_the_encoder_cuts(draft, tiny):
    long = ["rain " * 90]
    assert draft.tokenize(long)[0].tolist() == tiny.tokenize(long)[0].tolist()
    assert draft.tokenize(long, 10).truncated.all()
    with pytest.raises(InputError, match="at most 80 tokens"):
        draft.tokenize(long, 1000)


def test_special_tokens_say_nothing(draft):
    backend = draft.tokenizer.backend
    table = draft.table.numpy()
    special = [backend.token_to_id(token) for token in SPECIAL]
    assert not table[backend.token_to_id("[UNK]")].any()
    assert not table[[i for i in special if i not in meaningful(backend)]].any()
    assert table[backend.token_to_id("rain")].any()


def test_components_keep_distances_and_their_sign():
    vectors = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32) * [9, 1, 1, 1, 1, 5]
    whole = components(vectors, 6)
    apart = np.linalg.norm(vectors[:1] - vectors, axis=1)
    assert np.abs(np.linalg.norm(whole[:1] - whole, axis=1) - apart).max() < 1e-3
    assert np.array_equal(whole[:, :2], components(vectors, 2))
    assert (whole.max(axis=0) >= -whole.min(axis=0)).all()
    assert components(vectors, 99).shape == (50, 6)


def test_frequent_tokens_weigh_less():
    found = weights(1000)
    assert (np.diff(found) > 0).all()
    assert 0 < found[0] < found[-1] < 1


def test_facts_tell_what_it_is(made, draft, tiny):
    assert made.kind == "draft"
    assert made.facts["width"] == draft.width == 16
    assert made.facts["vocabulary"] == len(meaningful(tiny.tokenizer.backend))
    assert 0 <= made.facts["neighbours_shared"] <= 1
    assert set(made.manifest.files) == {
        "model.safetensors",
        "tokenizer.json",
        "config.json",
        "modules.json",
    }


def test_embedding_makes_the_draft_once_and_shares_tokens(store, tiny_folder, monkeypatch):
    monkeypatch.setattr(alone, "_DRAFT_BLOCK", 100)
    dataset = make_dataset(store)
    assert len(ROWS) > 2 * alone._DRAFT_BLOCK
    spec = EmbedSpec(dataset=dataset.key, encoder=f"draft:{tiny_folder}")
    first = run(spec, store=store)
    assert first.facts["kernel"] == "none"
    assert first.facts["kernel_ops"] == []
    draft = store.find("draft", first.manifest.inputs["draft:0"].split("/")[1])
    vectors = np.load(first.path / "vectors.npy")
    assert np.abs(vectors - load_draft(draft.path, str(tiny_folder)).encode(ROWS)).max() < 1e-6
    tokens = run(TokenizeSpec(dataset=dataset.key, encoder=str(tiny_folder)), store=store)
    whole = run(spec.model_copy(update={"encoder": str(tiny_folder)}), store=store)
    assert whole.facts["tokens_found"] is True
    assert f"tokens/{tokens.key}" in whole.manifest.inputs.values()
    other = run(spec.model_copy(update={"dataset": make_dataset(store, ["rain"]).key}), store=store)
    assert other.manifest.inputs["draft:0"] == first.manifest.inputs["draft:0"]
    assert len(store.artifacts("draft")) == 2  # this one and the fixture's of another width


def test_other_weights_make_another_draft(store, tmp_path, tiny_folder):
    other = make_tiny_encoder(tmp_path / "other", seed=5)
    dataset = make_dataset(store, ["rain and storm"])
    a, b = (
        run(EmbedSpec(dataset=dataset.key, encoder=f"draft:{folder}"), store=store)
        for folder in (tiny_folder, other)
    )
    assert a.key != b.key
    assert a.manifest.inputs["draft:0"] != b.manifest.inputs["draft:0"]


def test_names():
    assert drafted("draft") == "minilm"
    assert drafted("draft:some/model") == "some/model"
    assert drafted("minilm") is None
    assert drafted("drafts/model") is None
    with pytest.raises(InputError, match="names no encoder"):
        drafted("draft:")


def test_what_a_draft_cannot_do_is_said(store, tiny_folder):
    dataset = make_dataset(store, ["rain"])
    with pytest.raises(InputError, match="no encoder folder /no/such/place"):
        run(EmbedSpec(dataset=dataset.key, encoder="draft:/no/such/place"), store=store)
    for setting in ({"attention": "sdpa_flash"}, {"precision": "int8"}):
        spec = EmbedSpec(dataset=dataset.key, encoder=f"draft:{tiny_folder}", **setting)
        with pytest.raises(InputError, match=f"leave {next(iter(setting))} at auto"):
            run(spec, store=store)
    with pytest.raises(InputError, match="choose a whole encoder here, such as minilm"):
        load_encoder("draft")
    with pytest.raises(InputError, match="choose a whole encoder"):
        run(DistillSpec(encoder="draft"), store=store)
