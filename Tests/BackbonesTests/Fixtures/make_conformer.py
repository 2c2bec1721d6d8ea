"""Writes conformer-<rule>/: a small model folder and, in its expected.safetensors, what torchaudio's
own Conformer layers compute with the same weights: log-probabilities at several masks, every gradient,
and the losses of ten AdamW steps.

python make_conformer.py     (torch 2.13, torchaudio 2.11, safetensors 0.8)
"""
import importlib.util
import json
import math
import os

import torch
from torch import nn
from torch.nn import functional as F
from safetensors.torch import save_file

# torchaudio's file by itself: the package's compiled part is not needed here and may not load.
SOURCE = os.path.join(importlib.util.find_spec("torchaudio").submodule_search_locations[0],
                      "models", "conformer.py")
spec = importlib.util.spec_from_file_location("conformer", SOURCE)
conformer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conformer)
ConformerLayer = conformer.ConformerLayer

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEADS, INNER, LAYERS, KERNEL, MELS, TOKENS = 24, 3, 40, 4, 7, 20, 12


class Model(nn.Module):
    def __init__(self, rule):
        super().__init__()
        self.rule = rule
        self.conv_subsample = nn.Module()
        self.conv_subsample.sequential = nn.Sequential(
            nn.Conv1d(MELS, WIDTH, 3, 2), nn.Conv1d(WIDTH, WIDTH, 3, 2))
        self.conformer_layers = nn.ModuleList(
            ConformerLayer(WIDTH, INNER, HEADS, KERNEL, dropout=0.0) for _ in range(LAYERS))
        self.single_linear = nn.Linear(WIDTH, TOKENS)

    def forward(self, features, mask):  # batch x frames x mels, all of one length
        x = self.conv_subsample.sequential(features.transpose(1, 2)).transpose(1, 2)
        t = torch.arange(x.shape[1])[:, None]
        frequency = torch.exp(-math.log(10000.0) * torch.arange(0, WIDTH, 2) / WIDTH)
        pe = torch.zeros(x.shape[1], WIDTH)
        pe[:, 0::2], pe[:, 1::2] = torch.sin(t * frequency), torch.cos(t * frequency)
        x = (x + pe).transpose(0, 1)
        for layer, keep in zip(self.conformer_layers, mask):
            if keep:
                x = layer(x, None)
            elif self.rule == "normalized":
                x = layer.final_layer_norm(x)
        return self.single_linear(x.transpose(0, 1)).log_softmax(-1)


def main(rule, seed):
    torch.manual_seed(seed)
    model = Model(rule)
    for name, p in model.named_parameters():  # norms and zero biases moved off their defaults
        with torch.no_grad():
            p.add_(0.1 * torch.randn_like(p))
    for layer in model.conformer_layers:
        bn = layer.conv_module.sequential[3]
        bn.running_mean.normal_(0, 0.2)
        bn.running_var.uniform_(0.5, 1.5)
    folder = os.path.join(HERE, f"conformer-{rule}")
    os.makedirs(folder, exist_ok=True)
    config = dict(
        model_type="conformer", architectures=["ConformerForCTC"], input_dim=WIDTH, num_heads=HEADS,
        ffn_dim=INNER, num_layers=LAYERS, depthwise_conv_kernel_size=KERNEL, dropout=0.0,
        vocab_size=TOKENS, blank=0, skip_rule=rule,
        features=dict(sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=MELS,
                      f_min=0, f_max=8000, log_offset=1e-6, normalize="per_feature"))
    json.dump(config, open(os.path.join(folder, "config.json"), "w"), indent=1)
    weights = {k: v.clone().contiguous() for k, v in model.state_dict().items()
               if "num_batches" not in k}
    save_file(weights, os.path.join(folder, "model.safetensors"))
    open(os.path.join(folder, "tokens.txt"), "w").write(
        "\n".join(["<blank>", "\u2581"] + list("abcdefghij")) + "\n")

    out = {}
    features = torch.randn(3, 75, MELS)
    out["features"] = features
    masks = [[1, 1, 1, 1], [1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0]]
    model.eval()
    with torch.no_grad():
        for mask in masks:
            out["log_probs." + "".join(map(str, mask))] = model(features, mask)

    model.train()
    targets = [[3, 3, 5, 1], [2], [4, 1, 4, 7, 8]]
    teacher = torch.randn(3, out["log_probs.1111"].shape[1], TOKENS).mul(2).log_softmax(-1)
    out["teacher"] = teacher
    lengths = torch.full((3,), teacher.shape[1])

    def losses(mask):
        y = model(features, mask)
        ctc = F.ctc_loss(y.transpose(0, 1), torch.tensor(sum(targets, [])), lengths,
                         torch.tensor([len(t) for t in targets]), reduction="mean", zero_infinity=True)
        kl = F.kl_div(y, teacher, reduction="none", log_target=True).sum(-1).mean()
        return ctc, kl

    for mask in masks[:3]:
        model.zero_grad()
        ctc, kl = losses(mask)
        (ctc + kl).backward()
        name = "".join(map(str, mask))
        out[f"loss.{name}"] = torch.stack([ctc, kl])
        for key, p in model.named_parameters():
            out[f"gradient.{name}.{key}"] = torch.zeros_like(p) if p.grad is None else p.grad.clone()

    state = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(state | {k: v for k, v in weights.items()})
    decay = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [dict(params=decay, weight_decay=0.01), dict(params=rest, weight_decay=0.0)],
        lr=2e-3, betas=(0.9, 0.98), eps=1e-9)
    history = []
    for step in range(10):
        optimiser.zero_grad(set_to_none=False)
        for p in model.parameters():
            p.grad = torch.zeros_like(p)
        ctc, kl = losses(masks[step % 3])
        (ctc + kl).backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        history.append(torch.stack([ctc.detach(), kl.detach(), norm]))
    out["steps"] = torch.stack(history)
    for key, value in model.state_dict().items():
        if "running" in key:
            out[f"after.{key}"] = value
    save_file({k: v.detach().contiguous().float() for k, v in out.items()},
              os.path.join(folder, "expected.safetensors"))


main("identity", 1)
main("normalized", 2)
