// Tokens of Hugging Face models: vocab.json with letters, tokenizer.json with word pieces.

import Base
import Foundation

/// What a model folder says of its tokens: `vocab.json` (with `added_tokens.json`) or `tokenizer.json`, and
/// which of them stand for no text by `tokenizer_config.json` and `special_tokens_map.json`. How a token
/// looks says nothing.
package struct VocabularyFile: Sendable {
  fileprivate let source: URL
  /// Those of the vocabulary, then those of `added_tokens.json`.
  fileprivate let tokens: [(text: String, id: Int)]
  fileprivate let ownCount: Int
  /// nil for letters.
  fileprivate let pieces: TokenizerFile?
  fileprivate let specialIDs: Set<Int>
  fileprivate let specialTexts: Set<ExactText>
  fileprivate let wordDelimiter: String
  private let padding: String?

  /// Fields of the settings that name a token.
  private static let roles = [
    "pad_token", "unk_token", "bos_token", "eos_token", "sep_token", "cls_token", "mask_token",
  ]
  /// What transformers' tokenizer of letters (Wav2Vec2CTCTokenizer) takes where no settings say it.
  private static let standard = [
    "pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>",
  ]

  private static let lettersName = "vocab.json"
  private static let settingsName = "tokenizer_config.json"

  /// The language that a folder's tokens and adapters are of (MMS): `target_lang` of
  /// `tokenizer_config.json` or, where it says none, the only one of `vocab.json`; nil for neither.
  package static func language(of folder: URL) -> String? {
    language(of: folder, vocabularies(of: folder))
  }

  private static func language(
    of folder: URL, _ vocabularies: @autoclosure () -> [(name: String, value: JSONValue)]
  ) -> String? {
    if let said = json(settingsName, in: folder)?["target_lang"]?.string { return said }
    let vocabularies = vocabularies()
    return vocabularies.count == 1 ? vocabularies[0].name : nil
  }

  /// Those of a `vocab.json` that has a vocabulary for each; none of any other.
  package static func languages(of folder: URL) -> [String] {
    vocabularies(of: folder).map(\.name)
  }

  /// As an error names them: MMS has a thousand.
  package static func list(_ languages: some Sequence<String>) -> String {
    let (sorted, most) = (languages.sorted(), 20)
    let more = sorted.count > most ? " and \(sorted.count - most) more" : ""
    return sorted.prefix(most).joined(separator: ", ") + more
  }

  private static func vocabularies(of folder: URL) -> [(name: String, value: JSONValue)] {
    json(lettersName, in: folder)?.vocabularies ?? []
  }

  private static func json(_ name: String, in folder: URL) -> JSONValue? {
    (try? Data(contentsOf: folder.appendingPathComponent(name))).flatMap { JSONValue($0) }
  }

  /// Throws `InputError` unless the folder has a vocabulary.
  package init(contentsOf folder: URL) throws {
    func file(_ name: String) -> JSONValue? { Self.json(name, in: folder) }
    let letters = folder.appendingPathComponent(Self.lettersName)
    let isLetters = FileManager.default.fileExists(atPath: letters.path)
    source = isLetters ? letters : folder.appendingPathComponent("tokenizer.json")
    guard let data = try? Data(contentsOf: source) else {
      throw InputError(
        folder.path, expected: "tokens.txt, vocab.json or tokenizer.json", found: "none of them")
    }
    if let impostor = Impostor.name(data) {
      throw InputError(source.path, expected: "a vocabulary", found: impostor)
    }
    var content = JSONValue(data)
    if isLetters, let vocabularies = content?.vocabularies {
      guard let language = Self.language(of: folder, vocabularies) else {
        throw InputError(
          source.path, expected: "a target_lang in \(Self.settingsName)",
          found: "none, and the languages \(Self.list(vocabularies.map(\.name)))")
      }
      guard let vocabulary = vocabularies.first(where: { $0.name == language }) else {
        throw InputError(
          source.path,
          expected: "a vocabulary of \(Self.settingsName)'s target_lang \"\(language)\"",
          found: "those of \(Self.list(vocabularies.map(\.name)))")
      }
      content = vocabulary.value
    }
    pieces = isLetters ? nil : content.flatMap { TokenizerFile($0) }
    let tokens =
      isLetters
      ? content?.members?.map { (text: $0.name, id: $0.value.integer) }
      : pieces?.tokens.map { (text: $0.text, id: $0.id) }
    guard let tokens, tokens.allSatisfy({ $0.id != nil }) else {
      throw InputError(
        source.path,
        expected: isLetters ? "an object of token and id" : "a tokenizer with a vocabulary",
        found: "something else")
    }
    guard !tokens.isEmpty else {
      throw InputError(source.path, expected: "tokens", found: "none")
    }
    if let decoder = pieces?.unknownDecoder {
      throw InputError(
        source.path, expected: "a decoder of \(TokenizerFile.decoders.joined(separator: ", "))",
        found: "\"\(decoder)\"")
    }
    let own = Set(tokens.map { ExactText($0.text) })
    let added = isLetters ? file("added_tokens.json")?.members ?? [] : []
    self.tokens =
      tokens.map { ($0.text, $0.id ?? 0) }
      + added.compactMap { token in
        own.contains(ExactText(token.name)) ? nil : token.value.integer.map { (token.name, $0) }
      }
    ownCount = tokens.count

    // The settings win over the map; a null is a choice.
    let settings = [file(Self.settingsName), file("special_tokens_map.json")]
      .compactMap { $0 }
    func text(_ value: JSONValue?) -> String? { value?.string ?? value?["content"]?.string }
    func role(_ name: String) -> String? {
      guard let said = settings.lazy.compactMap({ $0[name] }).first else {
        return isLetters ? Self.standard[name] : nil
      }
      return text(said)
    }
    padding = role("pad_token")
    var (texts, ids) = (Self.roles.compactMap(role), pieces?.special ?? [])
    for settings in settings {
      texts += (settings["additional_special_tokens"]?.elements ?? []).compactMap { text($0) }
      for (id, token) in settings["added_tokens_decoder"]?.members ?? []
      where token["special"]?.bool == true {
        texts += [text(token)].compactMap { $0 }
        if let id = Int(id) { ids.insert(id) }
      }
    }
    specialTexts = Set(texts.map { ExactText($0) })
    specialIDs = ids
    wordDelimiter = role("word_delimiter_token") ?? "|"
  }

  fileprivate func isSpecial(_ token: String, _ id: Int) -> Bool {
    specialIDs.contains(id) || specialTexts.contains(ExactText(token))
  }

  /// What is worth saying where the tokenizer pads with another token than the model, whose blank that is.
  package func remark(blank: Int) -> String? {
    guard let padding,
      let id = tokens.last(where: { ExactText($0.text) == ExactText(padding) })?.id, id != blank
    else { return nil }
    return "\(source.path): the tokenizer's padding \"\(padding)\" is token \(id), the model's "
      + "pad_token_id is \(blank): \(blank) is taken for the blank"
  }
}

extension JSONValue {
  /// Vocabularies by language, where there is nothing else.
  fileprivate var vocabularies: [(name: String, value: JSONValue)]? {
    guard let members, !members.isEmpty, members.allSatisfy({ $0.value.members != nil }) else {
      return nil
    }
    return members
  }
}

extension Tokenizer {
  /// Of a model folder. Text comes out in lower case, as all transcripts here are.
  ///
  /// - Parameters:
  ///   - count: tokens of the model's head; ids that the file leaves out stand for no text.
  ///   - blank: the blank's id, which config.json calls `pad_token_id`.
  package init(huggingFace folder: URL, count: Int, blank: Int) throws {
    try self.init(VocabularyFile(contentsOf: folder), count: count, blank: blank)
  }

  /// Throws `InputError` unless every token that is not special has an id of its own below `count`.
  package init(_ file: VocabularyFile, count: Int, blank: Int) throws {
    var texts = [String?](repeating: nil, count: count)
    for (place, (token, id)) in file.tokens.enumerated() {
      guard (0..<count).contains(id) else {
        // Tokens added to the tokenizer and not to the model.
        if place >= file.ownCount || file.isSpecial(token, id) { continue }
        throw InputError(
          file.source.path, expected: "ids below the model's \(count) tokens",
          found: "\(id) for \"\(token.prefix(40))\"")
      }
      if let other = texts[id] {
        throw InputError(
          file.source.path, expected: "an id of its own for each token",
          found: "\(id) for \"\(other.prefix(40))\" and \"\(token.prefix(40))\"")
      }
      texts[id] = token
    }
    var silent: Set<Int> = []
    var fragments: [Int: [UInt8]] = [:]
    let spellings = texts.enumerated().map { id, token -> String in
      if id == blank { return token ?? "<\(id)>" }
      guard let token else {
        silent.insert(id)
        return "<\(id)>"
      }
      if file.isSpecial(token, id) {
        silent.insert(id)
        return token
      }
      switch file.pieces?.spelling(of: token) {
      case .bytes(let bytes):
        fragments[id] = bytes
        return token
      case .text(let text): return text
      case nil:
        let isDelimiter = ExactText(token) == ExactText(file.wordDelimiter)
        return isDelimiter ? String(Tokenizer.wordStart) : token
      }
    }
    self.init(spellings: spellings, blank: blank, silent: silent, fragments: fragments)
  }
}
