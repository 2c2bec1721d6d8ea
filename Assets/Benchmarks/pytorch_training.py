"""Training steps of a Dropscope Conformer in PyTorch, timed: the yardstick of `dropscope bench --pytorch`.

Usage: python pytorch_training.py FOLDER

FOLDER is written by `dropscope bench`: a model (config.json, model.safetensors, float32) and
batches.safetensors with every batch's features, targets and masks. The model is torchaudio's Conformer
(same state_dict) with torch's fused attention, CTC loss and AdamW. Batches are padded, as PyTorch needs
it. Features come ready-made: what Dropscope spends on augmentation and log-mel is not charged here.

Prints one JSON object: the loss of the first utterance alone, for comparison, and the seconds of each
recipe's steps. Needs torch alone.
"""

import json
import math
import struct
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
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
        """features: batch x frames x bins. Returns log-probabilities and output lengths."""
        x = self.conv_subsample.sequential(features.transpose(1, 2)).transpose(1, 2)
        for _ in range(2):
            lengths = (lengths - 3) // 2 + 1
        x = self.dropout(x + self.positions[: x.shape[1]])
        padding = None
        if int(lengths.min()) < x.shape[1]:
            padding = torch.arange(x.shape[1])[None] >= lengths[:, None]
        for kept, layer in zip(mask, self.conformer_layers):
            if kept:
                x = layer(x, padding)
            elif self.skips_with_norm:
                x = layer.final_layer_norm(x)
        return self.single_linear(x).log_softmax(-1), lengths


def ctc(log_probabilities, lengths, targets, target_lengths):
    return F.ctc_loss(
        log_probabilities.transpose(0, 1), targets, lengths, target_lengths, reduction="mean",
        zero_infinity=True)


def step(model, teacher, optimizer, batch, mask):
    log_probabilities, lengths = model(batch["features"], batch["lengths"], mask)
    loss = ctc(log_probabilities, lengths, batch["targets"], batch["target_lengths"])
    if teacher is not None:
        with torch.inference_mode():
            reference, _ = teacher(batch["features"], batch["lengths"], [True] * len(mask))
        divergence = F.kl_div(log_probabilities, reference, reduction="none", log_target=True).sum(-1)
        valid = torch.arange(divergence.shape[1])[None] < lengths[:, None]
        loss = loss + (divergence * valid).sum() / valid.sum()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def main():
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    run = json.loads((folder / "run.json").read_text())
    weights = read_safetensors(folder / "model.safetensors")
    data = read_safetensors(folder / "batches.safetensors")
    torch.set_num_threads(run["threads"])
    torch.manual_seed(1)

    def fresh():
        model = Conformer(config)
        missing = model.load_state_dict(weights, strict=False)
        assert not missing.unexpected_keys, missing.unexpected_keys
        assert all("num_batches_tracked" in name for name in missing.missing_keys), missing.missing_keys
        return model

    batches, first = [], None
    for index in range(run["batches"]):
        lengths = data[f"{index}.lengths"].long()
        counts = data[f"{index}.target_lengths"].long()
        parts = data[f"{index}.features"].split(lengths.tolist())
        targets = data[f"{index}.targets"].long()
        if first is None:
            first = dict(
                features=parts[0][None], lengths=lengths[:1], targets=targets[: counts[0]],
                target_lengths=counts[:1])
        batches.append(dict(
            features=nn.utils.rnn.pad_sequence(parts, batch_first=True), lengths=lengths,
            targets=targets, target_lengths=counts))

    with torch.inference_mode():
        log_probabilities, lengths = fresh().eval()(
            first["features"], first["lengths"], [True] * config["num_layers"])
        loss = ctc(log_probabilities, lengths, first["targets"], first["target_lengths"]).item()

    seconds = {}
    for recipe in run["recipes"]:
        model = fresh()
        teacher = fresh().eval() if recipe["distils"] else None
        optimizer = torch.optim.AdamW(
            model.parameters(), 1e-4, (0.9, 0.98), 1e-8, weight_decay=0.01, fused=True)
        masks = [[bit == "1" for bit in mask] for mask in recipe["masks"]]
        for index, mask in enumerate(masks):
            if index == run["warm_up_steps"]:
                start = time.perf_counter()
            step(model, teacher, optimizer, batches[index], mask)
        seconds[recipe["name"]] = time.perf_counter() - start
    print(json.dumps(dict(version=torch.__version__, loss=loss, seconds=seconds)))


main()
