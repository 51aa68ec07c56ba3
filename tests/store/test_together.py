"""Several processes at one cache: computed once, named once, and a killed one leaves nothing."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.store import check
from engine.store.budget import prune
from engine.work import Work, run
from tests.toy import OuterSpec, ToySpec, publish, wait_for


def _start(store, spec):
    """The command in a process of its own."""
    words = [f"--{name.replace('_', '-')}={value}" for name, value in spec.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "toy", *words],
        env={**os.environ, "LIMN_CACHE": str(store.root), "PYTHONPATH": _path()},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _path():
    return os.pathsep.join([os.environ["PYTHONPATH"], str(Path(__file__).parents[2])])


def test_two_processes_compute_once(toy_store, tmp_path):
    counter = tmp_path / "counter"
    spec = {"steps": 3, "pause_s": 0.3, "counter": counter}
    both = [_start(toy_store, spec) for _ in range(2)]
    told = [json.loads(one.communicate(timeout=60)[0]) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert told[0]["toy"] == told[1]["toy"]
    assert counter.read_text(encoding="utf-8") == "computed\n"
    assert list(toy_store.folder("partial").iterdir()) == []


def test_a_killed_build_leaves_nothing_visible_and_goes_on_from_its_checkpoint(toy_store):
    spec = {"steps": 30, "pause_s": 0.1}
    process = _start(toy_store, spec)
    wait_for(lambda: list(toy_store.folder("partial").glob("*/step")))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert toy_store.artifacts() == []
    assert list(toy_store.folder("tmp").iterdir()) != []

    made = run(ToySpec(steps=30, pause_s=0.1), store=toy_store)
    assert made.facts["steps"] == 30
    assert made.facts["began_at"] >= 1
    assert toy_store.verify(made) == []
    # What the dead process left is swept, its lock did not stay, its checkpoint is used up.
    assert list(toy_store.folder("tmp").iterdir()) == []
    assert list(toy_store.folder("partial").iterdir()) == []


def test_one_of_many_gets_the_name(toy_store):
    code = (
        "import sys, time; from pathlib import Path\n"
        "from engine.errors import InputError; from engine.store import Store\n"
        "from engine.store.names import Names\n"
        "store = Store(Path(sys.argv[1])); one = store.get(sys.argv[2]); look = Names._taken\n"
        "def slowly(*given):\n"
        "    found = look(*given); time.sleep(0.2); return found\n"
        "Names._taken = slowly\n"
        "sys.stdin.readline()\n"
        "try: store.rename(one, 'mine')\n"
        "except InputError: sys.exit(2)\n"
    )
    keys = [publish(toy_store, f"{n}a").key for n in range(4)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(toy_store.root), key],
            stdin=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": _path()},
        )
        for key in keys
    ]  # fmt: skip
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.wait(timeout=30) for process in processes]
    for process in processes:
        process.stdin.close()
    assert sorted(ends) == [0, 2, 2, 2]
    assert toy_store.get("mine").key == keys[ends.index(0)]


@pytest.mark.parametrize("where", ["payload", "manifest", "flush"])
def test_a_full_disk_leaves_nothing(toy_store, monkeypatch, where):
    def full(*_args, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "manifest":
        monkeypatch.setattr("engine.store.store.write_json", full)
    if where == "flush":
        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        run(ToySpec(fails="disk" if where == "payload" else ""), store=toy_store)
    assert toy_store.artifacts() == []
    assert list(toy_store.folder("tmp").iterdir()) == []
    monkeypatch.undo()


def test_a_full_disk_is_said_in_a_sentence(toy_store):
    process = _start(toy_store, {"fails": "disk"})
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert out == ""
    assert err.splitlines()[-1].startswith("The disk is full: free some space")
    assert "Traceback" not in err


def test_what_a_stage_had_made_is_part_of_its_lineage(toy_store):
    outer = run(OuterSpec(), store=toy_store)
    inner = toy_store.get(outer.facts["inner"])
    assert [a.key for a in toy_store.lineage(outer)] == [outer.key, inner.key]


def test_what_a_stage_had_made_is_in_use_until_the_stage_ends(toy_store, monkeypatch):
    pruned = []
    make = Work.make

    def made_then_pruned(work, spec):
        inner = make(work, spec)
        pruned.extend(prune(work.store, 0))
        return inner

    monkeypatch.setattr(Work, "make", made_then_pruned)
    run(OuterSpec(), store=toy_store)
    assert pruned == []
    assert len(prune(toy_store, 0)) == 2


def test_names(toy_store):
    first = run(ToySpec(tag="1"), store=toy_store, wish="My file.csv")
    assert first.name == "my-file.csv"
    assert run(ToySpec(tag="2"), store=toy_store, wish="My file.csv").name == "my-file.csv-2"
    assert run(ToySpec(tag="1"), store=toy_store, wish="other").name == "my-file.csv"
    assert run(ToySpec(tag="1"), store=toy_store, name="mine").name == "mine"
    with pytest.raises(InputError, match="'mine' already names another toy"):
        run(ToySpec(tag="3"), store=toy_store, name="mine")
    assert len(toy_store.artifacts()) == 2, "a name that is taken is said before the work"


def test_facts_are_kept_as_json_knows_them(toy_store, monkeypatch):
    import numpy as np

    def build(spec, work):
        return {"a": np.float32(0.5), "b": np.arange(2), "c": float("nan"), "d": (np.int64(3),)}

    monkeypatch.setattr("tests.toy.build", build)
    made = run(ToySpec(), store=toy_store)
    assert made.facts == {"a": 0.5, "b": [0, 1], "c": None, "d": [3]}
    assert toy_store.find("toy", made.key) == made


def test_a_file_that_changes_while_it_is_read_is_not_published(toy_store, tmp_path, monkeypatch):
    from engine.data.spec_source import SourceSpec

    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")

    def build(spec, work):
        with file.open("a", encoding="utf-8") as more:
            more.write("3,4\n")
        return {}

    monkeypatch.setattr("engine.data.import_source.build", build)
    with pytest.raises(InputError, match=r"^rows\.csv changed while it was read; try again\.$"):
        run(SourceSpec(path=str(file)), store=toy_store)
    assert toy_store.artifacts() == []


def test_checksums_name_files_with_forward_slashes(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.txt").write_text("x", encoding="utf-8")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert list(check.entries(tmp_path)) == ["a/b/c.txt"]
