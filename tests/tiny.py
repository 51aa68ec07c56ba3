"""A folder in, a tiny random encoder in it out, as sentence-transformers would keep it.

folder = make_tiny_encoder(tmp_path / "encoder")
encoder = load_encoder(str(folder))
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDS = (  # noqa: SIM905
    "the a of to in on and is was not very good bad great poor film phone tea market shares rose "
    "fell team won lost match goal science paper model data network rain sun storm king queen law "
    "court bank oil price report says new old first last week year people city water fire light"
).split()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
HIDDEN, HEADS, LAYERS, POSITIONS, LIMIT = 32, 4, 2, 80, 48

_SHAPE: dict[str, Any] = {
    "hidden_size": HIDDEN,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "intermediate_size": 48,
    "max_position_embeddings": POSITIONS,
    "pad_token_id": 0,
}
# What the families call things where they differ from BERT.
_FAMILIES: dict[str, dict[str, Any]] = {
    "bert": {},
    "roberta": {"pad_token_id": 1, "type_vocab_size": 1},
    "xlm-roberta": {"pad_token_id": 1, "type_vocab_size": 1},
    "electra": {"embedding_size": 16},
    "modernbert": {"local_attention": 8, "global_attn_every_n_layers": 2, "cls_token_id": 2,
                   "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
    "nomic_bert": {},
    "jina_embeddings_v3": {"pad_token_id": 1, "type_vocab_size": 1},
    "eurobert": {"num_key_value_heads": 2, "bos_token_id": 2, "eos_token_id": 3},
    "distilbert": {"dim": HIDDEN, "n_heads": HEADS, "n_layers": LAYERS, "hidden_dim": 48},
    "mpnet": {},
}  # fmt: skip


def make_tiny_encoder(
    folder: Path,
    family: str = "bert",
    *,
    pooling: str = "mean",
    normalize: bool = True,
    limit: int | None = LIMIT,
    seed: int = 0,
) -> Path:
    """Write a random encoder of `family` with a WordPiece tokenizer of WORDS and letters."""
    import torch
    from transformers import AutoConfig, AutoModel

    folder.mkdir(parents=True, exist_ok=True)
    shape = {**_SHAPE, **_FAMILIES[family]}
    vocabulary = _tokenizer(folder, pad_id=shape["pad_token_id"])
    config = AutoConfig.for_model(family, vocab_size=vocabulary, **shape)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModel.from_config(config, attn_implementation="eager")
        # Random weights of the usual size make all vectors nearly equal: spread them.
        for name, weights in model.named_parameters():
            if weights.dim() > 1 and "norm" not in name.lower():
                torch.nn.init.normal_(weights, std=0.15)
    model.save_pretrained(folder)
    if limit:
        _write(folder / "sentence_bert_config.json", {"max_seq_length": limit})
    (folder / "1_Pooling").mkdir(exist_ok=True)
    _write(
        folder / "1_Pooling" / "config.json",
        {"embedding_dimension": HIDDEN, "pooling_mode": pooling, "include_prompt": True},
    )
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    modules += [("2_Normalize", "Normalize")] if normalize else []
    _write(
        folder / "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
    )
    return folder


def _tokenizer(folder: Path, *, pad_id: int) -> int:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'-"
    special = [token for token in SPECIAL if token != "[PAD]"]
    special.insert(pad_id, "[PAD]")
    tokens = [*special, *letters, *(f"##{letter}" for letter in letters), *WORDS]
    tokens = list(dict.fromkeys(tokens))
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(tokens), encoding="utf-8")
    names = {"unk": "[UNK]", "sep": "[SEP]", "pad": "[PAD]", "cls": "[CLS]", "mask": "[MASK]"}
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            **{f"{kind}_token": token for kind, token in names.items()},
        },
    )
    return len(tokens)


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
