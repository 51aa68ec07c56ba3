"""Begins and ends jobs from outside: a spec in, a detached process out; a job in, its end out."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock

from engine import flags
from engine.errors import InputError, NotFoundError
from engine.jobs.kill import kill_tree
from engine.jobs.record import Job, Request, State, jobs, read
from engine.settings import ROOT
from engine.spec import Spec
from engine.stages import stage_for_verb, stage_of
from engine.store import Store
from engine.store.budget import sweep
from engine.store.files import write_json
from engine.store.process import identity

JOB_VARIABLE = "LIMN_JOB"
_START_GRACE_S = 60
_DIED = (
    "The process ended before its work did (it was killed, ran out of memory, or the machine "
    "restarted). Nothing is half-made; Resume goes on from the last checkpoint."
)


def submit(spec: Spec, *, store: Store, name: str = "", resumes: str = "") -> Job:
    """Start `spec` in a process of its own, or return the job that is already at it.

    Args:
        spec: What to do.
        store: Where its result, and the job's folder, go.
        name: Name for the artifact.
        resumes: Id of the job whose checkpoint it goes on from, for the record.

    Raises:
        InputError: the name is not a valid one.
    """
    store.check_name(name)
    stage = stage_of(spec)
    content = spec.model_dump(mode="json")
    reconcile(store)
    with FileLock(store.folder("locks") / "submit.lock"):
        for job in jobs(store):
            same = job.request.verb == stage.verb and job.request.spec == content
            if job.active and same and not job.cancel_requested:
                return job
        # In UTC, for the order of jobs must survive the end of summer time.
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
        path = store.folder("jobs") / f"{stamp}-{secrets.token_hex(2)}"
        path.mkdir()
        request = Request(
            verb=stage.verb,
            spec=content,
            command=flags.command(stage, spec),
            name=name,
            heavy=stage.heavy,
            created=time.time(),
            resumes=resumes,
        )
        write_json(path / "request.json", request.model_dump(mode="json"))
        named = [f"--name={name}"] if name else []
        _detach([*stage.verb.split(), *named, *flags.arguments(spec)], path, store)
        return read(store, path.name)


def stop(job: Job) -> None:
    """Ask a job to stop and keep the best it has so far; one still queued is cancelled by it."""
    if job.path.is_dir():
        (job.path / "stop").touch()


def cancel(job: Job, store: Store) -> None:
    """End a job now. What it had published stays, what was half-made goes, checkpoints stay."""
    job = read(store, job.id)
    if not job.active:
        return
    # Said first: a process that is only just being born, or is reconciled now, then knows.
    (job.path / "cancel").touch()
    if job.process and job.living:
        kill_tree(job.process[0])
    _end(read(store, job.id), store)
    sweep(store)


def resume(job: Job, store: Store) -> Job:
    """Start the same spec again; it goes on from its checkpoint where there is one.

    Raises:
        InputError: this version of Limn no longer knows the command, or its flags.
    """
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
        awaited = job.process is None and time.time() - job.request.created < _START_GRACE_S
        if not job.active or awaited or job.living:
            continue
        # Its last word may have come between our reading it and its end.
        with contextlib.suppress(NotFoundError):
            job = read(store, job.id)
            if job.active and not job.living:
                _end(job, store)
                dead.append(read(store, job.id))
    if dead:
        sweep(store)
    return dead


def _end(job: Job, store: Store) -> None:
    """Write the last word of a job whose process is gone, unless it said it itself."""
    if not job.active:
        return
    last: dict[str, Any] = {"state": State.FAILED, "error": _DIED, "ended": job.status.updated}
    if job.cancel_requested:
        last = {"state": State.CANCELLED, "ended": time.time()}
    final = job.status.model_copy(update={**last, "ended": last["ended"] or time.time()})
    with contextlib.suppress(FileNotFoundError):  # forgotten meanwhile
        write_json(job.path / "status.json", final.model_dump(mode="json"))


def _detach(words: list[str], path: Path, store: Store) -> None:
    environment = {
        **os.environ,
        JOB_VARIABLE: path.name,
        "LIMN_CACHE": str(store.root.resolve()),
        # The caller's folder stays the current one, so that relative paths mean the same.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
    }
    apart = 0
    if sys.platform == "win32":
        apart = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    with (path / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "engine", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=apart,
            start_new_session=True,
        )
    # A file of its own, never status.json: that one belongs to the child alone.
    try:
        pid, started = identity(process.pid)
    except psutil.NoSuchProcess:
        pid, started = process.pid, -1.0
    write_json(path / "launched.json", {"pid": pid, "started": started})
