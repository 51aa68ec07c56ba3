"""Fused steps change how a vector is computed, never what it is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder import models
from engine.encoder.layers.fused import FusedOutput, FusedSelfAttention
from engine.encoder.layers.onednn import OneDnnLinear
from engine.encoder.packing import pack
from tests.tiny import make_tiny_encoder

BERT_LIKE = ["bert", "roberta", "xlm-roberta", "electra"]


def parts(encoder, kind):
    return [part for part in encoder.model.modules() if isinstance(part, kind)]


@pytest.mark.parametrize("family", BERT_LIKE)
def test_every_layer_of_berts_build_is_fused(family, tmp_path):
    encoder = models.load_encoder(str(make_tiny_encoder(tmp_path / "e", family)), device="cpu")
    layers = encoder.model.config.num_hidden_layers
    assert len(parts(encoder, FusedSelfAttention)) == layers
    assert len(parts(encoder, FusedOutput)) == 2 * layers


def test_an_encoder_in_training_keeps_its_own_parts(tiny_folder):
    encoder = models.load_encoder(str(tiny_folder), device="cpu", training=True)
    assert not parts(encoder, (FusedSelfAttention, FusedOutput, OneDnnLinear))


@pytest.mark.parametrize("family", BERT_LIKE)
def test_gradients_to_the_embeddings_are_the_plain_encoders(family, tmp_path, texts):
    folder = str(make_tiny_encoder(tmp_path / "e", family))
    fused = models.load_encoder(folder, device="cpu")
    plain = models.load_encoder(folder, device="cpu", training=True)
    plain.model.eval()
    batch = pack(fused.tokenize(texts))
    ids = torch.from_numpy(batch.ids).long()
    towards = torch.randn(len(texts), fused.width, generator=torch.Generator().manual_seed(0))
    grads = []
    for encoder in (fused, plain):
        given_embeds = plain.model.get_input_embeddings()(ids).detach().requires_grad_()
        (encoder.pool(batch, inputs_embeds=given_embeds) * towards).sum().backward()
        grads.append(given_embeds.grad)
    assert grads[1].abs().max() > 1e-3
    assert torch.allclose(*grads, rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="PyTorch without oneDNN")
@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 40), st.sampled_from([8, 32, 100]), st.sampled_from([4, 33, 64]),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_onednn_computes_the_linear_layer(rows, width, out, gelu, bias):
    torch.manual_seed(rows)
    plain = torch.nn.Linear(width, out, bias=bias)
    ours = OneDnnLinear(plain, gelu=gelu)
    x = torch.randn(2, rows, width)
    expected = torch.nn.functional.gelu(plain(x)) if gelu else plain(x)
    with torch.inference_mode():
        assert torch.allclose(ours(x), expected, atol=1e-5)
    wanted = x.clone().requires_grad_()
    got = torch.autograd.grad(ours(wanted).sum(), wanted)[0]
    wanted = x.clone().requires_grad_()
    y = torch.nn.functional.gelu(plain(wanted)) if gelu else plain(wanted)
    assert torch.allclose(got, torch.autograd.grad(y.sum(), wanted)[0], atol=1e-5)


def test_the_default_is_laid_out_for_this_processor(minilm):
    assert torch.backends.mkldnn.is_available() == bool(parts(minilm, OneDnnLinear))
    if torch.backends.mkldnn.is_available():
        gelus = [part for part in parts(minilm, OneDnnLinear) if part.activation == "gelu"]
        assert len(gelus) == minilm.model.config.num_hidden_layers


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("width", [32, 100, 384, 1024])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_residual_and_norm_in_one_pass_equal_both(width, dtype):
    from engine.encoder.layers.triton_norm import add_layer_norm

    torch.manual_seed(width)
    x, residual = (torch.randn(1, 777, width, device="cuda", dtype=dtype) for _ in range(2))
    weight, bias = (torch.randn(width, device="cuda", dtype=dtype) for _ in range(2))
    out = add_layer_norm(x, residual, weight, bias, 1e-12)
    expected = torch.nn.functional.layer_norm(
        x.double() + residual.double(), (width,), weight.double(), bias.double(), 1e-12
    )
    tolerance = {torch.float32: 1e-5, torch.float16: 4e-3, torch.bfloat16: 3e-2}[dtype]
    assert (out.double() - expected).abs().max() / expected.abs().max() < tolerance


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_cuda_gradients_reach_the_embeddings(tiny_folder, texts):
    grads = []
    for device, dtype in (("cpu", "float32"), ("cuda", "bfloat16")):
        encoder = models.load_encoder(str(tiny_folder), device=device, dtype=dtype)
        batch = pack(encoder.tokenize(texts))
        ids = torch.from_numpy(batch.ids).long().to(device)
        given_embeds = encoder.model.get_input_embeddings()(ids).detach().requires_grad_()
        towards = torch.randn(len(texts), encoder.width, generator=torch.Generator().manual_seed(0))
        (encoder.pool(batch, inputs_embeds=given_embeds) * towards.to(device)).sum().backward()
        grads.append(given_embeds.grad.flatten().double().cpu())
    assert torch.nn.functional.cosine_similarity(*grads, dim=0) > 0.99
