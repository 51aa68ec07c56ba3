"""A call in, the names of the attention operators that ran in it out."""

from __future__ import annotations

from collections.abc import Callable

_SIGNS = ("attention", "flash", "varlen", "fmha", "softmax")


def observed_kernels(run: Callable[[], object]) -> list[str]:
    """Names of the attention operators (and CUDA kernels) that `run` executed, sorted.

    Standard attention shows as ``aten::_softmax``; the flash kernels by their own name, for example
    ``aten::_scaled_dot_product_flash_attention_for_cpu``. Costs a few times the call itself: use it
    on one small batch.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if torch.cuda.is_available():
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as trace:
        run()
    names = {event.key for event in trace.key_averages()}
    return sorted(name for name in names if any(sign in name.lower() for sign in _SIGNS))
