"""A device, number type, head size and mode in, the attention kernel that runs and why out."""

from __future__ import annotations

import importlib.util
import inspect
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch

from engine.encoder.attention.kernels import FLASH_KERNELS, KERNELS, kernel
from engine.errors import InputError

__all__ = ["FLASH_KERNELS", "KERNELS", "Choice", "choose", "kernel"]

_WHY = {
    "flash_attn": "flash-attn's variable-length kernel runs here",
    "torch_varlen": "the flash attention built into PyTorch runs here, nothing to install",
    "sdpa_flash": "PyTorch's own flash kernel runs here",
    "sdpa_math": "the reference, no flash kernel runs here",
    "eager": "standard attention, as asked for",
}


@dataclass(frozen=True)
class Choice:
    """The kernel that will run, why, and why each of the better ones will not."""

    name: str
    reason: str
    refused: dict[str, str] = field(default_factory=dict)
    drops: bool = True
    """Whether it can drop attention weights in training; where not, that dropout is left out."""


def choose(
    device: str | torch.device,
    dtype: torch.dtype,
    head_dim: int,
    training: bool = False,
    requested: str = "auto",
    *,
    window: int | None = None,
) -> Choice:
    """The best kernel for this device, type, head size and mode, or the requested one.

    On CUDA each flash kernel is tried on eight tokens, forward and (in training) backward, so what
    is chosen has run here before.

    Raises:
        InputError: the requested kernel cannot run here; the sentence says why. Nothing falls back.
    """
    device = torch.device(device)
    if requested != "auto":
        kernel(requested)
        why_not = _refusal(requested, device, dtype, head_dim, training, window)
        if why_not:
            raise InputError(
                f"{requested} cannot run here: {why_not}. Choose auto for the best that can."
            )
        return Choice(requested, f"asked for; {_WHY[requested]}", drops=_drops(requested, device))
    refused: dict[str, str] = {}
    for name in KERNELS:
        why_not = _refusal(name, device, dtype, head_dim, training, window)
        if why_not is None:
            drops = _drops(name, device)
            left_out = "" if drops or not training else "; it has no dropout, so that is left out"
            return Choice(name, _WHY[name] + left_out, refused, drops)
        refused[name] = why_not
    raise AssertionError("sdpa_math refuses nothing")


def _drops(name: str, device: torch.device) -> bool:
    return not (name == "torch_varlen" or (name == "sdpa_flash" and device.type == "cpu"))


def _refusal(
    name: str,
    device: torch.device,
    dtype: torch.dtype,
    head_dim: int,
    training: bool,
    window: int | None,
) -> str | None:
    """Why the kernel cannot run, or None when it can."""
    if name in ("sdpa_math", "eager"):
        return None
    if name == "sdpa_flash" and device.type == "cpu":
        half = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
        return None if dtype in half else f"it takes floating-point numbers, not {dtype}"
    if device.type != "cuda":
        return f"it needs a CUDA device and this is {device.type}"
    if dtype not in (torch.float16, torch.bfloat16):
        return f"on CUDA it takes float16 and bfloat16, not {str(dtype).removeprefix('torch.')}"
    if head_dim % 8 or head_dim > 256:
        return f"it takes head sizes in steps of 8 up to 256, not {head_dim}"
    if name == "flash_attn" and importlib.util.find_spec("flash_attn") is None:
        return "the flash-attn package is not installed"
    if name == "torch_varlen":
        if importlib.util.find_spec("torch.nn.attention.varlen") is None:
            return "this PyTorch has no torch.nn.attention.varlen"
        if window is not None and not _varlen_windows():
            return "this PyTorch's varlen has no sliding window"
    if name == "sdpa_flash" and window is not None:
        return "on CUDA it has no sliding window"
    return _trial(name, device, dtype, head_dim, training, window)


# bfloat16 keeps eight bits; a kernel that reads the wrong memory is off by far more.
_TRIAL_TOLERANCE = 0.05


@cache
def _varlen_windows() -> bool:
    from torch.nn.attention import varlen

    attend: Any = varlen.varlen_attn
    return "window_size" in inspect.signature(attend).parameters


@cache
def _trial(
    name: str,
    device: torch.device,
    dtype: torch.dtype,
    head_dim: int,
    training: bool,
    window: int | None,
) -> str | None:
    """None when the kernel was right on eight tokens here, else the reason in words.

    A flash-attn built without some head sizes or windows raises nothing and returns what happened
    to lie in memory, so running is not enough: output and gradient must equal the reference's.
    """
    try:
        with torch.inference_mode(False), torch.set_grad_enabled(training):
            error = _trial_error(name, device, dtype, head_dim, training, window)
        if not error < _TRIAL_TOLERANCE:
            return "it was tried and its result was wrong, so it was built without this case"
    except (
        RuntimeError,
        ImportError,
        OSError,
        TypeError,
        ValueError,
        NotImplementedError,
    ) as error:
        # Whatever an outside kernel says at its first call is the reason the person is shown.
        words = str(error).strip().splitlines()
        return f"it was tried and failed ({words[0][:160] if words else type(error).__name__})"
    return None


def _trial_error(
    name: str,
    device: torch.device,
    dtype: torch.dtype,
    head_dim: int,
    training: bool,
    window: int | None,
) -> float:
    """Largest error of output and gradient on eight tokens, as a share of the largest number."""
    draw = torch.Generator().manual_seed(0)  # the caller's random state is not touched
    given = torch.randn(8, 2, head_dim, generator=draw).to(device, dtype)
    cu_seqlens = torch.tensor([0, 3, 8], dtype=torch.int32, device=device)
    results = []
    for how, values in ((name, given), ("sdpa_math", given.float())):
        x = values.clone().requires_grad_(training)
        out = kernel(how)(x, x, x, cu_seqlens=cu_seqlens, max_seqlen=5, window=window)
        if training:
            (out * values).sum().backward()  # type: ignore[no-untyped-call]
        results.append([out.detach().float(), *([x.grad.float()] if x.grad is not None else [])])
    torch.cuda.synchronize(device)
    errors = [(a - b).abs().max() / b.abs().max() for a, b in zip(*results, strict=True)]
    return float(torch.stack(errors).nan_to_num(float("inf")).max())
