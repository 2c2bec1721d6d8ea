// Complaints about a configuration's fields.

import Base

/// Throws an `InputError` that names the file and the field where a condition does not hold.
struct FieldCheck {
  let source: String

  func callAsFunction(_ condition: Bool, _ expected: String, _ found: Any) throws {
    if !condition { throw InputError(source, expected: expected, found: "\(found)") }
  }

  /// What config.json of every Hugging Face encoder with a CTC head says, under its names.
  func encoder(
    layers: Int, width: Int, heads: Int, feedForward: Int, vocabulary: Int, blank: Int
  ) throws {
    try self((1...64).contains(layers), "num_hidden_layers from 1 to 64", layers)
    try self(
      (1...width).contains(heads) && width % heads == 0,
      "num_attention_heads that divide hidden_size \(width)", heads)
    try self((1...65536).contains(feedForward), "intermediate_size up to 65536", feedForward)
    try tokens(vocabulary, blank: blank, name: "vocab_size")
  }

  /// What those of them with Conformer blocks after wav2vec 2.0's say of the blocks.
  func conformer(
    width: Int, heads: Int, kernel: Int, positions: PositionKind?, rotaryBase: Double
  ) throws {
    try self(
      (1...1023).contains(kernel) && kernel % 2 == 1, "an odd conv_depthwise_kernel_size", kernel)
    try self(
      positions != .relative || width % 2 == 0, "an even hidden_size for relative positions", width)
    try self(
      positions != .rotary || width / heads % 2 == 0,
      "an even hidden_size / num_attention_heads for rotary positions", width / heads)
    try self(rotaryBase > 1, "a rotary_embedding_base above 1", rotaryBase)
  }

  /// Of a head, wherever its size is said.
  func tokens(_ count: Int, blank: Int, name: String) throws {
    try self((2...65536).contains(count), "\(name) from 2 to 65536", count)
    try self((0..<count).contains(blank), "pad_token_id below \(name)", blank)
  }
}
