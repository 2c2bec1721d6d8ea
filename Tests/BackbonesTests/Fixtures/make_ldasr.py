"""Writes conformer-ldasr/: a small random model with LDASR's tensors and features, and what it computes.

python make_ldasr.py     (torch 2.15, safetensors)

The layers are torchaudio's Conformer in plain torch, in groups of two as LDASR holds them; a skipped one
keeps its last LayerNorm. expected.safetensors has `samples.N` and `log_probs.N.MASK` (frames x tokens).
"""
import json
import math
import os

import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEADS, INNER, GROUPS, KERNEL, MELS = 16, 2, 24, 2, 5, 20
TOKENS = ["@", "<s>", "</s>", "\u2581THE", "A", "B", "\u2581", "'"]
FFT, WINDOW, HOP = 1024, 320, 160


def feed_forward():
    block = nn.Module()
    block.sequential = nn.Sequential(
        nn.LayerNorm(WIDTH), nn.Linear(WIDTH, INNER), nn.SiLU(), nn.Dropout(0),
        nn.Linear(INNER, WIDTH), nn.Dropout(0))
    return block


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.ffn1, self.ffn2 = feed_forward(), feed_forward()
        self.self_attn_layer_norm = nn.LayerNorm(WIDTH)
        self.self_attn = nn.MultiheadAttention(WIDTH, HEADS)
        self.conv_module = nn.Module()
        self.conv_module.layer_norm = nn.LayerNorm(WIDTH)
        self.conv_module.sequential = nn.Sequential(
            nn.Conv1d(WIDTH, 2 * WIDTH, 1), nn.GLU(1),
            nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2, groups=WIDTH),
            nn.BatchNorm1d(WIDTH), nn.SiLU(), nn.Conv1d(WIDTH, WIDTH, 1))
        self.final_layer_norm = nn.LayerNorm(WIDTH)

    def forward(self, x, keep):  # frames x 1 x width
        if keep:
            x = x + 0.5 * self.ffn1.sequential(x)
            y = self.self_attn_layer_norm(x)
            x = x + self.self_attn(y, y, y, need_weights=False)[0]
            y = self.conv_module.layer_norm(x).permute(1, 2, 0)
            x = x + self.conv_module.sequential(y).permute(2, 0, 1)
            x = x + 0.5 * self.ffn2.sequential(x)
        return self.final_layer_norm(x)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_subsample = nn.Module()
        self.conv_subsample.sequential = nn.Sequential(
            nn.Conv1d(MELS, WIDTH, 3, 2), nn.Conv1d(WIDTH, WIDTH, 3, 2))
        self.positional_encoder = nn.Module()
        self.positional_encoder.register_buffer("pe", torch.zeros(200, 1, WIDTH))
        self.single_linear = nn.Linear(WIDTH, len(TOKENS))
        self.linears = nn.ModuleList(nn.Linear(WIDTH, len(TOKENS)) for _ in range(GROUPS))
        self.conformer = nn.ModuleList(nn.Module() for _ in range(GROUPS))
        for group in self.conformer:
            group.conformer_layers = nn.ModuleList([Layer(), Layer()])

    def forward(self, powers, mask):  # mels x frames
        x = self.conv_subsample.sequential(powers[None]).permute(2, 0, 1)
        t = torch.arange(len(x))[:, None]
        frequency = torch.exp(-math.log(10000.0) * torch.arange(0, WIDTH, 2) / WIDTH)
        x[:, 0, 0::2] += torch.sin(t * frequency)
        x[:, 0, 1::2] += torch.cos(t * frequency)
        layers = [layer for group in self.conformer for layer in group.conformer_layers]
        for layer, bit in zip(layers, mask):
            x = layer(x, bit == "1")
        return self.single_linear(x[:, 0]).log_softmax(-1)


def mel_powers(samples):
    spectrum = torch.stft(
        samples, FFT, HOP, WINDOW, torch.hann_window(WINDOW), pad_mode="reflect",
        return_complex=True).abs() ** 2
    top = 2595 * math.log10(1 + 8000 / 700)
    edges = 700 * (10 ** (torch.linspace(0, top, MELS + 2) / 2595) - 1)
    hertz = torch.linspace(0, 8000, FFT // 2 + 1)[:, None]
    up = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    return torch.minimum(up, down).clamp(min=0).T @ spectrum


torch.manual_seed(5)
model = Model().eval()
with torch.no_grad():
    for parameter in model.parameters():
        parameter.add_(0.2 * torch.randn_like(parameter))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
folder = os.path.join(HERE, "conformer-ldasr")
os.makedirs(folder, exist_ok=True)
save_file(model.state_dict(), os.path.join(folder, "model.safetensors"))
with open(os.path.join(folder, "tokens.txt"), "w") as file:
    file.write("\n".join(token.lower() for token in TOKENS) + "\n")
configuration = dict(
    model_type="conformer", architectures=["Conformer_with_LayerDrop"], input_dim=WIDTH,
    num_heads=HEADS, ffn_dim=INNER, num_layers=2 * GROUPS, depthwise_conv_kernel_size=KERNEL,
    dropout=0.1, vocab_size=len(TOKENS), blank=0, skip_rule="normalized",
    features=dict(n_fft=FFT, win_length=WINDOW, hop_length=HOP, n_mels=MELS, scale="power",
                  normalize="none"))
with open(os.path.join(folder, "config.json"), "w") as file:
    json.dump(configuration, file, indent=1)
saved = {}
for number, count in enumerate([8000, 5003]):
    samples = 0.1 * torch.randn(count) * torch.linspace(0.2, 1, count)
    saved[f"samples.{number}"] = samples
    for mask in ["1111", "1011", "0100", "0000"]:
        with torch.no_grad():
            saved[f"log_probs.{number}.{mask}"] = model(mel_powers(samples), mask).contiguous()
save_file(saved, os.path.join(folder, "expected.safetensors"))
print({k: tuple(v.shape) for k, v in saved.items()}, saved["log_probs.0.1111"][:3])
