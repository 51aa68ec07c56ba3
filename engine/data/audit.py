"""A dataset in, its profile and a list of suspicious rows out, each finding naming its row."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine.data import duplicates, profile
from engine.data.dataset import NEAR_LIMIT
from engine.data.edit_added import added_texts
from engine.data.mapped import EMPTY, SHORT
from engine.data.spec_dataset import AuditSpec
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.work import Work

    Ints = npt.NDArray[np.int64]

KINDS = {
    "exact_duplicate": "The same text more than once",
    "near_duplicate": "Almost the same text more than once",
    "conflicting_labels": "The same text under different labels",
    "added": "Almost the same as another text, and added on purpose",
    "leakage": "The same text in training and in test",
    "empty": "No text (left out)",
    "too_short": "Very short",
    "over_long": "Longer than the encoder reads",
}
_SCHEMA = pa.schema(
    [("kind", pa.string()), ("row", pa.int64()), ("group", pa.int64()), ("detail", pa.string())]
)
_BATCH = 1024


@dataclass
class _Facts:
    """One number or short value a row, in dataset order."""

    rows: list[int] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    dates: list[datetime | None] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    characters: list[int] = field(default_factory=list)
    untitled: int = 0
    sampled: list[str] = field(default_factory=list)


@dataclass
class _Findings:
    """The table being built."""

    kinds: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    groups: list[int | None] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, kind: str, row: int, group: int | None, detail: str) -> None:
        """One more suspicious row."""
        self.kinds.append(kind)
        self.rows.append(row)
        self.groups.append(group)
        self.details.append(detail)


def build(spec: AuditSpec, work: Work) -> dict[str, object]:
    """Write profile.json and findings.parquet to ``work.out``; returns the counts of each kind."""
    dataset = work.inputs["dataset"]
    rows = dataset.path / "rows.parquet"
    facts = _read(rows, spec, work.progress)
    findings = _Findings()
    added = added_texts(dataset, work.store)
    notes = _find_duplicates(rows, facts, spec, findings, added, work.progress)
    _find_lengths(facts, spec, findings)
    _find_dropped(dataset.path / "dropped.parquet", findings)
    work.progress.stage("Looking at the languages")
    summary = _profile(facts, spec)
    (work.out / "profile.json").write_text(
        json.dumps(summary, ensure_ascii=False), encoding="utf-8"
    )
    pq.write_table(
        pa.table(
            [findings.kinds, findings.rows, findings.groups, findings.details], schema=_SCHEMA
        ),
        work.out / "findings.parquet",
    )
    counts = Counter(findings.kinds)
    return {
        "rows": len(facts.rows),
        "findings": {kind: counts.get(kind, 0) for kind in KINDS},
        "median_words": summary["words"]["quantiles"].get("50%", 0),
        "median_tokens": summary["tokens"]["quantiles"].get("50%", 0),
        "languages": dict(list(summary["languages"]["shares"].items())[:5]),
        "notes": notes,
    }


def _read(rows: Path, spec: AuditSpec, progress: Progress) -> _Facts:
    facts = _Facts()
    with pq.ParquetFile(rows) as file:
        n = file.metadata.num_rows
        progress.stage("Measuring texts", total=n)
        wanted = set(profile.seeded_sample(n, spec.languages, spec.seed).tolist())
        for batch in file.iter_batches(batch_size=_BATCH):
            column = {name: batch.column(name).to_pylist() for name in batch.schema.names}
            start, texts = len(facts.rows), column["text"]
            facts.rows.extend(column["row"])
            facts.labels.extend(column["label"])
            facts.splits.extend(column["split"])
            facts.dates.extend(column["date"])
            facts.untitled += sum(title is None for title in column["title"])
            facts.hashes.extend(map(duplicates.text_hash, texts))
            facts.words.extend(len(text.split()) for text in texts)
            facts.characters.extend(map(len, texts))
            facts.tokens.extend(profile.token_counts(texts).tolist())
            facts.sampled.extend(text for i, text in enumerate(texts, start) if i in wanted)
            progress.advance(batch.num_rows)
    return facts


def _profile(facts: _Facts, spec: AuditSpec) -> dict[str, Any]:
    tokens = np.array(facts.tokens, dtype=np.int64)
    return {
        "rows": len(facts.rows),
        "words": profile.lengths(np.array(facts.words, dtype=np.int64)),
        "tokens": {
            **profile.lengths(tokens),
            "over_long": float((tokens > spec.long_tokens).mean()) if len(tokens) else 0.0,
            "limit": spec.long_tokens,
        },
        "labels": dict(Counter(label for label in facts.labels if label is not None).most_common()),
        "splits": dict(Counter(facts.splits)),
        "missing": {
            "title": facts.untitled,
            "label": sum(label is None for label in facts.labels),
            "date": sum(moment is None for moment in facts.dates),
        },
        "languages": profile.languages(facts.sampled),
        "dates": profile.timeline(facts.dates),
    }


def _find_duplicates(
    rows: Path,
    facts: _Facts,
    spec: AuditSpec,
    findings: _Findings,
    added: set[int],
    progress: Progress,
) -> list[str]:
    """Texts that edits added (hashes in `added`) are near others on purpose, and told apart."""
    by_hand = np.array([one in added for one in facts.hashes], dtype=bool)
    exact = duplicates.exact_groups(np.array(facts.hashes, dtype=np.uint64))
    for members in _repeated(exact):
        for i in members:
            findings.add(
                "exact_duplicate", facts.rows[i], facts.rows[members[0]], f"{len(members)} times"
            )
    notes = []
    groups = exact
    if len(exact) <= NEAR_LIMIT:
        firsts = np.flatnonzero(exact == np.arange(len(exact)))
        near = duplicates.near_groups(
            _some_texts(rows, set(firsts.tolist())),
            len(firsts), threshold=spec.near_threshold, progress=progress,
        )  # fmt: skip
        groups = firsts[near[np.searchsorted(firsts, exact)]]
        for alike in _repeated(groups[firsts]):
            group = facts.rows[firsts[alike[0]]]
            members = firsts[alike][~by_hand[firsts[alike]]]
            for i in members if len(members) > 1 else ():
                findings.add("near_duplicate", facts.rows[i], group, f"{len(members)} versions")
    else:
        notes.append(f"Near-duplicates were not looked for in more than {NEAR_LIMIT:,} rows.")
    for members in _repeated(groups):
        same = len(set(exact[members].tolist())) == 1
        how = "same text" if same else "almost the same text"
        group = facts.rows[members[0]]
        for i in members[by_hand[members]]:
            findings.add("added", facts.rows[i], group, f"as {facts.labels[i]}")
        for kind, values, mine in (
            ("conflicting_labels", facts.labels, members[~by_hand[members]]),
            ("leakage", facts.splits, members),
        ):
            found = sorted({str(values[i]) for i in mine if values[i] is not None})
            if len(found) > 1:
                for i in mine:
                    findings.add(kind, facts.rows[i], group, f"{how}: {' / '.join(found)}")
    return notes


def _repeated(groups: Ints) -> list[Ints]:
    """The positions of each group with more than one member, in file order."""
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return [part for part in parts if len(part) > 1]


def _some_texts(rows: Path, wanted: set[int]) -> Any:
    start = 0
    with pq.ParquetFile(rows) as file:
        for batch in file.iter_batches(batch_size=_BATCH, columns=["text"]):
            for i, text in enumerate(batch.column(0).to_pylist(), start):
                if i in wanted:
                    yield text
            start += batch.num_rows


def _find_lengths(facts: _Facts, spec: AuditSpec, findings: _Findings) -> None:
    for row, words, tokens, size in zip(
        facts.rows, facts.words, facts.tokens, facts.characters, strict=True
    ):
        if words < spec.short_words:
            findings.add("too_short", row, None, f"{words} word{'s' * (words != 1)}")
        if tokens > spec.long_tokens:
            more = "more than " if size > profile.COUNTED_CHARACTERS else ""
            findings.add("over_long", row, None, f"{more}{tokens:,} tokens")


def _find_dropped(dropped: Path, findings: _Findings) -> None:
    if not dropped.exists():
        return
    kinds = {EMPTY: "empty", SHORT: "too_short"}
    for found in pq.read_table(dropped).to_pylist():
        if found["reason"] in kinds:
            findings.add(kinds[found["reason"]], found["row"], None, f"left out: {found['reason']}")
