"""Reference values from PyTorch for the losses, log-softmax and the optimiser.

    python make_losses.py      (torch 2.13, safetensors; writes beside itself and to TrainingTests)

Everything is computed in float64 and stored as float32, so the tests see their own rounding only.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
TRAINING = HERE.parent.parent / "TrainingTests" / "Fixtures"
torch.manual_seed(20240601)


def save(folder, name, tensors):
    flat = {key: value.detach().to(torch.float32).contiguous() for key, value in tensors.items()}
    save_file(flat, folder / f"{name}.safetensors", metadata={"made_by": "make_losses.py"})


def exact(*shape, scale=1.0):
    """Random values that float32 holds exactly, so both sides start from the same numbers."""
    return (torch.randn(*shape) * scale).to(torch.float32).double()


def ctc(name, tokens, utterances, scale):
    lengths = [frames for frames, _ in utterances]
    targets = [target for _, target in utterances]
    logits = exact(sum(lengths), tokens, scale=scale)
    # The tests give these log-probabilities, rounded to float32, to the loss.
    rounded = F.log_softmax(logits, dim=-1).to(torch.float32).double()
    leaf = rounded.clone().requires_grad_()
    weights = exact(len(utterances)).abs()
    padded = torch.zeros(max(lengths), len(utterances), tokens, dtype=torch.float64)
    start = 0
    for index, frames in enumerate(lengths):
        padded[:frames, index] = F.log_softmax(leaf[start : start + frames], dim=-1)
        start += frames
    losses = F.ctc_loss(
        padded,
        torch.tensor([token for target in targets for token in target]),
        torch.tensor(lengths),
        torch.tensor([len(target) for target in targets]),
        blank=0, reduction="none", zero_infinity=True,
    )
    (losses * weights).sum().backward()
    save(HERE, name, {
        "log_probabilities": rounded,
        "lengths": torch.tensor(lengths),
        "targets": torch.tensor([token for target in targets for token in target]),
        "target_lengths": torch.tensor([len(target) for target in targets]),
        "weights": weights, "losses": losses, "gradient": leaf.grad,
    })


def tokens(count, below):
    return (torch.randint(1, below, (count,))).tolist()


ctc("ctc-small", 11, [
    (12, [1, 2, 3]),
    (7, [4, 4, 4]),            # repeats
    (5, [4, 4, 4]),            # repeats, exactly as many frames as needed
    (4, [4, 4, 4]),            # infeasible through repeats
    (20, []),                  # nothing said
    (1, [5]),
    (2, [5, 6, 7]),            # infeasible through length
    (40, tokens(15, 11)),
    (40, tokens(16, 11)),      # the blanks start a second block of sixteen
    (40, tokens(17, 11)),
    (18, list(range(1, 10)) * 2),
], scale=2)
ctc("ctc-long", 48, [(260, tokens(70, 48)), (150, tokens(33, 48))], scale=4)


def divergence():
    tensors = {}
    student, teacher = exact(9, 37, scale=3), exact(9, 37, scale=3)
    teacher = F.log_softmax(teacher, dim=-1).to(torch.float32).double()
    weights = exact(9).abs()
    weights[4] = 0
    tensors |= {"student": student, "teacher": teacher, "weights": weights}
    for tau in (1, 2):
        leaf = student.clone().requires_grad_()
        kl = torch.nn.KLDivLoss(reduction="none", log_target=True)(
            F.log_softmax(leaf / tau, dim=-1), F.log_softmax(teacher / tau, dim=-1)).sum(-1)
        loss = (kl * weights).sum() * tau**2
        loss.backward()
        tensors |= {f"loss_{tau}": loss.reshape(1), f"gradient_{tau}": leaf.grad}
    save(HERE, "divergence", tensors)


divergence()


def log_softmax():
    x = exact(5, 37, scale=4).requires_grad_()
    with torch.no_grad():
        x[1] += 1000
        x[2] *= 20
    x = x.detach().to(torch.float32).double().requires_grad_()
    y = F.log_softmax(x, dim=-1)
    upstream = exact(5, 37)
    y.backward(upstream)
    save(HERE, "log-softmax", {"x": x, "y": y, "upstream": upstream, "gradient": x.grad})


log_softmax()


def adamw():
    shapes = {"matrix": (7, 9), "bias": (9,)}
    values = {name: exact(*shape).requires_grad_() for name, shape in shapes.items()}
    tensors = {f"initial.{name}": value.clone() for name, value in values.items()}
    optimizer = torch.optim.AdamW(
        [{"params": [values["matrix"]], "weight_decay": 0.1},
         {"params": [values["bias"]], "weight_decay": 0.0}],
        lr=1.0, betas=(0.9, 0.98), eps=1e-9)
    norms = []
    for step in range(1, 11):
        for name, value in values.items():
            value.grad = exact(*shapes[name], scale=0.05 * step)
            tensors[f"gradient.{step}.{name}"] = value.grad.clone()
        norms.append(torch.nn.utils.clip_grad_norm_(values.values(), 1.0))
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * step
        optimizer.step()
    for name, value in values.items():
        tensors[f"final.{name}"] = value
        tensors[f"first_moment.{name}"] = optimizer.state[value]["exp_avg"]
        tensors[f"second_moment.{name}"] = optimizer.state[value]["exp_avg_sq"]
    tensors["norms"] = torch.stack(norms)
    save(TRAINING, "adamw", tensors)


adamw()

# A file of Python's own writer with every type the reader lists.
grid = torch.arange(-3, 3, dtype=torch.float32).reshape(2, 3) / 4
save_file({
    "float32": grid, "float16": grid.half(), "bfloat16": grid.bfloat16(),
    "int64": torch.tensor([1, 2, 3]), "bool": torch.tensor([True]), "scalar": torch.tensor(1.5),
    "empty": torch.zeros(0, 4), "float64": torch.tensor([1.0], dtype=torch.float64),
}, HERE / "types.safetensors", metadata={"format": "pt", "note": 'quotes " and ünïcode'})
