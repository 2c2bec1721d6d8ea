// What a model's config.json says of its log-mel features.

/// Settings of log-mel features. Fields missing from the JSON keep their defaults.
package struct LogMelConfiguration: Codable, Sendable, Equatable {
  package enum Normalization: String, Codable, Sendable, CaseIterable {
    /// Each mel bin of an utterance to mean 0 and (population) standard deviation 1.
    case perFeature = "per_feature"
    case none
  }

  /// What becomes of the mel powers before the normalisation.
  package enum Scale: String, Codable, Sendable, CaseIterable {
    case log
    /// Nothing: LDASR's models take the powers as they are.
    case power
  }

  /// Whose details to follow where the sizes leave a choice.
  package enum Convention: Sendable, CaseIterable {
    /// `MelSpectrogram`: ends reflected, a periodic window, HTK mel scale, triangles of height 1, a frame
    /// more than hops, deviations of the population.
    case torchaudio
    /// NVIDIA NeMo, and `ParakeetFeatureExtractor`: zeros beyond the ends, a symmetric window, Slaney's
    /// mel scale and triangles of equal area, as many frames as hops, deviations of a sample.
    case nemo
    /// Kaldi's `compute-fbank-feats`, and `SeamlessM4TFeatureExtractor`: no frame reaches beyond an end,
    /// samples are 16-bit integers, each frame loses its mean before the pre-emphasis, a symmetric Povey
    /// window, HTK's mel scale with triangles straight in mels, a least power instead of an offset,
    /// variances of a sample.
    case kaldi
  }

  /// Samples per second.
  package var sampleRate = 16000
  /// Samples of a transform, a power of two.
  package var fftSize = 512
  /// Samples under the window, centred within the transform.
  package var windowSize = 400
  /// Samples from one frame to the next.
  package var hopSize = 160
  package var melCount = 80
  /// Lower edge of the first and upper edge of the last mel filter, Hz.
  package var lowFrequency: Double = 0
  package var highFrequency: Double = 8000
  package var scale = Scale.log
  /// Added to the mel powers before the logarithm; of Kaldi the least that they count as.
  package var logOffset: Float = 1e-6
  package var normalization = Normalization.perFeature
  /// Not in the JSON: a model's type decides.
  package var convention = Convention.torchaudio
  /// Of each sample the one before it, times this, is taken off first. Not in the JSON either.
  package var preemphasis: Float = 0

  /// At most a thousand frames a second: a layer's work grows with their square.
  package var hopSizes: ClosedRange<Int> { max(1, sampleRate / 1000)...65536 }

  enum CodingKeys: String, CodingKey {
    case sampleRate = "sample_rate"
    case fftSize = "n_fft"
    case windowSize = "win_length"
    case hopSize = "hop_length"
    case melCount = "n_mels"
    case lowFrequency = "f_min"
    case highFrequency = "f_max"
    case scale
    case logOffset = "log_offset"
    case normalization = "normalize"
  }

  package init() {}

  /// Throws `DecodingError.dataCorrupted` at the field whose value no features can be made with.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable & Sendable>(
      _ key: CodingKeys, default value: Value, where isValid: (Value) -> Bool
    ) throws -> Value {
      let found = try fields.decodeIfPresent(Value.self, forKey: key) ?? value
      guard isValid(found) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: fields, debugDescription: "\(found) is out of range")
      }
      return found
    }
    sampleRate = try read(.sampleRate, default: sampleRate) { (1000...384_000).contains($0) }
    fftSize = try read(.fftSize, default: fftSize) {
      (16...65536).contains($0) && $0.nonzeroBitCount == 1
    }
    let largest = fftSize
    windowSize = try read(.windowSize, default: windowSize) { (2...largest).contains($0) }
    let hops = hopSizes
    hopSize = try read(.hopSize, default: hopSize) { hops.contains($0) }
    melCount = try read(.melCount, default: melCount) { (1...1024).contains($0) }
    let nyquist = Double(sampleRate) / 2
    lowFrequency = try read(.lowFrequency, default: lowFrequency) { $0 >= 0 && $0 < nyquist }
    let lowest = lowFrequency
    highFrequency = try read(.highFrequency, default: highFrequency) {
      $0 > lowest && $0 <= nyquist
    }
    scale = try read(.scale, default: scale) { _ in true }
    logOffset = try read(.logOffset, default: logOffset) { $0 > 0 && $0.isFinite }
    normalization = try read(.normalization, default: normalization) { _ in true }
  }
}
