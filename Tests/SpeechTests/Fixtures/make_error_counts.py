"""Writes error-counts.json for AlignmentTests: 200 random pairs of sentences, and some with marks, with
the error totals of jiwer (4.0 when the file was made) for words and for characters, and the rates over
all of them:

    python make_error_counts.py
"""

import json
import pathlib
import random

import jiwer

WORDS = "red green blue one two three don't stop now go west a the".split()
rng = random.Random(7)


def sentence(low):
    # jiwer refuses empty references.
    return [rng.choice(WORDS) for _ in range(rng.randint(low, 14))]


def disturbed(words):
    result = []
    for word in words:
        kind = rng.random()
        if kind < 0.7:
            result.append(word)
        elif kind < 0.85:
            result.append(rng.choice(WORDS))
        elif kind < 0.93:
            result += [word, rng.choice(WORDS)]
    return result


pairs = []
for index in range(200):
    reference = sentence(1)
    hypothesis = disturbed(reference) if index % 4 else sentence(0)
    pairs.append((" ".join(reference), " ".join(hypothesis)))

# Characters are code points, and words are equal when their code points are.
pairs += [
    ("caf\u00e9 noir", "cafe\u0301 noir"), ("cafe\u0301", "cafe"), ("दुनिया गोल है", "दुनीया गोल हे"),
    ("தமிழ் வாங்க", "தமிழ வாங்க"), ("a; b", "a\u037e b"), ("👩\u200d🔬 yes", "👩 yes"),
]


def total(output):
    return output.substitutions + output.deletions + output.insertions


references, hypotheses = zip(*pairs)
result = dict(
    word_error_rate=jiwer.wer(list(references), list(hypotheses)),
    character_error_rate=jiwer.cer(list(references), list(hypotheses)),
    pairs=[dict(reference=r, hypothesis=h, word_errors=total(jiwer.process_words(r, h)),
                character_errors=total(jiwer.process_characters(r, h))) for r, h in pairs])
text = json.dumps(result).replace('{"reference"', '\n{"reference"')
(pathlib.Path(__file__).parent / "error-counts.json").write_text(text + "\n")
print(result["word_error_rate"], result["character_error_rate"])
