"""Singular values and vectors from numpy.

    python make_singular.py      (numpy 2.4, safetensors; writes beside itself)

Computed in float64 from matrices that float32 holds exactly, and stored as float32. The values are apart
from each other, so that the vectors are what they are; the largest component of each right vector is
positive.
"""

import pathlib

import numpy as np
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(20261127)


def matrix(rows, columns, values):
    left, _ = np.linalg.qr(random.standard_normal((rows, len(values))))
    right, _ = np.linalg.qr(random.standard_normal((columns, len(values))))
    return (left * values @ right.T).astype(np.float32).astype(np.float64)


tensors = {}
for name, rows, columns in [("tall", 24, 10), ("wide", 7, 19), ("square", 12, 12)]:
    count = min(rows, columns)
    a = matrix(rows, columns, np.arange(count, 0, -1.0))
    left, values, right = np.linalg.svd(a, full_matrices=False)
    largest = right[np.arange(count), np.abs(right).argmax(axis=1)]
    signs = np.sign(largest)
    for key, value in [
        ("matrix", a), ("left", left * signs), ("values", values), ("right", right * signs[:, None])
    ]:
        tensors[f"{name}.{key}"] = np.ascontiguousarray(value.astype(np.float32))
    assert np.allclose(left * values @ right, a)
save_file(tensors, HERE / "singular.safetensors", metadata={"made_by": "make_singular.py"})
