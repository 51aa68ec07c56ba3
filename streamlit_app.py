"""Opens Limn: page settings, navigation, and the one clean-up a fresh server needs."""

import streamlit as st

from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.shell import logo, wake

st.set_page_config(page_title="Limn", page_icon=":material/wb_twilight:", layout="wide")
logo()
page = st.navigation(nav.pages(), position="top")
with boundary():
    wake()
    page.run()
