"""A recogniser of the usual size with random weights, as a Hugging Face folder: for timing, not for listening.

Usage: python random_model.py wavlm|wav2vec2|hubert FOLDER
"""

import json
import sys
from pathlib import Path

import torch
import transformers

kinds = {
    "wavlm": (transformers.WavLMConfig, transformers.WavLMForCTC),
    "wav2vec2": (transformers.Wav2Vec2Config, transformers.Wav2Vec2ForCTC),
    "hubert": (transformers.HubertConfig, transformers.HubertForCTC),
}
configuration, model = kinds[sys.argv[1]]
folder = Path(sys.argv[2])
torch.manual_seed(0)
model(configuration(vocab_size=32, pad_token_id=0)).save_pretrained(folder)
tokens = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLUMWCFGYPBVK'XJQZ"]
(folder / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(tokens)}))
(folder / "preprocessor_config.json").write_text(json.dumps(dict(
    feature_extractor_type="Wav2Vec2FeatureExtractor", sampling_rate=16000, do_normalize=True)))
(folder / "tokenizer_config.json").write_text(json.dumps(dict(
    tokenizer_class="Wav2Vec2CTCTokenizer", pad_token="<pad>", unk_token="<unk>",
    word_delimiter_token="|")))
