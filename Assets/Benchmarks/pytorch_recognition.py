"""A recording through a Hugging Face model, timed: the yardstick of `dropscope bench --pytorch`.

Usage: python pytorch_recognition.py FOLDER

FOLDER is written by `dropscope bench`: run.json (the model's folder, threads, masks, repetitions) and
input.safetensors with the samples as the model's feature extractor leaves them, and our log-probabilities
for each mask. The model is transformers' own, in evaluation mode; layers of the 0s in a mask are taken out.

Prints one JSON object: for each mask the milliseconds of every repetition, and the largest difference from
our log-probabilities, relative to the largest of them. Needs torch, transformers and safetensors.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers
from safetensors.torch import load_file
from torch import nn


class Skipped(nn.Module):
    """What came in, in the form the encoder expects; with the position biases of WavLM's first layer."""

    def __init__(self, layer):
        super().__init__()
        self.attention = getattr(layer, "attention", None)
        self.is_wavlm = hasattr(self.attention, "gru_rel_pos_linear")

    def forward(self, hidden, *args, position_bias=None, **kwargs):
        if not self.is_wavlm:
            return hidden
        if hasattr(self.attention, "rel_attn_embed"):
            frames = hidden.shape[1]
            position_bias = self.attention.compute_bias(frames, frames).repeat(hidden.shape[0], 1, 1)
        return hidden, position_bias


def main():
    folder = Path(sys.argv[1])
    run = json.loads((folder / "run.json").read_text())
    data = load_file(folder / "input.safetensors")
    torch.set_num_threads(run["threads"])
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = transformers.AutoModelForCTC.from_pretrained(run["model"], local_files_only=True)
    model = model.float().eval()
    layers = model.base_model.encoder.layers
    originals = list(layers)
    samples = data["samples"].reshape(1, -1)
    milliseconds, differences = {}, {}
    for mask in run["masks"]:
        for index, bit in enumerate(mask):
            layers[index] = originals[index] if bit == "1" else Skipped(originals[index])
        times = []
        with torch.inference_mode():
            # The first warms up.
            for _ in range(run["repetitions"] + 1):
                start = time.perf_counter()
                logits = model(samples).logits
                times.append(1000 * (time.perf_counter() - start))
        expected, ours = logits[0].log_softmax(-1), data[mask]
        if expected.shape != ours.shape:
            raise SystemExit(f"{tuple(expected.shape)} log-probabilities, ours are {tuple(ours.shape)}")
        differences[mask] = ((expected - ours).abs().max() / expected.abs().max()).item()
        milliseconds[mask] = times[1:]
    print(json.dumps(dict(
        version=f"{torch.__version__}, transformers {transformers.__version__}",
        milliseconds=milliseconds, differences=differences)))


main()
