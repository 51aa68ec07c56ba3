"""What is known of a job: its folder in, one frozen object out."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import NotFoundError
from engine.store import Store
from engine.store.files import read_json
from engine.store.process import alive

_ID = re.compile(r"[A-Za-z0-9-]+")


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

    `done` and `total` are in `unit`; `rate` is units a second of late, `mean_rate` since the stage
    began; times are seconds since the epoch.
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
    mean_rate: float | None = None
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
        """Seconds the present stage still needs at its mean rate: that of late jumps too much."""
        if not self.status.mean_rate or self.status.total is None:
            return None
        return max(0.0, (self.status.total - self.status.done) / self.status.mean_rate)

    @property
    def seconds(self) -> float:
        """Seconds it has been running, or ran."""
        if self.status.began is None:
            return 0.0
        return (self.status.ended or time.time()) - self.status.began

    @property
    def log(self) -> str:
        """The last 20,000 bytes of its log."""
        try:
            with (self.path / "log.txt").open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - 20_000))
                return file.read().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def points(self) -> list[dict[str, float]]:
        """The rows of its live curves so far."""
        try:
            lines = (self.path / "points.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        # The last line may be half written.
        return [json.loads(line) for line in lines if line.endswith("}")]

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody asked for its end."""
        return (self.path / "cancel").exists()

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked it to stop and keep the best so far."""
        return (self.path / "stop").exists()

    @property
    def process(self) -> tuple[int, float] | None:
        """Pid and start of its process: as it said itself or, before it is awake, its parent."""
        if self.status.pid and self.status.started is not None:
            return self.status.pid, self.status.started
        launched = read_json(self.path / "launched.json")
        return (launched["pid"], launched["started"]) if launched else None

    @property
    def living(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and alive(*self.process)


def read(store: Store, job_id: str) -> Job:
    """The job called `job_id`.

    Raises:
        NotFoundError: there is none.
    """
    path = store.folder("jobs") / job_id
    try:
        request = read_json(path / "request.json") if _ID.fullmatch(job_id) else None
        asked = Request.model_validate(request)
        return Job(path, asked, Status.model_validate(read_json(path / "status.json") or {}))
    except ValidationError as error:
        raise NotFoundError(f"There is no job {job_id}; it may have been removed.") from error


def jobs(store: Store) -> list[Job]:
    """Every job, newest first."""
    found = []
    for path in sorted(store.folder("jobs").iterdir(), reverse=True):
        with suppress(NotFoundError):  # being submitted or removed at this moment
            found.append(read(store, path.name))
    return found
