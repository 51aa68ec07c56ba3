"""Which words stay in, the answer out: packed, and no text is asked twice.

Occlusion, KernelSHAP, LIME and every figure of trust ask the same question, "what does the model
say with only these words?", so they share one object that answers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.encoder.packing import Ints, batches
from engine.explain.attribution import Floats
from engine.explain.methods.baseline import Baseline, baseline_embeds, token_id
from engine.explain.methods.ways import packed
from engine.explain.reading import Reading
from engine.explain.subject import Subject
from engine.explain.target import Target

Bools = NDArray[np.bool_]


@dataclass(eq=False)
class Presence:
    """A text's answer as a function of which of its words are there.

    Attributes:
        subject: What is asked.
        reading: The text.
        target: The number.
        instead: What stands in place of a word that is not there; None: its tokens are left out.
        known: Answers so far, by the packed bits of the words that are there.
    """

    subject: Subject
    reading: Reading
    target: Target
    instead: Baseline | None = None
    known: dict[bytes, float] = field(default_factory=dict)

    def __call__(self, there: Bools) -> Floats:
        """(n,) float32 explained numbers of (n, words) booleans, words that stay in."""
        keys = [row.tobytes() for row in np.packbits(there, axis=1)]
        new = {key: place for place, key in enumerate(keys) if key not in self.known}
        if new:
            answers = self._ask([~there[place] for place in new.values()])
            self.known.update(zip(new, answers.tolist(), strict=True))
        return np.array([self.known[key] for key in keys], dtype=np.float32)

    def tensor(self, there: Tensor) -> Tensor:
        """The same for captum: (n, words) numbers, of which 0 is a word that is not there."""
        return torch.from_numpy(self(there.detach().cpu().numpy() != 0))

    @property
    def whole(self) -> float:
        """The answer to the text as it is."""
        return float(self(np.ones((1, self.reading.n_words), dtype=bool))[0])

    @property
    def empty(self) -> float:
        """The answer where no word is there."""
        return float(self(np.zeros((1, self.reading.n_words), dtype=bool))[0])

    def _ask(self, gone: Sequence[Bools]) -> Floats:
        instead = self.instead
        if instead is None:
            rows: list[Ints] = [self.reading.without(one) for one in gone]
        elif instead.kind in ("pad", "mask"):
            token = token_id(self.subject, instead.kind)
            rows = [self.reading.masked(one, token) for one in gone]
        else:
            return self._ask_embeds(gone, instead)
        return self.subject.scored(rows, [self.target] * len(rows))

    def _ask_embeds(self, gone: Sequence[Bools], instead: Baseline) -> Floats:
        """Answers where what stands instead is no single token: zeros, or a neutral text."""
        reading, subject = self.reading, self.subject
        own = subject.embed(reading.ids)
        other = baseline_embeds(subject, reading, instead)
        found = np.zeros(len(gone), dtype=np.float32)
        lengths = np.full(len(gone), len(reading.ids), dtype=np.int64)
        with torch.inference_mode():
            for places in batches(lengths, subject.budget()):
                rows = [torch.from_numpy(np.append(gone[i], False)[reading.owner]) for i in places]
                picked = torch.stack(rows).unsqueeze(2).to(own.device)
                out = subject.outputs(
                    packed(lengths[places]), torch.where(picked, other, own).flatten(0, 1)
                )
                scores = subject.scores(out, [self.target] * len(places))
                found[places] = scores.float().cpu().numpy()
        return found
