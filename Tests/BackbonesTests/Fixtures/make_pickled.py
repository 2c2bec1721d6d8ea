"""Writes hubert-settings' tensors as two shards of torch.save with their index, in hubert-pickled.

python make_pickled.py     (torch 2.13)
"""
import collections
import json
import os

import torch
from safetensors.torch import load_file

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "hubert-pickled")
os.makedirs(FOLDER, exist_ok=True)
state = load_file(os.path.join(HERE, "hubert-settings", "model.safetensors"))
names = sorted(state)
shards = [names[: len(names) // 2], names[len(names) // 2 :]]
places = {}
for number, part in enumerate(shards, 1):
    file = f"pytorch_model-{number:05d}-of-00002.bin"
    torch.save(collections.OrderedDict((name, state[name]) for name in part), os.path.join(FOLDER, file))
    places.update({name: file for name in part})
json.dump(
    dict(metadata={}, weight_map=places),
    open(os.path.join(FOLDER, "pytorch_model.bin.index.json"), "w"), indent=1)
