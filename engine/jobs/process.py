"""The job seen from inside its process: waits its turn, reports, leaves a last word."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import psutil
from filelock import FileLock

from engine.errors import Cancelled
from engine.jobs.record import State, Status, jobs, read
from engine.settings import settings
from engine.store import Store
from engine.store.files import write_json
from engine.store.process import identity

_EVERY_S = 0.25
_RATE_WINDOW_S = 10.0

log = logging.getLogger(__name__)


class JobProgress:
    """A :class:`engine.progress.Progress` that writes ``status.json`` and ``points.jsonl``.

    Whatever it is asked, it raises Cancelled once the job was cancelled or its folder removed.
    """

    def __init__(self, store: Store, job_id: str) -> None:
        self._store = store
        self._job = read(store, job_id)
        self._process = psutil.Process()
        pid, started = identity()
        self._status = Status(pid=pid, started=started)
        self._done = 0.0
        self._marks: list[tuple[float, float]] = []
        self._first: tuple[float, float] | None = None
        self._written = 0.0
        self._write()

    def wait_turn(self) -> None:
        """Return once this job is the oldest waiting and a place is free; then it runs."""
        self._change(stage="Waiting for its turn")
        while not self._begun():
            if self.stop_requested:
                raise Cancelled  # there is nothing yet to keep
            self._write()
            time.sleep(0.5)

    @property
    def stop_requested(self) -> bool:
        """True once the person pressed Stop."""
        return self._job.stop_requested

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None:
        """Begin a named stage."""
        log.info("%s%s", name, "" if total is None else f" ({total:,.0f} {unit})")
        self._done = 0.0
        self._marks, self._first = [], None
        self._change(stage=name, total=total, unit=unit)

    def advance(self, n: float = 1) -> None:
        """`n` more units are done."""
        self.at(self._done + n)

    def at(self, done: float) -> None:
        """`done` units are done so far."""
        self._done = float(done)
        if not self._marks or time.monotonic() - self._written >= _EVERY_S:
            self._write(mark=True)

    def point(self, **values: float) -> None:
        """Append one row to the live curves."""
        try:
            with (self._job.path / "points.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(values) + "\n")
        except FileNotFoundError as error:
            raise Cancelled from error

    def note(self, sentence: str) -> None:
        """Keep a sentence with the job."""
        log.info("%s", sentence)
        self._change(notes=[*self._status.notes, sentence])

    def end(self, state: State, **last: Any) -> None:
        """The last word: the state the job ended in, with its result or error."""
        self._save(self._status.model_copy(update={"state": state, "ended": time.time(), **last}))

    def _change(self, **changes: Any) -> None:
        self._status = self._status.model_copy(update=changes)
        self._write()

    def _write(self, *, mark: bool = False) -> None:
        if self._job.cancel_requested:
            raise Cancelled
        now = time.monotonic()
        if mark:
            # The first report only says where the stage begins: a resumed one does not at 0.
            recent = [m for m in self._marks if now - m[0] < _RATE_WINDOW_S]
            self._marks = recent or self._marks[-1:]
            self._marks.append((now, self._done))
            self._first = self._first or self._marks[0]
        self._save(self._status)
        self._written = now

    def _save(self, status: Status) -> None:
        memory = self._process.memory_info().rss / 2**20
        self._status = status.model_copy(
            update={
                "done": self._done,
                "rate": _rate(self._marks[0], self._marks[-1]) if self._marks else None,
                "mean_rate": _rate(self._first, self._marks[-1]) if self._first else None,
                "memory_mib": round(memory),
                "updated": time.time(),
            }
        )
        try:
            write_json(self._job.path / "status.json", self._status.model_dump(mode="json"))
        except FileNotFoundError as error:  # Somebody removed the job's folder.
            raise Cancelled from error

    def _begun(self) -> bool:
        """Take a free place if this job is the next in its lane; whether it did."""
        heavy = self._job.request.heavy
        with FileLock(self._store.folder("locks") / "queue.lock"):
            every = [job for job in jobs(self._store) if job.active and job.request.heavy == heavy]
            lane = [job for job in every if job.living]
            running = [job for job in lane if job.state == State.RUNNING]
            waiting = sorted(job.id for job in lane if job.state == State.QUEUED)
            places = settings().heavy_jobs if heavy else settings().light_jobs
            if len(running) >= places or waiting[:1] != [self._job.id]:
                return False
            self._change(state=State.RUNNING, began=time.time(), stage="Starting")
            return True


def _rate(one: tuple[float, float], other: tuple[float, float]) -> float | None:
    """Units a second between two moments, where both moved."""
    (first, before), (last, after) = one, other
    return (after - before) / (last - first) if last > first and after > before else None
