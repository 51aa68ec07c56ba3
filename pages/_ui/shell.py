"""What a fresh server does before its first page."""

from __future__ import annotations

import shutil
import time

import streamlit as st

from engine import jobs
from pages._ui.loaders import store

_UPLOAD_KEPT_S = 7 * 86_400


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
