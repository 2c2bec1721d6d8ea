// What Hugging Face's tokenizer.json says of tokens: their ids and how they spell text.

import Foundation

/// A BPE, Unigram, WordPiece or WordLevel vocabulary with its added tokens and decoder. What happens to
/// text before it is cut up is not read: recognisers only spell.
struct TokenizerFile: Decodable {
  /// Decoders whose tokens can be spelt.
  static let decoders = [
    "Metaspace", "Replace", "ByteLevel", "ByteFallback", "WordPiece", "CTC", "Fuse", "Strip",
  ]

  enum Spelling {
    /// With "▁" where words begin.
    case text(String)
    /// In UTF-8, often less than a whole character.
    case bytes([UInt8])
  }

  private struct Model: Decodable {
    var vocab: [String: Int]
    var fallsBackToBytes: Bool?

    enum CodingKeys: String, CodingKey {
      case vocab
      case fallsBackToBytes = "byte_fallback"
    }

    /// Pairs of a token and its score in the order of their ids.
    private struct Scored: Decodable {
      var token: String

      init(from decoder: any Decoder) throws {
        var pair = try decoder.unkeyedContainer()
        token = try pair.decode(String.self)
      }
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      if let scored = try? values.decode([Scored].self, forKey: .vocab) {
        vocab = Dictionary(scored.enumerated().map { ($1.token, $0) }) { first, _ in first }
      } else {
        vocab = try values.decode([String: Int].self, forKey: .vocab)
      }
      fallsBackToBytes = try values.decodeIfPresent(Bool.self, forKey: .fallsBackToBytes)
    }
  }

  private struct Added: Decodable {
    var id: Int
    var content: String
    var special: Bool?
  }

  private struct Decoding: Decodable {
    struct Pattern: Decodable { var String: String? }
    var type: String
    var decoders: [Decoding]?
    var replacement, prefix, content, wordDelimiter: String?
    var pattern: Pattern?

    enum CodingKeys: String, CodingKey {
      case type, decoders, replacement, prefix, content, pattern
      case wordDelimiter = "word_delimiter_token"
    }

    var steps: [Decoding] { type == "Sequence" ? (decoders ?? []).flatMap(\.steps) : [self] }
  }

  private var model: Model
  private var added: [Added]?
  private var decoder: Decoding?

  private enum CodingKeys: String, CodingKey {
    case model, decoder
    case added = "added_tokens"
  }

  private var steps: [Decoding] { decoder?.steps ?? [] }

  var ids: [String: Int] {
    model.vocab.merging((added ?? []).map { ($0.content, $0.id) }) { first, _ in first }
  }

  /// Tokens that stand for no text.
  var special: Set<String> {
    Set((added ?? []).filter { $0.special == true }.map(\.content))
  }

  var unknownDecoder: String? {
    steps.map(\.type).first { !Self.decoders.contains($0) }
  }

  func spelling(of token: String) -> Spelling {
    let isAdded = (added ?? []).contains { $0.content == token }
    if isAdded { return .text(token) }
    if model.fallsBackToBytes == true || steps.contains(where: { $0.type == "ByteFallback" }),
      let byte = Self.fallbackByte(token)
    {
      let isCharacter = byte < 0x80
      return .bytes(isCharacter ? Array(Self.withMarks(String(UnicodeScalar(byte))).utf8) : [byte])
    }
    if steps.contains(where: { $0.type == "ByteLevel" }) {
      let bytes = token.unicodeScalars.compactMap { Self.bytes[$0] }
      guard bytes.count == token.unicodeScalars.count else { return .text(token) }
      guard let text = String(validating: bytes, as: UTF8.self) else { return .bytes(bytes) }
      return .text(Self.withMarks(text))
    }
    if let step = steps.first(where: { $0.type == "WordPiece" }) {
      let prefix = step.prefix ?? "##"
      return .text(
        token.hasPrefix(prefix)
          ? String(token.dropFirst(prefix.count)) : "\(Tokenizer.wordStart)\(token)")
    }
    let marks = steps.compactMap { step -> String? in
      switch step.type {
      case "Metaspace": step.replacement
      case "CTC": step.wordDelimiter
      case "Replace": step.content == " " ? step.pattern?.String : nil
      default: nil
      }
    }
    return .text(
      marks.reduce(token) {
        $0.replacingOccurrences(of: $1, with: String(Tokenizer.wordStart))
      })
  }

  /// White space as the beginning of words.
  private static func withMarks(_ text: String) -> String {
    String(text.map { $0.isWhitespace ? Tokenizer.wordStart : $0 })
  }

  /// sentencepiece's `<0x41>` for a byte.
  private static func fallbackByte(_ token: String) -> UInt8? {
    guard token.count == 6, token.hasPrefix("<0x"), token.hasSuffix(">") else { return nil }
    return UInt8(token.dropFirst(3).dropLast(), radix: 16)
  }

  /// GPT-2's printable character of each byte: itself, or for those that are none, the 256th and
  /// following in order.
  private static let bytes: [UnicodeScalar: UInt8] = {
    var result: [UnicodeScalar: UInt8] = [:]
    var next: UInt32 = 256
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 33...126, 161...172, 174...255: result[UnicodeScalar(byte)] = byte
      default:
        result[UnicodeScalar(next)!] = byte
        next += 1
      }
    }
    return result
  }()
}
