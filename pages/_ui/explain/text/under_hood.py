"""What ran beneath an explanation: the kernel, the steps, the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages._ui.boundary import boundary
from pages._ui.explain.text.asked import Asked
from pages._ui.explain.text.attention_part import attention_part
from pages._ui.explain.text.explained import Explained
from pages._ui.explain.text.kernels_part import kernels_part
from pages._ui.format import count
from pages._ui.texts import plain

if TYPE_CHECKING:
    from engine.explain.attribution import Attribution
    from engine.explain.subject import Subject

_FLASH = {
    "flash_attn": "flash attention (flash-attn's varlen kernel)",
    "torch_varlen": "flash attention (PyTorch's varlen kernel)",
    "sdpa_flash": "flash attention (PyTorch's sdpa_flash)",
}

_BACKWARD = {"integrated gradients", "input x gradient", "gradient", "deeplift"}


def under_hood(subject: Subject, asked: Asked, explained: Explained) -> None:
    """Draw it, and offer a look at what other kernels and the attention weights say."""
    ran(subject, explained.attribution)
    with boundary():
        kernels_part(subject, asked, explained)
    with boundary():
        attention_part(subject, explained)


def ran(subject: Subject, attribution: Attribution) -> None:
    """The kernel, the steps and the time, in a line."""
    kernel = attribution.kernel or subject.kernel
    shown = _FLASH.get(kernel, f"the {kernel} kernel" if kernel else "an encoder without attention")
    way = "forward and backward" if attribution.method in _BACKWARD else "forward"
    st.caption(
        plain(
            f"{count(len(attribution.reading.ids), 'token')} went through {shown}, {way}, packed "
            f"without padding, on the {subject.device.type.upper()}; "
            f"{count(attribution.steps, 'step')} in {attribution.seconds:.1f} s."
        )
    )
