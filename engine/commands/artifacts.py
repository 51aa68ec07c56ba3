"""Looks after what is cached: list, show, verify, keep, rename, remove, prune."""

from __future__ import annotations

from typing import Any

from engine.errors import InputError
from engine.flags import Parser
from engine.settings import settings
from engine.store import Artifact, default_store
from engine.store.budget import GIB, prune


def run(words: list[str]) -> dict[str, Any]:
    """One of the actions; see ``python -m engine artifacts --help``."""
    parser = Parser(prog="python -m engine artifacts", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, parser_class=Parser)
    listing = actions.add_parser("list", help="Everything cached, newest first.")
    listing.add_argument("--kind", help="Only this kind, for example dataset or model.")
    for action, text in (
        ("show", "Manifest and lineage of one artifact."),
        ("keep", "Never prune it nor what it came from."),
        ("release", "Undo keep."),
        ("remove", "Remove it for good."),
    ):
        actions.add_parser(action, help=text).add_argument("artifact", help="Name or key.")
    verify = actions.add_parser("verify", help="Check the checksums of one or all.")
    verify.add_argument("artifact", nargs="?", help="Name or key; without it, all.")
    rename = actions.add_parser("rename", help="Give it a name.")
    rename.add_argument("artifact", help="Name or key.")
    rename.add_argument("new_name", help="Lower-case letters, digits, dots and dashes.")
    pruning = actions.add_parser("prune", help="Remove the least recently used beyond the budget.")
    pruning.add_argument("--gib", type=float, help="Budget in GiB instead of the configured one.")
    given = parser.parse_args(words)

    store = default_store()
    match given.action:
        case "list":
            return {"artifacts": [_row(a) for a in store.artifacts(given.kind)]}
        case "prune":
            gib = settings().budget_gib if given.gib is None else given.gib
            return {"removed": [_row(a) for a in prune(store, gib * GIB)]}
        case "verify" if given.artifact is None:
            found = {f"{a.kind}/{a.key}": store.verify(a) for a in store.artifacts()}
            return _verdict({name: problems for name, problems in found.items() if problems})
    artifact = store.get(given.artifact)
    match given.action:
        case "show":
            lineage = [f"{a.kind}/{a.key}" for a in store.lineage(artifact)[1:]]
            manifest = artifact.manifest.model_dump(mode="json")
            return {**manifest, "name": artifact.name, "lineage": lineage}
        case "verify":
            problems = store.verify(artifact)
            return _verdict({f"{artifact.kind}/{artifact.key}": problems} if problems else {})
        case "keep" | "release":
            store.keep(artifact, given.action == "keep")
        case "rename":
            artifact = store.rename(artifact, given.new_name)
        case "remove":
            store.remove(artifact)
    return _row(artifact)


def _verdict(problems: dict[str, list[str]]) -> dict[str, Any]:
    if problems:
        told = " ".join(f"{name}: {' '.join(found)}" for name, found in problems.items())
        raise InputError(f"{told} Remove it and run its command again to make it anew.")
    return {"problems": {}}


def _row(artifact: Artifact) -> dict[str, Any]:
    return {
        "kind": artifact.kind,
        "key": artifact.key,
        "name": artifact.name,
        "bytes": artifact.bytes,
        "created": artifact.manifest.created.isoformat(timespec="seconds"),
        "command": artifact.manifest.command,
    }
