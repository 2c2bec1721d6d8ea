// What a Hugging Face folder says of a wav2vec2-bert recogniser.

import Base
import Foundation
import Speech

/// Sizes and rules under their Hugging Face names; what a file leaves out has Hugging Face's defaults.
package struct Wav2Vec2BertConfiguration: Decodable, Sendable, Equatable {
  package var width = 1024
  package var layers = 24
  package var heads = 16
  package var feedForward = 4096
  /// Without a default.
  package var vocabulary: Int
  /// The token that stands for nothing.
  package var blank = 0
  package var activation = Activation.swish
  /// Of every LayerNorm.
  package var epsilon: Float = 1e-5
  /// Values of a stack of feature frames.
  package var inputs = 160
  /// nil when the blocks know of no positions.
  package var positions: PositionKind? = .relativeKey
  package var rotaryBase: Double = 10000
  /// Of relative keys: the furthest key before, and after, a query that has a vector of its own.
  package var furthestBefore = 64
  package var furthestAfter = 8
  /// Of the depthwise convolutions, odd.
  package var kernel = 31
  /// Not in config.json.
  package var features = LogMelConfiguration()

  /// Feature frames that become one.
  package static let stack = 2

  enum CodingKeys: String, CodingKey {
    case width = "hidden_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case feedForward = "intermediate_size"
    case vocabulary = "vocab_size"
    case blank = "pad_token_id"
    case activation = "hidden_act"
    case epsilon = "layer_norm_eps"
    case inputs = "feature_projection_input_dim"
    case positions = "position_embeddings_type"
    case rotaryBase = "rotary_embedding_base"
    case furthestBefore = "left_max_position_embeddings"
    case furthestAfter = "right_max_position_embeddings"
    case kernel = "conv_depthwise_kernel_size"
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    vocabulary = try values.decode(Int.self, forKey: .vocabulary)
    try values.update(&width, .width)
    try values.update(&layers, .layers)
    try values.update(&heads, .heads)
    try values.update(&feedForward, .feedForward)
    try values.update(&blank, .blank)
    try values.update(&activation, .activation)
    try values.update(&epsilon, .epsilon)
    try values.update(&inputs, .inputs)
    // A null is a choice, and not the same as nothing.
    if values.contains(.positions) {
      positions = try values.decodeIfPresent(PositionKind.self, forKey: .positions)
    }
    try values.update(&rotaryBase, .rotaryBase)
    try values.update(&furthestBefore, .furthestBefore)
    try values.update(&furthestAfter, .furthestAfter)
    try values.update(&kernel, .kernel)
  }

  /// What would make a model that is not the one implemented here.
  private struct Extras: Decodable {
    var hasAdapter: Bool?
    var hasFeedForward: Bool?

    enum CodingKeys: String, CodingKey {
      case hasAdapter = "add_adapter"
      case hasFeedForward = "use_intermediate_ffn_before_adapter"
    }
  }

  /// `SeamlessM4TFeatureExtractor`'s settings: windows of 400 samples, a hop of 160.
  private struct Extractor: Decodable {
    var features = LogMelConfiguration()
    var stack = Wav2Vec2BertConfiguration.stack

    enum CodingKeys: CodingKey { case num_mel_bins, sampling_rate, stride }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.update(&features.melCount, .num_mel_bins)
      try values.update(&features.sampleRate, .sampling_rate)
      try values.update(&stack, .stride)
      features.lowFrequency = 20
      features.highFrequency = Double(features.sampleRate / 2)
      features.preemphasis = 0.97
      features.logOffset = 0x1p-23
      features.convention = .kaldi
    }
  }

  /// Reads and checks config.json and the feature extractor's settings; errors name the file and the field.
  package init(contentsOf folder: URL) throws {
    let url = folder.appendingPathComponent(ModelFolder.configurationName)
    let check = FieldCheck(source: url.path)
    let data = try ModelFolder.read(url)
    do {
      let extras = try JSONDecoder().decode(Extras.self, from: data)
      try check(extras.hasAdapter != true, "no adapter (add_adapter false)", "one")
      try check(
        extras.hasFeedForward != true,
        "no feed-forward behind the layers (use_intermediate_ffn_before_adapter false)", "one")
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch let error as DecodingError {
      throw InputError(url.path, expected: "a wav2vec2-bert model's settings", found: error.summary)
    }
    let extractor = try ModelFolder.featureExtractor(Extractor.self, of: folder)
    features = extractor.features
    try check((1e-12...1).contains(epsilon), "a layer_norm_eps from 1e-12 to 1", epsilon)
    try check((1...8192).contains(width), "hidden_size up to 8192", width)
    try check.encoder(
      layers: layers, width: width, heads: heads, feedForward: feedForward, vocabulary: vocabulary,
      blank: blank)
    try check.conformer(
      width: width, heads: heads, kernel: kernel, positions: positions, rotaryBase: rotaryBase)
    try check(
      (0...8192).contains(furthestBefore), "left_max_position_embeddings up to 8192",
      furthestBefore)
    try check(
      (0...8192).contains(furthestAfter), "right_max_position_embeddings up to 8192", furthestAfter)
    let extractorCheck = FieldCheck(source: "\(folder.path): the feature extractor")
    try extractorCheck(extractor.stack == Self.stack, "a stride of \(Self.stack)", extractor.stack)
    try extractorCheck(
      (1...1024).contains(features.melCount), "num_mel_bins up to 1024", features.melCount)
    // At most a thousand frames a second, see `LogMelConfiguration.hopSizes`.
    try extractorCheck(
      (1000...160_000).contains(features.sampleRate), "a sampling_rate from 1000 to 160000",
      features.sampleRate)
    try check(
      inputs == Self.stack * features.melCount,
      "a feature_projection_input_dim of \(Self.stack) x num_mel_bins \(features.melCount)", inputs)
  }
}
