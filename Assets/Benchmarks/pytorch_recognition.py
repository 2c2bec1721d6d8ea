"""A model in PyTorch on the CPU: what `dropscope bench --pytorch` measures recognition beside.

Usage: python pytorch_recognition.py FOLDER, see rival.py. The network is that of recognizers.py, in evaluation and
inference mode, run operation by operation. A split is recognised one utterance at a time by all threads
("threads"), by as many threads of Python with one thread each ("sessions"), or, where the network takes padding,
in batches of similar lengths ("batches"). Needs torch, and transformers for models of Hugging Face.
"""

import torch
from torch import nn

import recognizers
import rival


class PyTorch:
    batch_utterances = 16

    def __init__(self, model, precision, folder, example):
        assert precision == "float32", precision
        self.network = recognizers.load(model)
        self.version = recognizers.versions(self.network, torch)
        self.ways = dict(threads=self.by_threads, sessions=self.by_sessions)
        if self.network.takes_batches:
            self.ways["batches"] = self.by_batches

    def open(self, mask, threads):
        self.network.choose(mask)
        self.threads = threads
        torch.set_num_threads(threads)

    @torch.inference_mode()
    def recognize(self, rows):
        return self.network(rows)[0]

    def by_threads(self, utterances):
        for rows in utterances:
            self.recognize(rows)

    def by_sessions(self, utterances):
        torch.set_num_threads(1)
        rival.side_by_side(self.recognize, utterances, self.threads)
        torch.set_num_threads(self.threads)

    @torch.inference_mode()
    def by_batches(self, utterances):
        ordered = sorted((rows[0] for rows in utterances), key=len)
        for start in range(0, len(ordered), self.batch_utterances):
            batch = ordered[start : start + self.batch_utterances]
            lengths = torch.tensor([len(rows) for rows in batch])
            self.network(nn.utils.rnn.pad_sequence(batch, batch_first=True), lengths)


rival.serve(PyTorch)
