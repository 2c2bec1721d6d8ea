"""Writes measured figures into the documents, and names the sentences that a person must read again.

Usage: python3 Assets/Results/tables.py OUTPUT

OUTPUT is what measure.sh filled. In the documents a pair of comments, which nobody sees who reads them,

    <!-- NAME ARGUMENT... --> ... <!-- /NAME -->

holds what the function NAME below makes of it: a table, or a figure in a sentence. All else stays as it is;
what has figures in it is printed, by sentences, but for what lies between `<!-- history -->` and
`<!-- /history -->`, which is about earlier models, and in code.
"""

import array
import json
import math
import re
import statistics
import struct
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md"] + [
    f"Assets/{folder}/README.md"
    for folder in ("Results", "Models", "Datasets", "Datasets/heldout", "LanguageModels")]

MODELS = ["reference", "random-drop", "dld", "dld-plus"]
LAYERS = 12
DEPTHS = [12, 10, 8, 6, 4, 2]
POLICIES = [
    "spread", "first", "last", "random", "bernoulli", "best", "greedy", "shapley", "contiguous",
    "zeroth-order", "segments", "input", "exit", "cascade"]
NAMES = {
    "human": "people", "an4": "AN4", "librispeech": "LibriSpeech", "test-clean": "synthetic `test-clean`",
    "test-other": "synthetic `test-other`"}


class Results:
    """The lines of measure.sh's files, each a dictionary, read once."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}

    def lines(self, name):
        if name not in self.files:
            try:
                text = (self.folder / f"{name}.jsonl").read_text(encoding="utf-8")
            except OSError as error:
                sys.exit(f"{error.filename}: expected what measure.sh writes, found {error.strerror}")
            self.files[name] = [json.loads(line) for line in text.splitlines()]
        return self.files[name]

    def one(self, name, **wanted):
        """The line with these values."""
        found = [line for line in self.lines(name) if wanted.items() <= line.items()]
        if len(found) != 1:
            sys.exit(f"{self.folder / name}.jsonl: expected one line with {wanted}, found {len(found)}")
        return found[0]

    def spread(self, data, model, depth):
        """With evenly spread layers: of the sweep, where there is one of the split."""
        name = f"sweep-{data}" if data.startswith("test-") else f"spread-{data}"
        return self.one(name, model=model, kept_layers=depth, policy="spread")

    def policies(self, data):
        return self.lines(f"policies-{data}") + self.lines(f"looking-{data}")

    def atlas(self):
        """Tensors by name, all float32, and the number of words of the split."""
        data = (self.folder / "atlas.safetensors").read_bytes()
        start = 8 + struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:start])
        words = json.loads(header.pop("__metadata__")["key"])["words"]
        tensors = {}
        for name, tensor in header.items():
            first, end = tensor["data_offsets"]
            tensors[name] = array.array("f", data[start + first : start + end])
        return tensors, words


def percent(value):
    return f"{100 * value + 0:.1f}"


def rate(line):
    """7.5 (4.7-10.4), in % with the 95 % interval, and the mean depth where utterances differ in theirs."""
    low, high = line["wer_ci95"]
    depth = f" at {line['mean_kept_layers']:.1f}" if "mean_kept_layers" in line else ""
    return f"{percent(line['wer'])} ({percent(low)}-{percent(high)}){depth}"


def table(head, *body):
    rows = [f"| {' | '.join(row)} |" for row in (head, *body)]
    return "\n".join([rows[0], "|" + "---|" * len(head), *rows[1:]])


def code(names):
    return [f"`{name}`" for name in names]


def of_all(depth):
    return f"{depth} of {LAYERS}"


# Each function from here on is the name of a comment, and is given its arguments.


def summary(results):
    sets = [
        ("CMU AN4, its test", "an4", [12, 8, 6, 4]), ("digits of a person", "digits", [12, 6, 4]),
        ("LibriSpeech, four readers", "librispeech", [12, 6]),
        ("learners (speechocean762)", "speechocean", [12, 6]),
        ("*synthetic* `test-clean`", "test-clean", [12, 8, 6, 4])]
    rows = [["speech", "layers", *code(MODELS)]]
    for title, data, depths in sets:
        for depth in depths:
            rates = [rate(results.spread(data, model, depth)) for model in MODELS]
            rows.append([title if depth == depths[0] else "", str(depth), *rates])
    return table(*rows)


def spread(results, data, depths=None):
    depths = [int(depth) for depth in depths.split(",")] if depths else DEPTHS
    return table(["layers run", *code(MODELS)], *(
        [of_all(depth), *(rate(results.spread(data, model, depth)) for model in MODELS)] for depth in depths))


def random(results, data):
    def cell(model, depth):
        rates = [
            100 * line["wer"] for line in results.lines(f"sweep-{data}")
            if (line["model"], line["policy"], line["kept_layers"]) == (model, "random", depth)]
        deviation = f" ± {statistics.stdev(rates):.1f}" if len(rates) > 1 else ""
        return f"{statistics.mean(rates):.1f}{deviation}"

    return table(["layers run", *code(MODELS)], *(
        [of_all(depth), *(cell(model, depth) for model in MODELS)] for depth in DEPTHS))


def against(results, data):
    def cell(model, depth):
        change = results.one(f"against-{data}", model=model, kept_layers=depth)["against"]
        low, high = (percent(end) for end in change["difference_ci95"])
        sign = "+" if change["difference"] > 0 else ""
        return (
            f"{sign}{percent(change['difference'])} ({low} to {high}), "
            f"{change['probability_of_improvement']:.3f}")

    students = ["dld", "dld-plus"]
    return table(["layers run", *code(students)], *(
        [of_all(depth), *(cell(model, depth) for model in students)] for depth in DEPTHS))


def with_lm(results, data, depth):
    return results.one(f"lm-{data}", kept_layers=depth)


def people_lm(results):
    rows = [["set", "layers run", "greedy", "with the language model"]]
    for data in ("librispeech", "an4"):
        for depth in (12, 6, 4):
            greedy = results.spread(data, "dld-plus", depth)
            title = NAMES[data] if depth == 12 else ""
            rows.append([title, of_all(depth), rate(greedy), rate(with_lm(results, data, depth))])
    return table(*rows)


def lm(results, *sets_and_depths):
    *sets, depths = sets_and_depths
    several = len(sets) > 1
    head = ["layers"]
    for data in sets:
        head += [f"{NAMES[data]}, greedy" if several else "greedy", "with it"]
    rows = [head]
    for depth in (int(depth) for depth in depths.split(",")):
        row = [str(depth)]
        for data in sets:
            row += [rate(results.spread(data, "dld-plus", depth)), rate(with_lm(results, data, depth))]
        rows.append(row)
    return table(*rows)


def chosen(lines, policy, depth):
    """What a policy came to that was asked for a depth: masks of few draws may keep fewer."""
    for line in lines:
        if line["policy"] == policy and line["kept_layers"] == depth:
            return line
    sys.exit(f"expected {policy} with {depth} layers among what measure.sh measured, found nothing")


def policies(results, data):
    lines = results.policies(data)
    depths = DEPTHS[1:]
    return table(["policy", *map(str, depths)], *(
        [f"`{policy}`", *(rate(chosen(lines, policy, depth)) for depth in depths)] for policy in POLICIES))


def fixed(lines, policy, cost, at):
    """A policy's error rate at a cost: between two of its masks, some utterances go through the one and
    some through the other, by lot. None below the cheapest and above the dearest."""
    masks = sorted((line[cost], line["wer"]) for line in lines if line["policy"] == policy)
    for (low, cheap), (high, dear) in zip(masks, masks[1:]):
        if low <= at <= high:
            return cheap + (dear - cheap) * ((at - low) / (high - low) if high > low else 0)
    return None


def equal(results, cost):
    """At equal `cost`, a field of the measurements: its own error rate, that of `best`, of `spread`."""
    rows = [["speech", "policy", *map(str, DEPTHS[1:])]]
    for data in ("human", "test-clean", "test-other"):
        lines = results.lines(f"looking-{data}")
        for policy in ("input", "exit", "cascade"):
            row = [NAMES[data] if policy == "input" else "", f"`{policy}`"]
            for depth in DEPTHS[1:]:
                own = chosen(lines, policy, depth)
                others = [fixed(lines, name, cost, own[cost]) for name in ("best", "spread")]
                row.append(" / ".join("-" if w is None else percent(w) for w in (own["wer"], *others)))
            rows.append(row)
    return table(*rows)


def bits(number):
    """Layer 1 first."""
    return "".join(str(number >> layer & 1) for layer in range(LAYERS))


def masks(results):
    tensors, words = results.atlas()
    numbers, errors, loss = ([*tensors[name]] for name in ("masks", "errors", "ctc_loss"))
    fewest = tensors["fewest_errors"]
    known = [(bits(int(n)), e, l) for n, e, l in zip(numbers, errors, loss)]
    rows = [["layers", "masks", "the best mask", "its WER", "mean of all", "best mask of each utterance"]]
    for depth in range(LAYERS, 0, -1):
        of_depth = [point for point in known if point[0].count("1") == depth]
        # Of equal ones the one whose first layers run.
        mask, least, _ = min(sorted(of_depth, reverse=True), key=lambda point: point[1:])
        mean = statistics.mean(point[1] for point in of_depth)
        bound = sum(fewest[depth :: LAYERS + 1])
        rates = (percent(count / words) for count in (least, mean, bound))
        rows.append([str(depth), str(len(of_depth)), f"`{mask}`", *rates])
    return table(*rows)


def shapley(results):
    tensors, _ = results.atlas()
    loss = {int(number): value for number, value in zip(tensors["masks"], tensors["ctc_loss"])}
    weights = [
        math.factorial(k) * math.factorial(LAYERS - k - 1) / math.factorial(LAYERS) for k in range(LAYERS)]
    values = [
        sum(
            weights[number.bit_count()] * (without - loss[number | 1 << layer])
            for number, without in loss.items() if not number >> layer & 1)
        for layer in range(LAYERS)]
    return " ".join(f"{value:.1f}" for value in values)


def axes(results):
    def row(axis, share, line):
        return [
            axis, share, rate(line), f"{line['gflop_per_audio_second']:.3f}", f"{line['latency_ms']['p50']:.1f}"]

    rows = [["axis", "share", "WER", "GFLOP/s of audio", "ms an utterance"]]
    for depth in (12, 9, 6, 3):
        rows.append(row("layers", of_all(depth), results.one("axis-layers", kept_layers=depth)))
    for axis in ("rank", "width"):
        for line in results.lines(f"axis-{axis}"):
            rows.append(row(axis, f"{100 * line.get(axis, 1):.0f} %", line))
    for line in results.lines("axis-precision"):
        rows.append(row("precision", f"`{line.get('precision', 'float32')}`", line))
    return table(*rows)


def aims(results):
    sets = [
        ("AN4 test", "an4", (4, 6, 10)), ("digits of `theo`", "digits", (3, 4, 8)),
        ("LibriSpeech", "librispeech", (45, 52, 62)), (None, "librispeech", (30, 36, 45)),
        ("speechocean762 test", "speechocean", (45, 52, 62)),
        ("synthetic `test-clean`", "test-clean", (3, 5, 10)),
        ("synthetic `test-other`", "test-other", (10, 15, 24))]
    rows = [["set", "12 layers: aim, reached", "6", "4"]]
    for title, data, wanted in sets:
        row = [title or f"{NAMES[data]} with the language model"]
        for depth, aim in zip((12, 6, 4), wanted):
            models = ["reference", "dld-plus"] if depth == 12 else ["dld-plus"]
            lines = [results.spread(data, model, depth) for model in models]
            if title is None:
                lines = [with_lm(results, data, depth)]
            row.append(f"{aim}, {percent(min(line['wer'] for line in lines))}")
        rows.append(row)
    return table(*rows)


def wer(results, data, model, depth):
    return percent(results.spread(data, model, int(depth))["wer"])


def policy(results, data, name, depth):
    return percent(chosen(results.policies(data), name, int(depth))["wer"])


MAKERS = {
    function.__name__: function for function in (
        summary, spread, random, against, people_lm, lm, policies, equal, masks, shapley, axes, aims, wer,
        policy)}
MARKED = re.compile(
    r"<!-- (?P<name>\w+)(?P<arguments>(?: \S+)*) -->(?P<held>.*?)<!-- /(?P=name) -->", re.DOTALL)


def filled(text, results):
    def replacement(match):
        name, arguments = match["name"], match["arguments"]
        if name == "history":
            return match[0]
        if name not in MAKERS:
            sys.exit(f"<!-- {name} -->: expected one of {', '.join(MAKERS)}")
        made = MAKERS[name](results, *arguments.split())
        gap = "\n\n" if made.startswith("|") else ""
        return f"<!-- {name}{arguments} -->{gap}{made}{gap}<!-- /{name} -->"

    return MARKED.sub(replacement, text)


def sentences(text):
    """With figures in them, outside of markers and code, and the number of their line."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])

    for pattern in (re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE), MARKED):
        text = pattern.sub(blank, text)
    for number, line in enumerate(text.split("\n"), 1):
        for sentence in re.split(r"(?<=[.;:]) +", line):
            if re.search(r"\d+\.\d|\d %|\d points", re.sub(r"\]\([^)]*\)|`[^`]*`", "", sentence)):
                yield number, sentence.strip()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    results = Results(Path(sys.argv[1]))
    texts = {}
    for document in DOCUMENTS:
        old = (TOP / document).read_text(encoding="utf-8")
        texts[document] = filled(old, results)
        print(f"{document}: {'written' if texts[document] != old else 'as it was'}")
    for document, text in texts.items():
        (TOP / document).write_text(text, encoding="utf-8")
    print("\nTo be read again, because they have figures:")
    for document, text in texts.items():
        for number, sentence in sentences(text):
            print(f"{document}:{number}: {sentence}")


main()
