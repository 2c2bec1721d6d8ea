// What config.json says of a Conformer.

import Base
import Foundation
import Speech

/// Sizes and rules of a Conformer, with torchaudio's constructor names as JSON keys.
package struct ConformerConfiguration: Codable, Sendable, Equatable {
  package var modelType = "conformer"
  package var architectures = ["ConformerForCTC"]
  /// Width of the hidden frames (torchaudio's `input_dim`).
  package var width = 128
  package var heads = 4
  package var feedForward = 512
  package var layers = 12
  /// Depthwise kernel, odd.
  package var kernel = 31
  package var dropout: Float = 0.1
  /// Tokens of the CTC head, blank included.
  package var vocabulary = 256
  package var blank = 0
  /// The rule the weights were trained with.
  package var skipRule = SkipRule.identity
  package var features = LogMelConfiguration()

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case architectures
    case width = "input_dim"
    case heads = "num_heads"
    case feedForward = "ffn_dim"
    case layers = "num_layers"
    case kernel = "depthwise_conv_kernel_size"
    case dropout
    case vocabulary = "vocab_size"
    case blank
    case skipRule = "skip_rule"
    case features
  }

  package init() {}

  /// Reads and checks config.json; the error names the file and the field.
  package init(contentsOf url: URL) throws {
    let data = try ModelFolder.read(url)
    do {
      self = try JSONDecoder().decode(ConformerConfiguration.self, from: data)
    } catch let error as DecodingError {
      throw InputError(url.path, expected: "a Conformer's settings", found: error.summary)
    }
    let check = FieldCheck(source: url.path)
    try check((1...64).contains(layers), "num_layers from 1 to 64", layers)
    try check((1...8192).contains(width) && width % 2 == 0, "an even input_dim up to 8192", width)
    try check(
      (1...width).contains(heads) && width % heads == 0,
      "num_heads that divides input_dim \(width)", heads)
    try check((1...65536).contains(feedForward), "ffn_dim from 1 to 65536", feedForward)
    try check(
      (1...1023).contains(kernel) && kernel % 2 == 1, "an odd depthwise_conv_kernel_size", kernel)
    try check((2...65536).contains(vocabulary), "vocab_size from 2 to 65536", vocabulary)
    try check(blank == 0, "blank 0", blank)
    try check((1...1024).contains(features.melCount), "n_mels from 1 to 1024", features.melCount)
  }
}
