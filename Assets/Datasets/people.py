"""Lists of real speech for `dropscope train` and `evaluate`, out of data sets as they are handed out.

Usage: python3 people.py DOWNLOADS OUTPUT

Of what lies in DOWNLOADS, unpacked, it takes

    LibriSpeech/train-clean-5       mini LibriSpeech, OpenSLR 31 (CC BY 4.0); train-clean-100 beside it,
                                    OpenSLR 12, adds the readers 19, 26 and 27
    an4                             AN4 of CMU, an4_sphere.tar.gz
    speechocean762                  OpenSLR 101
    speech_commands                 nine words of Google's Speech Commands (CC BY 4.0)
    cmu_us_bdl_arctic, cmu_us_slt_arctic    CMU ARCTIC, festvox.org
    dataset-voice-cathy             github.com/rhasspy/dataset-voice-cathy (CC0)

and names what is not there. OUTPUT/SET/{train,dev,test}.tsv are tables of paths, texts and speakers, which
Dropscope reads as they are; no audio is copied, but strings of words are composed out of Speech Commands as
WAV files (which needs numpy). A speaker is in one split only. By fixed rules, so that the same downloads
give the same lists:

- LibriSpeech: of the readers by number without 19, 26 and 27, the first two women and two men are `test`,
  the next woman and man `dev`.
- AN4: its own test; of train's women and men by name, those at 1/4, 2/4 and 3/4 are `dev`.
- speechocean762: its own test; of the speakers of its train half by number every tenth from the sixth on,
  the first twelve, are `dev`.
- words: speakers of five recordings and more; by name, every tenth is `dev`. Each recording comes up in two
  strings of 3 to 7 words, in `dev` in one.
- `words/human-dev.tsv`: 60 utterances of AN4's dev, 30 of LibriSpeech's, 90 of speechocean762's and 60 of
  the words', evenly spread: for the validation of a training. `human/test.tsv`: the tests in one, with the
  digit strings of a person who is left out, where `dropscope synthesize --digits` has written them to
  OUTPUT/digits before.
"""

import os
import random
import re
import sys
import wave
from pathlib import Path

WORDS = "zero one five eight go up down left right".split()
RATE = 16000


def normalized(text):
    """Upper case, letters and apostrophes."""
    words = re.sub(r"[^A-Z' ]+", " ", text.upper().replace("\u2019", "'")).split()
    return " ".join(word for word in words if word.strip("'"))


class Set:
    """The rows of a data set, by split: (path, text, speaker)."""

    def __init__(self, output):
        self.output = output
        self.rows = {}

    def add(self, split, audio, text, speaker):
        if not audio.exists():
            sys.exit(f"{audio}: expected a recording that a list names, found nothing")
        self.rows.setdefault(split, []).append((audio, text, speaker))

    def write(self):
        self.output.mkdir(parents=True, exist_ok=True)
        for split, rows in self.rows.items():
            with open(self.output / f"{split}.tsv", "w", encoding="utf-8") as file:
                file.write("path\ttext\tspeaker\n")
                for audio, text, speaker in rows:
                    file.write(f"{os.path.relpath(audio, self.output)}\t{text}\t{speaker}\n")
            people = len({speaker for _, _, speaker in rows})
            print(f"{self.output.name}/{split}: {len(rows)} utterances, {people} speakers")


def lines(file):
    return file.read_text(encoding="utf-8").splitlines()


def librispeech(folder, result):
    gender = {}
    for line in lines(folder / "SPEAKERS.TXT"):
        if line.strip() and not line.startswith(";"):
            number, who = line.split("|")[:2]
            gender[int(number)] = who.strip()
    more = (19, 26, 27)
    readers = sorted(int(p.name) for p in (folder / "train-clean-5").iterdir() if p.name.isdigit())
    women, men = ([r for r in readers if r not in more and gender[r] == g] for g in "FM")
    test, dev = {*women[:2], *men[:2]}, {women[2], men[2]}
    seen = set()
    transcripts = sorted((folder / "train-clean-5").glob("*/*/*.trans.txt"))
    for reader in more:
        transcripts += sorted((folder / "train-clean-100" / str(reader)).glob("*/*.trans.txt"))
    for file in transcripts:
        reader = int(file.parent.parent.name)
        split = "test" if reader in test else "dev" if reader in dev else "train"
        for line in lines(file):
            name, text = line.split(" ", 1)
            if name not in seen:
                seen.add(name)
                result.add(split, file.parent / f"{name}.flac", normalized(text), reader)


def an4(folder, result):
    halves = {}
    for half in ("train", "test"):
        paths, texts = (
            [line.strip() for line in lines(folder / f"etc/an4_{half}.{what}") if line.strip()]
            for what in ("fileids", "transcription"))
        if len(paths) != len(texts):
            sys.exit(f"{folder}/etc: expected as many transcriptions as fileids, found {len(texts)}, {len(paths)}")
        halves[half] = [
            (path, normalized(re.sub(r"</?s>|\([^)]*\)$", " ", text))) for path, text in zip(paths, texts)]
    people = sorted({Path(path).parent.name for path, _ in halves["train"]})
    dev = set()
    for letter in "fm":
        group = [p for p in people if p[0] == letter]
        dev |= {group[len(group) * quarter // 4] for quarter in (1, 2, 3)}
    for half, rows in halves.items():
        for path, text in rows:
            speaker = Path(path).parent.name
            audio = folder / "wav" / f"{path}.sph"
            audio = audio if audio.exists() else audio.with_suffix(".wav")
            result.add("dev" if speaker in dev else half, audio, text, speaker)


def speechocean(folder, result):
    for half in ("train", "test"):
        table = {
            name: dict(line.split(None, 1) for line in lines(folder / half / name) if line.strip())
            for name in ("wav.scp", "text", "utt2spk")}
        people = sorted(set(table["utt2spk"].values()))
        dev = set(people[5::10][:12]) if half == "train" else set()
        for name, path in sorted(table["wav.scp"].items()):
            speaker = table["utt2spk"][name]
            split = "dev" if speaker in dev else half
            result.add(split, folder / path.strip(), normalized(table["text"][name]), speaker.strip())


def words(folder, result):
    speakers = {}
    for word in sorted(WORDS):
        for path in sorted((folder / word).glob("*.wav")):
            speakers.setdefault(path.name.split("_")[0], []).append((word.upper(), path))
    chosen = sorted(s for s, recordings in speakers.items() if len(recordings) >= 5)
    for index, speaker in enumerate(chosen):
        split = "dev" if index % 10 == 9 else "train"
        dice = random.Random(f"words {speaker}")
        audio = {path: samples(path) for _, path in speakers[speaker]}
        count = 0
        for _ in range(1 if split == "dev" else 2):
            deck = speakers[speaker][:]
            dice.shuffle(deck)
            while deck:
                size = dice.randint(3, 7)
                if len(deck) - size < 3:
                    size = len(deck) if len(deck) <= 7 else len(deck) - 3
                string, deck = deck[:size], deck[size:]
                file = result.output / split / f"{speaker}-{count:04d}.wav"
                save(file, composed([audio[path] for _, path in string], dice))
                result.add(split, file, " ".join(word for word, _ in string), speaker)
                count += 1


def samples(path):
    """Of a mono WAV file of 16-bit samples at 16 kHz, from -1 to 1."""
    import numpy as np

    with wave.open(str(path)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        if shape != (1, 2, RATE):
            sys.exit(f"{path}: expected 1 channel of 2 bytes at 16000 Hz, found {shape}")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 2**15


def save(path, audio):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "w") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((audio * 2**15).clip(-(2**15), 2**15 - 1).round().astype("<i2").tobytes())


def trimmed(audio):
    """The word with 60 ms around it, and what was cut off before and after it."""
    import numpy as np

    frame = RATE // 100
    count = len(audio) // frame
    level = np.sqrt((audio[: count * frame].reshape(count, frame) ** 2).mean(axis=1) + 1e-12)
    smooth = np.convolve(level, np.ones(3) / 3, mode="same")
    threshold = max(smooth.max() / 30, min(np.percentile(smooth, 10) * 3, smooth.max() / 4))
    loud = np.nonzero(smooth > threshold)[0]
    first, last = max(0, loud[0] - 6) * frame, min(count, loud[-1] + 7) * frame
    return audio[first:last], audio[:first], audio[last:]


def composed(recordings, dice):
    """Words within 2 dB of one level, with pauses of 0.05 to 0.6 s of the recordings' own background."""
    import numpy as np

    level = 10 ** (-22 / 20)
    parts, quiet = [], []
    for audio in recordings:
        word, before, after = trimmed(audio - audio.mean())
        gain = level * 10 ** (dice.uniform(-2, 2) / 20) / max(np.sqrt((word**2).mean()), 1e-5)
        gain = min(gain, 0.9 / max(np.abs(word).max(), 1e-5))
        parts.append(word * gain)
        quiet += [part * gain for part in (before, after) if len(part) >= RATE // 20]

    def pause(seconds):
        length = int(seconds * RATE)
        if not quiet:
            return np.zeros(length)
        piece = dice.choice(quiet)
        # Back and forth, so that nothing jumps.
        turn = np.concatenate([piece, piece[::-1]])
        start = dice.randrange(len(turn))
        return np.take(turn, range(start, start + length), mode="wrap")

    def joined(one, other):
        fade = min(RATE // 200, len(one), len(other))
        ramp = np.linspace(0, 1, fade)
        middle = one[len(one) - fade :] * (1 - ramp) + other[:fade] * ramp
        return np.concatenate([one[: len(one) - fade], middle, other[fade:]])

    result = pause(dice.uniform(0.1, 0.4))
    for index, part in enumerate(parts):
        if index:
            result = joined(result, pause(0.05 + 0.55 * dice.random() ** 2))
        result = joined(result, part)
    return joined(result, pause(dice.uniform(0.1, 0.4)))


def arctic(folder, result):
    speaker = folder.name.split("_")[2]
    for line in lines(folder / "etc/txt.done.data"):
        match = re.match(r'\( (\S+) "(.*)" \)', line)
        if match:
            result.add("train", folder / "wav" / f"{match[1]}.wav", normalized(match[2]), speaker)


def cathy(folder, result):
    for audio in sorted((folder / "data").glob("arctic_*.wav")):
        text = audio.with_suffix(".txt")
        # Figures are not words.
        if text.exists() and not re.search(r"\d", said := text.read_text(encoding="utf-8")):
            result.add("train", audio, normalized(said), "cathy")


def digits(folder, result):
    for file in sorted(folder.glob("digits/*/*/*.trans.txt")):
        for line in lines(file):
            name, text = line.split(" ", 1)
            result.add("test", file.parent / f"{name}.flac", normalized(text), file.parent.parent.name)


def spread(rows, count):
    return [rows[k * len(rows) // count] for k in range(count)] if len(rows) > count else rows


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    downloads, output = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    sources = [
        ("librispeech", "LibriSpeech", librispeech), ("an4", "an4", an4),
        ("speechocean", "speechocean762", speechocean), ("words", "speech_commands", words),
        ("arctic", "cmu_us_bdl_arctic", arctic), ("arctic", "cmu_us_slt_arctic", arctic),
        ("cathy", "dataset-voice-cathy", cathy)]
    sets = {}
    for name, folder, read in sources:
        result = sets.setdefault(name, Set(output / name))
        if (downloads / folder).is_dir():
            read(downloads / folder, result)
        else:
            print(f"{downloads / folder}: not there, left out", file=sys.stderr)
    human = sets["human"] = Set(output / "human")
    digits(output / "digits", human)
    for name, count in (("an4", 60), ("librispeech", 30), ("speechocean", 90), ("words", 60)):
        rows = sets[name].rows
        sets["words"].rows.setdefault("human-dev", []).extend(spread(rows.get("dev", []), count))
        if name != "words":
            human.rows.setdefault("test", []).extend(rows.get("test", []))
    for result in sets.values():
        result.write()


main()
