from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encoder.attention import choice as attention
from engine.encoder.attention import kernels
from engine.encoder.attention.choice import KERNELS, choose, kernel
from engine.encoder.attention.observe import observed_kernels
from engine.errors import InputError

CPU_KERNELS = ("sdpa_flash", "sdpa_math", "eager")


def packed(lengths, heads, head_dim, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = (sum(lengths), heads, head_dim)
    q, k, v = (torch.randn(shape, generator=generator).requires_grad_() for _ in range(3))
    ends = torch.tensor([0, *torch.tensor(lengths).cumsum(0).tolist()], dtype=torch.int32)
    return (q, k, v), {"cu_seqlens": ends, "max_seqlen": max(lengths)}


def one_by_one(q, k, v, lengths, scale=None, window=None):
    """Softmax attention written down text by text in float64."""
    parts = []
    for q1, k1, v1 in zip(*(x.double().split(lengths) for x in (q, k, v)), strict=True):
        scores = torch.einsum("ihd,jhd->hij", q1, k1) * (scale or q.shape[-1] ** -0.5)
        if window is not None:
            place = torch.arange(len(q1))
            far = (place[:, None] - place[None]).abs() > window
            scores = scores.masked_fill(far, float("-inf"))
        parts.append(torch.einsum("hij,jhd->ihd", scores.softmax(-1), v1))
    return torch.cat(parts)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=8).filter(any),
    st.integers(1, 4),
    st.sampled_from([8, 32, 40, 64]),
    st.sampled_from([None, 0, 3, 30]),
)
@pytest.mark.parametrize("name", CPU_KERNELS)
def test_kernels_equal_attention_written_down(name, lengths, heads, head_dim, window):
    tensors, where = packed(lengths, heads, head_dim)
    out = kernel(name)(*tensors, **where, window=window)
    expected = one_by_one(*tensors, lengths, window=window)
    assert torch.allclose(out.double(), expected, atol=2e-6)
    towards = torch.randn(out.shape, generator=torch.Generator().manual_seed(1))
    grads = torch.autograd.grad((out * towards).sum(), tensors)
    references = torch.autograd.grad((expected * towards).sum(), tensors)
    for grad, reference in zip(grads, references, strict=True):
        assert torch.allclose(grad, reference, atol=1e-5)


def test_the_flash_kernel_is_what_runs_forward_and_backward():
    tensors, where = packed([5, 5, 3], 2, 32)
    ran = observed_kernels(lambda: kernel("sdpa_flash")(*tensors, **where).sum().backward())
    assert "aten::_scaled_dot_product_flash_attention_for_cpu" in ran
    assert "aten::_scaled_dot_product_flash_attention_for_cpu_backward" in ran
    assert not any("softmax" in name for name in ran)
    assert any(
        "softmax" in name for name in observed_kernels(lambda: kernel("eager")(*tensors, **where))
    )


def test_auto_takes_flash_on_a_cpu_and_says_why_not_the_others():
    choice = choose("cpu", torch.float32, 32)
    assert choice.name == "sdpa_flash"
    assert set(choice.refused) == {"flash_attn", "torch_varlen"}
    assert all("CUDA" in reason for reason in choice.refused.values())


@pytest.mark.parametrize("name", ["flash_attn", "torch_varlen"])
def test_a_kernel_asked_for_that_cannot_run_is_refused_with_the_reason(name):
    with pytest.raises(InputError, match=f"{name} cannot run here: it needs a CUDA device"):
        choose("cpu", torch.float32, 32, requested=name)


def test_a_kernel_nobody_knows_is_named_with_those_there_are():
    with pytest.raises(InputError, match="'flash3'.*sdpa_math"):
        choose("cpu", torch.float32, 32, requested="flash3")


@pytest.mark.parametrize("name", CPU_KERNELS)
def test_dropout_is_applied_or_refused_never_forgotten(name):
    tensors, where = packed([6, 6], 2, 16)
    if choose("cpu", torch.float32, 16, requested=name).drops:
        plain = kernel(name)(*tensors, **where)
        assert not torch.allclose(kernel(name)(*tensors, **where, dropout_p=0.5), plain)
    else:
        with pytest.raises(InputError, match="no dropout"):
            kernel(name)(*tensors, **where, dropout_p=0.5)


def test_leaving_dropout_out_in_training_is_said():
    assert "left out" in choose("cpu", torch.float32, 32, True).reason


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_cuda_kernels_equal_attention_written_down(name, dtype):
    try:
        choose("cuda", dtype, 32, True, name)
    except InputError as why:
        pytest.skip(str(why))
    lengths = [7, 1, 30, 30, 128]
    tensors, where = packed(lengths, 4, 32)
    on = [x.detach().to("cuda", dtype).requires_grad_() for x in tensors]
    where["cu_seqlens"] = where["cu_seqlens"].cuda()
    out = kernel(name)(*on, **where)
    expected = one_by_one(*on, lengths)
    assert torch.allclose(out.double(), expected, atol=2e-2)


def _step_under_autocast(name, device, dtype):
    tensors, where = packed([7, 1, 30, 30], 4, 32)
    x = tensors[0].detach().to(device).requires_grad_()
    where["cu_seqlens"] = where["cu_seqlens"].to(device)
    with torch.autocast(device, dtype):
        q = torch.nn.functional.linear(x, torch.eye(32, device=device))
        out = kernel(name)(q, q, q, **where)
    assert out.dtype == q.dtype == dtype
    out.float().sum().backward()
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize("name", CPU_KERNELS)
def test_a_training_step_under_autocast_keeps_its_types(name):
    _step_under_autocast(name, "cpu", torch.bfloat16)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_training_step_under_autocast_keeps_its_types_on_cuda(name, dtype):
    try:
        choose("cuda", dtype, 32, True, name)
    except InputError as why:
        pytest.skip(str(why))
    _step_under_autocast(name, "cuda", dtype)


def test_a_kernel_that_returns_what_lay_in_memory_is_found_out(monkeypatch):
    def garbage(q, k, v, **_where):
        return q * 0 + torch.arange(q.numel(), dtype=q.dtype).reshape(q.shape)

    monkeypatch.setattr(torch.cuda, "synchronize", lambda _device: None)
    cpu = torch.device("cpu")
    for training in (False, True):
        right = attention._trial_error("eager", cpu, torch.float32, 32, training, None)
        assert right < attention._TRIAL_TOLERANCE
    monkeypatch.setitem(kernels._RUNNERS, "eager", garbage)
    wrong = attention._trial_error("eager", cpu, torch.float32, 32, False, None)
    assert not wrong < attention._TRIAL_TOLERANCE
