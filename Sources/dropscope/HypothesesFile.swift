// What was recognised in every utterance, beside what was said, for other programs to score.

import Backbones
import Base
import Foundation
import Speech
import Tradeoff

/// JSON lines, or for a name that ends in `.trn` pairs of files in the form that sclite reads: words and
/// the utterance's id in brackets, a line each.
struct HypothesesFile {
  /// An utterance by a walk at a compute.
  private struct Line: Encodable {
    var model, dataset, split, policy, mask, id, speaker, reference, hypothesis: String
    var words, substitutions, deletions, insertions: Int
    /// As in `Summary`.
    var rank, width: Double?
    var precision: Compute.Precision?
  }

  private let url: URL
  /// The JSON lines so far.
  private var lines: [String] = []

  private init(_ url: URL) { self.url = url }

  static var reader: ValueReader<HypothesesFile> {
    ValueReader("a path", word: { $0.url.relativePath }) {
      HypothesesFile(URL(fileURLWithPath: $0))
    }
  }

  private var isPairs: Bool { url.pathExtension == "trn" }

  /// Reference and hypothesis; of several walks or computes, each has its own.
  private func pair(
    _ model: String, _ walk: Walk, _ compute: Compute, several: Bool
  ) -> (ref: URL, hyp: URL) {
    let stem = url.deletingPathExtension()
    let choice = [walk.description, compute.description].filter { !$0.isEmpty }
      .joined(separator: "-").replacing(" %", with: "").replacing(", ", with: "-")
      .replacing(" ", with: "-")
    let name = several ? ".\(model.replacing("/", with: "_")).\(choice)" : ""
    func file(_ kind: String) -> URL {
      stem.deletingLastPathComponent()
        .appendingPathComponent("\(stem.lastPathComponent)\(name).\(kind).trn")
    }
    return (file("ref"), file("hyp"))
  }

  /// Throws unless what `write` writes can be written.
  func check(model: String, walk: Walk, compute: Compute, several: Bool) throws {
    let pair = pair(model, walk, compute, several: several)
    for file in isPairs ? [pair.ref, pair.hyp] : [url] { try OutputFile.check(file) }
  }

  /// Each file is the old one or the whole new one; JSON lines grow by a walk.
  mutating func write(
    _ results: [UtteranceResult], of dataset: Dataset, model: String, policy: String,
    walk: Walk, compute: Compute, several: Bool
  ) throws {
    let utterances = results.map { dataset.utterances[$0.index] }
    if isPairs {
      let ids = Self.ids(utterances)
      func text(_ words: [String]) -> String {
        zip(words, ids).map { ($0.isEmpty ? "" : "\($0) ") + "(\($1))\n" }.joined()
      }
      let pair = pair(model, walk, compute, several: several)
      try OutputFile.write(text(utterances.map(\.transcript)), to: pair.ref)
      try OutputFile.write(text(results.map(\.transcript.text)), to: pair.hyp)
      return
    }
    for (result, utterance) in zip(results, utterances) {
      lines.append(
        try JSON.line(
          Line(
            model: model, dataset: dataset.name, split: dataset.split, policy: policy,
            mask: result.mask.description, id: utterance.id, speaker: utterance.speaker,
            reference: utterance.transcript, hypothesis: result.transcript.text,
            words: result.counts.words, substitutions: result.counts.substitutions,
            deletions: result.counts.deletions, insertions: result.counts.insertions,
            rank: compute.fields.rank, width: compute.fields.width,
            precision: compute.fields.precision)))
    }
    try OutputFile.write(lines.map { $0 + "\n" }.joined(), to: url)
  }

  /// As sclite takes them: without spaces and brackets, SPEAKER-ID unless the id begins so, which is how
  /// it tells speakers. Numbered where two would be one.
  private static func ids(_ utterances: [Utterance]) -> [String] {
    let plain = utterances.map { utterance in
      let id =
        utterance.id.hasPrefix(utterance.speaker)
        ? utterance.id : "\(utterance.speaker)-\(utterance.id)"
      return String(id.map { $0.isWhitespace || "();".contains($0) ? "_" : $0 })
    }
    guard Set(plain.map { $0.lowercased() }).count < plain.count else { return plain }
    return plain.enumerated().map { "\($1)-\($0 + 1)" }
  }
}
