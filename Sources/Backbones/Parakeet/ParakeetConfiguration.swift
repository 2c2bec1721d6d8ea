// What a Hugging Face folder says of a Parakeet CTC recogniser.

import Base
import Foundation
import Speech

/// Sizes and rules under their Hugging Face names, the encoder's within `encoder_config`; what a file
/// leaves out has Hugging Face's defaults.
package struct ParakeetConfiguration: Sendable, Equatable {
  /// `encoder_config`.
  package struct Encoder: Decodable, Sendable, Equatable {
    package var width = 1024
    package var layers = 24
    package var heads = 8
    package var feedForward = 4096
    package var activation = Activation.silu
    /// Of the linear layers within blocks, feed-forwards included.
    package var linearBias = true
    package var convolutionBias = true
    /// Of the depthwise convolutions, odd.
    package var kernel = 9
    /// How many feature frames become one.
    package var subsamplingFactor = 8
    package var subsamplingChannels = 256
    package var subsamplingKernel = 3
    package var subsamplingStride = 2
    package var melCount = 80
    /// Whether the blocks' input is multiplied by the square root of its width.
    package var scalesInput = true
    package var headWidth: Int?

    enum CodingKeys: String, CodingKey {
      case width = "hidden_size"
      case layers = "num_hidden_layers"
      case heads = "num_attention_heads"
      case feedForward = "intermediate_size"
      case activation = "hidden_act"
      case linearBias = "attention_bias"
      case convolutionBias = "convolution_bias"
      case kernel = "conv_kernel_size"
      case subsamplingFactor = "subsampling_factor"
      case subsamplingChannels = "subsampling_conv_channels"
      case subsamplingKernel = "subsampling_conv_kernel_size"
      case subsamplingStride = "subsampling_conv_stride"
      case melCount = "num_mel_bins"
      case scalesInput = "scale_input"
      case headWidth = "head_dim"
    }

    package init() {}

    package init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.update(&width, .width)
      try values.update(&layers, .layers)
      try values.update(&heads, .heads)
      try values.update(&feedForward, .feedForward)
      try values.update(&activation, .activation)
      try values.update(&linearBias, .linearBias)
      try values.update(&convolutionBias, .convolutionBias)
      try values.update(&kernel, .kernel)
      try values.update(&subsamplingFactor, .subsamplingFactor)
      try values.update(&subsamplingChannels, .subsamplingChannels)
      try values.update(&subsamplingKernel, .subsamplingKernel)
      try values.update(&subsamplingStride, .subsamplingStride)
      try values.update(&melCount, .melCount)
      try values.update(&scalesInput, .scalesInput)
      headWidth = try values.decodeIfPresent(Int.self, forKey: .headWidth)
    }

    /// Convolutions that subsample: each by the stride, so many that a stride of 2 gives the factor.
    package var subsamplings: Int {
      Int.bitWidth - 1 - max(1, subsamplingFactor).leadingZeroBitCount
    }

    /// Feature frames from one output frame to the next.
    package var hops: Int { (0..<subsamplings).reduce(1) { hops, _ in hops * subsamplingStride } }
  }

  package var encoder = Encoder()
  package var vocabulary = 1025
  /// The token that stands for nothing.
  package var blank = 1024
  package var features = LogMelConfiguration()

  /// Where config.json has a setting of the encoder.
  static func path(_ key: Encoder.CodingKeys) -> [String] {
    [File.CodingKeys.encoder.rawValue, key.rawValue]
  }

  private struct File: Decodable {
    var encoder: Encoder?
    var vocabulary: Int?
    var blank: Int?

    enum CodingKeys: String, CodingKey {
      case encoder = "encoder_config"
      case vocabulary = "vocab_size"
      case blank = "pad_token_id"
    }
  }

  /// `ParakeetFeatureExtractor`'s settings. A null is a choice only for the pre-emphasis.
  private struct Extractor: Decodable {
    var features = LogMelConfiguration()

    enum CodingKeys: CodingKey {
      case feature_size, sampling_rate, hop_length, n_fft, win_length, preemphasis
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.update(&features.melCount, .feature_size)
      try values.update(&features.sampleRate, .sampling_rate)
      try values.update(&features.hopSize, .hop_length)
      try values.update(&features.fftSize, .n_fft)
      try values.update(&features.windowSize, .win_length)
      features.preemphasis =
        values.contains(.preemphasis)
        ? try values.decodeIfPresent(Float.self, forKey: .preemphasis) ?? 0 : 0.97
      features.highFrequency = Double(features.sampleRate) / 2
      features.logOffset = 0x1p-24
      features.convention = .nemo
    }
  }

  /// Reads and checks config.json and the feature extractor's settings; errors name the file and the field.
  package init(contentsOf folder: URL) throws {
    let url = folder.appendingPathComponent(ModelFolder.configurationName)
    do {
      let file = try JSONDecoder().decode(File.self, from: try ModelFolder.read(url))
      encoder = file.encoder ?? encoder
      vocabulary = file.vocabulary ?? vocabulary
      blank = file.blank ?? blank
    } catch let error as DecodingError {
      throw InputError(url.path, expected: "a Parakeet model's settings", found: error.summary)
    }
    features = try ModelFolder.featureExtractor(Extractor.self, of: folder).features
    let check = FieldCheck(source: url.path)
    let e = encoder
    try check(
      (2...8192).contains(e.width) && e.width % 2 == 0, "an even hidden_size up to 8192", e.width)
    try check.encoder(
      layers: e.layers, width: e.width, heads: e.heads, feedForward: e.feedForward,
      vocabulary: vocabulary, blank: blank)
    let headWidth = e.width / e.heads
    try check(
      e.headWidth ?? headWidth == headWidth, "a head_dim of \(headWidth)", e.headWidth ?? 0)
    try check(
      (1...1023).contains(e.kernel) && e.kernel % 2 == 1, "an odd conv_kernel_size", e.kernel)
    try check(
      (1...64).contains(e.subsamplingFactor), "subsampling_factor up to 64", e.subsamplingFactor)
    try check(e.subsamplings > 0, "a subsampling_factor above 1", e.subsamplingFactor)
    try check(
      (1...8192).contains(e.subsamplingChannels), "subsampling_conv_channels up to 8192",
      e.subsamplingChannels)
    try check(
      (1...31).contains(e.subsamplingKernel), "subsampling_conv_kernel_size up to 31",
      e.subsamplingKernel)
    try check(
      (1...8).contains(e.subsamplingStride), "subsampling_conv_stride up to 8", e.subsamplingStride)
    try check((1...1024).contains(e.melCount), "num_mel_bins up to 1024", e.melCount)
    // What the convolutions leave of the bins must be what the layer behind them was made for.
    try check(
      StridingSubsampling.outputLength(e.melCount, e) == e.melCount / e.hops,
      "num_mel_bins that \(e.subsamplings) convolutions of stride \(e.subsamplingStride) divide",
      e.melCount)
    let extractor = FieldCheck(source: "\(folder.path): the feature extractor")
    try extractor(
      features.melCount == e.melCount, "a feature_size of num_mel_bins \(e.melCount)",
      features.melCount)
    try extractor(
      (1000...384_000).contains(features.sampleRate), "a sampling_rate from 1000 to 384000",
      features.sampleRate)
    try extractor(
      features.hopSizes.contains(features.hopSize),
      "hop_length from \(features.hopSizes.lowerBound) to 65536", features.hopSize)
    try extractor(
      (16...65536).contains(features.fftSize) && features.fftSize.nonzeroBitCount == 1,
      "n_fft a power of two from 16 to 65536", features.fftSize)
    try extractor(
      (2...features.fftSize).contains(features.windowSize), "win_length from 2 to n_fft",
      features.windowSize)
  }
}
