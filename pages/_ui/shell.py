"""What stands around every page: the name of the house, and its first breath after a start."""

from __future__ import annotations

import shutil
import time

import streamlit as st

from engine import jobs
from pages._ui.loaders import store

_UPLOAD_KEPT_S = 7 * 86_400
_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 104 32" width="104" height="32">
<g fill="none" stroke="#3D9AD6" stroke-width="2.6" stroke-linecap="round">
<path d="M4 23h22"/><path d="M8 23a7 7 0 0 1 14 0"/>
<path d="M15 7v4M5.5 11.5l2.6 2.6M24.5 11.5l-2.6 2.6"/></g>
<text x="34" y="24" font-family="Source Sans,Source Sans Pro,Segoe UI,Helvetica,Arial,sans-serif"
 font-size="23" font-weight="650" fill="{ink}">Limn</text></svg>"""


def logo() -> None:
    """The name, in the ink of the theme that is on."""
    dark = st.context.theme.type == "dark"
    st.logo(_LOGO.format(ink="#E5EAED" if dark else "#1B2328"), size="large")


@st.cache_resource(show_spinner=False)
def wake() -> bool:
    """Once per server: jobs whose process died get their end, forgotten uploads go."""
    jobs.reconcile(store())
    active = " ".join(str(j.request.spec) for j in jobs.jobs(store()) if j.active)
    for folder in store().folder("uploads").iterdir():
        old = time.time() - folder.stat().st_mtime > _UPLOAD_KEPT_S
        if old and folder.name not in active:
            shutil.rmtree(folder, ignore_errors=True)
    return True
