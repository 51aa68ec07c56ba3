"""The shell: pages that exist, text shown as text, failures in words, nothing heavy on the way."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from engine.errors import InputError
from engine.settings import ROOT, settings
from pages._ui import nav
from pages._ui.boundary import boundary
from pages._ui.files import allowed_file, keep_upload, listed_files
from pages._ui.forms import spec_form
from pages._ui.texts import plain
from tests.pages.seen import said

JOINER = "\u2060"
HEAVY = ("torch", "pandas", "duckdb", "pyarrow", "sklearn", "transformers", "altair")


def test_every_page_of_the_navigation_is_there():
    assert all((ROOT / place.file).is_file() for place in nav.PLACES.values())


def test_the_first_page_says_what_to_do(visit):
    app = visit()
    assert not app.exception
    assert {"Try news", "Try reviews", "Try papers", "Bring a file"} <= {
        b.label for b in app.button
    }


def test_the_first_page_knows_what_was_made(visit, dataset):
    app = visit()
    assert not app.exception
    assert "Welcome back" in said(app)
    assert "42 rows" in said(app)


@pytest.mark.parametrize("page", list(nav.PLACES))
def test_every_page_opens_on_an_empty_cache(visit, page):
    app = visit(page)
    assert not app.exception
    assert not app.error


def test_the_first_page_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(ROOT / 'streamlit_app.py')!r}, default_timeout=60).run()\n"
        "assert not app.exception\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"


@given(some.text(max_size=80))
def test_plain_text_stays_plain_through_markdown(text):
    escaped = plain(text)
    bare = re.sub(r"\\([^\w\s]|_)", "", escaped)
    assert not set("`*_[]()<>#$~|!{}") & set(bare)  # every mark has its backslash
    assert not re.search(r":\w+:", bare)  # no :smile:
    assert re.sub(r"\\([^\w\s]|_)", r"\1", escaped).replace(JOINER, "") == text.replace(JOINER, "")


def test_a_failure_becomes_a_sentence():
    def script():
        from engine.errors import InputError
        from pages._ui.boundary import boundary

        with boundary():
            raise InputError("The file **a** is empty: choose another.")
        with boundary():
            raise ValueError("secret detail")

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert [e.value.replace("\\", "") for e in app.error][0].startswith("The file **a** is empty")
    assert "our fault" in app.error[1].value
    assert "secret detail" not in app.error[1].value


def test_streamlits_own_signals_pass_the_boundary():
    def script():
        import streamlit as st

        from pages._ui.boundary import boundary

        with boundary():
            st.stop()
        st.markdown("never")

    app = AppTest.from_function(script).run()
    assert not app.exception
    assert not app.markdown
    assert boundary is not None
    assert st is not None


def test_only_files_below_the_folders_open(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "a.csv").write_text("x")
    (outside / "b.csv").write_text("x")
    (inside / "link.csv").symlink_to(outside / "b.csv")
    assert allowed_file(str(inside / "a.csv"), [inside]) == (inside / "a.csv").resolve()
    assert allowed_file("a.csv", [inside]) == (inside / "a.csv").resolve()
    for path in (
        str(outside / "b.csv"),
        str(inside / ".." / "out" / "b.csv"),
        "../out/b.csv",
        str(inside / "link.csv"),
        "/etc/passwd",
    ):
        with pytest.raises(InputError, match="only open files below"):
            allowed_file(path, [inside])
    with pytest.raises(InputError, match="no file"):
        allowed_file("gone.csv", [inside])
    assert [p.split("/")[-1] for p in listed_files([inside])] == ["a.csv", "link.csv"]


def test_an_upload_lands_once_and_only_in_its_folder(store):
    from io import BytesIO

    first = keep_upload(BytesIO(b"a,b\n1,2\n"), "../../evil\\na<me>.csv")
    again = keep_upload(BytesIO(b"a,b\n1,2\n"), "../../evil\\na<me>.csv")
    assert first == again
    assert first.parent.parent == store.folder("uploads")
    with pytest.raises(InputError, match="is empty"):
        keep_upload(BytesIO(b""), "none.csv")
    assert not list(store.folder("uploads").glob(".part-*"))


def test_the_browsers_limit_is_no_lower_than_ours():
    from tomllib import loads

    config = loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] >= settings().upload_mib
    assert config["browser"]["gatherUsageStats"] is False


def test_a_form_gives_back_the_specs_own_defaults():
    def script():
        import streamlit as st

        from engine.data.spec_dataset import DatasetSpec
        from pages._ui.forms import spec_form

        fields = [name for name in DatasetSpec.model_fields if name != "source"]
        values = spec_form(DatasetSpec, fields, key="t")
        spec = DatasetSpec.parse({"source": "s", **values})
        st.markdown(str(spec == DatasetSpec(source="s")))

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert app.markdown[-1].value == "True"
    assert spec_form is not None


@pytest.mark.parametrize("end", ["", ".", " and more"])
def test_an_address_keeps_its_letters(end):
    address = "https://example.org/sets/ag_news-2"
    assert address in plain(f"from {address}{end}")
    assert address not in plain(f"from {address}**bold**{end}")


def test_a_tab_in_the_address_does_not_hinder_leaving(visit, dataset):
    app = visit("data", dataset=dataset.key, view="Profile")
    next(one for one in app.button if one.label == "All datasets").click().run()
    assert not app.exception
    assert not app.error
    assert "dataset" not in app.query_params
