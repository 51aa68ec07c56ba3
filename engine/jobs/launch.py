"""Begins and ends jobs from outside: a spec in, a detached process out; a job in, its end out."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import psutil

from engine import flags
from engine.errors import InputError
from engine.jobs.record import ACTIVE, Job, Request, State, jobs, read
from engine.settings import ROOT
from engine.spec import Spec
from engine.stages import stage_for_verb, stage_of
from engine.store import Store
from engine.store.budget import alive
from engine.store.files import write_json

JOB_VARIABLE = "LIMN_JOB"
_START_GRACE_S = 60


def submit(spec: Spec, *, store: Store, name: str = "", resumes: str = "") -> Job:
    """Start `spec` in a process of its own, or return the job that is already at it.

    Args:
        spec: What to do.
        store: Where its result, and the job's folder, go.
        name: Name for the artifact.
        resumes: Id of the job whose checkpoint it goes on from, for the record.
    """
    stage = stage_of(spec)
    content = spec.model_dump(mode="json")
    for job in jobs(store):
        if job.active and job.request.verb == stage.verb and job.request.spec == content:
            return job
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")[:-3]
    path = store.folder("jobs") / f"{stamp}-{secrets.token_hex(2)}"
    path.mkdir()
    words = [*stage.verb.split(), *flags.arguments(spec)]
    named = [f"--name={name}"] if name else []
    request = Request(
        verb=stage.verb,
        spec=content,
        command=shlex.join(["python", "-m", "engine", *words]),
        name=name,
        heavy=stage.heavy,
        created=time.time(),
        resumes=resumes,
    )
    write_json(path / "request.json", request.model_dump(mode="json"))
    verb = len(stage.verb.split())
    _detach([*words[:verb], *named, *words[verb:]], path, store)
    return read(store, path.name)


def stop(job: Job) -> None:
    """Ask a running job to stop and keep the best it has so far."""
    (job.path / "stop").touch()


def cancel(job: Job, store: Store) -> None:
    """End a job now. What it had published stays, what was half-made goes, checkpoints stay."""
    job = read(store, job.id)
    if not job.active:
        return
    status = job.status
    if status.pid and status.started:
        if alive(status.pid, status.started):
            _kill_tree(status.pid)
    elif (pid := job.path / "pid").exists():
        # Not yet awake enough to have said who it is.
        _kill_tree(int(pid.read_text()))
    final = read(store, job.id).status
    if final.state in ACTIVE:
        ended = final.model_copy(update={"state": State.CANCELLED, "ended": time.time()})
        write_json(job.path / "status.json", ended.model_dump(mode="json"))
    _sweep(store)


def resume(job: Job, store: Store) -> Job:
    """Start the same spec again; it goes on from its checkpoint where there is one."""
    spec = stage_for_verb(job.request.verb).load_spec().parse(job.request.spec)
    return submit(spec, store=store, name=job.request.name, resumes=job.id)


def remove(job: Job, store: Store) -> None:
    """Forget a finished job; its artifact stays.

    Raises:
        InputError: it is still queued or running.
    """
    if read(store, job.id).active:
        raise InputError("The job is still at work; stop or cancel it first.")
    shutil.rmtree(job.path, ignore_errors=True)


def reconcile(store: Store) -> list[Job]:
    """Give every job whose process is gone its end, and sweep what it left half-made.

    Returns the jobs that were found dead.
    """
    dead = []
    for job in jobs(store):
        status = job.status
        if not job.active:
            continue
        if status.pid and status.started:
            if alive(status.pid, status.started):
                continue
        elif time.time() - job.request.created < _START_GRACE_S:
            continue
        sentence = (
            "The process ended before its work did (it was killed, ran out of memory, or the "
            "machine restarted). Nothing is half-made; Resume goes on from the last checkpoint."
        )
        final = status.model_copy(
            update={
                "state": State.FAILED,
                "error": sentence,
                "ended": status.updated or time.time(),
            }
        )
        write_json(job.path / "status.json", final.model_dump(mode="json"))
        dead.append(read(store, job.id))
    if dead:
        _sweep(store)
    return dead


def _detach(words: list[str], path: Path, store: Store) -> None:
    environment = {
        **os.environ,
        JOB_VARIABLE: path.name,
        "LIMN_CACHE": str(store.root.resolve()),
        "PYTHONUNBUFFERED": "1",
    }
    log = (path / "log.txt").open("ab")
    apart = 0
    if sys.platform == "win32":
        apart = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    with log:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", *words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=apart,
            start_new_session=True,
        )
    # A pid of its own file, never of status.json: that one belongs to the child alone.
    (path / "pid").write_text(str(process.pid))


def _kill_tree(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        family = [*root.children(recursive=True), root]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, stubborn = psutil.wait_procs(family, timeout=2)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, timeout=2)


def _sweep(store: Store) -> None:
    """Remove the temporary folders of processes that are gone."""
    for folder in store.folder("tmp").iterdir():
        pid = folder.name.split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
