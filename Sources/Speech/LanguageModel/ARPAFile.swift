// ARPA files: the text format of n-gram models (Doug Paul's, as SRILM and KenLM write it).

import Base
import Foundation

extension NGramModel {
  /// Reads an ARPA file of any order: `\data\` with `ngram N=COUNT` lines, a section `\N-grams:` for each
  /// order with `log10-probability TAB words TAB back-off` lines, `\end\`. Words are taken in lower case,
  /// as all transcripts here are. `InputError` names the line that is wrong, or what is missing.
  package convenience init(arpa url: URL) throws {
    guard let data = try? FileBytes.read(url) else {
      throw InputError(url.path, expected: "an ARPA language model", found: "nothing readable")
    }
    var reader = ARPAReader(url: url, size: data.count)
    try data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
        if try !reader.read(rest[..<end]) { break }
        rest = rest[min(end + 1, rest.endIndex)...]
      }
    }
    try reader.finish()
    var digest = Digest()
    digest.add(data)
    self.init(
      name: url.lastPathComponent, digest: digest.description, order: reader.counts.count,
      words: reader.words, nodes: reader.nodes, children: reader.children)
  }
}

/// The state of reading a file, line by line.
private struct ARPAReader {
  let url: URL
  /// n-grams that the file can have: each takes four bytes at least.
  private let most: Int
  /// n-grams promised, by order.
  private(set) var counts: [Int] = []
  private(set) var words: [ExactText: Int32] = [:]
  private(set) var nodes: [NGramModel.Node] = []
  private(set) var children = PairTable()

  private var line = 0
  private var section = Section.before
  /// n-grams read of the section.
  private var read = 0

  private enum Section: Equatable {
    case before, data
    case ngrams(Int)
    case end
  }

  /// Orders beyond this are no model that anybody has.
  private static let highestOrder = 20

  init(url: URL, size: Int) {
    self.url = url
    most = size / 4
  }

  /// False after `\end\`.
  mutating func read(_ bytes: Slice<UnsafeRawBufferPointer>) throws -> Bool {
    line += 1
    let fields = bytes.split(whereSeparator: { $0 == 9 || $0 == 32 || $0 == 13 })
    guard let first = fields.first else { return true }
    if first.first == UInt8(ascii: "\\"), fields.count == 1 {
      return try enter(String(decoding: first, as: UTF8.self))
    }
    switch section {
    case .before, .end: break
    case .data: try readCount(fields.map { String(decoding: $0, as: UTF8.self) }.joined())
    case .ngrams(let order): try readNGram(fields, order: order)
    }
    return true
  }

  /// A line that begins with a backslash.
  private mutating func enter(_ mark: String) throws -> Bool {
    if mark == "\\data\\" {
      guard section == .before else { throw unexpected(mark) }
      section = .data
      return true
    }
    if mark == "\\end\\" {
      try checkCount()
      guard section == .ngrams(counts.count) else { throw unexpected(mark) }
      section = .end
      return false
    }
    guard section != .before else { return true }
    try checkCount()
    let next = if case .ngrams(let order) = section { order + 1 } else { 1 }
    guard mark == "\\\(next)-grams:", next <= counts.count else { throw unexpected(mark) }
    section = .ngrams(next)
    read = 0
    // A file may promise more than can be counted.
    if next == 1 { nodes.reserveCapacity(counts.reduce(0) { min(most, $0 + min(most, $1)) }) }
    return true
  }

  private mutating func readCount(_ text: String) throws {
    guard text.hasPrefix("ngram"), let equals = text.firstIndex(of: "="),
      let order = Int(text.dropFirst("ngram".count).prefix(upTo: equals)),
      let count = Int(text[equals...].dropFirst()), count >= 0,
      order == counts.count + 1, order <= Self.highestOrder
    else { throw wrong("ngram \(counts.count + 1)=COUNT", text) }
    counts.append(count)
  }

  private mutating func readNGram(
    _ fields: [Slice<UnsafeRawBufferPointer>], order: Int
  ) throws {
    guard (order + 1...order + 2).contains(fields.count),
      let probability = number(fields[0]), probability <= 0 || order == 1,
      let backoff = fields.count > order + 1 ? number(fields[order + 1]) : 0
    else {
      throw wrong(
        "a log-probability, \(order) word\(order == 1 ? "" : "s") and perhaps a back-off weight",
        "\(fields.count) fields")
    }
    read += 1
    let node = NGramModel.Node(
      logProbability: Float(probability * M_LN10), backoff: Float(backoff * M_LN10))
    if order == 1 {
      let word = text(fields[1])
      // Of words that differ in case alone the likeliest counts.
      if let known = words[word] {
        if nodes[Int(known)].logProbability < node.logProbability { nodes[Int(known)] = node }
      } else {
        words[word] = Int32(nodes.count)
        nodes.append(node)
      }
      return
    }
    var context: Int32?
    for (position, field) in fields[1...order].enumerated() {
      guard let word = words[text(field)] else {
        throw wrong("words that are unigrams", "\"\(text(field).text)\"")
      }
      guard let prefix = context else {
        context = word
        continue
      }
      let place = children.value(prefix, word, orInsert: Int32(nodes.count))
      if Int(place) == nodes.count {
        nodes.append(NGramModel.Node(logProbability: .nan, backoff: 0))
      }
      // Of n-grams that differ in case alone the likeliest counts.
      if position == order - 1, !(nodes[Int(place)].logProbability >= node.logProbability) {
        nodes[Int(place)] = node
      }
      context = place
    }
  }

  private func number(_ field: Slice<UnsafeRawBufferPointer>) -> Double? {
    Double(String(decoding: field, as: UTF8.self)).flatMap { $0.isNaN ? nil : $0 }
  }

  private func text(_ field: Slice<UnsafeRawBufferPointer>) -> ExactText {
    ExactText(String(decoding: field, as: UTF8.self).inLowerCase)
  }

  private func checkCount() throws {
    guard case .ngrams(let order) = section else { return }
    guard read == counts[order - 1] else {
      throw wrong("\(counts[order - 1]) n-grams of order \(order)", "\(read)")
    }
  }

  func finish() throws {
    guard section == .end else {
      throw InputError(
        url.path, expected: "an ARPA language model that closes with \\end\\",
        found: section == .before ? "no \\data\\" : "\(line) lines without it")
    }
  }

  private func unexpected(_ mark: String) -> InputError { wrong("another section", mark) }

  private func wrong(_ expected: String, _ found: String) -> InputError {
    InputError("\(url.path): line \(line)", expected: expected, found: found)
  }
}
