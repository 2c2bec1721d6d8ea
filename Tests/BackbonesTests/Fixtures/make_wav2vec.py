"""Writes small random models of the wav2vec 2.0 family as Hugging Face folders, with their own logits.

python make_wav2vec.py [NAME...]     (torch 2.15, transformers 5.23)

NAME/ has config.json, model.safetensors, vocab.json, tokenizer_config.json, preprocessor_config.json as
`save_pretrained` writes them, and expected.safetensors: `samples.N`, `logits.N` (frames x tokens) at full
depth, and `logits.N.MASK` with the layers of the 0s in MASK patched to the identity.

NAME/gradients.safetensors, of all that can be trained (no Conformers, no adapters, GELU alone), has what training on those
samples should find, computed in double precision:
`teacher` (all frames x tokens, log-probabilities), and for each mask `loss.MASK` (CTC, KL) and `gradient.MASK`:
of each parameter, sorted by name, what `digest` makes of its gradient.

wav2vec2-mms has three languages: "eng", its own, and "fra" and "spa" with more and fewer tokens in
adapter.fra.safetensors and adapter.spa.bin, whose logits are `fra.N`, `fra.N.MASK` and so on. It is not trained.
"""
import json
import os
import sys

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from transformers import (
    HubertConfig, HubertForCTC, Wav2Vec2Config, Wav2Vec2ConformerConfig, Wav2Vec2ConformerForCTC,
    Wav2Vec2ForCTC, WavLMConfig, WavLMForCTC)

HERE = os.path.dirname(os.path.abspath(__file__))
LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", "E", "T", "A", "O", "N", "'"]

BASE = dict(
    vocab_size=len(LETTERS), hidden_size=24, num_hidden_layers=3, num_attention_heads=3,
    intermediate_size=40, conv_dim=[16] * 7, num_conv_pos_embeddings=16,
    num_conv_pos_embedding_groups=4, pad_token_id=0)
SMALL = dict(
    BASE, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=20,
    conv_dim=[8, 12, 12], conv_kernel=[10, 3, 2], conv_stride=[5, 4, 8], num_conv_pos_embeddings=7,
    num_conv_pos_embedding_groups=2)
LARGE = dict(
    BASE, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, feat_extract_norm="layer",
    conv_bias=True, do_stable_layer_norm=True)

MODELS = {
    "wavlm-group": (WavLMForCTC, WavLMConfig(**BASE, num_buckets=32, max_bucket_distance=80), False),
    "wavlm-small": (WavLMForCTC, WavLMConfig(**SMALL), False),
    "wavlm-stable": (WavLMForCTC, WavLMConfig(**LARGE, num_buckets=64), True),
    "wav2vec2-group": (Wav2Vec2ForCTC, Wav2Vec2Config(**BASE), True),
    "wav2vec2-small": (Wav2Vec2ForCTC, Wav2Vec2Config(**dict(SMALL, pad_token_id=3)), True),
    "wav2vec2-stable": (Wav2Vec2ForCTC, Wav2Vec2Config(**LARGE), True),
    "hubert-group": (HubertForCTC, HubertConfig(**BASE), False),
    "hubert-small": (HubertForCTC, HubertConfig(**dict(SMALL, feat_proj_layer_norm=False)), True),
    "hubert-stable": (HubertForCTC, HubertConfig(**LARGE), True),
    "conformer-relative": (
        Wav2Vec2ConformerForCTC,
        Wav2Vec2ConformerConfig(**BASE, hidden_act="swish", conv_depthwise_kernel_size=7), True),
    "conformer-rotary": (
        Wav2Vec2ConformerForCTC,
        Wav2Vec2ConformerConfig(
            **dict(SMALL, pad_token_id=3), position_embeddings_type="rotary",
            rotary_embedding_base=500, conv_depthwise_kernel_size=5), False),
    "conformer-layer": (
        Wav2Vec2ConformerForCTC,
        Wav2Vec2ConformerConfig(**LARGE, hidden_act="relu", conv_depthwise_kernel_size=3), True),
    "wav2vec2-settings": (
        Wav2Vec2ForCTC, Wav2Vec2Config(
            **SMALL, hidden_act="gelu_new", feat_extract_activation="relu", layer_norm_eps=0.02), True),
    "hubert-settings": (
        HubertForCTC, HubertConfig(
            **dict(SMALL, do_stable_layer_norm=True), hidden_act="silu", layer_norm_eps=0.3), False),
    "wavlm-settings": (
        WavLMForCTC, WavLMConfig(**SMALL, hidden_act="relu", layer_norm_eps=1e-3), False),
    "conformer-settings": (
        Wav2Vec2ConformerForCTC,
        Wav2Vec2ConformerConfig(
            **SMALL, hidden_act="gelu_pytorch_tanh", layer_norm_eps=0.1,
            conv_depthwise_kernel_size=5), True),
    "conformer-placeless": (
        Wav2Vec2ConformerForCTC,
        Wav2Vec2ConformerConfig(
            **dict(SMALL, hidden_size=20, num_attention_heads=1), position_embeddings_type=None,
            conv_depthwise_kernel_size=9), True),
    "wav2vec2-mms": (Wav2Vec2ForCTC, Wav2Vec2Config(**LARGE, adapter_attn_dim=6), True),
}


class Identity(torch.nn.Module):
    """Returns what came in, in the form the encoder expects; keeps layer 0's position bias."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, hidden, *args, **kwargs):
        out = self.layer(hidden, *args, **kwargs)
        return (hidden, *out[1:]) if isinstance(out, tuple) else hidden


TARGETS = [[5, 5, 6, 4], [7], [4, 5, 8]]


def digest(gradient):
    """A gradient in at most 18 numbers: its norm, its sum weighted with cos(index), up to 16 values."""
    flat = gradient.flatten()
    count = min(16, len(flat))
    places = torch.arange(count) * len(flat) // count
    weights = torch.cos(torch.arange(len(flat), dtype=torch.float64))
    return torch.cat([flat.norm()[None], (flat * weights).sum()[None], flat[places]])


def gradients(model, inputs, masked, blank):
    """model: in double precision. masked(mask): sets which layers run."""
    layers = len(model.base_model.encoder.layers)
    parameters = {k: p for k, p in sorted(model.named_parameters()) if "masked_spec" not in k}
    frames = sum(model(x[None]).logits.shape[1] for x in inputs)
    teacher = torch.randn(frames, len(LETTERS), dtype=torch.float64).mul(2).log_softmax(-1)
    teacher = teacher.float().double()
    out = {"teacher": teacher}
    for mask in ["1" * layers, "0" + "1" * (layers - 1), "1" + "0" * (layers - 1)]:
        masked(mask)
        model.zero_grad()
        said = [model(x[None]).logits[0].log_softmax(-1) for x in inputs]
        ctc = sum(
            F.ctc_loss(y[:, None], torch.tensor([target]), torch.tensor([len(y)]),
                       torch.tensor([len(target)]), blank=blank, reduction="mean")
            for y, target in zip(said, TARGETS)) / len(TARGETS)
        kl = F.kl_div(torch.cat(said), teacher, reduction="none", log_target=True).sum(-1).mean()
        (ctc + kl).backward()
        out[f"loss.{mask}"] = torch.stack([ctc, kl])
        out[f"gradient.{mask}"] = torch.cat([
            digest(torch.zeros_like(p) if p.grad is None else p.grad)
            for p in parameters.values()])
    masked("1" * layers)
    return {k: v.detach().float().contiguous() for k, v in out.items()}


for seed, (name, (kind, config, normalizes)) in enumerate(MODELS.items()):
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    torch.manual_seed(seed)
    model = kind(config).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            # Fresh norms are ones and zeros, and would hide mistakes.
            parameter.add_(0.1 * torch.randn_like(parameter))
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    model.save_pretrained(folder)
    vocabulary = {token: index for index, token in enumerate(LETTERS)}
    json.dump(vocabulary, open(os.path.join(folder, "vocab.json"), "w"))
    json.dump(
        dict(pad_token=LETTERS[config.pad_token_id], unk_token="<unk>", bos_token="<s>",
             eos_token="</s>", word_delimiter_token="|", do_lower_case=False,
             tokenizer_class="Wav2Vec2CTCTokenizer"),
        open(os.path.join(folder, "tokenizer_config.json"), "w"))
    json.dump(
        dict(do_normalize=normalizes, feature_size=1, padding_value=0.0, sampling_rate=16000,
             return_attention_mask=False, feature_extractor_type="Wav2Vec2FeatureExtractor"),
        open(os.path.join(folder, "preprocessor_config.json"), "w"))
    saved = {}
    layers = model.base_model.encoder.layers
    originals = list(layers)

    def masked(mask):
        for index, bit in enumerate(mask):
            layers[index] = originals[index] if bit == "1" else Identity(originals[index])

    def prepared(samples):
        if not normalizes:
            return samples
        return (samples - samples.mean()) / torch.sqrt(samples.var(unbiased=False) + 1e-7)

    for number, count in enumerate([6400, 3777, 2001]):
        samples = 0.3 * torch.randn(count) + 0.05
        saved[f"samples.{number}"] = samples
        x = prepared(samples)
        masks = ["1" * len(layers)] + ([
            "0" + "1" * (len(layers) - 1), "1" + "0" * (len(layers) - 1)] if number == 0 else [])
        for mask in masks:
            masked(mask)
            with torch.no_grad():
                logits = model(x[None]).logits[0]
            saved[f"logits.{number}" + ("" if "0" not in mask else f".{mask}")] = logits.contiguous()
        masked("1" * len(layers))
    save_file(saved, os.path.join(folder, "expected.safetensors"))
    if kind is not Wav2Vec2ConformerForCTC and config.hidden_act == "gelu" and "mms" not in name:
        inputs = [prepared(saved[f"samples.{number}"].double()) for number in range(3)]
        save_file(gradients(model.double(), inputs, masked, config.pad_token_id),
                  os.path.join(folder, "gradients.safetensors"))
    print(name, {k: tuple(v.shape) for k, v in saved.items() if k.startswith("logits")})

if not sys.argv[1:] or "wav2vec2-mms" in sys.argv[1:]:
    torch.manual_seed(len(MODELS))
    folder = os.path.join(HERE, "wav2vec2-mms")
    vocabularies = {
        "eng": LETTERS, "fra": LETTERS[:5] + list("ETAONSR'"), "spa": LETTERS[:5] + list("NOAE")}
    json.dump(
        {language: {token: index for index, token in enumerate(tokens)}
         for language, tokens in vocabularies.items()},
        open(os.path.join(folder, "vocab.json"), "w"))
    file = os.path.join(folder, "tokenizer_config.json")
    settings = json.load(open(file))
    json.dump(dict(settings, target_lang="eng"), open(file, "w"))
    saved = load_file(os.path.join(folder, "expected.safetensors"))
    own = load_file(os.path.join(folder, "model.safetensors"))
    for language in ("fra", "spa"):
        adapter = {}
        for key, tensor in sorted(own.items()):
            if ".adapter_layer." in key or key.startswith("lm_head."):
                rows = len(vocabularies[language]) if key.startswith("lm_head.") else len(tensor)
                values = 0.3 * torch.randn(rows, *tensor.shape[1:])
                adapter[key] = values + 1 if key.endswith("norm.weight") else values
        if language == "fra":
            save_file(adapter, os.path.join(folder, "adapter.fra.safetensors"))
        else:
            torch.save(adapter, os.path.join(folder, "adapter.spa.bin"))
        model = Wav2Vec2ForCTC.from_pretrained(
            folder, target_lang=language, ignore_mismatched_sizes=True).eval()
        layers = model.base_model.encoder.layers
        originals = list(layers)
        for key in [key for key in saved if key.startswith("logits.")]:
            number, *mask = key.split(".")[1:]
            for index, bit in enumerate(mask[0] if mask else "1" * len(layers)):
                layers[index] = originals[index] if bit == "1" else Identity(originals[index])
            samples = saved[f"samples.{number}"]
            x = (samples - samples.mean()) / torch.sqrt(samples.var(unbiased=False) + 1e-7)
            with torch.no_grad():
                saved[key.replace("logits", language)] = model(x[None]).logits[0].contiguous()
    save_file(saved, os.path.join(folder, "expected.safetensors"))
    print({k: tuple(v.shape) for k, v in saved.items()})
