"""Outcomes of trials in, the settings to try next out: Optuna's TPE, its memory a JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.classify.spec import SearchSpec

_EPOCHS = (1, 2, 3, 4)
_BATCHES = (16, 32, 64)
_RANKS = (4, 8, 16, 32)
_RATES = {"finetune": (1e-5, 3e-4), "lora": (1e-4, 3e-3)}
_USUAL: dict[str, Any] = {"strength": 3.0, "class_balance": 0.0}
"""What a trial begins with where the spec leaves the choice."""
_WARM = 4
"""Whole trials before anything is pruned, and before TPE rather than chance proposes."""

State = Literal["complete", "pruned"]


@dataclass(frozen=True)
class Trial:
    """One trial. score: of its best look; of a pruned one the best so far. looks: step to score."""

    number: int
    settings: dict[str, Any]
    state: State
    score: float
    seconds: float
    looks: dict[int, float] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


class Trials:
    """The trials so far, and what to try next. Finished ones outlive a kill, in `path`.

    The first trial has the settings the spec itself gives, so that the search shows what it gains.
    """

    def __init__(self, spec: SearchSpec, path: Path) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._spec, self._path = spec, path
        self._running = path.with_name("running.json")
        self._space = space(spec)
        self.done: list[Trial] = []
        if path.exists():
            for row in json.loads(path.read_text(encoding="utf-8")):
                looks = {int(step): score for step, score in row.pop("looks").items()}
                self.done.append(Trial(**row, looks=looks))
        # Another seed after each restart, or what was tried would be proposed again.
        sampler = optuna.samplers.TPESampler(
            seed=spec.seed + len(self.done), n_startup_trials=_WARM
        )
        pruner = optuna.pruners.MedianPruner(n_startup_trials=_WARM, n_warmup_steps=1)
        self._study = optuna.create_study(
            direction="minimize" if spec.metric == "loss" else "maximize",
            sampler=sampler,
            pruner=pruner,
        )
        for trial in self.done:
            self._study.add_trial(self._retold(trial))
        if self._running.exists():
            self._study.enqueue_trial(json.loads(self._running.read_text(encoding="utf-8")))
        elif not self.done:
            given = {name: getattr(spec, name) or _USUAL[name] for name in self._space}
            self._study.enqueue_trial(given)

    @property
    def seconds(self) -> float:
        """Of all trials so far, those before a restart among them."""
        return sum(trial.seconds for trial in self.done)

    @property
    def best(self) -> Trial | None:
        """The whole trial with the best score; of equal ones the first."""
        whole = [trial for trial in self.done if trial.state == "complete"]
        sign = -1 if self._spec.metric == "loss" else 1
        return max(whole, key=lambda trial: sign * trial.score, default=None)

    def ask(self) -> tuple[dict[str, Any], Any]:
        """Settings to try, and Optuna's trial, to be reported to and told of."""
        asked = self._study.ask(self._space)
        # Killed in the middle, it is what is tried first when the search goes on.
        self._running.write_text(json.dumps(asked.params), encoding="utf-8")
        return dict(asked.params), asked

    def tell(
        self, asked: Any, settings: dict[str, Any], score: float, state: State, *, seconds: float
    ) -> None:
        """The trial has ended; it is on the disk before this returns."""
        import optuna

        states = optuna.trial.TrialState
        kept = self._study.trials[asked.number].intermediate_values
        if state == "pruned":
            self._study.tell(asked, state=states.PRUNED)
        else:
            self._study.tell(asked, score)
        self.done.append(Trial(len(self.done) + 1, settings, state, score, seconds, dict(kept)))
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps([trial.plain() for trial in self.done]), encoding="utf-8")
        os.replace(fresh, self._path)
        self._running.unlink(missing_ok=True)

    def _retold(self, trial: Trial) -> Any:
        import optuna

        states = optuna.trial.TrialState
        pruned = trial.state == "pruned"
        return optuna.trial.create_trial(
            params=trial.settings,
            distributions=self._space,
            value=trial.score,
            state=states.PRUNED if pruned else states.COMPLETE,
            intermediate_values=trial.looks,
        )


def space(spec: SearchSpec) -> dict[str, Any]:
    """What a search of this route may change, by field of the spec, as Optuna's distributions.

    What the spec itself gives is always among the choices.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    def among(name: str, usual: tuple[Any, ...]) -> CategoricalDistribution:
        return CategoricalDistribution(sorted({*usual, getattr(spec, name)}))

    def between(name: str, low: float, high: float) -> FloatDistribution:
        given = getattr(spec, name) or _USUAL[name]
        return FloatDistribution(min(low, given), max(high, given), log=True)

    balance = among("class_balance", (0.0, 0.5, 1.0))
    if spec.route == "quick":
        return {"strength": between("strength", 0.05, 100.0), "class_balance": balance}
    found = {
        "learning_rate": between("learning_rate", *_RATES[spec.route]),
        "epochs": among("epochs", _EPOCHS),
        "batch_size": among("batch_size", _BATCHES),
        "class_balance": balance,
        "loss": CategoricalDistribution(["cross_entropy", "focal"]),
    }
    if spec.route == "lora":
        found["lora_rank"] = among("lora_rank", _RANKS)
    return found
