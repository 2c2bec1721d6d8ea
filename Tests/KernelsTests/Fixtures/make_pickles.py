"""Writes small state_dicts as torch.save does, with the same values as safetensors beside them.

python make_pickles.py     (torch 2.13)

state.bin has every kind of plain tensor; state-old.bin is in the format of PyTorch before 1.6; strange-NAME.bin
has one thing that is no plain tensor.
"""
import collections
import os

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, name)


torch.manual_seed(1)
grid = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 4 - 3
state = collections.OrderedDict(
    float32=grid, float16=grid.half(), bfloat16=grid.bfloat16(), turned=grid.permute(2, 0, 1),
    part=grid[1, 1:, ::2], turned16=grid.half().permute(1, 2, 0),
    parameter=torch.nn.Parameter(torch.randn(3)), scalar=torch.tensor(1.5), empty=torch.empty(0, 4),
    counter=torch.tensor(7), double=torch.randn(2, dtype=torch.float64), wide=torch.ones(1, 3).expand(2, 3))
state["naïve/ü"] = torch.randn(2)
state._metadata = collections.OrderedDict({"": {"version": 1}, "encoder": {"version": 2}})
torch.save(state, path("state.bin"))
save_file({k: v.detach().contiguous().clone() for k, v in state.items()}, path("state.safetensors"))
torch.save({"x": torch.ones(2)}, path("state-old.bin"), _use_new_zipfile_serialization=False)


class Call:
    def __reduce__(self):
        return os.system, ("touch it-ran",)


torch.save({"x": torch.ones(2), "y": Call()}, path("strange-call.bin"))
torch.save({"x": torch.ones(2), "y": [1]}, path("strange-list.bin"))
torch.save({"x": torch.ones(2), "epoch": 3}, path("strange-number.bin"))
torch.save({"model": {"x": torch.ones(2)}}, path("strange-nest.bin"))
torch.save({"x": torch.ones(2, dtype=torch.complex64)}, path("strange-complex.bin"))
torch.save({"x": torch.eye(2).to_sparse()}, path("strange-sparse.bin"))
torch.save(torch.ones(2), path("strange-tensor.bin"))
torch.save(torch.nn.Linear(2, 2), path("strange-module.bin"))
