// What a Hugging Face config.json says of a recogniser of the wav2vec 2.0 family.

import Base
import Foundation
import Kernels

/// Sizes and rules under their Hugging Face names; what a file leaves out has Hugging Face's defaults.
package struct Wav2Vec2Configuration: Codable, Sendable, Equatable {
  /// The members of the family that differ in more than sizes.
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case wav2vec2, hubert
    /// With gated relative positions in every layer (Chen et al., arXiv 2110.13900).
    case wavlm
    /// wav2vec 2.0 with Conformer blocks.
    case conformer = "wav2vec2-conformer"

    /// In front of the tensors' names.
    var prefix: String { rawValue.replacingOccurrences(of: "-", with: "_") + "." }

    /// As its authors write it.
    package var title: String {
      switch self {
      case .wav2vec2: "wav2vec 2.0"
      case .hubert: "HuBERT"
      case .wavlm: "WavLM"
      case .conformer: "wav2vec 2.0 Conformer"
      }
    }
  }

  package enum FeatureNorm: String, Codable, Sendable {
    /// GroupNorm of single channels after the first convolution only.
    case group
    /// LayerNorm after every convolution.
    case layer
  }

  package var kind = Kind.wav2vec2
  package var width = 768
  package var layers = 12
  package var heads = 12
  package var feedForward = 3072
  package var vocabulary = 32
  /// The token that stands for nothing.
  package var blank = 0
  package var featureNorm = FeatureNorm.group
  package var convolutionWidths = [512, 512, 512, 512, 512, 512, 512]
  package var convolutionKernels = [10, 3, 3, 3, 3, 2, 2]
  package var convolutionStrides = [5, 2, 2, 2, 2, 2, 2]
  package var convolutionBias = false
  package var positionKernel = 128
  package var positionGroups = 16
  /// LayerNorm in front of attention and feed-forward rather than behind.
  package var isStable = false
  /// HuBERT only: whether the features are normalised before their projection.
  package var normalizesFeatures = true
  package var epsilon: Float = 1e-5
  package var buckets = 320
  package var longestDistance = 800
  /// Conformer only: nil when the blocks know of no positions.
  package var positions: PositionKind? = .relative
  package var rotaryBase: Double = 10000
  /// Conformer only: of the depthwise convolutions, odd.
  package var depthwiseKernel = 31
  /// Of the layers, and of the front end.
  package var activation = Activation.gelu
  package var frontEndActivation = Activation.gelu
  /// Of the adapters after stable layers of wav2vec 2.0 (MMS); nil where there are none.
  package var adapterWidth: Int?

  enum CodingKeys: String, CodingKey {
    case kind = "model_type"
    case width = "hidden_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case feedForward = "intermediate_size"
    case vocabulary = "vocab_size"
    case blank = "pad_token_id"
    case featureNorm = "feat_extract_norm"
    case convolutionWidths = "conv_dim"
    case convolutionKernels = "conv_kernel"
    case convolutionStrides = "conv_stride"
    case convolutionBias = "conv_bias"
    case positionKernel = "num_conv_pos_embeddings"
    case positionGroups = "num_conv_pos_embedding_groups"
    case isStable = "do_stable_layer_norm"
    case normalizesFeatures = "feat_proj_layer_norm"
    case epsilon = "layer_norm_eps"
    case buckets = "num_buckets"
    case longestDistance = "max_bucket_distance"
    case positions = "position_embeddings_type"
    case rotaryBase = "rotary_embedding_base"
    case depthwiseKernel = "conv_depthwise_kernel_size"
    case activation = "hidden_act"
    case frontEndActivation = "feat_extract_activation"
    case adapterWidth = "adapter_attn_dim"
  }

  package init() {}

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try values.update(&kind, .kind)
    try values.update(&width, .width)
    try values.update(&layers, .layers)
    try values.update(&heads, .heads)
    try values.update(&feedForward, .feedForward)
    try values.update(&vocabulary, .vocabulary)
    try values.update(&blank, .blank)
    try values.update(&featureNorm, .featureNorm)
    try values.update(&convolutionWidths, .convolutionWidths)
    try values.update(&convolutionKernels, .convolutionKernels)
    try values.update(&convolutionStrides, .convolutionStrides)
    try values.update(&convolutionBias, .convolutionBias)
    try values.update(&positionKernel, .positionKernel)
    try values.update(&positionGroups, .positionGroups)
    try values.update(&isStable, .isStable)
    try values.update(&normalizesFeatures, .normalizesFeatures)
    try values.update(&epsilon, .epsilon)
    try values.update(&buckets, .buckets)
    try values.update(&longestDistance, .longestDistance)
    try values.update(&activation, .activation)
    try values.update(&frontEndActivation, .frontEndActivation)
    adapterWidth = try values.decodeIfPresent(Int.self, forKey: .adapterWidth)
    guard kind == .conformer else { return }
    // A null is a choice, and not the same as nothing.
    if values.contains(.positions) {
      positions = try values.decodeIfPresent(PositionKind.self, forKey: .positions)
    }
    try values.update(&rotaryBase, .rotaryBase)
    try values.update(&depthwiseKernel, .depthwiseKernel)
    isStable = true
  }

  /// What would make a model of this kind that is not the one implemented here.
  private struct Extras: Decodable {
    var hasAdapter: Bool?
    var normalizesPositions: Bool?

    enum CodingKeys: String, CodingKey {
      case hasAdapter = "add_adapter"
      case normalizesPositions = "conv_pos_batch_norm"
    }
  }

  /// Reads and checks config.json; the error names the file and the field.
  package init(contentsOf url: URL) throws {
    let data = try ModelFolder.read(url)
    let extras: Extras
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
      extras = try JSONDecoder().decode(Extras.self, from: data)
    } catch let error as DecodingError {
      throw InputError(url.path, expected: "a wav2vec 2.0 model's settings", found: error.summary)
    }
    let check = FieldCheck(source: url.path)
    try check((1e-12...1).contains(epsilon), "a layer_norm_eps from 1e-12 to 1", epsilon)
    try check(extras.hasAdapter != true, "no adapter (add_adapter false)", "one")
    if let adapterWidth {
      try check(
        kind == .wav2vec2 && isStable,
        "a wav2vec2 with do_stable_layer_norm, or layers without adapters (adapter_attn_dim null)",
        adapterWidth)
      try check((1...8192).contains(adapterWidth), "adapter_attn_dim up to 8192", adapterWidth)
    }
    try check(
      extras.normalizesPositions != true, "weight-normalised positions (conv_pos_batch_norm false)",
      "BatchNorm")
    try check((1...8192).contains(width), "hidden_size up to 8192", width)
    try check.encoder(
      layers: layers, width: width, heads: heads, feedForward: feedForward, vocabulary: vocabulary,
      blank: blank)
    let count = convolutionWidths.count
    try check(
      (1...32).contains(count) && convolutionKernels.count == count
        && convolutionStrides.count == count,
      "conv_dim, conv_kernel and conv_stride of one length",
      "\(count), \(convolutionKernels.count) and \(convolutionStrides.count) values")
    for value in convolutionWidths + convolutionKernels + convolutionStrides {
      try check((1...8192).contains(value), "convolutions of sizes from 1 to 8192", value)
    }
    let product = convolutionStrides.reduce((1, false)) {
      let (value, overflow) = $0.0.multipliedReportingOverflow(by: $1)
      return (value, $0.1 || overflow)
    }
    // At 16 kHz, at most a thousand frames a second: a layer's work grows with their square.
    try check(
      !product.1 && (16...65536).contains(product.0), "a conv_stride of a product from 16 to 65536",
      product.1 ? "one beyond what can be counted" : "\(product.0)")
    try check(
      (1...width).contains(positionGroups) && width % positionGroups == 0,
      "num_conv_pos_embedding_groups that divide hidden_size \(width)", positionGroups)
    try check(
      (1...4096).contains(positionKernel), "num_conv_pos_embeddings up to 4096", positionKernel)
    try check(
      buckets >= 4 && buckets % 4 == 0 && longestDistance > buckets / 4,
      "num_buckets a multiple of 4 and a longer max_bucket_distance",
      "\(buckets) and \(longestDistance)")
    guard kind == .conformer else { return }
    try check(
      positions != .relativeKey, "a position_embeddings_type of relative or rotary, or null",
      PositionKind.relativeKey.rawValue)
    try check.conformer(
      width: width, heads: heads, kernel: depthwiseKernel, positions: positions,
      rotaryBase: rotaryBase)
  }

  /// In WavLM layer 0 has the table of positions that all read.
  var layerNames: LayerNames {
    LayerNames(
      prefix: "\(kind.prefix)encoder.layers.", count: [CodingKeys.layers.rawValue],
      feedForward: [CodingKeys.feedForward.rawValue],
      ofFirst: kind == .wavlm ? [GatedPositions.tableName] : [])
  }

  /// Samples from one output frame to the next.
  package var hop: Int { convolutionStrides.reduce(1, *) }

  /// Output frames for that many samples.
  package func frameCount(sampleCount: Int) -> Int {
    zip(convolutionKernels, convolutionStrides).reduce(sampleCount) {
      StridedConvolution.outputLength($0, kernel: $1.0, stride: $1.1)
    }
  }
}
