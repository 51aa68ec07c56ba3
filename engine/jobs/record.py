"""What is known of a job: its folder in, one frozen object out."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.errors import NotFoundError
from engine.store import Store
from engine.store.files import read_json


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (State.QUEUED, State.RUNNING)


class Request(BaseModel):
    """What was asked for; written once by whoever submits."""

    model_config = ConfigDict(frozen=True)
    verb: str
    spec: dict[str, Any]
    command: str
    name: str
    heavy: bool
    created: float
    resumes: str = ""


class Status(BaseModel):
    """What the job said last; written by its process, replaced whole.

    `done` and `total` are in `unit`; `rate` is units a second; times are seconds since the epoch.
    """

    model_config = ConfigDict(frozen=True)
    state: State = State.QUEUED
    pid: int | None = None
    started: float | None = None
    """Start time of the process `pid`, which together with it names the process for good."""
    stage: str = ""
    done: float = 0
    total: float | None = None
    unit: str = "rows"
    rate: float | None = None
    memory_mib: float = 0
    notes: list[str] = []
    began: float | None = None
    ended: float | None = None
    error: str = ""
    mendable: bool = False
    """Whether `error` is something the person can mend, rather than our own failure."""
    result: dict[str, Any] = {}
    updated: float = 0


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was read."""

    path: Path
    request: Request
    status: Status

    @property
    def id(self) -> str:
        """Name of its folder; sorts by time of submission."""
        return self.path.name

    @property
    def state(self) -> State:
        """Where it is in its life."""
        return self.status.state

    @property
    def active(self) -> bool:
        """Queued or running."""
        return self.state in ACTIVE

    @property
    def share_done(self) -> float | None:
        """Part of the present stage that is done, 0 to 1; None where the total is unknown."""
        if not self.status.total:
            return None
        return min(1.0, self.status.done / self.status.total)

    @property
    def seconds_left(self) -> float | None:
        """Seconds the present stage still needs at its present rate."""
        if not self.status.rate or self.status.total is None:
            return None
        return max(0.0, (self.status.total - self.status.done) / self.status.rate)

    @property
    def seconds(self) -> float:
        """Seconds it has been running, or ran."""
        if self.status.began is None:
            return 0.0
        return (self.status.ended or time.time()) - self.status.began

    @property
    def log(self) -> str:
        """The last 20,000 characters of its log."""
        try:
            return (self.path / "log.txt").read_text(encoding="utf-8", errors="replace")[-20_000:]
        except FileNotFoundError:
            return ""

    def points(self) -> list[dict[str, float]]:
        """The rows of its live curves so far."""
        try:
            lines = (self.path / "points.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def with_status(self, **changes: Any) -> Job:
        """The same job with parts of its status replaced."""
        return replace(self, status=self.status.model_copy(update=changes))


def read(store: Store, job_id: str) -> Job:
    """The job called `job_id`.

    Raises:
        NotFoundError: there is none.
    """
    path = store.folder("jobs") / job_id
    request = read_json(path / "request.json") if job_id and "/" not in job_id else None
    if request is None:
        raise NotFoundError(f"There is no job {job_id}; it may have been removed.")
    status = read_json(path / "status.json") or {}
    return Job(path, Request.model_validate(request), Status.model_validate(status))


def jobs(store: Store) -> list[Job]:
    """Every job, newest first."""
    folders = sorted(store.folder("jobs").iterdir(), reverse=True)
    return [read(store, path.name) for path in folders if (path / "request.json").exists()]
