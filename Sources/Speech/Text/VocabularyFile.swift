// Tokens of Hugging Face models: vocab.json with letters, tokenizer.json with word pieces.

import Base
import Foundation

extension Tokenizer {
  /// Reads a model folder's `vocab.json` (and its `tokenizer_config.json`, for the token between words)
  /// or `tokenizer.json`. Text comes out in lower case, as all transcripts here are.
  ///
  /// - Parameters:
  ///   - count: tokens of the model's head; ids that the file leaves out stand for no text.
  ///   - blank: the blank's id, which config.json calls `pad_token_id`.
  package init(huggingFace folder: URL, count: Int, blank: Int) throws {
    let vocabulary = folder.appendingPathComponent("vocab.json")
    let pieces = folder.appendingPathComponent("tokenizer.json")
    let isPieces = !FileManager.default.fileExists(atPath: vocabulary.path)
    let source = isPieces ? pieces : vocabulary
    guard let data = try? Data(contentsOf: source) else {
      throw InputError(
        folder.path, expected: "tokens.txt, vocab.json or tokenizer.json", found: "none of them")
    }
    if let impostor = Impostor.name(data) {
      throw InputError(source.path, expected: "a vocabulary", found: impostor)
    }
    let file: TokenizerFile?
    let ids: [String: Int]
    do {
      file = isPieces ? try JSONDecoder().decode(TokenizerFile.self, from: data) : nil
      ids = try file?.ids ?? JSONDecoder().decode([String: Int].self, from: data)
    } catch {
      throw InputError(
        source.path,
        expected: isPieces ? "a tokenizer with a vocabulary" : "an object of token and id",
        found: "something else")
    }
    guard !ids.isEmpty else {
      throw InputError(source.path, expected: "tokens", found: "none")
    }
    if let decoder = file?.unknownDecoder {
      throw InputError(
        source.path, expected: "a decoder of \(TokenizerFile.decoders.joined(separator: ", "))",
        found: "\"\(decoder)\"")
    }
    let settings = (try? Data(contentsOf: folder.appendingPathComponent("tokenizer_config.json")))
      .flatMap { try? JSONDecoder().decode(Settings.self, from: $0) }
    let delimiter = settings?.wordDelimiter ?? "|"
    let special = Set(
      [settings?.padding, settings?.unknown, settings?.start, settings?.end]
        .compactMap { $0 }
    ).union(file?.special ?? [])
    var texts = [String?](repeating: nil, count: count)
    for (token, id) in ids {
      guard (0..<count).contains(id) else {
        // Tokens added to the tokenizer and not to the model.
        if special.contains(token) || Self.looksSpecial(token) { continue }
        throw InputError(
          source.path, expected: "ids below the model's \(count) tokens",
          found: "\(id) for \"\(token)\"")
      }
      if let other = texts[id] {
        throw InputError(
          source.path, expected: "an id of its own for each token",
          found: "\(id) for \"\(other)\" and \"\(token)\"")
      }
      texts[id] = token
    }
    var silent: Set<Int> = []
    var fragments: [Int: [UInt8]] = [:]
    let words = texts.enumerated().map { id, token -> String in
      guard let token, id != blank else {
        if id != blank { silent.insert(id) }
        return token ?? "<\(id)>"
      }
      if !isPieces, token == delimiter { return String(Tokenizer.wordStart) }
      switch file?.spelling(of: token) {
      case .bytes(let bytes) where !special.contains(token):
        fragments[id] = bytes
        return token
      case .text(let text) where !special.contains(token) && !Self.looksSpecial(token):
        return text.lowercased()
      default:
        if special.contains(token) || Self.looksSpecial(token) { silent.insert(id) }
        return token.lowercased()
      }
    }
    self.init(pieces: words, blank: blank, silent: silent, fragments: fragments)
  }

  /// `<s>`, `[PAD]` and their like.
  static func looksSpecial(_ token: String) -> Bool {
    token.count > 2
      && (token.hasPrefix("<") && token.hasSuffix(">")
        || token.hasPrefix("[") && token.hasSuffix("]"))
  }

  private struct Settings: Decodable {
    var padding, unknown, start, end, wordDelimiter: String?

    enum CodingKeys: String, CodingKey {
      case padding = "pad_token"
      case unknown = "unk_token"
      case start = "bos_token"
      case end = "eos_token"
      case wordDelimiter = "word_delimiter_token"
    }

    /// A token is its text, or an object with its text as `content`.
    init(from decoder: any Decoder) throws {
      struct Token: Decodable { var content: String }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      func read(_ key: CodingKeys) -> String? {
        (try? values.decode(String.self, forKey: key))
          ?? (try? values.decode(Token.self, forKey: key))?.content
      }
      padding = read(.padding)
      unknown = read(.unknown)
      start = read(.start)
      end = read(.end)
      wordDelimiter = read(.wordDelimiter)
    }
  }
}
