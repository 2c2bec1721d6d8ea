// Byte-pair-style subword units over characters (Sennrich, Haddow & Birch 2016), learnt and applied
// within words.

import Base
import Foundation

/// Text to token ids and back. One token is the CTC blank, which in our own models is token 0; every
/// other token is a piece of a word, and "▁" (U+2581) stands for the beginning of a word.
///
/// Encoding needs nothing but the list of pieces: each word starts as single characters, and the
/// adjacent pair whose joined text is the piece with the lowest id is merged (the leftmost first) until
/// no pair joins to a piece. Since `train` lists characters first and then merges in the order learnt,
/// this replays the merges.
package struct Tokenizer: Sendable, Equatable {
  package static let blankPiece = "<blank>"
  /// In lists of our own the blank comes first.
  private static let ownBlank = 0
  private static let sentencepieceBlank = "@"
  package static let wordStart: Unicode.Scalar = "\u{2581}"
  /// What sentencepiece's lists have that stands for no text.
  private static let sentencepieceControls: Set<String> = ["<unk>", "<s>", "</s>", "<pad>"]

  /// By id, in lower case, which is what is encoded.
  package let pieces: [String]
  /// As the vocabulary has them. They are joined before their case is lowered: a capital sigma is another
  /// letter at a word's end.
  package let spellings: [String]
  private let isCased: Bool
  package let blank: Int
  /// Tokens that stand for no text, such as the beginning of a sentence.
  package let silent: Set<Int>
  /// The UTF-8 of tokens that are bytes, not whole characters. They are decoded, never encoded to.
  package let fragments: [Int: [UInt8]]
  package var count: Int { pieces.count }

  private let characters: [Unicode.Scalar: Int32]
  /// The piece that two adjacent pieces join to.
  private let joins: [PiecePair: Int32]

  /// Pieces in id order. `InputError`, naming `source`, unless the first is "<blank>" and the others
  /// are distinct and not empty.
  package init(pieces: [String], source: String = "tokens") throws {
    guard pieces.first == Tokenizer.blankPiece else {
      throw InputError(
        source, expected: "\"\(Tokenizer.blankPiece)\" on the first line",
        found: pieces.first.map { "\"\($0.prefix(40))\"" } ?? "nothing")
    }
    guard pieces.count > 1 else {
      throw InputError(source, expected: "a token a line", found: "the blank alone")
    }
    var lines: [ExactText: Int] = [:]
    for (id, piece) in pieces.enumerated() {
      guard !piece.isEmpty, !piece.unicodeScalars.contains(where: \.properties.isWhitespace) else {
        throw InputError(
          source, expected: "a token without spaces on line \(id + 1)",
          found: piece.isEmpty ? "an empty line" : "\"\(piece.prefix(40))\"")
      }
      if let other = lines.updateValue(id + 1, forKey: ExactText(piece)) {
        throw InputError(
          source, expected: "distinct tokens",
          found: "\"\(piece.prefix(40))\" on lines \(other) and \(id + 1)")
      }
    }
    self.init(checked: pieces, blank: Self.ownBlank, silent: [])
  }

  /// Pieces as they are in a vocabulary of another program, in any case; of those that are equal in lower
  /// case the first is encoded to.
  package init(
    spellings: [String], blank: Int, silent: Set<Int>, fragments: [Int: [UInt8]] = [:]
  ) {
    self.init(
      checked: spellings.enumerated().map { $0 == blank ? $1 : $1.lowercased() },
      spellings: spellings, blank: blank, silent: silent, fragments: fragments)
  }

  private init(
    checked pieces: [String], spellings: [String]? = nil, blank: Int, silent: Set<Int>,
    fragments: [Int: [UInt8]] = [:]
  ) {
    self.pieces = pieces
    self.spellings = spellings ?? pieces
    isCased = spellings != nil
    self.blank = blank
    self.silent = silent
    self.fragments = fragments
    let spoken = pieces.enumerated().filter {
      $0.offset != blank && !silent.contains($0.offset) && fragments[$0.offset] == nil
    }
    var ids: [ExactText: Int32] = [:]
    for (id, piece) in spoken.reversed() { ids[ExactText(piece)] = Int32(id) }
    let lengths = Set(ids.keys.map(\.bytes.count))
    var characters: [Unicode.Scalar: Int32] = [:]
    var joins: [PiecePair: Int32] = [:]
    for (id, piece) in spoken.reversed() {
      let scalars = piece.unicodeScalars
      if let only = scalars.first, scalars.dropFirst().isEmpty { characters[only] = Int32(id) }
      for split in ExactText(piece).splits(lengths: lengths) {
        if let left = ids[split.left], let right = ids[split.right] {
          joins[PiecePair(left: left, right: right)] = Int32(id)
        }
      }
    }
    let (sigma, finalSigma): (Unicode.Scalar, Unicode.Scalar) = ("\u{3C3}", "\u{3C2}")
    // A vocabulary in capitals has one letter for both.
    if let id = characters[sigma], self.spellings[Int(id)] != pieces[Int(id)],
      characters[finalSigma] == nil
    {
      characters[finalSigma] = id
    }
    self.characters = characters
    self.joins = joins
  }

  /// Reads tokens.txt: UTF-8, a piece a line, the line's number from 0 is the id. A list that calls the
  /// blank "@" is LDASR's, made by sentencepiece: `<s>` and its like stand for no text there.
  package init(contentsOf url: URL) throws {
    guard let data = try? Data(contentsOf: url) else {
      throw InputError(url.path, expected: "a readable list of tokens", found: "none")
    }
    if let impostor = Impostor.name(data) {
      throw InputError(url.path, expected: "a list of tokens", found: impostor)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw InputError(url.path, expected: "UTF-8 text", found: "other bytes")
    }
    var lines = text.lines.map(String.init)
    if lines.last == "" { lines.removeLast() }
    guard lines.first == Tokenizer.sentencepieceBlank else {
      try self.init(pieces: lines, source: url.path)
      return
    }
    lines[0] = Tokenizer.blankPiece
    let checked = try Tokenizer(pieces: lines, source: url.path)
    self.init(
      spellings: checked.pieces, blank: checked.blank,
      silent: Set(
        checked.pieces.indices.filter {
          Tokenizer.sentencepieceControls.contains(checked.pieces[$0])
        }))
  }

  /// Writes tokens.txt, replacing the file in one step.
  package func write(to url: URL) throws {
    try OutputFile.write(pieces.joined(separator: "\n") + "\n", to: url)
  }

  // MARK: Encoding and decoding

  /// Token ids of `text`, which is split at white space. Characters that are no piece are skipped, and
  /// so are words of such characters only; see `canEncode`.
  package func encode(_ text: String) -> [Int] {
    text.words.flatMap { word -> [Int] in
      var symbols = word.unicodeScalars.compactMap {
        $0 == Tokenizer.wordStart ? nil : characters[$0]
      }
      if symbols.isEmpty { return [] }
      if let start = characters[Tokenizer.wordStart] { symbols.insert(start, at: 0) }
      PieceMerging.merge(&symbols, joins)
      return symbols.map(Int.init)
    }
  }

  /// Whether `encode` skips nothing of `text`.
  package func canEncode(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy {
      $0.properties.isWhitespace || ($0 != Tokenizer.wordStart && characters[$0] != nil)
    }
  }

  /// The words that `ids` spell, with single spaces; blanks and silent tokens are skipped.
  package func decode(_ ids: [Int]) -> String {
    let spoken = ids.filter { $0 != blank && !silent.contains($0) }
    let text =
      fragments.isEmpty
      ? spoken.map { spellings[$0] }.joined()
      // Fragments become characters only side by side.
      : String(
        decoding: spoken.flatMap { fragments[$0] ?? Array(spellings[$0].utf8) }, as: UTF8.self)
    let words = text.unicodeScalars.split(separator: Tokenizer.wordStart)
      .map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
    return isCased ? words.inLowerCase : words
  }

  /// Whether a token begins a word.
  package func startsWord(_ token: Int) -> Bool {
    pieces[token].unicodeScalars.first == Tokenizer.wordStart
  }

  // MARK: Learning

  /// Learns pieces from words separated by white space until there are `size` with the blank, or until
  /// every word is a single piece. Each step joins the most frequent adjacent pair; of equally frequent
  /// ones the pair whose joined text sorts first, so the result depends on nothing but the words and
  /// their counts. Of more than size - 1 different characters, the most frequent are kept.
  package static func train(transcripts: [String], size: Int) -> Tokenizer {
    var wordCounts: [ExactText: Int] = [:]
    for transcript in transcripts {
      for word in transcript.unicodeScalars.split(whereSeparator: {
        $0.properties.isWhitespace || $0 == wordStart
      }) {
        wordCounts[ExactText(Substring(word)), default: 0] += 1
      }
    }
    var learner = Learner(wordCounts, size: size)
    while learner.pieces.count < size, learner.learnPiece() {}
    return Tokenizer(checked: learner.pieces.map(\.text), blank: ownBlank, silent: [])
  }

  /// Words as they are cut up so far, with the frequencies of adjacent pairs.
  private struct Learner {
    private(set) var pieces: [ExactText]
    private var ids: [ExactText: Int32] = [:]
    private var lengths: Set<Int> = []
    private var joins: [PiecePair: Int32] = [:]
    private var words: [(symbols: [Int32], count: Int)] = []
    private var pairCounts: [PiecePair: Int] = [:]
    /// Words a pair was once seen in.
    private var places: [PiecePair: Set<Int>] = [:]

    init(_ wordCounts: [ExactText: Int], size: Int) {
      var frequency: [Unicode.Scalar: Int] = [:]
      for (word, count) in wordCounts {
        frequency[Tokenizer.wordStart, default: 0] += count
        for scalar in word.text.unicodeScalars { frequency[scalar, default: 0] += count }
      }
      let characters = frequency.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .prefix(max(size - 1, 0)).map(\.key).sorted().map { ExactText(String($0)) }
      pieces = [ExactText(Tokenizer.blankPiece)] + characters
      for (id, piece) in pieces.enumerated().dropFirst() { name(piece, Int32(id)) }
      // In sorted order: dictionary order changes from run to run, and with it the work done.
      for (word, count) in wordCounts.sorted(by: { $0.key < $1.key }) {
        let scalars = [Tokenizer.wordStart] + Array(word.text.unicodeScalars)
        words.append((scalars.compactMap { ids[ExactText(String($0))] }, count))
        countPairs(of: words.count - 1, sign: 1)
      }
    }

    private mutating func name(_ piece: ExactText, _ id: Int32) {
      ids[piece] = id
      lengths.insert(piece.bytes.count)
    }

    /// False when nothing is left to join.
    mutating func learnPiece() -> Bool {
      var best: (pair: PiecePair, count: Int, text: ExactText)?
      for (pair, count) in pairCounts where count >= best?.count ?? 1 {
        let text = pieces[Int(pair.left)] + pieces[Int(pair.right)]
        if count > best?.count ?? 0 || text < best!.text
          || (text == best!.text && pair.left < best!.pair.left)
        {
          best = (pair, count, text)
        }
      }
      guard let best else { return false }
      add(best.text)
      return true
    }

    /// Adds a piece, and joins wherever two pieces spell it: an encoder that knows only the pieces
    /// cannot tell which pair of them was meant.
    private mutating func add(_ piece: ExactText) {
      let id = Int32(pieces.count)
      pieces.append(piece)
      name(piece, id)
      // Earlier pieces that this one is part of, learnt from another pair.
      for (other, text) in pieces.enumerated().dropFirst()
      where text.bytes.count > piece.bytes.count {
        if let rest = text.dropping(prefix: piece), let right = ids[rest] {
          joins[PiecePair(left: id, right: right)] = Int32(other)
        }
        if let rest = text.dropping(suffix: piece), let left = ids[rest] {
          joins[PiecePair(left: left, right: id)] = Int32(other)
        }
      }
      var affected: Set<Int> = []
      for split in piece.splits(lengths: lengths) {
        if let left = ids[split.left], let right = ids[split.right] {
          let pair = PiecePair(left: left, right: right)
          joins[pair] = id
          affected.formUnion(places.removeValue(forKey: pair) ?? [])
        }
      }
      for word in affected {
        countPairs(of: word, sign: -1)
        PieceMerging.merge(&words[word].symbols, joins)
        countPairs(of: word, sign: 1)
      }
    }

    private mutating func countPairs(of word: Int, sign: Int) {
      let (symbols, count) = words[word]
      for (left, right) in zip(symbols, symbols.dropFirst()) {
        let pair = PiecePair(left: left, right: right)
        let total = pairCounts[pair, default: 0] + sign * count
        pairCounts[pair] = total == 0 ? nil : total
        if sign > 0 { places[pair, default: []].insert(word) }
      }
    }
  }
}
