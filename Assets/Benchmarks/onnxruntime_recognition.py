"""A model in ONNX Runtime on the CPU: what `dropscope bench --onnxruntime` measures recognition beside.

Usage: python onnxruntime_recognition.py FOLDER, see rival.py. The network of recognizers.py is exported by PyTorch
with the layers of the mask alone and any number of rows, into FOLDER; for int8, products are quantised by
quantize_dynamic. Sessions run one operation after the other, with all graph optimisations and as many threads
within an operation as asked. A split is recognised by one session with all threads ("threads"), or by a session
with one thread that as many threads of Python use at once ("sessions").

Needs onnxruntime, onnx, onnxscript and torch, and transformers for models of Hugging Face.
"""

import onnx
import onnxruntime
import onnxscript  # Which torch.onnx misses only once it exports.
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

import recognizers
import rival


class ONNXRuntime:
    def __init__(self, model, precision, folder, example):
        self.network = recognizers.load(model, attention="eager").eval()
        self.precision = precision
        self.file = folder / "network.onnx"
        self.example = example
        self.mask = None
        self.version = recognizers.versions(self.network, onnxruntime, onnx, onnxscript, torch)
        self.ways = dict(threads=self.by_threads, sessions=self.by_sessions)

    def open(self, mask, threads):
        if mask != self.mask:
            self.export(mask)
        self.threads = threads
        self.session = self.start(threads)
        self.single = self.start(1) if threads > 1 else self.session

    def export(self, mask):
        self.network.choose(mask)
        with torch.inference_mode():
            torch.onnx.export(
                self.network, (self.example,), self.file, input_names=["rows"],
                output_names=["log_probabilities"], dynamic_shapes=({1: torch.export.Dim.DYNAMIC},),
                dynamo=True, verbose=False, external_data=False)
        if self.precision == "int8":
            # Products alone: convolutions in whole numbers take longer than in float32 (ONNX Runtime 1.32).
            quantize_dynamic(
                self.file, self.file, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)
        self.mask = mask

    def start(self, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Or its threads would still be awake when it is the others' turn.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        return onnxruntime.InferenceSession(self.file, options, providers=["CPUExecutionProvider"])

    def recognize(self, rows):
        return self.run(self.session, rows)

    def run(self, session, rows):
        return torch.from_numpy(session.run(None, {"rows": rows.numpy()})[0][0])

    def by_threads(self, utterances):
        for rows in utterances:
            self.run(self.session, rows)

    def by_sessions(self, utterances):
        rival.side_by_side(lambda rows: self.run(self.single, rows), utterances, self.threads)


rival.serve(ONNXRuntime)
