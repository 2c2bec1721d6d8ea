"""Writes operations.safetensors: each operation's inputs, outputs and gradients by PyTorch autograd.

python make_operations.py     (torch 2.15, safetensors 0.8)
"""
import os
import torch
from torch import nn
from safetensors.torch import save_file

torch.manual_seed(7)
saved = {}


def record(name, module, x, forward=None, **extra):
    x = x.clone().requires_grad_(True)
    y = (forward or module)(x)
    dy = torch.randn_like(y)
    y.backward(dy)
    saved[f"{name}.x"], saved[f"{name}.y"] = x.detach(), y.detach()
    saved[f"{name}.dy"], saved[f"{name}.dx"] = dy, x.grad
    if module is not None:
        for key, parameter in module.named_parameters():
            saved[f"{name}.{key}"], saved[f"{name}.{key}.grad"] = parameter.detach(), parameter.grad
    saved.update({f"{name}.{k}": v for k, v in extra.items()})


LENGTHS = [9, 1, 14]  # packed utterances
FRAMES = sum(LENGTHS)
saved["lengths"] = torch.tensor(LENGTHS, dtype=torch.float32)


def per_utterance(f, time_last=False):
    def run(x):
        pieces = []
        for piece in x.split(LENGTHS):
            y = f(piece.t()[None])[0].t() if time_last else f(piece[None])[0]
            pieces.append(y)
        return torch.cat(pieces)

    return run


for width in (16, 37):  # a whole vector, and a ragged one
    norm = nn.LayerNorm(width)
    nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
    record(f"layer_norm_{width}", norm, 3 * torch.randn(FRAMES, width) + 1)
    record(f"linear_{width}", nn.Linear(width, 21), torch.randn(FRAMES, width))
    record(f"silu_{width}", None, 4 * torch.randn(FRAMES, width), nn.SiLU())
    record(f"glu_{width}", None, 2 * torch.randn(FRAMES, 2 * width), nn.GLU())
    depthwise = nn.Conv1d(width, width, 11, padding=5, groups=width)
    record(f"depthwise_{width}", depthwise, torch.randn(FRAMES, width), per_utterance(depthwise, True))
    batch = nn.BatchNorm1d(width)
    nn.init.normal_(batch.weight), nn.init.normal_(batch.bias)
    record(f"batch_norm_{width}", batch, 2 * torch.randn(FRAMES, width) + 5)
    saved[f"batch_norm_{width}.running_mean"] = batch.running_mean
    saved[f"batch_norm_{width}.running_var"] = batch.running_var

saved_lengths, LENGTHS = LENGTHS, [9, 3, 12]
strided = nn.Conv1d(13, 18, 3, stride=2)
saved["strided_lengths"] = torch.tensor(LENGTHS, dtype=torch.float32)
record("strided", strided, torch.randn(FRAMES, 13), per_utterance(strided, True))
LENGTHS = saved_lengths

HEADS, WIDTH = 3, 24


def attention(qkv):
    q, k, v = (p.view(*p.shape[:2], HEADS, -1).transpose(1, 2) for p in qkv.chunk(3, dim=-1))
    y = nn.functional.scaled_dot_product_attention(q, k, v)
    return y.transpose(1, 2).reshape(*qkv.shape[:2], WIDTH)


record("attention", None, 2 * torch.randn(FRAMES, 3 * WIDTH), per_utterance(attention))
record("softmax", None, 5 * torch.randn(6, 19), lambda x: x.softmax(-1))

# wav2vec 2.0's front end and positions.
LENGTHS = [9, 5, 10]  # GroupNorm refuses a single frame
saved["channel_lengths"] = torch.tensor(LENGTHS, dtype=torch.float32)
for width in (16, 37):
    record(f"gelu_{width}", None, 3 * torch.randn(FRAMES, width), nn.GELU())
    channel = nn.GroupNorm(width, width)
    nn.init.normal_(channel.weight), nn.init.normal_(channel.bias)
    record(f"channel_norm_{width}", channel, 2 * torch.randn(FRAMES, width) + 3,
           per_utterance(channel, True))
LENGTHS = saved_lengths
for kernel in (6, 5):  # an even one loses its last output
    grouped = nn.Conv1d(24, 24, kernel, padding=kernel // 2, groups=3)
    record(f"grouped_{kernel}", grouped, torch.randn(FRAMES, 24),
           per_utterance(lambda x: grouped(x)[..., : x.shape[-1]], True))
LENGTHS = [30, 11, 10]
samples = nn.Conv1d(1, 8, 10, stride=5, bias=False)
saved["samples_lengths"] = torch.tensor(LENGTHS, dtype=torch.float32)
record("samples", samples, torch.randn(sum(LENGTHS), 1), per_utterance(samples, True))
LENGTHS = saved_lengths

# Relative positions: gate[i, h] * table[h, j - i + FRAMES - 1] on the scores, as in WavLM.
gates = torch.randn(FRAMES, HEADS, requires_grad=True)
table = torch.randn(HEADS, 2 * FRAMES - 1, requires_grad=True)


def biased(qkv):
    pieces, start = [], 0
    for piece in qkv.split(LENGTHS):
        count = len(piece)
        q, k, v = (p.view(count, HEADS, -1).transpose(0, 1) for p in piece.chunk(3, dim=-1))
        distance = torch.arange(count)[None] - torch.arange(count)[:, None] + FRAMES - 1
        bias = gates[start:start + count].t()[:, :, None] * table[:, distance]
        y = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        pieces.append(y.transpose(0, 1).reshape(count, WIDTH))
        start += count
    return torch.cat(pieces)


record("biased", None, 2 * torch.randn(FRAMES, 3 * WIDTH), biased)
saved.update({"biased.gates": gates.detach(), "biased.gates.grad": gates.grad,
              "biased.table": table.detach(), "biased.table.grad": table.grad})
save_file({k: v.contiguous().float() for k, v in saved.items()},
          os.path.join(os.path.dirname(os.path.abspath(__file__)), "operations.safetensors"))
