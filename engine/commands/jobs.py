"""Looks after jobs from the command line: list, show, stop, cancel, resume, remove."""

from __future__ import annotations

from typing import Any

from engine import jobs
from engine.flags import Parser
from engine.jobs.record import Job, read
from engine.store import default_store


def run(words: list[str]) -> dict[str, Any]:
    """One of the actions; see ``python -m engine jobs --help``."""
    parser = Parser(prog="python -m engine jobs", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, parser_class=Parser)
    actions.add_parser("list", help="Every job, newest first.")
    for action, text in (
        ("show", "Status and log of one job."),
        ("stop", "Stop it and keep the best so far."),
        ("cancel", "End it now."),
        ("resume", "Start it again from its checkpoint."),
        ("remove", "Forget a finished job; its artifact stays."),
    ):
        actions.add_parser(action, help=text).add_argument("job", help="Id of the job.")
    given = parser.parse_args(words)

    store = default_store()
    jobs.reconcile(store)
    if given.action == "list":
        return {"jobs": [_row(job) for job in jobs.jobs(store)]}
    job = read(store, given.job)
    match given.action:
        case "show":
            return {**_row(job), "status": job.status.model_dump(mode="json"), "log": job.log}
        case "stop":
            jobs.stop(job)
        case "cancel":
            jobs.cancel(job, store)
        case "resume":
            job = jobs.resume(job, store)
        case "remove":
            jobs.remove(job, store)
            return _row(job)
    return _row(read(store, job.id))


def _row(job: Job) -> dict[str, Any]:
    return {
        "job": job.id,
        "state": job.state,
        "command": job.request.command,
        "seconds": round(job.seconds, 1),
        "error": job.status.error,
    }
