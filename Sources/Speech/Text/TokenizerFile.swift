// What Hugging Face's tokenizer.json says of tokens: their ids and how they spell text.

import Base

/// A BPE, Unigram, WordPiece or WordLevel vocabulary with its added tokens and decoder. What happens to
/// text before it is cut up is not read: recognisers only spell.
struct TokenizerFile {
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

  /// A step of the decoder, of which tokens' spelling follows.
  private struct Step {
    let type: String
    /// What stands for the beginning of a word, or a WordPiece's "##".
    let mark: String?
  }

  private let steps: [Step]
  private let fallsBackToBytes: Bool
  /// Tokens that the tokenizer adds to its model's, which are spelt as they are.
  private let added: Set<ExactText>
  /// In the file's order.
  let tokens: [(text: String, id: Int)]
  /// Ids of tokens that stand for no text.
  let special: Set<Int>

  /// nil unless the file has a model with a vocabulary.
  init?(_ file: JSONValue) {
    guard let model = file["model"], let vocabulary = model["vocab"] else { return nil }
    var tokens: [(text: String, id: Int)] = []
    var special: Set<Int> = []
    if let members = vocabulary.members {
      for (token, value) in members {
        guard let id = value.integer else { return nil }
        tokens.append((token, id))
      }
    } else if let elements = vocabulary.elements {
      // Pairs of a token and its score, in the order of their ids.
      for (id, element) in elements.enumerated() {
        guard let token = element.elements?.first?.string else { return nil }
        tokens.append((token, id))
      }
    } else {
      return nil
    }
    if let unknown = model["unk_id"]?.integer { special.insert(unknown) }
    if let unknown = model["unk_token"]?.string {
      special.formUnion(tokens.filter { ExactText($0.text) == ExactText(unknown) }.map(\.id))
    }
    var added: Set<ExactText> = []
    let known = Set(tokens.map { ExactText($0.text) })
    for token in file["added_tokens"]?.elements ?? [] {
      guard let text = token["content"]?.string, let id = token["id"]?.integer else { return nil }
      added.insert(ExactText(text))
      if !known.contains(ExactText(text)) { tokens.append((text, id)) }
      if token["special"]?.bool == true { special.insert(id) }
    }
    self.tokens = tokens
    self.special = special
    self.added = added
    fallsBackToBytes = model["byte_fallback"]?.bool == true
    steps = Self.steps(file["decoder"])
  }

  private static func steps(_ decoder: JSONValue?) -> [Step] {
    guard let decoder, let type = decoder["type"]?.string else { return [] }
    if type == "Sequence" { return (decoder["decoders"]?.elements ?? []).flatMap { steps($0) } }
    let mark: String? =
      switch type {
      case "Metaspace": decoder["replacement"]?.string
      case "CTC": decoder["word_delimiter_token"]?.string
      case "Replace":
        decoder["content"]?.string == " " ? decoder["pattern"]?["String"]?.string : nil
      case "WordPiece": decoder["prefix"]?.string ?? "##"
      default: nil
      }
    return [Step(type: type, mark: mark)]
  }

  var unknownDecoder: String? {
    steps.map(\.type).first { !Self.decoders.contains($0) }
  }

  func spelling(of token: String) -> Spelling {
    if added.contains(ExactText(token)) { return .text(token) }
    if fallsBackToBytes || steps.contains(where: { $0.type == "ByteFallback" }),
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
    if let prefix = steps.first(where: { $0.type == "WordPiece" })?.mark {
      return .text(
        ExactText(token).dropping(prefix: ExactText(prefix))?.text
          ?? "\(Tokenizer.wordStart)\(token)")
    }
    return .text(
      steps.compactMap(\.mark).filter { !$0.isEmpty }.reduce(token) {
        $0.replacing($1, with: String(Tokenizer.wordStart))
      })
  }

  /// White space as the beginning of words.
  private static func withMarks(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      result.append(scalar.properties.isWhitespace ? Tokenizer.wordStart : scalar)
    }
    return String(result)
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
