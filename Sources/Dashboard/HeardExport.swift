// What `x` keeps of a recording: where it is, and what everybody heard in it at every depth.

import Backbones
import Base
import Speech
import Tradeoff

package struct HeardExport: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package var model: String
    package var compute = Compute.full
    package var decoding: Decoding
    package var listening: Listening
  }

  /// The recording.
  package var file: String
  /// Where it is known.
  package var said: [String]?
  /// Model by model, deepest first.
  package var entries: [Entry]

  package init(file: String, said: [String]?, entries: [Entry]) {
    self.file = file
    self.said = said
    self.entries = entries
  }

  /// Nil before anything was heard.
  init?(_ state: DashboardState) {
    let listening = state.listening
    guard let file = listening.heardFile else { return nil }
    self.file = file
    said = state.said(in: file)
    entries = listening.hearers.flatMap { hearer in
      listening.heard(by: hearer).map {
        Entry(
          model: state.subject.models[hearer.model].name, compute: hearer.compute,
          decoding: hearer.decoding, listening: $0)
      }
    }
  }

  /// As JSON names it.
  private struct Line: Encodable {
    var file: String
    var model: String
    var mask: String
    var keptLayers: Int
    var text: String
    /// What was said; absent where nobody knows.
    var reference: String?
    var audioSeconds: Double
    /// From samples to words, on one thread.
    var seconds: Double
    var words: [TimedWord]
    var machine: String
    var threads = 1
    /// As in `Summary`: absent for what is whole.
    var rank, width: Double?
    var precision: Compute.Precision?
    /// As in `Summary`: absent for greedy decoding.
    var decoder: String?
    var lm: String?
    var beam: Int?
    var lmWeight: Double?
    var wordBonus: Double?

    enum CodingKeys: String, CodingKey {
      case file, model, mask, text, reference, seconds, words, machine, threads, decoder, lm, beam
      case rank, width, precision
      case keptLayers = "kept_layers"
      case audioSeconds = "audio_seconds"
      case lmWeight = "lm_weight"
      case wordBonus = "word_bonus"
    }
  }

  /// JSON lines, one a model and depth.
  /// - Parameter name: what the recording is called beside them.
  package func lines(recording name: String, machine: String) throws -> String {
    try entries.map { entry in
      let heard = entry.listening
      var line = Line(
        file: name, model: entry.model, mask: heard.mask.description,
        keptLayers: heard.mask.keptCount, text: heard.transcript.text,
        reference: said?.joined(separator: " "), audioSeconds: heard.audioSeconds,
        seconds: heard.seconds, words: heard.transcript.words, machine: machine)
      (line.rank, line.width, line.precision) = entry.compute.fields
      (line.decoder, line.lm, line.beam, line.lmWeight, line.wordBonus) = entry.decoding.fields
      return try JSON.line(line) + "\n"
    }.joined()
  }
}
