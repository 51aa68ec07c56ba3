from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder.models import load_encoder
from engine.encoder.packing import pack
from engine.errors import InputError
from tests.tiny import LIMIT, POSITIONS, WORDS, make_tiny_encoder

PACKED = ["bert", "roberta", "xlm-roberta", "electra", "modernbert", "nomic_bert",
          "jina_embeddings_v3", "eurobert"]  # fmt: skip
PADDED = ["distilbert", "mpnet"]


def sentence_transformer(folder):
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"}
    )


@pytest.mark.parametrize("family", PACKED + PADDED)
def test_vectors_equal_sentence_transformers(family, tmp_path, texts):
    folder = make_tiny_encoder(tmp_path / family, family)
    encoder = load_encoder(str(folder), device="cpu")
    assert encoder.packed == (family in PACKED)
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), encoder.width)
    assert np.std(vectors) > 0.01
    expected = sentence_transformer(folder).encode(texts)
    assert np.abs(vectors - expected).max() < 1e-5


@pytest.mark.parametrize("pooling", ["cls", "max", "mean", "lasttoken", "mean_sqrt_len_tokens"])
@pytest.mark.parametrize("normalize", [True, False])
def test_pooling_is_the_folders_own(pooling, normalize, tmp_path, texts):
    folder = make_tiny_encoder(tmp_path / "e", pooling=pooling, normalize=normalize)
    vectors = load_encoder(str(folder), device="cpu").encode(texts)
    assert np.abs(vectors - sentence_transformer(folder).encode(texts)).max() < 1e-5


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join), max_size=12),
    st.integers(1, 100),
    st.randoms(),
)
def test_a_vector_depends_on_its_text_alone(tiny, words, budget, random):
    vectors = tiny.encode(words, budget=budget)
    order = list(range(len(words)))
    random.shuffle(order)
    shuffled = tiny.encode([words[i] for i in order])
    assert np.abs(shuffled - vectors[order]).max(initial=0) < 1e-6
    for text, vector in zip(words[:3], vectors, strict=False):
        assert np.abs(tiny.encode([text])[0] - vector).max() < 1e-6


@pytest.mark.parametrize("attention", ["sdpa_flash", "sdpa_math", "eager"])
def test_all_kernels_give_the_same_vectors(attention, tiny, tiny_folder, texts):
    other = load_encoder(str(tiny_folder), device="cpu", attention=attention)
    assert other.kernel.name == attention
    assert np.abs(other.encode(texts) - tiny.encode(texts)).max() < 1e-6


@pytest.mark.parametrize("family", ["bert", "modernbert", "eurobert"])
def test_gradients_of_packed_equal_padded_eager(family, tmp_path, texts):
    from transformers import AutoModel

    folder = make_tiny_encoder(tmp_path / "e", family, normalize=False)
    encoder = load_encoder(str(folder), device="cpu", training=True)
    encoder.model.eval()  # dropout off
    tokens = encoder.tokenize(texts)
    encoder.pool(pack(tokens)).square().sum().backward()

    padded = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    longest = int(tokens.lengths.max())
    ids = torch.zeros(len(tokens), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(tokens):
        ids[i, : len(row)] = torch.from_numpy(row)
        mask[i, : len(row)] = 1
    hidden = padded(input_ids=ids, attention_mask=mask).last_hidden_state * mask[..., None]
    (hidden.sum(1) / mask.sum(1, keepdim=True)).square().sum().backward()

    theirs = dict(padded.named_parameters())
    compared = 0
    for name, weights in encoder.model.named_parameters():
        if name.endswith("key.bias"):
            # The softmax takes away what is added to all scores alike: in truth these are zero.
            assert max(weights.grad.abs().max(), theirs[name].grad.abs().max()) < 1e-6
        elif weights.grad is not None:
            scale = theirs[name].grad.abs().max().clamp(min=1e-3)
            assert ((weights.grad - theirs[name].grad).abs().max() / scale) < 1e-4, name
            compared += 1
    assert compared > 10


def test_training_runs_flash_forward_and_backward(tiny_folder, texts):
    from engine.encoder.attention.observe import observed_kernels

    encoder = load_encoder(str(tiny_folder), device="cpu", training=True)
    assert encoder.model.training
    batch = pack(encoder.tokenize(texts))
    ran = observed_kernels(lambda: encoder.pool(batch).sum().backward())
    assert "aten::_scaled_dot_product_flash_attention_for_cpu_backward" in ran
    assert not any("softmax" in name for name in ran)


def test_what_ran_is_seen_by_the_profiler(tiny):
    assert tiny.observed() == ["aten::_scaled_dot_product_flash_attention_for_cpu"]


def test_embeddings_may_stand_in_for_ids(tiny, texts):
    batch = pack(tiny.tokenize(texts))
    table = tiny.model.get_input_embeddings()
    given_embeddings = table(torch.from_numpy(batch.ids).long())
    same = tiny.pool(batch, inputs_embeds=given_embeddings)
    assert torch.allclose(same, tiny.pool(batch), atol=1e-6)


def test_a_padded_batch_is_refused_by_a_packed_model(tiny):
    ids = torch.tensor([[2, 5, 3], [2, 3, 0]])
    with pytest.raises(ValueError, match="no padded batch"):
        tiny.model(input_ids=ids, attention_mask=(ids > 0).long())


def test_long_texts_are_cut_and_said_to_be(tiny):
    tokens = tiny.tokenize(["rain " * 200, "rain"])
    assert tokens.lengths.tolist() == [LIMIT, 3]
    assert tokens.truncated.tolist() == [True, False]
    assert tiny.tokenize(["rain " * 200], 10).lengths.tolist() == [10]
    assert tiny.max_length == LIMIT
    with pytest.raises(InputError, match=f"at most {POSITIONS} tokens"):
        tiny.tokenize(["rain"], POSITIONS + 1)


def test_nothing_to_encode_gives_nothing(tiny):
    assert tiny.encode([]).shape == (0, tiny.width)


def test_many_texts_pass_through_blocks_in_order(tiny):
    some = [WORDS[i % len(WORDS)] for i in range(9000)]
    vectors = tiny.encode(some)
    assert np.abs(vectors[: len(WORDS)] - vectors[len(WORDS) : 2 * len(WORDS)]).max() < 1e-6
    assert np.abs(tiny.encode(some[-5:]) - vectors[-5:]).max() < 1e-6


def test_the_default_equals_sentence_transformers_on_real_texts(minilm, texts):
    folder = os.environ.get("LIMN_REAL_DATA")
    real = list(texts)
    if folder:
        with (Path(folder) / "ag_news" / "train.csv").open(encoding="utf-8") as file:
            real += [row["Description"] for _, row in zip(range(40), csv.DictReader(file))]  # noqa: B905
    assert minilm.width == 384
    assert minilm.max_length == 256
    expected = sentence_transformer(minilm.folder).encode(real)
    assert np.abs(minilm.encode(real) - expected).max() < 1e-5


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("attention", ["auto", "torch_varlen", "sdpa_flash", "eager"])
@pytest.mark.parametrize("family", PACKED + PADDED)
def test_on_cuda_every_family_gives_the_vectors_of_the_cpu(family, attention, tmp_path, texts):
    folder = str(make_tiny_encoder(tmp_path / family, family))
    expected = load_encoder(folder, device="cpu").encode(texts)
    try:
        encoder = load_encoder(folder, device="cuda", attention=attention)
    except InputError as why:
        pytest.skip(str(why))
    found = encoder.encode(texts)
    cosine = (found * expected).sum(1) / np.linalg.norm(found, axis=1)
    assert (cosine / np.linalg.norm(expected, axis=1)).min() > 0.999
    assert encoder.dtype == torch.float16
    if encoder.packed and attention == "auto":
        assert encoder.kernel.name != "sdpa_math", encoder.kernel.refused


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("family", PACKED)
def test_on_cuda_gradients_of_packed_bf16_follow_the_cpus(family, tmp_path, texts):
    folder = str(make_tiny_encoder(tmp_path / family, family, normalize=False))
    grads = []
    for device in ("cpu", "cuda"):
        encoder = load_encoder(folder, device=device, training=True)
        encoder.model.eval()  # dropout off
        encoder.pool(pack(encoder.tokenize(texts))).square().sum().backward()
        grads.append(
            torch.cat([p.grad.flatten().double().cpu() for p in encoder.model.parameters()
                       if p.grad is not None])
        )  # fmt: skip
    assert torch.nn.functional.cosine_similarity(*grads, dim=0) > 0.999
