"""Training steps of a Dropscope Conformer in PyTorch, timed: the yardstick of `dropscope bench --pytorch`.

Usage: python pytorch_training.py FOLDER

FOLDER is written by `dropscope bench`: a model (config.json, model.safetensors, float32) and
batches.safetensors with every batch's features, targets and masks. The model is that of conformer.py, with
torch's CTC loss and AdamW. Batches are padded, as PyTorch needs it. Features come ready-made: what Dropscope
spends on augmentation and log-mel is not charged here.

Prints one JSON object: the loss of the first utterance alone, for comparison, and the seconds of each
recipe's steps. Needs torch alone.
"""

import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import conformer


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
    data = conformer.read_safetensors(folder / "batches.safetensors")
    torch.set_num_threads(run["threads"])
    torch.manual_seed(1)

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
        log_probabilities, lengths = conformer.load(folder).eval()(
            first["features"], first["lengths"], [True] * config["num_layers"])
        loss = ctc(log_probabilities, lengths, first["targets"], first["target_lengths"]).item()

    seconds = {}
    for recipe in run["recipes"]:
        model = conformer.load(folder)
        teacher = conformer.load(folder).eval() if recipe["distils"] else None
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
