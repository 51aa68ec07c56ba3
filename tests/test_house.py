"""The house keeps its rules: which room may know which, what an import costs, what is not done."""

import ast
import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PAGES = sorted([*(ROOT / "pages").rglob("*.py"), *ROOT.glob("streamlit_app.py")])
PACKAGES = sorted({path.parent.relative_to(ROOT).as_posix() for path in ENGINE} - {"engine"})

# Texts flow one way: a room knows itself, the rooms of `KNOWS`, and the modules beside the rooms.
KNOWS = {
    "store": set(),
    "jobs": {"store"},
    "together": set(),
    "data": {"store"},
    "encoder": {"together", "data", "store"},
    "tuning": {"together", "encoder", "data", "store"},
    "classify": {"tuning", "together", "encoder", "data", "store"},
    "topics": {"encoder", "data", "store"},
    "explain": {"topics", "classify", "tuning", "encoder", "data", "store"},
    "lab": {"explain", "topics", "classify", "tuning", "encoder", "data", "store"},
    "figures": {"lab", "explain", "topics", "classify", "tuning", "encoder", "data", "store"},
    "commands": {"jobs", "figures", "lab", "explain", "topics", "classify", "tuning", "together",
                 "encoder", "data", "store"},
}  # fmt: skip


def _room(path):
    """The folder of engine/ that a file is in, however deep; "" beside them."""
    inside = path.relative_to(ROOT / "engine").parts
    return inside[0] if len(inside) > 1 else ""


# The frame beneath the rooms: what the store, and so everything, may stand on.
FOUNDATION = {"errors", "settings", "failure", "progress"}
ONLY_IN = {"bertopic": "engine/topics", "captum": "engine/explain", "flash_attn": "engine/encoder"}
HEAVY = ("torch", "transformers", "duckdb", "pandas", "pyarrow", "sklearn", "scipy", "numba",
         "ftfy", "plotly", "streamlit", "tqdm", "sentence_transformers")  # fmt: skip


@lru_cache
def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path):
    """Every module that `path` imports, anywhere in it."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and str(node.value).startswith("engine."):
            # "engine.data.audit:build", as a stage names what it loads
            yield str(node.value).split(":")[0]


def _of_engine(path):
    return {name.split(".")[1] for name in _imports(path) if name.startswith("engine.")}


def _where(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", ENGINE, ids=_where)
def test_imports_follow_the_texts(path):
    room = _room(path)
    if not room:
        return
    known = KNOWS[room] | {room}
    rooms = {name for name in _of_engine(path) if name in KNOWS}
    assert rooms <= known, f"engine/{room} may not know {rooms - known}"


def test_the_store_and_what_it_stands_on_know_nothing_of_stages():
    for path in ENGINE:
        if _room(path) == "store":
            assert _of_engine(path) <= FOUNDATION | {"store"}, path
        elif not _room(path) and path.stem in FOUNDATION:
            assert _of_engine(path) <= FOUNDATION, path


def test_only_the_list_of_stages_names_the_rooms():
    for path in ENGINE:
        if not _room(path) and path.stem not in ("stages", "__main__"):
            rooms = _of_engine(path) & set(KNOWS) - {"store"}
            assert not rooms, f"{path} knows {rooms}"


@pytest.mark.parametrize("path", ENGINE, ids=_where)
def test_the_engine_does_not_do(path):
    modules = {name.split(".")[0] for name in _imports(path)}
    assert not modules & {"streamlit", "pages", "pickle", "cPickle", "dill", "joblib", "shelve"}
    for module, room in ONLY_IN.items():
        assert module not in modules or _where(path).startswith(room), f"{module} belongs in {room}"
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("eval", "exec", "print", "torch.load", "__import__"), called
        assert not (isinstance(node, ast.keyword) and node.arg == "allow_pickle"
                    and ast.unparse(node.value) != "False")  # fmt: skip


@pytest.mark.parametrize("path", [*ENGINE, *PAGES], ids=_where)
def test_files_stay_readable(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300, "is there a second noun inside?"
    assert path.name == "__init__.py" or ast.get_docstring(_tree(path)), "what is it for?"


def _loaded(code):
    """The heavy modules that a fresh process has loaded after `code`."""
    listing = f"import sys, json\n{code}\nsys.stdout.write(json.dumps(sorted(sys.modules)))"
    out = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return set(json.loads(out)) & set(HEAVY)


def test_importing_the_engine_and_its_rooms_costs_nothing():
    rooms = "".join(f"import {package.replace('/', '.')}\n" for package in PACKAGES)
    assert _loaded(f"import engine\n{rooms}") == set()


def test_what_pages_need_for_a_form_costs_nothing():
    code = (
        "from engine import flags, jobs, stages, work\n"
        "from engine.store.budget import prune\n"
        "for stage in stages.STAGES: stage.load_spec()\n"
    )
    assert _loaded(code) == set()


def test_every_stage_is_there():
    from engine.stages import STAGES

    assert len({stage.verb for stage in STAGES}) == len({stage.spec for stage in STAGES})
    for stage in STAGES:
        assert stage.load_spec().__doc__
        assert stage.load_build().__doc__
