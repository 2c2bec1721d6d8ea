// Hugging Face's wav2vec2-bert folders: features, logits, sizes and what is wrong with damaged ones.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@Suite struct Wav2Vec2BertTests {
  static let names = ["keys", "far", "relative", "rotary", "placeless"].map { "bert-\($0)" }

  @Test(arguments: names) func logitsAreThoseOfTransformers(name: String) throws {
    try expectLogitsOfTransformers(name)
  }

  @Test(arguments: names) func stagesAddUp(name: String) throws {
    try expectStagesThatAddUp(name)
  }

  /// Of even and odd numbers of frames, stacked as `SeamlessM4TFeatureExtractor` stacks them.
  @Test(arguments: names) func featuresAreThoseOfTransformers(name: String) throws {
    let configuration = try Wav2Vec2BertConfiguration(contentsOf: fixture(name))
    let logMel = LogMel(configuration.features)
    let expected = try SafetensorsFile(contentsOf: fixture("\(name)/expected.safetensors"))
    for (number, frames) in [38, 23, 11].enumerated() {
      let features = logMel(try expected.tensor("samples.\(number)").values)
      #expect(features.rows == frames)
      let stacks = try expected.tensor("features.\(number)")
      #expect(stacks.shape == [frames / 2, configuration.inputs])
      expectClose(
        features.rows(0..<frames / 2 * 2).values, stacks.values, relative: 1e-4,
        "\(name) \(number)")
    }
  }

  /// A frame for every two windows of 25 ms, 10 ms apart.
  @Test func framesAreCounted() throws {
    let backbone = try Recognizer(contentsOf: fixture("bert-keys")).backbone
    #expect(backbone.frameSeconds == 0.02)
    let counts = [(0, 0), (399, 0), (400, 0), (559, 0), (560, 1), (879, 1), (880, 2), (16000, 49)]
    for (samples, frames) in counts {
      #expect(backbone.frameCount(sampleCount: samples) == frames, "\(samples)")
    }
  }

  /// By hand for bert-far: one second is 49 frames of 60 values; 16 columns, 20 in the feed-forwards, kernel
  /// 5, keys from 64 before to 8 after, 11 tokens.
  @Test func operationsAreCounted() throws {
    let backbone = try Recognizer(contentsOf: fixture("bert-far")).backbone
    let operations = backbone.operations(sampleCount: 16000)
    #expect(operations.frontEnd == Double(2 * 49 * 60 * 16))
    let feedForward = 4 * 49 * 16 * 20
    let attention = 4 * 49 * 16 * 16 + 2 * 49 * 49 * 16 + 49 * 73 * 16
    let convolution = 49 * (3 * 16 * 16 + 16 * 5)
    #expect(
      operations.layers
        == Array(repeating: Double(2 * (feedForward + attention + convolution)), count: 4))
    #expect(operations.skipped == [0, 0, 0, 0])
    #expect(operations.head == Double(2 * 49 * 16 * 11))
  }

  @Test func tokensAreLettersAndTheBlankIsThePadding() throws {
    let tokenizer = try Recognizer(contentsOf: fixture("bert-far")).tokenizer
    #expect(tokenizer.blank == 3)
    #expect(tokenizer.decode([6, 3, 5, 4, 4, 7, 10, 1]) == "te a'")
  }

  @Test func whatIsWrongIsNamed() throws {
    func setting(_ name: String, _ old: String, _ new: String) -> Damage {
      .replace("config.json", "\"\(name)\": \(old)", "\"\(name)\": \(new)")
    }
    func extractor(_ name: String, _ old: String, _ new: String) -> Damage {
      .replace("preprocessor_config.json", "\"\(name)\": \(old)", "\"\(name)\": \(new)")
    }
    let adapter = setting("add_adapter", "false", "true")
    let absolute = setting("position_embeddings_type", "\"relative_key\"", "\"absolute\"")
    try expectErrors(
      "bert-keys",
      [
        (adapter, "config.json: expected no adapter (add_adapter false), found one"),
        // Before anything else that is wrong.
        (.all([adapter, absolute, .remove("preprocessor_config.json")]), "no adapter"),
        (
          setting("use_intermediate_ffn_before_adapter", "false", "true"),
          "no feed-forward behind the layers (use_intermediate_ffn_before_adapter false), found one"
        ),
        (absolute, "a field \"position_embeddings_type\" with an impossible value"),
        (
          .all([
            setting("position_embeddings_type", "\"relative_key\"", "\"rotary\""),
            setting("num_attention_heads", "3", "8"),
          ]), "an even hidden_size / num_attention_heads for rotary positions, found 3"
        ),
        (
          setting("num_hidden_layers", "3", "4"),
          "wav2vec2_bert.encoder.layers.3.ffn1_layer_norm.weight"
        ),
        (
          setting("num_hidden_layers", "3", "2"),
          "tensors of the layers that config.json describes, found wav2vec2_bert.encoder.layers.2."
        ),
        (
          setting("left_max_position_embeddings", "5", "6"),
          "self_attn.distance_embedding.weight of shape [10, 8], found shape [9, 8]"
        ),
        (
          setting("left_max_position_embeddings", "5", "-1"),
          "left_max_position_embeddings up to 8192, found -1"
        ),
        (
          setting("right_max_position_embeddings", "3", "8193"),
          "right_max_position_embeddings up to 8192, found 8193"
        ),
        (
          setting("conv_depthwise_kernel_size", "7", "8"),
          "an odd conv_depthwise_kernel_size, found 8"
        ),
        (
          setting("conv_depthwise_kernel_size", "7", "9"),
          "depthwise_conv.weight of shape [24, 1, 9], found shape [24, 1, 7]"
        ),
        (
          setting("hidden_act", "\"swish\"", "\"mish\""),
          "\"mish\": known are gelu, relu, silu, swish, gelu_new, gelu_pytorch_tanh"
        ),
        (
          setting("layer_norm_eps", "1e-05", "0"), "a layer_norm_eps from 1e-12 to 1, found 0.0"
        ),
        (
          .replace("config.json", "\"vocab_size\"", "\"size\""),
          "a wav2vec2-bert model's settings, found no field \"vocab_size\""
        ),
        (setting("pad_token_id", "0", "11"), "pad_token_id below vocab_size, found 11"),
        (
          setting("feature_projection_input_dim", "160", "80"),
          "a feature_projection_input_dim of 2 x num_mel_bins 80, found 80"
        ),
        (
          extractor("stride", "2", "3"), "the feature extractor: expected a stride of 2, found 3"
        ),
        (extractor("num_mel_bins", "80", "0"), "num_mel_bins up to 1024, found 0"),
        (
          extractor("sampling_rate", "16000", "192000"),
          "a sampling_rate from 1000 to 160000, found 192000"
        ),
        (.remove("preprocessor_config.json"), "preprocessor_config.json: expected a readable file"),
        (.remove("vocab.json"), "tokens.txt, vocab.json or tokenizer.json"),
      ])
    // Left out, positions are keys of distances; a null is none at all.
    try expectErrors(
      "bert-placeless",
      [
        (
          .replace("config.json", "\"position_embeddings_type\": null,", ""),
          "tensors wav2vec2_bert.encoder.layers.0.self_attn.distance_embedding.weight"
        )
      ])
  }
}
