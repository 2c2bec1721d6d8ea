"""What the rivals of `dropscope bench` have in common: the conversation, and the inputs.

A rival gets a folder: run.json (the model's folder, the precision) and input.safetensors with what the network
takes (rows x bins, or samples x 1) of each recording ("recording.0", ...) and of each utterance of a split
("utterance.0", ...), and our log-probabilities of the recordings ("expected.MASK.0", ...). It says its version and
the ways in which it can recognise a whole split, and from then on answers requests, a JSON object a line each:

{"ask": "open", "mask": BITS, "threads": N}  makes the network of the mask's layers ready; {}
{"ask": "compare", "recording": I}           {"difference": D} from ours, relative to the largest
{"ask": "run", "recording": I}               {"milliseconds": T}, from input to log-probabilities
{"ask": "split", "way": NAME}                {"seconds": T}, of all utterances

It ends with its standard input. Needs torch.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import conformer


def side_by_side(recognize, inputs, threads):
    """Calls `recognize` with each input, in so many threads at once."""
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(recognize, inputs):
            pass


def serve(runtime):
    """Answers until nothing more is asked. `runtime(model, precision, folder, example)`: its `version`;
    `open(mask, threads)`, after which there are `recognize(input)`, an input to its log-probabilities, and `ways`,
    names of functions of a list of inputs. Inputs, such as `example`, are tensors with a batch of one in front."""
    folder = Path(sys.argv[1])
    # What libraries print must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**values):
        print(json.dumps(values), file=answers, flush=True)

    run = json.loads((folder / "run.json").read_text())
    data = conformer.read_safetensors(folder / "input.safetensors")
    recordings, utterances = (
        [data[name][None] for name in sorted(
            (name for name in data if name.startswith(kind)), key=lambda name: int(name.split(".")[1]))]
        for kind in ("recording.", "utterance."))
    rival = runtime(Path(run["model"]), run["precision"], folder, recordings[-1])
    answer(version=rival.version, ways=sorted(rival.ways))
    for line in sys.stdin:
        request = json.loads(line)
        if request["ask"] == "open":
            mask, threads = request["mask"], request["threads"]
            rival.open(mask, threads)
            answer()
        elif request["ask"] == "compare":
            index = request["recording"]
            theirs, ours = rival.recognize(recordings[index]), data[f"expected.{mask}.{index}"]
            if theirs.shape != ours.shape:
                raise SystemExit(
                    f"{tuple(theirs.shape)} log-probabilities, ours are {tuple(ours.shape)}")
            answer(difference=((theirs - ours).abs().max() / ours.abs().max()).item())
        elif request["ask"] == "run":
            start = time.perf_counter()
            rival.recognize(recordings[request["recording"]])
            answer(milliseconds=1000 * (time.perf_counter() - start))
        elif request["ask"] == "split":
            start = time.perf_counter()
            rival.ways[request["way"]](utterances)
            answer(seconds=time.perf_counter() - start)
        else:
            raise SystemExit(f"no such request: {line}")
