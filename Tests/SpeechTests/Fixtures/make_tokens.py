"""Writes tokens.json for TokenizerFilesTests: folders of tokens in Hugging Face's form and what
Wav2Vec2CTCTokenizer of transformers (4.56 when the file was made) decodes token ids to:

    python make_tokens.py
"""

import json
import pathlib
import tempfile

from transformers import Wav2Vec2CTCTokenizer

START = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "|": 4}


def vocabulary(*tokens):
    return START | {token: 5 + index for index, token in enumerate(tokens)}


CASES = [
    # Canonically equivalent tokens, and ordinary ones that look special.
    ({"vocab.json": vocabulary("a", ";", "\u037e", "<laugh>", "[noise]", "\u00e9", "e\u0301")},
     [[5, 6, 7, 8, 5], [7, 4, 6], [9, 10, 11], [1, 5, 2, 3]]),
    # Capitals, of which a sigma is another letter at a word's end.
    ({"vocab.json": vocabulary("\u039f", "\u0394", "\u03a3", "\u0391", "'", "\u0130")},
     [[5, 6, 5, 7], [5, 7, 8, 4, 8, 7], [7], [8, 7, 9, 8], [8, 9, 7, 9], [10, 8]]),
    # Combining marks.
    ({"vocab.json": vocabulary("द", "ु", "न", "ि", "य", "ा")}, [[5, 6, 7, 8, 9, 10], [5, 4, 6, 7]]),
    # Special ones by the settings, as text, object, list and by id.
    ({"vocab.json": {"[PAD]": 0, "[UNK]": 1, "_": 2, "a": 3, "<s>": 4, "[ee]": 5, "<x>": 6, "<y>": 7},
      "tokenizer_config.json": {
          "pad_token": "[PAD]", "unk_token": {"content": "[UNK]", "__type": "AddedToken"},
          "bos_token": None, "eos_token": None, "word_delimiter_token": "_",
          "additional_special_tokens": ["<x>"],
          "tokenizer_class": "Wav2Vec2CTCTokenizer"}},
     [[3, 2, 3], [1, 3, 5, 6, 3], [4, 7, 3]]),
    # The map of special tokens, and tokens that were added.
    ({"vocab.json": vocabulary("a", "b"),
      "special_tokens_map.json": {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>",
                                  "unk_token": "<unk>", "additional_special_tokens": ["b"]},
      "added_tokens.json": {"<c>": 7}},
     [[5, 6, 5], [5, 7]]),
]


def main():
    result = []
    for files, sequences in CASES:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                path = pathlib.Path(folder, name)
                path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(folder)
            decoded = [
                {"ids": ids, "text": tokenizer.decode(
                    ids, skip_special_tokens=True, group_tokens=False).lower()}
                for ids in sequences
            ]
        result.append({
            "files": {name: json.dumps(content, ensure_ascii=False)
                      for name, content in files.items()},
            "count": max(i for content in files.values() for i in content.values()
                         if isinstance(i, int)) + 1,
            "decoded": decoded,
        })
    path = pathlib.Path(__file__).with_name("tokens.json")
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
