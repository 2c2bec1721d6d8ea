"""Floating point operations of the Hugging Face models here as PyTorch counts them, in operations.json.

python make_operations.py     (torch 2.13, transformers 5.24)

For each folder the samples that were heard, and the products and convolutions (a multiply and an add are two)
of all layers together with everything else, and of what is left when every second layer is taken out.
Relative keys are multiplied once a distance, not once a pair of frames, which gives the same scores.
"""
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
import transformers
from safetensors.torch import load_file
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from transformers.models.wav2vec2_bert import modeling_wav2vec2_bert as bert

HERE = os.path.dirname(os.path.abspath(__file__))


def keys_by_distance(module, query, key):
    """In place of transformers' own."""
    first, last = -module.left_max_position_embeddings, module.right_max_position_embeddings
    frames = torch.arange(query.shape[2])
    places = (frames[None] - frames[:, None]).clamp(first, last) - first
    products = query @ module.distance_embedding.weight.T
    bias = products.gather(-1, places.expand(*products.shape[:2], -1, -1)) * module.scaling
    return query, bias


bert._apply_relative_key_position_encoding = keys_by_distance


def count(folder, mask):
    model = transformers.AutoModelForCTC.from_pretrained(folder, attn_implementation="eager").eval()
    samples = load_file(os.path.join(folder, "expected.safetensors"))["samples.0"]
    layers = model.base_model.encoder.layers
    # WavLM's first layer has the positions of all: it stays.
    model.base_model.encoder.layers = nn.ModuleList(l for l, bit in zip(layers, mask) if bit == "1")
    if model.config.model_type in ("parakeet_ctc", "wav2vec2-bert"):
        processor = transformers.AutoFeatureExtractor.from_pretrained(folder)
        inputs = processor(samples.numpy(), sampling_rate=processor.sampling_rate, return_tensors="pt")
        heard = dict(input_features=inputs["input_features"])
    else:
        heard = dict(input_values=samples[None])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(**heard)
    return len(samples), counter.get_total_flops()


result = {}
for name in sorted(os.listdir(HERE)):
    folder = os.path.join(HERE, name)
    config = os.path.join(folder, "config.json")
    if not os.path.exists(config) or not os.path.exists(os.path.join(folder, "model.safetensors")):
        continue
    settings = json.load(open(config))
    if settings["model_type"] == "conformer":
        continue
    depth = settings.get("num_hidden_layers") or settings["encoder_config"]["num_hidden_layers"]
    for mask in ("1" * depth, ("10" * depth)[:depth]):
        samples, operations = count(folder, mask)
        result.setdefault(name, dict(samples=samples, operations={}))["operations"][mask] = operations
json.dump(result, open(os.path.join(HERE, "operations.json"), "w"), indent=1)
print(json.dumps(result, indent=1))
