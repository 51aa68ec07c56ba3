"""Says which words made a classifier's answer, or put a document into its topic, and how far that
can be believed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.flags import Parser
from engine.resolve import addressed
from engine.store import Artifact, Store, default_store
from engine.store.budget import using

if TYPE_CHECKING:
    from argparse import Namespace

    from engine.explain.attribution import Attribution
    from engine.explain.methods.baseline import Baseline
    from engine.explain.subject import Subject


def run(words: list[str]) -> dict[str, Any]:
    """See ``python -m engine explain --help``."""
    given = _parser().parse_args(words)
    if (given.text is None) == (given.document is None):
        raise InputError("Give MODEL --text TEXT, or TOPICS --document N.")
    _check_output(given.output)
    store = default_store()
    found = addressed(store, given.subject, "model" if given.document is None else "topics")
    with using(store, [found]):
        if given.document is None:
            subject, said, baseline = _text(found, given)
        else:
            subject, said, baseline = _document(store, found, given)
        return _told(found, subject, said, baseline, given.output)


def _check_output(output: str | None) -> None:
    if output is None:
        return
    path = Path(output).expanduser().resolve()
    if path.suffix.lower() not in _WRITERS:
        raise InputError(f"--output ends in {' or '.join(_WRITERS)}, not '{output}'.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}: make it, or choose another place.")


def _parser() -> Parser:
    parser = Parser(prog="python -m engine explain", description=__doc__)
    parser.add_argument("subject", metavar="MODEL|TOPICS", help="Its name or key.")
    parser.add_argument("--text", help="A text; the classifier's answer to it is explained.")
    parser.add_argument(
        "--document", type=int, help="A document of the topics by its place, from 0."
    )
    parser.add_argument(
        "--category", default="", help="Category or topic; otherwise the one that was answered."
    )
    parser.add_argument(
        "--against",
        default="",
        help="Category or topic it is compared with; otherwise all other categories, or the topic "
        "that is next.",
    )
    parser.add_argument("--method", default="", help="Otherwise integrated gradients.")
    parser.add_argument(
        "--baseline", default="", help="What the text is compared with: pad, mask, zero or text."
    )
    parser.add_argument("--neutral", default="", help="The neutral text of --baseline text.")
    parser.add_argument("--attention", default="auto", help="Attention kernel.")
    parser.add_argument("--output", help="Also write it to a file: .json or .csv.")
    return parser


def _text(model: Artifact, given: Namespace) -> tuple[Subject, Attribution, Baseline | None]:
    if not given.text.strip():
        raise InputError("The text is empty; give a text with at least one word.")
    from engine.explain.methods.methods import DEFAULT, explain
    from engine.explain.of_classifier import explained_classifier
    from engine.explain.reading import read
    from engine.explain.target import target

    subject = explained_classifier(model.path, key=model.key, attention=given.attention)
    reading = read(subject, given.text)
    answered = subject.names[int(subject.answers([reading.ids])[0].argmax())]
    wanted = target(subject.names, given.category or answered, given.against)
    baseline = _baseline(given)
    method = given.method or DEFAULT
    return subject, explain(subject, reading, wanted, method=method, baseline=baseline), baseline


def _document(
    store: Store, topics: Artifact, given: Namespace
) -> tuple[Subject, Attribution, Baseline | None]:
    from engine.explain.topics.document import explain_document, usual_baseline

    baseline = _baseline(given)
    subject, said = explain_document(
        store, topics, given.document, of=given.category, against=given.against,
        method=given.method, baseline=baseline, attention=given.attention,
    )  # fmt: skip
    return subject, said, baseline or usual_baseline(subject)


def _baseline(given: Namespace) -> Baseline | None:
    from engine.explain.methods.baseline import KINDS, Baseline

    if not given.baseline and not given.neutral:
        return None
    kind = given.baseline or "text"
    if kind not in KINDS:
        raise InputError(f"There is no baseline '{kind}'; choose {', '.join(KINDS)}.")
    if given.neutral and kind != "text":
        raise InputError("--neutral goes with --baseline text: leave one of the two out.")
    return Baseline(kind, given.neutral)


def _told(
    found: Artifact,
    subject: Subject,
    said: Attribution,
    baseline: Baseline | None,
    output: str | None,
) -> dict[str, Any]:
    from engine.explain.methods.baseline import Baseline
    from engine.explain.take_away.record import record
    from engine.explain.trust.trust import trust

    judged = trust(subject, said, baseline=baseline)
    chosen = baseline or Baseline()
    told = record(subject, said, judged, model=found.title, baseline=chosen)
    if output:
        path = Path(output).expanduser().resolve()
        _WRITERS[path.suffix.lower()](path, said, told)
    short = {name: told[name] for name in _HEAD}
    figures = asdict(judged)
    return {
        found.kind: found.key,
        **short,
        **{name: told["trust"][name] for name in figures if name not in _CURVES},
        "words": [[one["word"], round(one["score"], 5)] for one in told["words"]],
        **({"output": str(Path(output).expanduser().resolve())} if output else {}),
    }


_HEAD = ("explained", "against", "unit", "method", "value", "base", "delta", "steps", "kernel",
         "seconds", "cut")  # fmt: skip
_CURVES = ("taken_out", "left_in")


def _write_json(path: Path, _: Attribution, told: dict[str, Any]) -> None:
    from engine.store.files import write_json

    write_json(path, told)


def _write_csv(path: Path, said: Attribution, _: dict[str, Any]) -> None:
    from engine.explain.take_away.words import words_csv

    path.write_bytes(words_csv(said))


_WRITERS = {".json": _write_json, ".csv": _write_csv}
