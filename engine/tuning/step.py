"""A batch in, its gradient summed over parts and processes and one step of the optimizer out."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.encoder.encoder import Encoder
from engine.encoder.packing import Ints, pack
from engine.encoder.workers import spread
from engine.errors import InputError
from engine.progress import Progress
from engine.together.group import Group
from engine.tuning.dropout import Dropouts
from engine.tuning.lesson import Lesson
from engine.tuning.network import Network
from engine.tuning.optimizer import MAX_GRAD_NORM
from engine.tuning.plan import deal, parts
from engine.tuning.recall import Recall
from engine.tuning.settings import Tuning

_FEW_CORES = 4


@dataclass(eq=False)
class Stepper:
    """Takes steps. `accumulate` grows where memory runs out.

    With `dropouts` the parts of a batch are worked through side by side, each in a thread of its
    own: two products of one thread each wait for nobody, a product of two threads for the slower.
    """

    encoder: Encoder
    network: Network
    optimizer: torch.optim.Optimizer
    lesson: Lesson
    settings: Tuning
    group: Group
    recall: Recall | None
    progress: Progress
    accumulate: int
    dropouts: Dropouts | None = None

    def __post_init__(self) -> None:
        self._lengths = self.lesson.tokens.lengths
        self._labels = self.lesson.labels
        self._learning = list(self.network.learning().values())
        self._budget = self.settings.budget or free_budget(
            self.encoder, self.settings.gradient_checkpointing
        )

    def step(self, batch: Ints, step: int) -> Tensor:
        """One step on the texts `batch` picks; their mean loss in nats, a number on the device."""
        loss = self.gradient(batch, step)
        nn.utils.clip_grad_norm_(self._learning, MAX_GRAD_NORM)
        self.optimizer.step()
        return loss

    def gradient(self, batch: Ints, step: int) -> Tensor:
        """Leave the batch's gradient in the parameters; the mean loss.

        It is that of the whole batch, however it is shared out and parted: each text's loss counts
        by its weight over the weight of all. The step seeds its own dropout.
        """
        shares = deal(batch, self._lengths, self.group.world)
        share = shares[self.group.rank]
        total = float(self.lesson.counts[batch].sum())
        self.network.train()
        while True:
            try:
                loss = self._worked(share, total, step)
                break
            except torch.OutOfMemoryError:
                if self.accumulate >= len(share):
                    raise InputError(
                        "One text at a time is still too much for the GPU's memory: choose fewer "
                        "tokens of a text, gradient checkpointing or a smaller encoder."
                    ) from None
            self._make_smaller(len(share))
        self.group.add_gradients(self._learning, loss, all_work=all(map(len, shares)))
        return loss

    def _worked(self, share: Ints, total: float, step: int) -> Tensor:
        """The gradient of this process's share left in the parameters; its part of the loss."""
        seed = (self.settings.seed, step, self.group.rank)
        torch.manual_seed(seed[0] * 1_000_003 + step + (self.group.rank << 40))
        self.optimizer.zero_grad(set_to_none=True)
        whole = torch.zeros((), device=self.encoder.device)
        cut = parts(share, self._lengths, self.accumulate, self._budget)
        if not self.dropouts:
            for part in cut:
                loss = self._loss(part, total)
                loss.backward()  # type: ignore[no-untyped-call]
                whole += loss.detach()
            return whole
        dropouts = self.dropouts

        def work(place: int) -> tuple[Tensor, tuple[Tensor | None, ...]]:
            with dropouts.seeded(*seed, place):
                loss = self._loss(cut[place], total)
            return loss.detach(), torch.autograd.grad(loss, self._learning, allow_unused=True)

        with closing(spread(work, range(len(cut)), torch.get_num_threads())) as done:
            # In the order of the parts, whichever is done first.
            for loss, gradients in done:
                whole += loss
                for parameter, gradient in zip(self._learning, gradients, strict=True):
                    if parameter.grad is None:
                        parameter.grad = gradient
                    elif gradient is not None:
                        parameter.grad += gradient
        return whole

    def _loss(self, part: Ints, total: float) -> Tensor:
        """The part's share of the batch's mean loss, which all texts together weigh `total`."""
        batch = pack(self.lesson.tokens, part)
        logits = self.network(batch, **(self.recall.keywords(batch) if self.recall else {}))
        losses = self._losses(logits[:, : self._labels].float(), self.lesson.targets[part])
        if len(self.lesson.beside):
            losses = losses + self._losses(
                logits[:, self._labels :].float(), self.lesson.beside[part]
            )
        counts = torch.from_numpy(self.lesson.counts[part]).to(logits.device)
        return (losses * counts).sum() / total

    def _losses(self, logits: Tensor, answers: Ints) -> Tensor:
        """(n_texts,) of (n_texts, k) logits; nothing for an answer of -1."""
        settings, targets = self.settings, torch.from_numpy(answers).to(logits.device)
        losses = nn.functional.cross_entropy(
            logits, targets, reduction="none", ignore_index=-1, label_smoothing=settings.smoothing
        )
        if settings.loss == "focal":
            right = logits.softmax(dim=1).gather(1, targets.clamp(min=0)[:, None])[:, 0]
            losses = losses * (1 - right).pow(settings.focal_gamma)
        return losses

    def _make_smaller(self, texts: int) -> None:
        """Half as many tokens a part from now on; the gradients of the failed try are dropped."""
        self.optimizer.zero_grad(set_to_none=True)
        if self.encoder.device.type == "cuda":
            torch.cuda.empty_cache()
        now = int(np.ceil(texts / max(1, texts // (2 * self.accumulate))))
        self.accumulate = min(texts, max(2 * self.accumulate, now))
        self.progress.note(
            f"The GPU's memory ran out: batches are now worked through in {self.accumulate} parts, "
            "with the same result."
        )


def side_by_side(encoder: Encoder, settings: Tuning) -> bool:
    """Whether the parts of a batch are worked through in threads: on a CPU of few cores.

    Not where attention itself drops something or is run again in backward: masks are then
    PyTorch's, whose generator all threads share.
    """
    few = torch.get_num_threads() <= _FEW_CORES
    quiet = encoder.packed and not encoder.kernel.drops and not settings.gradient_checkpointing
    return encoder.device.type == "cpu" and few and quiet


def free_budget(encoder: Encoder, checkpointing: bool) -> int:
    """Most tokens in a part for the memory a GPU has free; 0, no limit, elsewhere.

    An estimate on the safe side of what a layer keeps for its gradient: about twenty rows of its
    width and six of its feed-forward part, a token.
    """
    if encoder.device.type != "cuda":
        return 0
    config = encoder.model.config
    layer = 20 * config.hidden_size + 6 * getattr(
        config, "intermediate_size", 4 * config.hidden_size
    )
    layers = int(config.num_hidden_layers)
    kept = layers * config.hidden_size + layer if checkpointing else layers * layer
    free, _total = torch.cuda.mem_get_info(encoder.device)
    return max(1024, int(free * 0.6 / (4 * kept)))
