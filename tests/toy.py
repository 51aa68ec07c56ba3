"""Toy stages that count, wait, fail or start a child when told to; and artifacts made by hand.

Processes started with INJECTED on their PYTHONPATH know the stages too: sitecustomize adds them.
"""

from __future__ import annotations

import errno
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engine.errors import InputError
from engine.spec import ArtifactRef, Spec
from engine.stages import Stage
from engine.store import Artifact, Manifest, Store
from engine.work import Work

INJECTED = Path(__file__).parent / "jobs" / "injected"


class ToySpec(Spec):
    """Count to `steps`."""

    tag: str = Field("", description="Sets one apart from another.")
    steps: int = Field(1, description="How far to count.")
    pause_s: float = Field(0.0, description="Seconds each step takes.")
    child: bool = Field(False, description="Start a process that outlasts everything.")
    fails: Literal["", "ours", "input", "disk", "memory"] = Field("", description="How it ends.")
    counter: str = Field("", description="File that gets a line for each computation.")
    after: Annotated[str, ArtifactRef("toy")] = Field("", description="A toy it is made from.")


class HeavyToySpec(ToySpec):
    """The same in the heavy lane."""


class OuterSpec(Spec):
    """A toy that has another one made first."""

    inner_pause_s: float = Field(0.0, description="Seconds each of the inner steps takes.")


def _stage(
    verb: str, makes: str, spec: str, build: str, told: str, *, heavy: bool = False
) -> Stage:
    return Stage(verb=verb, makes=makes, spec=spec, build=build, heavy=heavy, help=told)


STAGES = (
    _stage("toy", "toy", "tests.toy:ToySpec", "tests.toy:build", "Count."),
    _stage("toy-heavy", "toy", "tests.toy:HeavyToySpec", "tests.toy:build", "Count.", heavy=True),
    _stage("toy-outer", "outer", "tests.toy:OuterSpec", "tests.toy:outer", "Nest."),
)


def build(spec: ToySpec, work: Work) -> dict[str, object]:
    """Count from where the checkpoint says; the payload holds how far it came."""
    if spec.counter:
        with Path(spec.counter).open("a", encoding="utf-8") as file:
            file.write("computed\n")
    if spec.child:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
        (work.scratch / "child").write_text(str(child.pid), encoding="utf-8")
    checkpoint = work.scratch / "step"
    begin = int(checkpoint.read_text(encoding="utf-8")) if checkpoint.exists() else 0
    (work.out / "half").write_text("made", encoding="utf-8")
    work.progress.stage("Counting", total=spec.steps, unit="steps")
    step = begin
    for step in range(begin + 1, spec.steps + 1):
        time.sleep(spec.pause_s)
        checkpoint.write_text(str(step), encoding="utf-8")
        work.progress.at(step)
        work.progress.point(step=step, loss=1 / step)
        if work.progress.stop_requested:
            work.stopped_at(step)
            break
    match spec.fails:
        case "ours":
            raise RuntimeError("a wheel came off")
        case "input":
            raise InputError("There is nothing to count; choose something with numbers.")
        case "disk":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "memory":
            raise MemoryError
    (work.out / "count.txt").write_text(str(step), encoding="utf-8")
    return {"steps": step, "began_at": begin}


def outer(spec: OuterSpec, work: Work) -> dict[str, object]:
    """Have a toy made, then be done."""
    inner = work.make(ToySpec(tag="inner", steps=20, pause_s=spec.inner_pause_s))
    (work.out / "inner.txt").write_text(inner.key, encoding="utf-8")
    return {"inner": inner.key}


def publish(store: Store, key: str, *inputs: Artifact, size: int = 10, **more) -> Artifact:
    """An artifact of kind toy whose payload is `size` bytes; `key` is filled up with zeros."""
    manifest = {
        "kind": "toy",
        "key": f"{key:0<20}",
        "stage": "toy",
        "version": 1,
        "spec": {},
        "inputs": {str(n): f"{one.kind}/{one.key}" for n, one in enumerate(inputs)},
        "facts": {},
        "command": "python -m engine toy",
        "created": datetime.now(UTC),
        "seconds": 0.0,
        "machine": {},
        "files": {},
        **more,
    }
    with store.temporary() as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "payload.bin").write_bytes(b"x" * size)
        return store.publish(folder, Manifest.model_validate(manifest))


def wait_for(condition, seconds: float = 30.0):
    """What `condition()` returns once it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return value
