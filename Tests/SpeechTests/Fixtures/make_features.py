"""Writes the log-mel fixtures of LogMelTests with torchaudio (torchaudio 2.11, torch 2.13):

    python make_features.py

features.json lists the cases; each signal is made of a formula that the test repeats, so that only the
expected features are stored. features.bin holds them one after the other, little-endian float32.
"""

import json
import math
import pathlib
import sys
import types

import numpy as np
import torch

# torchaudio's compiled part is not needed here and may not load without CUDA.
extension = types.ModuleType("torchaudio._extension")
extension._IS_TORCHAUDIO_EXT_AVAILABLE = False
extension.fail_if_no_align = lambda function: function
sys.modules[extension.__name__] = extension
import torchaudio  # noqa: E402

DEFAULT = dict(sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=80, f_min=0.0,
               f_max=8000.0, log_offset=1e-6, normalize="per_feature")
CASES = [
    ("default", 4000, {}),
    ("unnormalized", 4000, dict(normalize="none")),
    ("one sample more than the padding", 257, dict(normalize="none")),
    ("whole number of hops", 3200, dict(normalize="none")),
    ("other sizes", 3000, dict(n_fft=256, win_length=201, hop_length=100, n_mels=23, f_min=60.0,
                               f_max=3800.0, sample_rate=8000, log_offset=1e-3)),
    ("window as long as the transform", 5000,
     dict(n_fft=1024, win_length=1024, hop_length=256, n_mels=64, f_max=7600.0, normalize="none")),
]


def signal(count):
    """A chirp, a hum and a repeatable noise; float64 rounded once."""
    n = np.arange(count, dtype=np.float64)
    noise = (n * n * 12345 + n * 6789) % 65537 / 65537 - 0.5
    return (0.4 * np.sin(2 * math.pi * (0.01 * n + 0.00004 * n * n)) + 0.1 * np.sin(0.05 * n)
            + 0.02 * noise).astype(np.float32)


def features(samples, c):
    mel = torchaudio.transforms.MelSpectrogram(
        sample_rate=c["sample_rate"], n_fft=c["n_fft"], win_length=c["win_length"],
        hop_length=c["hop_length"], f_min=c["f_min"], f_max=c["f_max"], n_mels=c["n_mels"], power=2.0,
        center=True, pad_mode="reflect", norm=None, mel_scale="htk").double()
    # In float64, so that the fixture has no rounding errors of its own. The tables stay the float32
    # ones that torchaudio makes.
    x = torch.log(mel(torch.from_numpy(samples).double()) + c["log_offset"]).T
    if c["normalize"] == "per_feature":
        x = (x - x.mean(0)) / (x.std(0, unbiased=False) + 1e-5)
    return x.float().numpy()


folder = pathlib.Path(__file__).parent
listing, values = [], []
for name, count, changes in CASES:
    configuration = DEFAULT | changes
    x = features(signal(count), configuration)
    listing.append(dict(name=name, samples=count, frames=x.shape[0], configuration=configuration))
    values.append(np.ascontiguousarray(x, dtype="<f4").reshape(-1))
(folder / "features.json").write_text(json.dumps(listing, indent=1) + "\n")
(folder / "features.bin").write_bytes(np.concatenate(values).tobytes())
print(f"{len(CASES)} cases, {sum(map(len, values))} values")
