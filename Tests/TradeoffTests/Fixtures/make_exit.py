"""Writes exit.safetensors: an exit's light layer, its weights, output and gradients by PyTorch autograd.

python make_exit.py     (torch 2.15, safetensors 0.8)
"""
import os
import torch
from torch import nn
from safetensors.torch import save_file

torch.manual_seed(3)
WIDTH, INNER, TAPS = 6, 3, 15
LENGTHS = [20, 1, 9]  # packed utterances

norm = nn.LayerNorm(WIDTH)
first = nn.Linear(WIDTH, INNER)
taps = nn.Conv1d(INNER, INNER, TAPS, padding=TAPS // 2, groups=INNER)
last = nn.Linear(INNER, WIDTH)
nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)

x = 2 * torch.randn(sum(LENGTHS), WIDTH) + 1
inside = first(norm(x))
filtered = torch.cat([taps(piece.t()[None])[0].t() for piece in inside.split(LENGTHS)])
y = x + last(nn.functional.silu(filtered))
dy = torch.randn_like(y)
y.backward(dy)

saved = {"x": x, "y": y.detach(), "dy": dy, "lengths": torch.tensor(LENGTHS, dtype=torch.float32)}
for name, module in (("norm", norm), ("in", first), ("taps", taps), ("out", last)):
    for key, parameter in module.named_parameters():
        saved[f"{name}.{key}"], saved[f"{name}.{key}.grad"] = parameter.detach(), parameter.grad
save_file(
    {name: tensor.contiguous() for name, tensor in saved.items()},
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "exit.safetensors"),
)
