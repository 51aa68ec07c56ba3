"""A training's spec and a time budget in; trials of other settings and the best of them out."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.classify.auxiliary import with_auxiliary
from engine.classify.beginning import beginning
from engine.classify.examples import read_examples
from engine.classify.part_progress import On
from engine.classify.searching.trial_runs import RESERVE, HeadTrials, TuningTrials
from engine.classify.searching.trials import Trial, Trials
from engine.classify.spec import SearchSpec, TrainSpec
from engine.errors import Cancelled, InputError

if TYPE_CHECKING:
    from engine.work import Work


def build(spec: SearchSpec, work: Work) -> dict[str, Any]:
    """Try settings as TPE proposes them (Bergstra et al. 2011), leave the hopeless ones early.

    A trial is judged by ``spec.metric`` on the validation texts, and never sees the test texts; one
    whose looks fall below the median of the earlier ones is pruned. The best is then trained as an
    ordinary classifier: where the encoder learns, from the trial's own last checkpoint, so that
    nothing is done twice. A stop or a kill keeps the trials that are done: the same command goes
    on.

    Writes ``trials.json``: number, state, settings, score and seconds of each; ``best.json``: the
    spec of the classifier.

    Returns:
        trials, complete, pruned, metric, score (on the validation texts), best (its settings),
        gain (over the first trial, which has
        the settings given), seconds_searched, model (key), accuracy and macro_f1 (of
        that classifier, on the texts ``scored_on`` says), labels, route.

    Raises:
        InputError: the dataset cannot train a classifier, or has no validation texts to judge by.
        Cancelled: it was stopped before one trial was whole.
    """
    dataset = work.inputs["dataset"]
    examples = with_auxiliary(read_examples(dataset), spec.auxiliary, dataset, work.store)
    if not len(examples.where("validation")):
        raise InputError(
            f"{work.inputs['dataset'].title} has too few texts to set some aside for validation, "
            "and a search has nothing else to judge by: bring more, or train without a search."
        )
    begin = beginning(spec, work.inputs)
    trials = Trials(spec, work.scratch / "trials.json")
    before, opened = trials.seconds, time.monotonic()
    kind = HeadTrials if spec.route == "quick" else TuningTrials
    runner: HeadTrials | TuningTrials = kind(spec, begin, examples, work)
    while len(trials.done) < spec.trials and not work.progress.stop_requested:
        longest = max((t.seconds for t in trials.done if t.state == "complete"), default=0.0)
        spent = before + time.monotonic() - opened
        left = spec.minutes * 60 - spent - RESERVE[spec.route] * longest
        if trials.best and left < 0.3 * longest:
            break
        settings, asked = trials.ask()
        number = len(trials.done) + 1
        work.progress.note(f"Trial {number}: {_said(settings)}.")
        began = time.monotonic()
        # The first one is always whole: without it there is nothing to keep.
        until = began + max(left, 1.0) if trials.best else None
        outcome = runner.run(_train(spec, settings), asked, number, until)
        if outcome is None:
            break  # a person stopped it, or the time is up, in the middle of a trial
        trials.tell(asked, settings, *outcome, seconds=time.monotonic() - began)
        runner.keep_only(trials.best)
    best = trials.best
    if best is None:
        raise Cancelled
    if work.progress.stop_requested:
        work.stopped_at(len(trials.done))
    return _finish(spec, trials, best, work)


def _finish(spec: SearchSpec, trials: Trials, best: Trial, work: Work) -> dict[str, Any]:
    chosen = _train(spec, best.settings)
    on = On(work.progress, "The best of all: ", point={"run": -1.0})
    model = replace(work, progress=on).make(chosen)
    rows = [trial.plain() for trial in trials.done]
    (work.out / "trials.json").write_text(json.dumps(rows), encoding="utf-8")
    (work.out / "best.json").write_text(chosen.model_dump_json(indent=2), encoding="utf-8")
    given = trials.done[0].score
    sign = -1.0 if spec.metric == "loss" else 1.0
    return {
        "trials": len(trials.done),
        "complete": sum(trial.state == "complete" for trial in trials.done),
        "pruned": sum(trial.state == "pruned" for trial in trials.done),
        "metric": spec.metric,
        "score": best.score,
        "best": best.settings,
        "best_trial": best.number,
        "gain": sign * (best.score - given) if given is not None else None,
        "seconds_searched": round(trials.seconds, 1),
        "model": model.key,
        **{name: model.facts[name] for name in
           ("accuracy", "macro_f1", "scored_on", "scored_rows", "labels", "route")},
    }  # fmt: skip


def _train(spec: SearchSpec, settings: dict[str, Any]) -> TrainSpec:
    given = {k: v for k, v in spec.model_dump().items() if k in TrainSpec.model_fields}
    parsed: TrainSpec = TrainSpec.parse({**given, **settings})
    return parsed


def _said(settings: dict[str, Any]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {f'{value:.3g}' if isinstance(value, float) else value}"
        for name, value in settings.items()
    )
