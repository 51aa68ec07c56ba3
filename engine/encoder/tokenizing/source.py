"""Where a stage's tokens come from: the dataset's tokens artifact, or made and kept on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.encoder.ahead import ahead
from engine.encoder.tokenizing.dataset_texts import text_blocks
from engine.encoder.tokenizing.files import Mark, TokenFiles, open_tokens
from engine.encoder.tokenizing.repeats import Digests, digests
from engine.encoder.tokenizing.tokens import Tokens

if TYPE_CHECKING:
    from engine.encoder.draft import DraftEncoder
    from engine.encoder.encoder import Encoder
    from engine.encoder.spec import TokenizeSpec
    from engine.store import Artifact
    from engine.work import Work


class TokenSource:
    """A dataset's tokens, block by block from `mark` on.

    Args:
        found: The tokens artifact; None where the texts have to be tokenized.
        dataset: Folder of the dataset.
        scratch: Folder for tokens made on the way; survives a kill.
        encoder: Tokenizes.
        max_length: Tokens of a text, 0 for the encoder's own limit.
        mark: How far an earlier run came.
        seconds: How long that run tokenized.
    """

    def __init__(
        self,
        *,
        found: Artifact | None,
        dataset: Path,
        scratch: Path,
        encoder: Encoder | DraftEncoder,
        max_length: int,
        mark: Mark,
        seconds: float,
    ) -> None:
        self.found = found is not None
        self.seconds = seconds
        self._dataset, self._encoder, self._limit = dataset, encoder, max_length or None
        self._start = mark.rows
        self._stored = open_tokens(found.path) if found else None
        self._files: TokenFiles | None = None
        if not found:
            self._files = TokenFiles(scratch, encoder.tokenizer.vocabulary, mark)

    def earlier(self, block: int) -> Generator[tuple[Digests, int], None, None]:
        """Digests of the texts before `mark` with the row of their first, as far as kept."""
        if self._stored is not None:
            before = self._stored.part(0, self._start)
        elif self._files:
            before = self._files.read()
        for start in range(0, len(before), block):
            yield digests(before.part(start, start + block)), start

    def blocks(self, block: int) -> Generator[tuple[Tokens, Digests], None, None]:
        """Tokens and digests of `block` texts at a time, made in threads ahead of the reader."""
        items: Any
        make: Callable[[Any], tuple[Tokens, Digests, float]]
        if (stored := self._stored) is not None:
            items = range(self._start, len(stored), block)

            def make(start: int) -> tuple[Tokens, Digests, float]:
                part = stored.part(start, start + block)
                return part, digests(part), 0.0
        else:
            items = text_blocks(self._dataset, skip=self._start, block=block)

            def make(texts: list[str]) -> tuple[Tokens, Digests, float]:
                began = time.monotonic()
                tokens = self._encoder.tokenize(texts, self._limit)
                return tokens, digests(tokens), time.monotonic() - began

        for tokens, seen, took in ahead(make, items):
            self.seconds += took
            if self._files and self._files.whole:
                self._files.append(tokens)
            yield tokens, seen

    def sync(self) -> None:
        """Have the tokens made so far on disk."""
        if self._files:
            self._files.sync()

    def publish(self, work: Work, spec: TokenizeSpec) -> None:
        """Publish the tokens that were made here, if all of them were, for the next stage."""
        if not self._files or not self._files.whole:
            return
        out = work.scratch / "tokens-out"
        out.mkdir(exist_ok=True)
        facts = self._files.finish(out)
        more = {
            "max_length": self._limit or self._encoder.max_length,
            "encoder": spec.encoder,
            "seconds": round(self.seconds, 2),
            "texts_per_second": round(facts["texts"] / max(self.seconds, 1e-9), 1),
        }
        work.publish(spec, out, facts | more)

    def close(self) -> None:
        """Close the files; what was written stays for a later run."""
        if self._files:
            self._files.close()
