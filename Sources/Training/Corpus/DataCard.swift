// What the corpus says about itself.

import Foundation

/// `README.md` and `SPEAKERS.TXT` of a corpus. Holds nothing that differs between two runs of the
/// same command, so that these files are reproducible too.
struct DataCard {
  let request: CorpusRequest
  let versions: [String]
  let voices: [Voice]
  let summaries: [SplitSummary]

  /// One line a voice, in the manner of LibriSpeech.
  var speakers: String {
    let used = Set(summaries.flatMap(\.speakers.keys))
    return ";ID | VOICE | USED IN\n"
      + voices.filter { used.contains($0.number) }.map {
        "\($0.number) | \($0.description) | \($0.use.rawValue)\n"
      }.joined()
  }

  var text: String {
    let splits = summaries.map(\.split.rawValue).joined(separator: ",")
    let texts =
      request.texts.map {
        " --texts \($0.sources.joined(separator: ","))"
          + " --text-share \(request.textShare)"
      } ?? ""
    let neural =
      voices.contains { NeuralVoices.engines.contains($0.engine) } ? " --neural PYTHON" : ""
    let exception =
      voices.contains { $0.engine == .piper }
      ? ", but for piper's voice, which never says a sentence twice alike" : ""
    let open =
      request.texts.map {
        """
        Of train, \(String(format: "%.0f", 100 * request.textShare)) % are drawn from \
        \($0.sentences.count) sentences of other texts (\($0.sources.joined(separator: ", "))) instead.


        """
      } ?? ""
    let rows = summaries.map { summary in
      let seconds = summary.seconds
      let length =
        seconds < 3600
        ? String(format: "%.1f min", seconds / 60) : String(format: "%.2f h", seconds / 3600)
      let voices = summary.speakers.count
      return "| `\(summary.split.rawValue)` | \(summary.utterances) | \(summary.words) | \(length) "
        + "| \(voices) | \(summary.split.explanation) |"
    }
    let conditions = summaries.map {
      "- `\($0.split.rawValue)`: \($0.split.condition.explanation)."
    }
    let cast = summaries.map { summary in
      let byUse = Dictionary(grouping: voices.filter { summary.speakers[$0.number] != nil }) {
        $0.engine.rawValue
      }
      let engines = byUse.keys.sorted().map { engine in
        let count = byUse[engine]?.count ?? 0
        return "\(count) of \(engine)"
      }
      return "- `\(summary.split.rawValue)`: \(engines.joined(separator: ", "))."
    }
    return """
      # Synthetic speech corpus

      Made by `dropscope synthesize --output DIR --hours \(request.hours) --seed \(request.seed) \
      --splits \(splits)\(texts)\(neural)`. The same command with the same synthesisers says and
      disturbs the same, and on the same kind of processor makes the same bytes\(exception).

      The speakers are programs, not people. Results on this corpus say how well a model hears these
      voices with these words; they say little about people.

      | split | utterances | words | length | voices | what |
      |---|---|---|---|---|---|
      \(rows.joined(separator: "\n"))

      ## Words

      Sentences are drawn from Dropscope's own grammar of \
      \(CorpusGrammar.grammar.vocabulary.count) words: requests, questions and remarks (79 %), digit
      strings and codes (8 %), short commands (6 %), lists (7 %). Nothing is copied from elsewhere.
      No sentence of a held-out split occurs in another split; those of one or two words are in
      train only.

      \(open)## Voices

      \(versions.map { "- \($0)" }.joined(separator: "\n"))

      Speed (0.75 to 1.25 of the voice's own) and pitch (0.82 to 1.18, where the synthesiser can)
      vary from utterance to utterance. "Played at 88 %" means that the recording was slowed down,
      which lowers pitch and formants, and the voice told to speak faster to make up for it.
      `SPEAKERS.TXT` lists every voice and where it is heard.

      \(cast.joined(separator: "\n"))

      ## Recording

      16 kHz mono FLAC of 16 bits, the lowest four of them zero (the rounding noise lies 72 dB under
      full scale, and the files take half the space); 0.1 to 0.4 s of silence before and after the speech; noise of one
      16-bit step at least. The signal-to-noise ratio is the ratio of mean powers over the whole
      utterance.

      \(conditions.joined(separator: "\n"))

      """
  }
}
