"""A model folder as a PyTorch network from its input to log-probabilities, with the layers of a mask alone.

Dropscope's Conformer needs torch; the folders of Hugging Face need transformers, too.
"""

import copy
import json
import os

import torch
from torch import nn

import conformer

os.environ["HF_HUB_OFFLINE"] = "1"


class OwnRecognizer(nn.Module):
    """Features (batch x frames x bins) to log-probabilities, by Dropscope's Conformer."""

    takes_batches = True

    def __init__(self, folder):
        super().__init__()
        self.model = conformer.load(folder).eval()
        self.mask = []

    def choose(self, mask):
        self.mask = [bit == "1" for bit in mask]

    def forward(self, rows, lengths=None):
        return self.model(rows, lengths, self.mask)[0]


class HuggingFaceRecognizer(nn.Module):
    """Samples (1 x samples x 1) or features (1 x frames x bins) to log-probabilities, by transformers."""

    takes_batches = False

    def __init__(self, folder, attention):
        super().__init__()
        import transformers

        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        options = {} if attention is None else dict(attn_implementation=attention)
        self.model = transformers.AutoModelForCTC.from_pretrained(
            folder, local_files_only=True, **options).float().eval()
        self.takes_samples = self.model.main_input_name == "input_values"
        self.version = f"transformers {transformers.__version__}"
        self.layers = list(self.encoder.layers)

    @property
    def encoder(self):
        base = self.model.base_model if self.model.base_model is not self.model else self.model.encoder
        return getattr(base, "encoder", base)

    def choose(self, mask):
        """Layers of the 0s are taken out."""
        kept = [layer for layer, bit in zip(self.layers, mask) if bit == "1"]
        attention = getattr(self.layers[0], "attention", None)
        if hasattr(attention, "rel_attn_embed") and kept[0] is not self.layers[0]:
            # WavLM's first layer has the table of position biases for all.
            kept[0] = copy.deepcopy(kept[0])
            kept[0].attention.rel_attn_embed = attention.rel_attn_embed
        self.encoder.layers = nn.ModuleList(kept)

    def forward(self, rows):
        return self.model(rows[:, :, 0] if self.takes_samples else rows).logits.log_softmax(-1)


def load(folder, attention=None):
    """`attention`: transformers' name of an implementation; its own choice without."""
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    return OwnRecognizer(folder) if kind == "conformer" else HuggingFaceRecognizer(folder, attention)


def versions(network, *modules):
    """The versions of modules in words, the first without its name, and of what the network is made by."""
    first, *others = modules
    names = [first.__version__, *(f"{module.__name__} {module.__version__}" for module in others)]
    return ", ".join(names + ([network.version] if hasattr(network, "version") else []))
