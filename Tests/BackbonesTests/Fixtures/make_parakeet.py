"""Writes small random Parakeet CTC models as Hugging Face folders, with their own logits and spellings.

python make_parakeet.py [NAME...]     (torch 2.15, transformers 5.23, tokenizers 0.23)

NAME/ has config.json, model.safetensors, tokenizer.json, tokenizer_config.json and the feature
extractor's settings as `save_pretrained` writes them, and expected.safetensors: `samples.N`, `logits.N`
(frames x tokens, valid frames only) at full depth, and `logits.N.MASK` with the layers of the 0s in MASK
patched to the identity. Its metadata holds `spellings`, a JSON list of token ids and what the tokenizer
makes of them, and `parameters`, their number.
"""
import json
import os
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    ParakeetCTCConfig, ParakeetEncoderConfig, ParakeetFeatureExtractor, ParakeetForCTC,
    ParakeetProcessor, ParakeetTokenizer)

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = ["The cat sat on the mat", "hand the Hat to the bather", "It isn't a café, naïve Æsop: 東京"]


def metaspace_bpe():
    """As the converter of NeMo's sentencepiece models makes it, with bytes for what is no piece."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=48, special_tokens=["<unk>"], show_progress=False)
    tokenizer.train_from_iterator(TEXT[:2], trainer)
    trained = json.loads(tokenizer.to_str())
    for byte in [*b",':", *range(128, 256)]:
        trained["model"]["vocab"][f"<0x{byte:02X}>"] = len(trained["model"]["vocab"])
    tokenizer = Tokenizer.from_str(json.dumps(trained))
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(" ", 1, 0)])
    return tokenizer, "<pad>"


def unigram():
    pieces = ["<unk>", "▁", "a", "b", "c", "d", "e", "h", "m", "n", "o", "r", "s", "t", "T", "H", "th",
              "▁the", "▁cat", "at", "▁on", "her"]
    tokenizer = Tokenizer(models.Unigram([(p, -float(i)) for i, p in enumerate(pieces)], 0, False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer, "<pad>"


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=60, special_tokens=["<s>", "</s>", "[PAD]"], show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    return tokenizer, "[PAD]"


# Tokenizer, encoder, feature extractor, whether the extractor's settings are in processor_config.json.
MODELS = {
    "parakeet-bpe": (
        metaspace_bpe,
        dict(hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
             conv_kernel_size=5, subsampling_conv_channels=8),
        dict(), False),
    "parakeet-unigram": (
        unigram,
        dict(hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=20,
             conv_kernel_size=9, subsampling_conv_channels=12, subsampling_factor=4,
             num_mel_bins=20, attention_bias=False, convolution_bias=False, scale_input=False,
             hidden_act="relu"),
        dict(feature_size=20, n_fft=256, win_length=201, hop_length=100, preemphasis=None), True),
    "parakeet-bytes": (
        byte_level,
        dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=1, intermediate_size=24,
             conv_kernel_size=3, subsampling_conv_channels=6, subsampling_conv_kernel_size=5,
             num_mel_bins=128, convolution_bias=False, hidden_act="gelu"),
        dict(feature_size=128), False),
}


class Identity(torch.nn.Module):
    def forward(self, hidden, *args, **kwargs):
        return hidden


for seed, (name, (make, encoder, extractor, is_shared)) in enumerate(MODELS.items()):
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    torch.manual_seed(seed)
    backend, pad = make()
    tokenizer = ParakeetTokenizer(
        tokenizer_object=backend, pad_token=pad,
        unk_token="<unk>" if "<unk>" in backend.get_vocab() else None)
    config = ParakeetCTCConfig(
        vocab_size=len(tokenizer), pad_token_id=tokenizer.pad_token_id,
        encoder_config=ParakeetEncoderConfig(**encoder))
    model = ParakeetForCTC(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Fresh norms are ones and zeros, and small weights make even attention: both hide mistakes.
            parameter.add_(0.4 * torch.randn_like(parameter))
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
    extract = ParakeetFeatureExtractor(**extractor)
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    model.save_pretrained(folder)
    if is_shared:
        ParakeetProcessor(extract, tokenizer).save_pretrained(folder)
    else:
        extract.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    saved = {}
    layers = model.encoder.layers
    for number, count in enumerate([8101, 4321, 1603]):
        swell = torch.linspace(0.1, 1, count)
        samples = 0.3 * swell * torch.randn(count) + 0.2 * torch.sin(0.003 * torch.arange(count))
        saved[f"samples.{number}"] = samples
        inputs = extract(samples.numpy(), sampling_rate=16000, return_tensors="pt")
        valid = model._get_subsampling_output_length(inputs.attention_mask.sum(-1))[0]
        masks = ["1" * len(layers)] + ([
            "0" + "1" * (len(layers) - 1), "1" + "0" * (len(layers) - 1)] if number == 0 else [])
        originals = list(layers)
        for mask in masks:
            for index, bit in enumerate(mask):
                layers[index] = originals[index] if bit == "1" else Identity()
            with torch.no_grad():
                logits = model(**inputs).logits[0, :valid]
            saved[f"logits.{number}" + ("" if "0" not in mask else f".{mask}")] = logits.contiguous()
        for index, layer in enumerate(originals):
            layers[index] = layer
    ids = [tokenizer(text)["input_ids"] for text in TEXT]
    # What is no valid UTF-8 has no agreed spelling.
    ids.append([i for i in range(len(tokenizer)) if "\N{REPLACEMENT CHARACTER}" not in
                tokenizer.decode([i], group_tokens=False)])
    spellings = [
        dict(ids=i, text=tokenizer.decode(i, skip_special_tokens=True, group_tokens=False))
        for i in ids]
    save_file(
        saved, os.path.join(folder, "expected.safetensors"),
        metadata=dict(
            spellings=json.dumps(spellings, ensure_ascii=False),
            parameters=str(sum(p.numel() for p in model.parameters()))))
    print(name, {k: tuple(v.shape) for k, v in saved.items() if k.startswith("logits")})
    print([s["text"] for s in spellings])
