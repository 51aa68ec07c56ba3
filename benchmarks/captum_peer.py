"""A model's folder in, Captum's LayerIntegratedGradients on it as its tutorials have it out.

transformers' own model with the attention it takes by itself, the head behind it, one text at a
time; the baseline is one token, such as PAD, in place of every one but CLS and SEP.
"""

from __future__ import annotations

import torch


class CaptumPeer:
    """Explains one text of a classifier with an encoder of its own."""

    def __init__(self, folder, attention=None):
        from captum.attr import LayerIntegratedGradients
        from safetensors.torch import load_file
        from transformers import AutoModel

        from engine.classify.classifier import Card
        from engine.store.files import read_json

        card = Card.model_validate(read_json(folder / "model.json"))
        head = load_file(folder / "head.safetensors")
        self.weight, self.bias = (head[n] / card.temperature for n in ("weight", "bias"))
        more = {"attn_implementation": attention} if attention else {}
        self.model = AutoModel.from_pretrained(
            folder / "encoder", dtype=torch.float32, **more
        ).eval()
        self.ids_of = LayerIntegratedGradients(self._odds, self.model.embeddings.word_embeddings)

    def to(self, device):
        """Itself, on that device."""
        self.weight, self.bias = self.weight.to(device), self.bias.to(device)
        self.model.to(device)
        return self

    def _odds(self, ids, of):
        hidden = self.model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        vectors = torch.nn.functional.normalize(hidden.mean(dim=1))
        logits = torch.nn.functional.linear(vectors, self.weight, self.bias)
        others = torch.cat([logits[:, :of], logits[:, of + 1 :]], dim=1)
        return logits[:, of] - others.logsumexp(dim=1)

    def explain(self, reading, of, instead, steps=50):
        """(words,) scores and the convergence delta."""
        ids = torch.from_numpy(reading.ids).long().unsqueeze(0).to(self.weight.device)
        own = torch.from_numpy(reading.owner < 0).to(self.weight.device)
        base = torch.where(own, ids, torch.full_like(ids, instead))
        found, delta = self.ids_of.attribute(
            ids, base, additional_forward_args=(of,), n_steps=steps, return_convergence_delta=True
        )
        return reading.by_word(found[0].sum(dim=1).detach().cpu().numpy()), float(delta)
