"""The job seen from inside its process: waits its turn, reports, leaves a last word."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import psutil
from filelock import FileLock

from engine.errors import Cancelled
from engine.jobs.record import Job, State, Status, jobs, read
from engine.settings import settings
from engine.store import Store
from engine.store.budget import alive
from engine.store.files import write_json

_EVERY_S = 0.25
_RATE_WINDOW_S = 10.0

log = logging.getLogger(__name__)


class JobProgress:
    """A :class:`engine.progress.Progress` that writes ``status.json`` and ``points.jsonl``."""

    def __init__(self, store: Store, job_id: str) -> None:
        self._store = store
        self._job = read(store, job_id)
        self._process = psutil.Process()
        self._status = Status(pid=self._process.pid, started=self._process.create_time())
        self._marks: list[tuple[float, float]] = []
        self._written = 0.0
        self._write()

    def wait_turn(self) -> None:
        """Return once this job is the oldest waiting and a place is free; then it runs."""
        self._status = self._status.model_copy(update={"stage": "Waiting for its turn"})
        while True:
            with FileLock(self._store.folder("locks") / "queue.lock"):
                if self._is_next():
                    self._change(state=State.RUNNING, began=time.time(), stage="Starting")
                    return
            self._write()
            time.sleep(0.5)

    @property
    def stop_requested(self) -> bool:
        """True once the person pressed Stop."""
        return (self._job.path / "stop").exists()

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None:
        """Begin a named stage."""
        log.info("%s%s", name, "" if total is None else f" ({total:,.0f} {unit})")
        self._marks = [(time.monotonic(), 0.0)]
        self._change(stage=name, total=total, unit=unit, done=0.0, rate=None)

    def advance(self, n: float = 1) -> None:
        """`n` more units are done."""
        self.at(self._status.done + n)

    def at(self, done: float) -> None:
        """`done` units are done so far."""
        self._status = self._status.model_copy(update={"done": float(done)})
        if time.monotonic() - self._written >= _EVERY_S:
            self._write()

    def point(self, **values: float) -> None:
        """Append one row to the live curves."""
        with (self._job.path / "points.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")

    def note(self, sentence: str) -> None:
        """Keep a sentence with the job."""
        log.info("%s", sentence)
        self._change(notes=[*self._status.notes, sentence])

    def end(self, state: State, **last: Any) -> None:
        """The last word: the state the job ended in, with its result or error."""
        self._change(state=state, ended=time.time(), **last)

    def _change(self, **changes: Any) -> None:
        self._status = self._status.model_copy(update=changes)
        self._write()

    def _write(self) -> None:
        now = time.monotonic()
        self._marks = [(t, done) for t, done in self._marks if now - t < _RATE_WINDOW_S][-64:] or (
            self._marks[-1:]
        )
        self._marks.append((now, self._status.done))
        (first, before), (last, after) = self._marks[0], self._marks[-1]
        rate = (after - before) / (last - first) if last > first and after > before else None
        memory = self._process.memory_info().rss / 2**20
        self._status = self._status.model_copy(
            update={"rate": rate, "memory_mib": round(memory), "updated": time.time()}
        )
        if not self._job.path.is_dir():
            raise Cancelled
        write_json(self._job.path / "status.json", self._status.model_dump(mode="json"))
        self._written = now

    def _is_next(self) -> bool:
        heavy = self._job.request.heavy
        lane = [job for job in jobs(self._store) if job.request.heavy == heavy and _living(job)]
        running = [job for job in lane if job.state == State.RUNNING]
        waiting = sorted(job.id for job in lane if job.state == State.QUEUED)
        places = settings().heavy_jobs if heavy else settings().light_jobs
        return len(running) < places and waiting[0] == self._job.id


def _living(job: Job) -> bool:
    status = job.status
    return job.active and bool(status.pid and status.started and alive(status.pid, status.started))
