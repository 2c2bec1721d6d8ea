# Makes language_model.arpa, language_model.json and language_model.safetensors: a small trigram model, the
# scores that KenLM gives sentences, and noisy log-probabilities with the texts that pyctcdecode finds in
# them. pip install kenlm pyctcdecode numpy safetensors
import collections, json, math, pathlib
import kenlm, numpy, pyctcdecode
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent
rng = numpy.random.default_rng(7)
text = """the cat sat on the mat
the dog sat on the log
a cat and a dog sat
the cat saw the dog run
a dog ran to the cat
stop the dog on the mat
go to the log and stop
the man saw a cat on a mat
a man and a dog ran to the log
go on and run to the man""".splitlines()

# Absolute discounting, 0.5, backing off to the next shorter context; unigrams keep 5 % for <unk>.
counts = [collections.Counter() for _ in range(3)]
for line in text:
    words = ["<s>"] + line.split() + ["</s>"]
    for n in range(3):
        for i in range(len(words) - n):
            counts[n][tuple(words[i : i + n + 1])] += 1
total = sum(c for w, c in counts[0].items() if w != ("<s>",))
probabilities = [{w: 0.95 * c / total for w, c in counts[0].items() if w != ("<s>",)}]
probabilities[0][("<unk>",)] = 0.05
backoffs = [{}, {}]
def probability(words):
    n = len(words) - 1
    if n == 0:
        return probabilities[0].get(words, probabilities[0][("<unk>",)])
    if words in probabilities[n]:
        return probabilities[n][words]
    return backoffs[n - 1].get(words[:-1], 1.0) * probability(words[1:])
for n in (1, 2):
    probabilities.append({})
    followers = collections.defaultdict(list)
    for w, c in counts[n].items():
        followers[w[:-1]].append((w, c))
    for context, found in followers.items():
        seen = sum(c for _, c in found)
        left = 0.5 * len(found) / seen
        lower = sum(probability(w[1:]) for w, _ in found)
        backoffs[n - 1][context] = left / (1 - lower)
        for w, c in found:
            probabilities[n][w] = (c - 0.5) / seen
lines = ["\\data\\"]
probabilities[0][("<s>",)] = 1e-99
lines += [f"ngram {n + 1}={len(p)}" for n, p in enumerate(probabilities)]
for n, p in enumerate(probabilities):
    lines += ["", f"\\{n + 1}-grams:"]
    for w, value in sorted(p.items()):
        line = f"{math.log10(value):.6f}\t{' '.join(w)}"
        if n < 2 and w in backoffs[n]:
            line += f"\t{math.log10(backoffs[n][w]):.6f}"
        lines.append(line)
lines += ["", "\\end\\", ""]
arpa = here / "language_model.arpa"
arpa.write_text("\n".join(lines))

model = kenlm.Model(str(arpa))
sentences = text[:3] + ["the log saw the man", "a bird sat on the mat", "stop", "", "run run zebra run the cat"]
scores = [model.score(s, bos=True, eos=True) * math.log(10) for s in sentences]

words = sorted(w for (w,) in counts[0] if not w.startswith("<"))
letters = sorted({c for w in words for c in w} | set("bz"))
tokens = ["", *letters, *("▁" + c for c in letters), "▁the", "▁sat", "▁an", "og", "at"]
decoder = pyctcdecode.build_ctcdecoder(tokens, str(arpa), unigrams=words, alpha=0.8, beta=1.0)
plain = pyctcdecode.build_ctcdecoder(tokens)
spoken = text + ["the bat sat on a log", "zen man ran", "a cat stopped"]
tensors, cases = {}, []
for index, line in enumerate(spoken[-8:]):
    path = [0]
    for word in line.split():
        rest, start = word, True
        while rest:
            mark = "▁" if start else ""
            piece = max((t for t in tokens[1:] if t.startswith(mark) and (mark or t[0] != "▁")
                         and rest.startswith(t[len(mark):]) and len(t) > len(mark)), key=len)
            if tokens.index(piece) == path[-1]:
                path.append(0)
            path += [tokens.index(piece)] * int(rng.integers(1, 3)) + [0] * int(rng.integers(0, 2))
            rest, start = rest[len(piece) - len(mark):], False
    logits = rng.normal(0, 1.3, (len(path), len(tokens)))
    logits[numpy.arange(len(path)), path] += 4
    values = (logits - numpy.log(numpy.exp(logits).sum(1, keepdims=True))).astype(numpy.float32)
    wide = dict(beam_width=200, beam_prune_logp=-30, token_min_logp=-5)
    tensors[str(index)] = values
    cases.append({"lm": decoder.decode(values, **wide), "beam": plain.decode(values, **wide), "said": line})
save_file(tensors, here / "language_model.safetensors")
(here / "language_model.json").write_text(json.dumps(
    {"tokens": tokens, "sentences": sentences, "scores": scores, "cases": cases,
     "beam": 200, "margin": 30, "floor": -5, "lmWeight": 0.8, "wordBonus": 1.0},
    indent=1, ensure_ascii=False) + "\n")
