"""Places of texts in, their logits out: a look at the validation texts during training."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

import numpy as np
import torch

from engine.encoder.packing import Ints, batches, pack
from engine.encoder.workers import spread
from engine.tuning.lesson import Floats, Places
from engine.tuning.plan import deal
from engine.tuning.step import Stepper


class Verdict(NamedTuple):
    """What a look is worth: a score, more being better, a loss in nats, and what else to show.

    `shown` goes into the live curves: name to number.
    """

    score: float
    loss: float
    shown: dict[str, float] = {}


Judge = Callable[[Floats, Places], Verdict]
"""(n, n_labels) logits and (n,) targets to what the look is worth."""


def look_places(places: Ints, rows: int, seed: int) -> Ints:
    """The same texts at each look, from all over a file that may be sorted by label."""
    drawn = np.random.default_rng(seed).permutation(places)
    return np.sort(drawn[:rows])


def logits_at(stepper: Stepper, places: Ints) -> Floats:
    """(n, n_labels) float32 of the texts at `places`, dropout off, each process reading a share."""
    head, group = stepper.network.head, stepper.group
    share: Ints = np.arange(len(places))
    if group.world > 1:
        lengths = stepper.lesson.tokens.lengths[places]
        share = deal(share, lengths, group.world)[group.rank]
    vectors = np.zeros((len(places), head.in_features), dtype=np.float32)
    vectors[share] = _vectors(stepper, places[share])
    group.add(torch.from_numpy(vectors))
    weight, bias = (p.detach().float().cpu().numpy() for p in (head.weight, head.bias))
    logits: Floats = (vectors @ weight.T + bias)[:, : stepper.lesson.labels]
    return logits


def _vectors(stepper: Stepper, places: Ints) -> Floats:
    encoder, tokens, recall = stepper.encoder, stepper.lesson.tokens, stepper.recall
    vectors = np.empty((len(places), stepper.network.head.in_features), dtype=np.float32)
    stepper.network.eval()
    if recall is None:
        encoder.encode_tokens([tokens[int(place)] for place in places], out=vectors)
        return vectors

    def read(picked: Ints) -> Floats:
        batch = pack(tokens, places[picked])
        with torch.no_grad():
            found: Floats = encoder.pool(batch, **recall.keywords(batch)).numpy()
        return found

    made = list(batches(tokens.lengths[places], encoder.budget()))
    with closing(spread(read, made, torch.get_num_threads())) as work:
        for picked, found in zip(made, work, strict=True):
            vectors[picked] = found
    return vectors
