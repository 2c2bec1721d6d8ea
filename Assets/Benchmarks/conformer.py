"""A Dropscope Conformer in PyTorch, and reading its weights: torchaudio's Conformer (same state_dict) with
torch's fused attention. Needs torch alone.
"""

import json
import math
import struct

import torch
from torch import nn


def read_safetensors(path):
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", f"{name} is {entry['dtype']}"
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(bytearray(data[8 + size + begin : 8 + size + end]), dtype=torch.float32)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


class FeedForward(nn.Module):
    def __init__(self, width, inner, dropout):
        super().__init__()
        self.sequential = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, inner), nn.SiLU(), nn.Dropout(dropout),
            nn.Linear(inner, width), nn.Dropout(dropout))

    def forward(self, x):
        return self.sequential(x)


class Convolution(nn.Module):
    def __init__(self, width, kernel, dropout):
        super().__init__()
        self.layer_norm = nn.LayerNorm(width)
        self.sequential = nn.Sequential(
            nn.Conv1d(width, 2 * width, 1), nn.GLU(dim=1),
            nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width),
            nn.BatchNorm1d(width), nn.SiLU(), nn.Conv1d(width, width, 1), nn.Dropout(dropout))

    def forward(self, x):
        return self.sequential(self.layer_norm(x).transpose(1, 2)).transpose(1, 2)


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, dropout = c["input_dim"], c["dropout"]
        self.ffn1 = FeedForward(width, c["ffn_dim"], dropout)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.self_attn = nn.MultiheadAttention(width, c["num_heads"], batch_first=True)
        self.self_attn_dropout = nn.Dropout(dropout)
        self.conv_module = Convolution(width, c["depthwise_conv_kernel_size"], dropout)
        self.ffn2 = FeedForward(width, c["ffn_dim"], dropout)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, x, padding):
        x = x + 0.5 * self.ffn1(x)
        y = self.self_attn_layer_norm(x)
        y, _ = self.self_attn(y, y, y, key_padding_mask=padding, need_weights=False)
        x = x + self.self_attn_dropout(y)
        x = x + self.conv_module(x)
        x = x + 0.5 * self.ffn2(x)
        return self.final_layer_norm(x)


class Conformer(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["input_dim"]
        self.conv_subsample = nn.Module()
        self.conv_subsample.sequential = nn.Sequential(
            nn.Conv1d(c["features"]["n_mels"], width, 3, 2), nn.Conv1d(width, width, 3, 2))
        self.dropout = nn.Dropout(c["dropout"])
        self.conformer_layers = nn.ModuleList(Layer(c) for _ in range(c["num_layers"]))
        self.single_linear = nn.Linear(width, c["vocab_size"])
        self.skips_with_norm = c["skip_rule"] == "normalized"
        frequency = torch.exp(-math.log(10000) * torch.arange(0, width, 2) / width)
        angle = torch.arange(2000)[:, None] * frequency
        self.positions = torch.stack([angle.sin(), angle.cos()], -1).reshape(2000, width)

    def forward(self, features, lengths, mask):
        """features: batch x frames x bins. Returns log-probabilities and output lengths; `lengths` may be
        None where no utterance is padded."""
        x = self.conv_subsample.sequential(features.transpose(1, 2)).transpose(1, 2)
        x = self.dropout(x + self.positions[: x.shape[1]])
        padding = None
        if lengths is not None:
            for _ in range(2):
                lengths = (lengths - 3) // 2 + 1
            if int(lengths.min()) < x.shape[1]:
                padding = torch.arange(x.shape[1])[None] >= lengths[:, None]
        for kept, layer in zip(mask, self.conformer_layers):
            if kept:
                x = layer(x, padding)
            elif self.skips_with_norm:
                x = layer.final_layer_norm(x)
        return self.single_linear(x).log_softmax(-1), lengths


def load(folder):
    """The model of a folder that Dropscope wrote in float32, in training mode."""
    model = Conformer(json.loads((folder / "config.json").read_text()))
    missing = model.load_state_dict(read_safetensors(folder / "model.safetensors"), strict=False)
    assert not missing.unexpected_keys, missing.unexpected_keys
    assert all("num_batches_tracked" in name for name in missing.missing_keys), missing.missing_keys
    return model
