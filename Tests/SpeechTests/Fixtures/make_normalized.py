# What Whisper's English normaliser (transformers) makes of texts; writes normalized.json.
# Usage: make_normalized.py english.json, the table of spellings in openai-whisper's normalizers.
import json
import pathlib
import random
import sys

from transformers.models.whisper.english_normalizer import EnglishNumberNormalizer, EnglishTextNormalizer

normalize = EnglishTextNormalizer(json.loads(pathlib.Path(sys.argv[1]).read_text()))
texts = [
    "", "Hello, world!", "I won't go, you can't stay; let's see. It ain't y'all's.",
    "Mr. Smith and Mrs. Jones met Dr. Brown on Main St. at 10 a.m.", "She's been there; he'd gone. They've got it.",
    "um, uh, hmm well mhm I I'm gonna wanna gotta", "[laughter] so (he said) <noise> yes",
    "two hundred and one", "one oh one", "nineteen sixty four", "the 1960s and the twenties",
    "twenty-first of june", "thirty second", "one hundred and twenty thousand three hundred forty five",
    "two point five million dollars", "$20 million", "five dollars and seven cents", "$2 and ¢7", "$0.07",
    "seven percent or eight per cent, per se", "minus three and plus nothing", "negative twenty degrees",
    "double seven triple oh five", "double trouble", "three and a half", "a day and a half", "and", "point",
    "twenty two and a half thousand", "1,234,567.89", "2.0 and 2.50 and 3.14159", "192.168.0.1", "10 000 bc",
    "the 3rd 4 th and 22nd", "r2d2 and 4x4", "café naïve œuvre straße Øre łódź", "it 's  a   test",
    "ones and twos, sixes and sevens", "first second third fourth fifth twelfth", "hundreds of thousands of millionths",
    "oh zero o'clock", "one million one", "one thousand million", "ten to the power of sixty one decillion",
    "three hundredths", "fifty five hundred", "one one two three five eight", "eleven twelve thirteen", "ninety nine point nine nine",
    "zero point zero five", "one point two point three", "I have 1 apple and 1s and 21", "100% sure, %50 or ten %",
    "£5 €6 ¢7 five pounds six euros one cent", "+49 -3 $5.20 £1,000", "a.b.c. v2.0.", "e-mail re-use co-op",
    "and a half", "two and a half and a half", "hundred and", "million and five", "seven and eight", "thousand and one nights",
    "percent", "dollars", "plus plus five", "point five", "nineteen oh five", "twenty twenty", "twenty oh nine",
    "The colour of his neighbour's grey moustache", "we organise; they analysed the theatre programme.",
    "catalogue, catalogues and cataloguing", "practise practised licence", "aeroplanes travelled 3 kilometres",
    "mould moulded £5 cheque two litres",
    "second hundredth", "forty second street", "ten tenths", "the d'or l'eau rock'n'roll", "'tis the boys' dog's",
]
words = sorted(w for w in EnglishNumberNormalizer().words if len(w) < 11) + ["the", "a", "half", "and", "and", "12", "7", "3.5", "$4", "0"]
draw = random.Random(1)
texts += [" ".join(draw.choice(words) for _ in range(draw.randint(2, 7))) for _ in range(400)]
pairs = [[t, " ".join(normalize(t).split())] for t in texts]
path = pathlib.Path(__file__).with_name("normalized.json")
path.write_text("[\n" + ",\n".join(json.dumps(p, ensure_ascii=False) for p in pairs) + "\n]\n", encoding="utf-8")
