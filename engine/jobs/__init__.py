"""Specs in, detached processes out: start, watch, stop, cancel, resume, reconcile."""

from engine.jobs.launch import cancel, reconcile, remove, resume, stop, submit
from engine.jobs.record import Job, State, jobs

__all__ = ["Job", "State", "cancel", "jobs", "reconcile", "remove", "resume", "stop", "submit"]
