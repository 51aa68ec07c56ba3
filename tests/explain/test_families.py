"""Every family of encoders in, explanations that keep their sums and do not hang on packing out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from engine.encoder.packing import pack
from engine.errors import InputError
from engine.explain.kernels import kernel_agreement
from engine.explain.methods.baseline import Baseline, baseline_kinds
from engine.explain.methods.integrated import BOUND, integrated_gradients
from engine.explain.methods.methods import METHODS, explain
from engine.explain.reading import read
from engine.explain.subject import Subject
from engine.explain.target import Target
from engine.explain.trust.chance import chance
from engine.explain.trust.trust import trust
from tests.explain.subjects import tiny_subject
from tests.tiny import make_tiny_encoder

FAMILIES = (
    "bert", "roberta", "xlm-roberta", "electra", "modernbert", "nomic_bert", "jina_embeddings_v3",
    "eurobert", "distilbert", "mpnet",
)  # fmt: skip
TEXTS = (
    "the market rose and the bank was very good",
    "poor film",
    "rain and storm in the city, not very good news for the people of the old water team",
)
GOAL = Target(2)


@pytest.fixture(scope="module", params=FAMILIES)
def subject(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return tiny_subject(tmp_path_factory.mktemp(request.param), request.param)


def test_given_by_its_embeddings_a_text_gets_the_answer_it_gets_by_its_ids(
    subject: Subject,
) -> None:
    rows = [read(subject, text).ids for text in TEXTS]
    batch = pack(rows, np.arange(len(rows)))
    by_ids = subject.outputs(batch).detach().numpy()
    by_embeds = subject.outputs(batch, subject.embed(batch.ids)).detach().numpy()
    assert_allclose(by_embeds, by_ids, atol=2e-5)


def test_integrated_gradients_keep_their_sum_with_every_baseline_there_is(
    subject: Subject,
) -> None:
    readings = [read(subject, text) for text in TEXTS]
    for kind in baseline_kinds(subject):
        found = integrated_gradients(
            subject, readings, [GOAL] * len(readings), baseline=Baseline(kind)
        )
        for one in found:
            assert one.relative_delta <= BOUND, (kind, one.steps)


def test_packed_together_texts_are_explained_as_one_by_one(subject: Subject) -> None:
    readings = [read(subject, text) for text in TEXTS]
    together = integrated_gradients(subject, readings, [GOAL] * len(readings), steps=8, most=8)
    for reading, one in zip(readings, together, strict=True):
        (alone,) = integrated_gradients(subject, [reading], [GOAL], steps=8, most=8)
        assert_allclose(one.scores, alone.scores, atol=1e-4)
        assert one.value == pytest.approx(alone.value, abs=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_eager_attention_explains_alike(family: str, tmp_path: Path) -> None:
    mine = tiny_subject(tmp_path, family)
    eager = tiny_subject(tmp_path, family, attention="eager")
    found = kernel_agreement(mine, eager, read(mine, TEXTS[2]), GOAL, steps=8)
    assert found.rank > 0.999
    assert found.flash_ran


def test_every_method_and_its_trust_work(subject: Subject) -> None:
    reading = read(subject, TEXTS[0])
    control = chance(subject, reading, GOAL)
    for name in METHODS:
        if name == "deeplift":
            continue  # it says itself that it has no rule for attention
        made = explain(subject, reading, GOAL, method=name)
        told = trust(subject, made, beside=control)
        assert made.scores.shape == (reading.n_words,)
        assert np.isfinite(made.scores).all()
        assert np.isfinite([told.comprehensiveness, told.sufficiency, told.infidelity]).all()


def test_tokens_that_no_file_names_are_found_as_they_are_usually_spelt(tmp_path: Path) -> None:
    named = tiny_subject(tmp_path).special_tokens
    assert set(named) == {"pad", "mask", "unk"}
    config = tmp_path / "tokenizer_config.json"
    config.write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))
    assert tiny_subject(tmp_path).special_tokens == named
    tokens = {"pad_token": "[UNK]", "mask_token": {"content": "[SEP]"}}
    (tmp_path / "special_tokens_map.json").write_text(json.dumps(tokens))
    found = tiny_subject(tmp_path).special_tokens
    assert found["pad"] == named["unk"]
    assert found["mask"] not in named.values()


def test_without_a_padding_token_the_way_out_is_said(tmp_path: Path) -> None:
    make_tiny_encoder(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_text(text.replace("[PAD]", "[NIL]"))
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    del config["pad_token"]
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    subject = tiny_subject(tmp_path)
    assert baseline_kinds(subject) == ("mask", "zero")
    with pytest.raises(InputError, match="no PAD token: choose another baseline"):
        integrated_gradients(subject, [read(subject, TEXTS[0])], [GOAL])
