// `dropscope synthesize`: makes the training corpus and the held-out splits.

import Foundation
import Training

enum SynthesizeCommand: Command {
  static let name = "synthesize"
  static let summary = "make the training corpus with installed speech synthesisers"
  static let help = """
    Usage: dropscope synthesize --output DIR [OPTION]...

    Makes speech with espeak-ng, flite and festival: sentences of our own grammar, many voices,
    noise; in LibriSpeech layout (DIR/SPLIT/SPEAKER/CHAPTER/ID.flac and .trans.txt) with a data
    card. The same seed and the same synthesisers make the same sentences, voices and disturbances,
    and on the same kind of processor the same bytes; elsewhere samples may differ by rounding.

    With --digits it puts recordings of single digits together to digit strings with pauses instead:
    a split train, and a split digits by a speaker that train has not heard.

    Options:
      --output DIR    where to write; a new or an empty folder
      --hours H       hours of speech in train (default 12; with --digits 2)
      --seed N        what all random choices follow from (default 1)
      --jobs N        synthesisers running at a time (default: the number of processors)
      --splits LIST   some of train,dev,test-clean,test-other (default: all)
      --digits DIR    recordings DIGIT_SPEAKER_NUMBER.wav, as in the Free Spoken Digit Dataset
      --leave-out WHO the speaker of them for the split digits
      --force         write into a folder that has files, replacing splits of the same name
      --help          show this
    """

  static func run(_ arguments: [String]) throws -> Int32 {
    let options = try Arguments(
      arguments, options: ["output", "hours", "seed", "jobs", "splits", "digits", "leave-out"],
      flags: ["force"])
    if let recordings = options.string("digits") { return try compose(recordings, options) }
    if options.string("leave-out") != nil { throw UsageError("--leave-out goes with --digits") }
    var request = CorpusRequest(output: URL(fileURLWithPath: try options.required("output")))
    request.hours = try options.number("hours", in: 0.001...10000) ?? request.hours
    request.seed = try options.seed("seed") ?? request.seed
    request.jobs =
      try options.integer("jobs", in: 1...256) ?? ProcessInfo.processInfo.activeProcessorCount
    let names = CorpusSplit.allCases.map(\.rawValue)
    if let chosen = try options.choices("splits", of: names) {
      request.splits = CorpusSplit.allCases.filter { chosen.contains($0.rawValue) }
    }
    request.force = options.flag("force")

    let corpus = Corpus(request, synthesizer: try SpeechSynthesizer())
    Interruption.install()
    var bar = ProgressBar("synthesize")
    let start = ContinuousClock.now
    let summaries: [SplitSummary]
    do {
      defer { bar.finish() }
      summaries = try corpus.make(
        progress: { bar.update($0, note: $1) }, isCancelled: { Interruption.isRequested })
    } catch is Cancelled {
      Dropscope.complain("dropscope synthesize: interrupted; unfinished splits were removed")
      return Interruption.exitStatus
    }
    for summary in summaries {
      let length = ProgressBar.duration(summary.seconds)
      print(
        "\(summary.split.rawValue): \(summary.utterances) utterances, \(summary.words) words, "
          + "\(length), \(summary.speakers.count) voices")
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print("\(request.output.path): done in \(ProgressBar.duration(seconds))")
    return 0
  }

  /// Digit strings from recordings.
  private static func compose(_ recordings: String, _ options: Arguments) throws -> Int32 {
    for other in ["jobs", "splits"] where options.string(other) != nil {
      throw UsageError("--\(other) does not go with --digits")
    }
    var request = DigitRequest(
      recordings: URL(fileURLWithPath: recordings),
      output: URL(fileURLWithPath: try options.required("output")),
      heldOut: try options.required("leave-out"))
    request.hours = try options.number("hours", in: 0.001...10000) ?? request.hours
    request.seed = try options.seed("seed") ?? request.seed
    request.force = options.flag("force")
    let corpus = try DigitCorpus(request)
    Interruption.install()
    var bar = ProgressBar("synthesize")
    let summaries: [DigitSummary]
    do {
      defer { bar.finish() }
      summaries = try corpus.make(
        progress: { bar.update($0, note: "digit strings") },
        isCancelled: { Interruption.isRequested })
    } catch is Cancelled {
      Dropscope.complain("dropscope synthesize: interrupted; nothing was written")
      return Interruption.exitStatus
    }
    for summary in summaries {
      print(
        "\(summary.split): \(summary.utterances) utterances, \(summary.words) words, "
          + "\(ProgressBar.duration(summary.seconds)), "
          + summary.speakers.joined(separator: ", "))
    }
    return 0
  }
}
