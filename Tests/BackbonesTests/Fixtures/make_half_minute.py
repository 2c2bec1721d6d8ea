"""Writes wav2vec2-group/half-minute.safetensors: what double precision makes of 30 s of audio.

python make_half_minute.py     (torch 2.15, transformers 5.23; wav2vec2-group of make_wav2vec.py beside it)

Two signals of one formula, which the test repeats: `loud`, normalised as the folder says, and `quiet`, at most
0.005 around 0.9 and left so. Of each: `SIGNAL`, every 8th frame's log-probabilities; `tokens.SIGNAL`, every
frame's likeliest token; `float32.SIGNAL`, the greatest difference of transformers' float32 from the first.
"""
import os

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wav2vec2-group")


def waves():
    """A chirp, a hum that swells with it, and noise: whole numbers, of at most 32768. 500 and 61 are chosen:
    they leave no frame's two likeliest tokens so close that single precision could swap them."""
    n = np.arange(30 * 16000, dtype=np.int64)

    def triangle(phase):
        return np.abs((phase & 0xFFFF) - 0x8000) - 0x4000

    tones = triangle(500 * n + 3 * ((n * n) >> 9)) + (triangle(61 * n) >> 1)
    noise = (12345 * n * n + 6789 * n) % 65537 - 32768
    return ((tones * (triangle(n >> 1) + 0x4000)) >> 15) + (noise >> 3)


def log_probabilities(model, samples):
    with torch.no_grad():
        return model(samples[None]).logits[0].log_softmax(-1)


volts = waves() / 32768
saved = {}
for name, samples, normalizes in [("loud", volts, True), ("quiet", volts * 0.005 + 0.9, False)]:
    samples = samples.astype(np.float32)
    model = Wav2Vec2ForCTC.from_pretrained(FOLDER).eval()
    extract = Wav2Vec2FeatureExtractor(do_normalize=normalizes)
    single = log_probabilities(
        model, extract(samples, sampling_rate=16000, return_tensors="pt").input_values[0])
    exact = torch.from_numpy(samples).double()
    if normalizes:
        exact = (exact - exact.mean()) / torch.sqrt(exact.var(unbiased=False) + 1e-7)
    double = log_probabilities(model.double(), exact)
    tokens = double.argmax(-1)
    saved[name] = double[::8].float().contiguous()
    saved[f"tokens.{name}"] = tokens.float()
    saved[f"float32.{name}"] = (single - double)[::8].abs().max()[None].float()
    best = double.topk(2).values
    print(name, tuple(double.shape), "float32 differs by", saved[f"float32.{name}"].item(),
          "in", (single.argmax(-1) != tokens).sum().item(), "tokens; the closest choice is by",
          (best[:, 0] - best[:, 1]).min().item(), "; tokens:", tokens.bincount().tolist())
save_file(saved, os.path.join(FOLDER, "half-minute.safetensors"))
