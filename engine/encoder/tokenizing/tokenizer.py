"""An encoder's recipe in, its tokenizer out, and how much of a text it reads."""

from __future__ import annotations

from typing import Any

from engine.encoder.hub.folder import Recipe, read_json
from engine.encoder.tokenizing.tokens import Tokenizer
from engine.errors import InputError

_AFTER_PADDING = ("roberta", "xlm-roberta", "camembert")
_UNLIMITED = 65_536


def load_tokenizer(recipe: Recipe) -> Tokenizer:
    """The tokenizer in the encoder's folder, cutting texts at the encoder's own limit.

    Raises:
        InputError: there is none of the fast kind.
    """
    from transformers import AutoTokenizer

    try:
        loaded: Any = AutoTokenizer.from_pretrained(
            recipe.transformer, use_fast=True, trust_remote_code=False, local_files_only=True
        )
        backend = loaded.backend_tokenizer
    except (ValueError, OSError, AttributeError, ImportError, KeyError) as error:
        raise InputError(
            f"The encoder in {recipe.transformer} has no fast tokenizer: it needs a tokenizer.json."
        ) from error
    return Tokenizer(
        backend, max_length=token_limit(recipe), lower=recipe.lower, prompt=recipe.prompt
    )


def token_limit(recipe: Recipe, asked: int = 0) -> int:
    """Tokens of a text that are read, special tokens included: `asked`, or the encoder's own limit.

    Raises:
        InputError: more were asked for than the encoder has positions for.
    """
    most = _positions(recipe)
    if asked and most and asked > most:
        raise InputError(
            f"This encoder reads at most {most} tokens of a text; {asked} were asked for."
        )
    config = read_json(recipe.transformer / "tokenizer_config.json", default={})
    limits = [recipe.limit, config.get("model_max_length"), most, _UNLIMITED]
    return asked or min(int(limit) for limit in limits if limit)


def position_offset(recipe: Recipe) -> int:
    """Positions that no token has: RoBERTa's family counts from after the padding's id."""
    family = recipe.config.get("model_type")
    return int(recipe.config.get("pad_token_id", 1)) + 1 if family in _AFTER_PADDING else 0


def _positions(recipe: Recipe) -> int | None:
    positions = recipe.config.get("max_position_embeddings")
    if positions is None:  # the family's own number, or it has another name
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(recipe.transformer, trust_remote_code=False)
        positions = getattr(config, "max_position_embeddings", None)
    return int(positions) - position_offset(recipe) if positions else None
