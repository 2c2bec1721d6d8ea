"""Writes small random wav2vec2-bert models as Hugging Face folders, with their own features and logits.

python make_bert.py [NAME...]     (torch 2.13, transformers 5.24)

NAME/ has config.json, model.safetensors, vocab.json, tokenizer_config.json and the feature extractor's
settings as `save_pretrained` writes them, and expected.safetensors: `samples.N`, `features.N` (frames x
stacked bins) and `logits.N` (frames x tokens) at full depth, valid frames only, and `logits.N.MASK` with the
layers of the 0s in MASK patched to the identity. The first utterance has an even number of feature frames,
the others an odd one.
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import SeamlessM4TFeatureExtractor, Wav2Vec2BertConfig, Wav2Vec2BertForCTC

HERE = os.path.dirname(os.path.abspath(__file__))
LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A", "O", "N", "'"]

BASE = dict(
    vocab_size=len(LETTERS), hidden_size=24, num_hidden_layers=3, num_attention_heads=3,
    intermediate_size=28, conv_depthwise_kernel_size=7)
SMALL = dict(
    BASE, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=20,
    conv_depthwise_kernel_size=5)

# Settings and mel bins.
MODELS = {
    "bert-keys": (
        dict(BASE, left_max_position_embeddings=5, right_max_position_embeddings=3), 80),
    "bert-far": (
        dict(SMALL, hidden_act="gelu_new", layer_norm_eps=0.05, pad_token_id=3), 30),
    "bert-relative": (
        dict(SMALL, position_embeddings_type="relative", hidden_act="relu"), 80),
    "bert-rotary": (
        dict(BASE, position_embeddings_type="rotary", rotary_embedding_base=500,
             num_hidden_layers=2), 40),
    "bert-placeless": (dict(SMALL, position_embeddings_type=None, num_hidden_layers=2), 20),
}


class Identity(torch.nn.Module):
    def forward(self, hidden, *args, **kwargs):
        return hidden


for seed, (name, (settings, bins)) in enumerate(MODELS.items()):
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    torch.manual_seed(seed)
    config = Wav2Vec2BertConfig(
        **settings, feature_projection_input_dim=2 * bins, apply_spec_augment=False)
    model = Wav2Vec2BertForCTC(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Fresh norms are ones and zeros, and small weights make even attention: both hide mistakes.
            parameter.add_(0.3 * torch.randn_like(parameter))
    extract = SeamlessM4TFeatureExtractor(feature_size=bins, num_mel_bins=bins)
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    model.save_pretrained(folder)
    extract.save_pretrained(folder)
    json.dump(
        {token: index for index, token in enumerate(LETTERS)},
        open(os.path.join(folder, "vocab.json"), "w"))
    json.dump(
        dict(pad_token=LETTERS[config.pad_token_id], unk_token="<unk>", bos_token="<s>",
             eos_token="</s>", word_delimiter_token="|", do_lower_case=False,
             tokenizer_class="Wav2Vec2CTCTokenizer"),
        open(os.path.join(folder, "tokenizer_config.json"), "w"))
    saved = {}
    layers = model.base_model.encoder.layers
    originals = list(layers)
    for number, count in enumerate([6400, 3937, 2001]):
        swell = torch.linspace(0.1, 1, count)
        samples = 0.1 * swell * torch.randn(count) + 0.1 * torch.sin(0.03 * torch.arange(count)) + 0.05
        saved[f"samples.{number}"] = samples
        inputs = extract(samples.numpy(), sampling_rate=16000, return_tensors="pt")
        valid = int(inputs.attention_mask.sum())
        saved[f"features.{number}"] = inputs.input_features[0, :valid].contiguous()
        masks = ["1" * len(layers)] + ([
            "0" + "1" * (len(layers) - 1), "1" + "0" * (len(layers) - 1)] if number == 0 else [])
        for mask in masks:
            for index, bit in enumerate(mask):
                layers[index] = originals[index] if bit == "1" else Identity()
            with torch.no_grad():
                logits = model(**inputs).logits[0, :valid]
            saved[f"logits.{number}" + ("" if "0" not in mask else f".{mask}")] = logits.contiguous()
        for index, layer in enumerate(originals):
            layers[index] = layer
    save_file(saved, os.path.join(folder, "expected.safetensors"))
    print(name, {k: tuple(v.shape) for k, v in saved.items() if not k.startswith("samples")})
