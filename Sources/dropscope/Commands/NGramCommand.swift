// `dropscope ngram`: a word n-gram model from texts, for `--lm`.

import Base
import Foundation
import Speech

enum NGramCommand: Command {
  static let name = "ngram"
  static let summary = "make a language model for --lm from texts"
  static let usage = "\(name) [OPTION]... TEXT... --output FILE.arpa"
  static let explanation = """
    Counts the words of texts and writes a smoothed and pruned n-gram model as an ARPA file. A TEXT is
    a file of sentences, a *.trans.txt of LibriSpeech's layout, or a folder with such files.
    """
  static let positionals = 1...Int.max

  struct Settings: CommandSettings {
    var order = 3
    var prune = 1e-7
    var leastCount = 2
    var heldOut: [URL] = []
    var output = URL(fileURLWithPath: "")

    static var groups: [OptionGroup<Self>] {
      [
        OptionGroup("Options") {
          Option.output("FILE", \.output, "where it goes; a file of that name is replaced")
          Option("order", "N", \.order, .integer(in: 1...5), "words of the longest n-gram")
          Option(
            "prune", "P", \.prune, .number(in: 0...1),
            "leave out n-grams without which the perplexity grows by less than this share")
          Option(
            "least-count", "N", \.leastCount, .count, "words that come less often are unknown")
          Option(
            repeated: "held-out", "TEXT", \.heldOut, .url,
            "leave out sentences that share six words in a row with this text; may be repeated")
        }
      ]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    try OutputFile.check(settings.output)
    let heldOut = try settings.heldOut.flatMap(SentenceText.read)
    var sentences: [String] = []
    for path in arguments.positionals {
      let read = try SentenceText.read(URL(fileURLWithPath: path))
      let kept = SentenceText.without(heldOut, in: read)
      try StandardOutput.show(
        "\(path): \(read.count) sentences, \(read.count - kept.count) left out")
      sentences += kept
    }
    guard !sentences.isEmpty else {
      throw InputError(
        arguments.positionals.joined(separator: ", "), expected: "sentences of words",
        found: "none")
    }
    let counts = NGramCounts(
      sentences, order: settings.order, leastCount: settings.leastCount)
    var estimate = NGramEstimate(counts)
    let before = estimate.sizes
    if settings.prune > 0 { estimate.prune(threshold: settings.prune) }
    let text = estimate.arpa
    try OutputFile.write(text, to: settings.output)
    for (order, (all, kept)) in zip(before, estimate.sizes).enumerated() {
      try StandardOutput.show("\(order + 1)-grams: \(kept) of \(all)")
    }
    try StandardOutput.show("wrote \(settings.output.relativePath), \(text.utf8.count) bytes")
    return 0
  }
}
