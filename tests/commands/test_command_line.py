"""The command line as a script sees it: one JSON object on stdout, an exit code, a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.stages import STAGES
from engine.store import Store
from tests.toy import INJECTED, publish

ROOT = Path(__file__).parents[2]


@pytest.fixture
def engine(tmp_path):
    """Runs ``python -m engine`` away from the checkout; returns its exit code, stdout, stderr."""

    def run(*words, **variables):
        process = subprocess.run(
            [sys.executable, "-m", "engine", *words],
            cwd=tmp_path, capture_output=True, timeout=120, check=False, encoding="utf-8",
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(INJECTED), str(ROOT)]),
                "LIMN_CACHE": str(tmp_path / "cache"),
                **variables,
            },
        )  # fmt: skip
        return process.returncode, process.stdout, process.stderr

    return run


def _one_object(out):
    [line] = out.splitlines()
    return json.loads(line)


def test_a_stage_answers_with_one_json_object(engine, tmp_path):
    code, out, err = engine("toy", "--steps=2", "--name=mine")
    assert code == 0, err
    told = _one_object(out)
    store = Store(tmp_path / "cache")  # LIMN_CACHE is where it went
    assert told == {"toy": store.get("mine").key, "name": "mine", "steps": 2, "began_at": 0}
    assert "Counting" in err
    code, out, _ = engine("toy", "--steps=2")
    assert (code, _one_object(out)) == (0, told)


def test_a_file_is_imported_on_the_way(engine, tmp_path):
    rows = "".join(f'"Näws text number {n}, with words",{"ab"[n % 2]}\n' for n in range(40))
    (tmp_path / "My news.csv").write_text("text,label\n" + rows, encoding="utf-8")
    code, out, err = engine("data", "add", "My news.csv")
    assert code == 0, err
    told = _one_object(out)
    assert told["name"] == "my-news"
    assert told["labels"] == {"a": 20, "b": 20}
    code, out, _ = engine("artifacts", "list")
    assert [a["name"] for a in _one_object(out)["artifacts"]] == ["my-news", "my-news.csv"]
    code, out, err = engine("data", "add", "./nothing.csv")
    assert (code, out, err) == (2, "", "There is no file ./nothing.csv; check the path.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Name a command. There is: data import, "),
        (("nope", "x"), "There is no command 'nope x'. There is: data import, "),
        (("data",), "There is no command 'data'. There is: data import, data fetch, data add"),
        (("toy", "--steps=x"), "steps: input should be a valid integer"),
        (("toy", "--name=A b"), "'A b' cannot be a name: "),
        (("toy", "--fails=input"), "There is nothing to count; choose something with numbers."),
        (("data", "import", "/"), "/ is a folder; name a file in it."),
        (("data", "import", "x" * 5000), "There is no file xxxx"),
        (("data", "import", "caf\udce9.csv"), "The file's name is not valid Unicode; rename it"),
        (("artifacts", "show", "x"), "No artifact is called 'x'. There is no artifact yet."),
        (("artifacts",), "The following arguments are required: action. See: "),
        (("jobs", "show", "x"), "There is no job x; it may have been removed."),
    ],
)
def test_what_can_be_mended_is_one_sentence_and_two(engine, words, told):
    code, out, err = engine(*words)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith(told)
    assert "Traceback" not in err


def test_our_own_failure_is_one_and_shows_where(engine):
    code, out, err = engine("toy", "--fails=ours")
    assert (code, out) == (1, "")
    assert "Traceback" in err
    assert "a wheel came off" in err


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"LIMN_BUDGET_GIB": "-1"}, "The setting budget_gib in limn.toml or LIMN_BUDGET_GIB: "),
        ({"LIMN_FOLDERS": "not json"}, "limn.toml or a LIMN_ variable cannot be read: "),
        ({"LIMN_CACHE": __file__}, "The cache must be a folder, and "),
    ],
)
def test_a_wrong_setting_is_a_sentence(engine, variables, told):
    code, out, err = engine("toy", **variables)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith(told)
    assert "Traceback" not in err


def test_help_is_on_stdout(engine):
    code, out, _ = engine("--help")
    assert code == 0
    assert all(stage.verb in out and stage.help in out for stage in STAGES)
    code, out, _ = engine("data", "--help")
    assert code == 0
    assert "data import" in out
    assert "  train" not in out
    code, out, _ = engine("toy", "--help")
    assert code == 0
    assert "--steps N" in out


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_json_is_utf_8_whatever_the_terminal(engine, encoding, tmp_path):
    publish(Store(tmp_path / "cache"), "a1", facts={"label": "新聞 é"})
    code, out, err = engine("artifacts", "show", "a1", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert code == 0, err
    assert _one_object(out)["facts"] == {"label": "新聞 é"}


def test_looking_after_artifacts(engine, tmp_path):
    store = Store(tmp_path / "cache")
    root = publish(store, "a1")
    child = publish(store, "b1", root, size=3)
    code, out, _ = engine("artifacts", "rename", "b1", "mine")
    assert (code, _one_object(out)["name"]) == (0, "mine")
    code, out, _ = engine("artifacts", "show", "mine")
    assert (code, _one_object(out)["lineage"]) == (0, [f"toy/{root.key}"])
    code, out, err = engine("artifacts", "remove", "a1")
    assert (code, err) == (
        2,
        f"{root.key[:8]} is still needed by toy mine; remove that first.\n",
    )
    assert engine("artifacts", "verify")[0] == 0
    (child.path / "sub" / "payload.bin").write_bytes(b"xyz")
    code, out, err = engine("artifacts", "verify")
    assert (code, out) == (2, "")
    assert "sub/payload.bin was changed after it was published." in err
    assert engine("artifacts", "verify", "a1")[0] == 0
    engine("artifacts", "keep", "mine")
    code, out, _ = engine("artifacts", "prune", "--gib=0")
    assert (code, _one_object(out)) == (0, {"removed": []})
    engine("artifacts", "release", "mine")
    code, out, _ = engine("artifacts", "prune", "--gib=0")
    assert [a["key"] for a in _one_object(out)["removed"]] == [child.key, root.key]


def test_jobs_on_the_command_line(engine, tmp_path):
    code, out, _ = engine("jobs", "list")
    assert (code, _one_object(out)) == (0, {"jobs": []})


def test_doctor_says_what_is_here(engine):
    code, out, err = engine("doctor")
    assert code == 0, err
    told = _one_object(out)
    assert told["encoder"] == "minilm, checksum right"
    assert told["missing"] == {}
    assert set(told) >= {"python", "cores", "memory", "disk", "cache", "torch", "flash-attn"}
    assert "GiB" in err


def test_a_public_dataset_offline_is_a_sentence(engine):
    code, out, err = engine("data", "fetch", "ag_news", HF_HUB_OFFLINE="1")
    assert (code, out) == (2, "")
    assert "offline" in err
    assert "Traceback" not in err
