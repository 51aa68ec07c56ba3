"""A trial's spec in, its score on the validation texts out; the test texts are never read."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.classify.beginning import Beginning
from engine.classify.examples import Examples
from engine.classify.finetune import finetune, measures
from engine.classify.head import LinearHead, Strengths
from engine.classify.part_progress import On
from engine.classify.quick import example_vectors, head_rows
from engine.classify.searching.lent import Lent
from engine.classify.searching.trials import State, Trial
from engine.classify.spec import SearchSpec, TrainSpec
from engine.classify.train import first_head
from engine.progress import Progress
from engine.resolve import resolve

if TYPE_CHECKING:
    from engine.work import Work

Outcome = tuple[float, State]
RESERVE = {"quick": 1.3, "finetune": 0.2, "lora": 0.2}
"""What is left to do with the best, in times of a whole trial: its head again, or scores alone."""


class HeadTrials:
    """Trials of the quick route: the vectors are read once, only the head is fitted again."""

    def __init__(self, spec: SearchSpec, begin: Beginning, examples: Examples, work: Work) -> None:
        self._examples = examples
        self._metric = spec.metric
        self._vectors = example_vectors(spec, begin, examples, work)
        self._work = work

    def run(self, spec: TrainSpec, ask: Any, number: int, deadline: float | None) -> Outcome | None:
        """Score on rows the head did not learn from: where rows are few, every row once."""
        self._work.progress.stage(f"Trial {number}: fitting the head")
        tried = Strengths(**head_rows(spec, self._examples, self._vectors))
        return measures(*tried.held_out(spec.strength))[self._metric], "complete"

    def keep_only(self, best: Trial | None) -> None:
        """Nothing is kept of a trial."""


class TuningTrials:
    """Trials in which the encoder learns, each in the scratch folder of the training it tries.

    So the training of the best goes on where its trial ended, at its end.
    """

    def __init__(self, spec: SearchSpec, begin: Beginning, examples: Examples, work: Work) -> None:
        self._begin, self._examples, self._work = begin, examples, work
        self._sign = -1.0 if spec.metric == "loss" else 1.0
        self._metric = spec.metric
        self._folders: dict[str, Path] = {}
        self._heads: dict[float, LinearHead] = {}
        self._recall = Lent(work.scratch / "recall")

    def run(self, spec: TrainSpec, ask: Any, number: int, deadline: float | None) -> Outcome | None:
        """Score of the best look; None where it was stopped, or its time was up, before the end."""
        from engine.encoder.models import load_encoder

        work = self._work
        wanted = resolve(spec, work.store, work.progress)
        watch = _Watch(work.progress, ask, self._metric, number, deadline)
        # Nobody else may train the same meanwhile: both would write the same checkpoints.
        with work.store.lock("model", wanted.key()):
            scratch = work.store.scratch("model", wanted.key())
            scratch.mkdir(parents=True, exist_ok=True)
            self._folders[spec.model_dump_json()] = scratch
            inner = replace(work, progress=watch, scratch=scratch, made={})
            head = self._head(spec, inner)
            encoder = load_encoder(self._begin.encoder, attention=spec.attention, training=True)
            self._recall.fill(spec, self._begin, self._examples, encoder, inner)
            self._recall.lend(scratch)
            finetune(spec, self._begin, self._examples, encoder, head, inner)
        if inner.stopped is None:
            return watch.best, "complete"
        return (watch.best, "pruned") if watch.pruned else None

    def _head(self, spec: TrainSpec, work: Work) -> LinearHead:
        """The head to begin with; of all that a search changes, it hangs on the balance alone."""
        if spec.class_balance not in self._heads:
            _, head = first_head(spec, self._begin, self._examples, work)
            self._heads[spec.class_balance] = head
        return self._heads[spec.class_balance]

    def keep_only(self, best: Trial | None) -> None:
        """Remove the checkpoints of all trials but the best one's."""
        for said, folder in list(self._folders.items()):
            spec = TrainSpec.model_validate_json(said)
            if best and all(getattr(spec, name) == value for name, value in best.settings.items()):
                self._recall.lend(folder)  # its training ends there, and would read them again
                continue
            with suppress(OSError):
                shutil.rmtree(folder)
            del self._folders[said]


class _Watch(On):
    """Progress that reports each look to Optuna, and asks for the end of what is hopeless."""

    def __init__(
        self, outer: Progress, ask: Any, metric: str, number: int, deadline: float | None
    ) -> None:
        super().__init__(outer, f"Trial {number}: ", {"run": float(number)})
        self._ask, self._metric, self._deadline = ask, metric, deadline
        self._seen: dict[int, float] = {}
        self.pruned = False

    @property
    def best(self) -> float:
        """The best score so far."""
        return (min if self._metric == "loss" else max)(self._seen.values())

    @property
    def stop_requested(self) -> bool:
        """Whether the trial is hopeless, the time is up, or a person stops the search."""
        late = self._deadline is not None and time.monotonic() > self._deadline
        return self.pruned or late or self._outer.stop_requested

    def point(self, **values: float) -> None:
        """A look: Optuna hears of the best so far, for that is what counts in the end."""
        super().point(**values)
        score = values.get(f"validation_{self._metric}")
        look = len(self._seen)
        if score is None:
            return
        self._seen[look] = score
        self._ask.report(self.best, look)
        self.pruned = self.pruned or bool(self._ask.should_prune())
