// Vocabularies, language models and plain text.

import Foundation
import Speech

@testable import Base

extension FuzzedParsers {
  static let texts: [FuzzedParser] = [
    FuzzedParser(
      "json",
      text: [
        "{\"a\": [1, -2.5e3, true, false, null, \"x\\u00e9\\ud83d\\ude00\\n\"], \"b\": {\"c\": {}}}",
        " [[[], [0, 1E+2]], \"\\\"\\\\\\/\\b\\f\\r\\t\"] ",
      ]
    ) { data in
      guard let value = JSONValue(data) else { return }
      // What the system's reader takes must be no less: it takes more.
      try FuzzFault.unless(
        (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
          || hasLoneSurrogate(data) || hasHugeNumber(value),
        "read, though it is not JSON: \(data.base64EncodedString())")
    },
    FuzzedParser(
      "plain-text", text: ["Ein Wort, zwei\u{2028}Ω ΟΔΟΣ e\u{301}\r\n\u{1B}[31mrot\u{9B}m\n"]
    ) {
      let text = String(decoding: $0, as: UTF8.self)
      try FuzzFault.unless(
        text.harmless == text.harmless.harmless && text.lines.joined().count <= text.count,
        "harmless text is not")
      _ = (text.words, text.inLowerCase, HarmlessText(lines: [text]).text)
    },
    FuzzedParser(
      "normalisation",
      text: [
        "Mr. Smith's $5.20 and twenty-one [noise] (laughs) <x> it's 3rd, uh, 1990s",
        "two thousand and five point four percent minus six £1,000.50 colour won't",
      ]
    ) { data in
      let text = String(decoding: data, as: UTF8.self)
      for rules in TextNormalization.allCases { _ = rules(text) }
    },
    FuzzedParser("control-groups", tries: 150, seeds: { [Data(groups.utf8)] }) { folder in
      { data in
        let parts = data.split(separator: 0x1E, omittingEmptySubsequences: false)
        let files = ["proc/self/cgroup", "proc/self/mountinfo", "sys/fs/cgroup/job/cpu.max"]
        for (part, file) in zip(parts, files) {
          try FuzzedParser.write(Data(part), to: folder.appendingPathComponent(file))
        }
        let count = Processors.count(allowed: 8, root: folder.path)
        try FuzzFault.unless((1...8).contains(count), "\(count) of 8 processors")
      }
    },
    FuzzedParser(
      "letters", file: "vocab.json",
      [
        "{\"<pad>\": 0, \"|\": 1, \"a\": 2, \";\": 3, \"\u{37E}\": 4, \"\u{3A3}\": 5, "
          + "\"<laugh>\": 6}"
      ], read: tokenize),
    FuzzedParser(
      "added-tokens", file: "added_tokens.json", ["{\"<s>\": 3, \"</s>\": 4}"],
      besides: ["vocab.json": "{\"<pad>\": 0, \"|\": 1, \"a\": 2}"], read: tokenize),
    FuzzedParser(
      "special-tokens", file: "special_tokens_map.json",
      ["{\"pad_token\": \"<pad>\", \"additional_special_tokens\": [\"a\", {\"content\": \"b\"}]}"],
      besides: ["vocab.json": "{\"<pad>\": 0, \"|\": 1, \"a\": 2}"], read: tokenize),
    FuzzedParser(
      "tokenizer-config", file: "tokenizer_config.json",
      [
        "{\"pad_token\": {\"content\": \"a\"}, \"word_delimiter_token\": \"|\", "
          + "\"added_tokens_decoder\": {\"2\": {\"content\": \"x\", \"special\": true}}}"
      ],
      besides: ["vocab.json": "{\"<pad>\": 0, \"|\": 1, \"a\": 2}"], read: tokenize),
    FuzzedParser(
      "tokenizer", file: "tokenizer.json",
      [
        "{\"added_tokens\": [{\"id\": 0, \"content\": \"<unk>\", \"special\": true}], \"model\": "
          + "{\"vocab\": [[\"<unk>\", 0], [\"\u{2581}a\", -1.5], [\"<0x41>\", -2]], "
          + "\"byte_fallback\": true}, \"decoder\": {\"type\": \"Sequence\", \"decoders\": "
          + "[{\"type\": \"Metaspace\", \"replacement\": \"\u{2581}\"}]}}",
        "{\"model\": {\"vocab\": {\"\u{120}a\": 1, \"b\": 2, \"\u{C3}\": 3}}, "
          + "\"decoder\": {\"type\": \"ByteLevel\"}}",
      ], read: tokenize),
    FuzzedParser(
      "tokens", file: "tokens.txt", ["<blank>\n\u{2581}\na\nb\n\u{2581}ab\n", "@\n<s>\nA\n"]
    ) {
      let tokenizer = try Tokenizer(contentsOf: $0.appendingPathComponent("tokens.txt"))
      _ = (tokenizer.encode("ab b"), tokenizer.decode(Array(0..<tokenizer.count)))
    },
    FuzzedParser(
      "arpa", tries: 200, file: "words.arpa",
      [
        "\\data\\\nngram 1=4\nngram 2=3\nngram 3=1\n\n\\1-grams:\n-1.5\t<s>\t-0.5\n-1\t</s>\n"
          + "-0.8\tone\t-0.3\n-0.9\ttwo\t0\n\n\\2-grams:\n-0.4\t<s> one\t-0.1\n-0.5\tone two\n"
          + "-0.6\ttwo </s>\n\n\\3-grams:\n-0.2\t<s> one two\n\n\\end\\\n"
      ]
    ) {
      let model = try NGramModel(arpa: $0.appendingPathComponent("words.arpa"))
      let scores = ["one two", "two one one", "", "three"].map(model.score(sentence:))
      try FuzzFault.unless(!scores.contains(where: \.isNaN), "scores \(scores)")
      _ = (model.knows("one"), model.knows(prefix: "t"))
    },
    FuzzedParser(
      "sentences", file: "book.txt",
      ["It is so. Is it? \u{201C}No\u{201D}, he\u{2019}d say:\n\nso\n"]
    ) { _ = try SentenceText.read($0.appendingPathComponent("book.txt")) },
    FuzzedParser("transcripts", file: "x.trans.txt", ["1-2-0 ONE TWO\n1-2-1 IT'S\n"]) {
      _ = try SentenceText.read($0)
    },
  ]

  @Sendable private static func tokenize(_ folder: URL) throws {
    let tokenizer = try Tokenizer(huggingFace: folder, count: 12, blank: 0)
    _ = tokenizer.decode(Array(0..<12))
    _ = tokenizer.encode("a b\u{301} σς ;")
  }

  /// Of version 2; what separates the files is no part of them.
  private static let groups =
    "0::/job\n\u{1E}36 25 0:32 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n\u{1E}"
    + "150000 100000\n"

  /// Which the system's reader refuses, and this program replaces.
  private static func hasLoneSurrogate(_ data: Data) -> Bool {
    data.firstRange(of: Data("\\u".utf8)) != nil
  }

  /// Which the system's reader cannot represent.
  private static func hasHugeNumber(_ value: JSONValue) -> Bool {
    switch value {
    case .number(let text): text.utf8.count > 15 || Double(text).map { !$0.isFinite } ?? true
    case .array(let elements): elements.contains(where: hasHugeNumber)
    case .object(let members): members.contains { hasHugeNumber($0.value) }
    default: false
    }
  }
}
