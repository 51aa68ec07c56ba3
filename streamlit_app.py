"""Opens Limn: page settings, navigation, and the one clean-up a fresh server needs."""

import streamlit as st

from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.shell import wake

SUN = ":material/wb_twilight:"

st.set_page_config(page_title="Limn", page_icon=SUN, layout="wide")
# A picture here would load Pillow and NumPy before the first page: 0.8 s of it, on 2 cores.
st.logo(SUN, size="large")
page = st.navigation(nav.pages(), position="top")
with boundary():
    wake()
    page.run()
