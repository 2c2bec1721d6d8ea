// Making the corpus: speak, disturb, write, in parallel and reproducibly.

import Base
import Foundation
import Speech
import Synchronization

/// Everything `dropscope synthesize` is told.
package struct CorpusRequest: Sendable {
  /// Where the splits go.
  package var output: URL
  /// Length of train.
  package var hours = 12.0
  package var seed: UInt64 = 1
  /// Threads, each of which runs one synthesiser at a time; without influence on the result.
  package var jobs = 2
  package var splits = CorpusSplit.allCases
  /// Free text for train, and the share of its utterances that say it.
  package var texts: OpenSentences?
  package var textShare = 0.5
  /// Whether folders of the same name are replaced.
  package var force = false

  package init(output: URL) { self.output = output }
}

/// What was made of one split.
package struct SplitSummary: Sendable, Equatable {
  package let split: CorpusSplit
  package var utterances = 0
  package var words = 0
  package var seconds = 0.0
  /// Utterances by speaker number.
  package var speakers: [Int: Int] = [:]
}

/// Thrown when the work was called off.
package struct Cancelled: Error {}

/// Makes the corpus of a request: LibriSpeech layout, `SPEAKERS.TXT`, `README.md`.
package struct Corpus: Sendable {
  private let request: CorpusRequest
  private let synthesizer: SpeechSynthesizer
  private let plan: CorpusPlan
  /// Utterances of train planned and made at a time; part of what the seed means.
  private static let block = 256

  package init(_ request: CorpusRequest, synthesizer: SpeechSynthesizer) {
    self.request = request
    self.synthesizer = synthesizer
    plan = CorpusPlan(
      seed: request.seed, voices: synthesizer.voices,
      open: (request.texts?.sentences ?? [], Float(request.textShare)))
  }

  /// Makes all splits, held-out ones first. `progress` gets the part done and a note, in the calling
  /// thread; `isCancelled` is polled, and `Cancelled` thrown when it says so. A split appears under
  /// its name when it is complete; nothing else is left behind.
  package func make(
    progress: (Double, String) -> Void = { _, _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [SplitSummary] {
    try StagedFolder.fill(request.output, force: request.force) { work, publish in
      try make(in: work, publish: publish, progress: progress, isCancelled: isCancelled)
    }
  }

  private func make(
    in work: URL, publish: (String) throws -> Void, progress: (Double, String) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> [SplitSummary] {
    let expected = request.splits.reduce(0.0) { $0 + estimatedSeconds($1) }
    var done = 0.0
    var summaries: [SplitSummary] = []
    for split in CorpusSplit.allCases.reversed() where request.splits.contains(split) {
      let folder = work.appendingPathComponent(split.rawValue)
      let babble = try babbleVoices(for: split, folder: work)
      let maker = UtteranceMaker(
        seed: request.seed, jobs: request.jobs, synthesizer: synthesizer, babble: babble,
        split: folder, scratch: work, isCancelled: isCancelled)
      let base = done
      let estimate = estimatedSeconds(split)
      let recordings = try record(split, maker) { seconds in
        progress(
          min((base + min(seconds, estimate)) / max(expected, 1), 1),
          "\(split.rawValue): \(String(format: "%.2f", seconds / 3600)) h of speech")
      }
      done += estimate
      try writeTranscripts(recordings, to: folder)
      try publish(split.rawValue)
      summaries.append(summary(of: split, recordings))
    }
    summaries.sort { $0.split.code < $1.split.code }
    let card = DataCard(
      request: request, versions: synthesizer.versions, voices: synthesizer.voices,
      summaries: summaries)
    for (name, text) in [("SPEAKERS.TXT", card.speakers), ("README.md", card.text)] {
      try write(text, to: work.appendingPathComponent(name))
      try publish(name)
    }
    return summaries
  }

  private func estimatedSeconds(_ split: CorpusSplit) -> Double {
    split == .train ? request.hours * 3600 : 3 * Double(CorpusPlan.heldOutUtterances)
  }

  /// The utterances of a split with their lengths in seconds, recorded.
  private func record(
    _ split: CorpusSplit, _ maker: UtteranceMaker, progress: (Double) -> Void
  ) throws -> [(PlannedUtterance, Double)] {
    guard split == .train else {
      let utterances = plan.heldOutUtterances(of: split)
      return Array(zip(utterances, try maker.make(utterances, progress: progress)))
    }
    var recordings: [(PlannedUtterance, Double)] = []
    var serials: [Int: Int] = [:]
    var seconds = 0.0
    while seconds < request.hours * 3600 {
      let missing = Int((request.hours * 3600 - seconds) / 2) + 4
      let utterances = plan.trainingUtterances(
        from: recordings.count, count: min(Self.block, missing), serials: &serials)
      let lengths = try maker.make(utterances) { progress(seconds + $0) }
      for (utterance, length) in zip(utterances, lengths) {
        if seconds < request.hours * 3600 {
          recordings.append((utterance, length))
          seconds += length
        } else {
          // The last block goes beyond the hours asked for.
          try FileManager.default.removeItem(at: maker.file(of: utterance))
        }
      }
    }
    // A voice first heard in what was cut off leaves empty folders.
    for voice in plan.voices(of: .train) {
      let folder = maker.folder(of: voice)
      for chapter in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
        rmdir(folder.appendingPathComponent(chapter).path)
      }
      rmdir(folder.path)
    }
    return recordings
  }

  /// What babble is made of: a few sentences by voices that the split may use.
  private func babbleVoices(for split: CorpusSplit, folder: URL) throws -> [[Float]] {
    var random = RandomGenerator(seed: request.seed, streams: UInt64(split.code), .max)
    let voices = plan.voices(of: split).filter { $0.engine == .espeak }
    let lines = (0..<24).map { _ in
      SpokenLine(
        text: CorpusGrammar.grammar.sentence(using: &random),
        voice: voices[Int(random.next() % UInt64(voices.count))], speed: 1, pitch: 1)
    }
    return try synthesizer.speak(lines, folder: folder).map {
      Augmentation.trim($0, before: 0, after: 0.05)
    }
  }

  private func writeTranscripts(_ recordings: [(PlannedUtterance, Double)], to folder: URL) throws {
    var files: [String: String] = [:]
    for (utterance, _) in recordings {
      let (speaker, chapter) = (utterance.voice.number, utterance.chapter)
      files["\(speaker)/\(chapter)/\(speaker)-\(chapter).trans.txt", default: ""] +=
        "\(utterance.id) \(utterance.text.uppercased())\n"
    }
    for (path, text) in files { try write(text, to: folder.appendingPathComponent(path)) }
  }

  private func write(_ text: String, to url: URL) throws {
    try OutputFile.write(text, to: url)
  }

  private func summary(
    of split: CorpusSplit, _ recordings: [(PlannedUtterance, Double)]
  ) -> SplitSummary {
    var summary = SplitSummary(split: split)
    for (utterance, seconds) in recordings {
      summary.utterances += 1
      summary.words += utterance.text.split(separator: " ").count
      summary.seconds += seconds
      summary.speakers[utterance.voice.number, default: 0] += 1
    }
    return summary
  }
}

/// Turns planned utterances into files, several threads at a time.
private struct UtteranceMaker: Sendable {
  let seed: UInt64
  let jobs: Int
  let synthesizer: SpeechSynthesizer
  let babble: [[Float]]
  /// The split's folder, and one for files that live for a moment.
  let split: URL
  let scratch: URL
  let isCancelled: @Sendable () -> Bool

  func folder(of voice: Voice) -> URL { split.appendingPathComponent("\(voice.number)") }

  func file(of utterance: PlannedUtterance) -> URL {
    folder(of: utterance.voice)
      .appendingPathComponent("\(utterance.chapter)/\(utterance.id).flac")
  }

  /// What the threads share.
  private struct Shared {
    var next = 0
    var running: Int
    var lengths: [Double]
    var error: (any Error)?
  }

  /// Makes `utterances` and returns their lengths in seconds; `progress` gets the seconds so far.
  func make(_ utterances: [PlannedUtterance], progress: (Double) -> Void) throws -> [Double] {
    for utterance in utterances {
      try OutputFile.makeFolder(file(of: utterance).deletingLastPathComponent())
    }
    let tasks = Self.tasks(utterances)
    let shared = SharedBox(
      Shared(running: jobs, lengths: [Double](repeating: 0, count: utterances.count)))
    let finished = DispatchSemaphore(value: 0)
    for job in 0..<jobs {
      let thread = Thread {
        work(tasks, utterances, shared, job: job)
        finished.signal()
      }
      thread.stackSize = 4 << 20
      thread.start()
    }
    var waiting = jobs
    while waiting > 0 {
      if finished.wait(timeout: .now() + 0.1) == .success { waiting -= 1 }
      progress(shared.value.withLock { $0.lengths.reduce(0, +) })
    }
    let result = shared.value.withLock { $0 }
    if isCancelled() { throw Cancelled() }
    if let error = result.error { throw error }
    return result.lengths
  }

  /// A mutex that several threads can hold on to.
  private final class SharedBox: Sendable {
    let value: Mutex<Shared>
    init(_ shared: sending Shared) { value = Mutex(shared) }
  }

  /// Groups of utterances for one call of a synthesiser: some take long to start, so they get
  /// many; long tasks come first. Groups depend on nothing but the utterances.
  private static func tasks(_ utterances: [PlannedUtterance]) -> [[Int]] {
    var tasks: [[Int]] = []
    for (engine, size) in [
      (Voice.Engine.piper, 32), (.hibari, 32), (.festival, 16), (.flite, 4), (.espeak, 4),
    ] {
      let indices = utterances.indices.filter { utterances[$0].voice.engine == engine }
        .sorted { (utterances[$0].voice.number, $0) < (utterances[$1].voice.number, $1) }
      for start in stride(from: 0, to: indices.count, by: size) {
        tasks.append(Array(indices[start..<min(start + size, indices.count)]))
      }
    }
    return tasks
  }

  private func work(
    _ tasks: [[Int]], _ utterances: [PlannedUtterance], _ shared: SharedBox, job: Int
  ) {
    let scratch = self.scratch.appendingPathComponent("job-\(job)")
    do {
      try OutputFile.makeFolder(scratch)
      while !isCancelled() {
        let task: [Int]? = shared.value.withLock { state in
          guard state.error == nil, state.next < tasks.count else { return nil }
          state.next += 1
          return tasks[state.next - 1]
        }
        guard let task else { return }
        try make(task.map { utterances[$0] }, scratch: scratch) { position, seconds in
          shared.value.withLock { $0.lengths[task[position]] = seconds }
        }
      }
    } catch {
      shared.value.withLock { if $0.error == nil { $0.error = error } }
    }
  }

  /// One call of a synthesiser and what follows.
  private func make(
    _ utterances: [PlannedUtterance], scratch: URL, done: (Int, Double) -> Void
  ) throws {
    var generators = utterances.map { utterance in
      RandomGenerator(
        seed: seed, streams: UInt64(utterance.split.code), UInt64(utterance.index), 1)
    }
    let lines = utterances.indices.map { position in
      var random = generators[position]
      defer { generators[position] = random }
      // The mean of two draws: mostly near the voice's own, now and then far from it.
      let speed = 1 + 0.25 * (random.uniform() + random.uniform() - 1)
      let pitch = 1 + 0.18 * (random.uniform() + random.uniform() - 1)
      // Punctuation gives the sentence its melody.
      let mark =
        random.uniform() < 0.5 ? "." : Self.isQuestion(utterances[position].text) ? "?" : ""
      return SpokenLine(
        text: utterances[position].text + mark, voice: utterances[position].voice,
        speed: Double(speed), pitch: Double(pitch))
    }
    let speech = try synthesizer.speak(lines, folder: scratch)
    for (position, utterance) in utterances.enumerated() {
      if isCancelled() { return }
      var random = generators[position]
      guard Augmentation.rms(speech[position]) > 1e-4 else {
        throw OutputFile.reason(
          of: InputError(
            "\(utterance.voice.description) said nothing for '\(utterance.text)'"),
          writingTo: scratch)
      }
      var samples = Augmentation.trim(
        speech[position], before: random.uniform(0.1...0.4), after: random.uniform(0.1...0.4))
      samples = utterance.split.condition.record(samples, voices: babble, using: &random)
      let waveform = Waveform(samples: samples, sampleRate: 16000)
      try FLACFile.write(waveform.quantized(bits: 12), to: file(of: utterance))
      done(position, waveform.seconds)
    }
  }

  private static func isQuestion(_ text: String) -> Bool {
    let openers: Set<Substring> = [
      "what", "where", "who", "which", "how", "why", "is", "are", "do", "does", "did", "can",
      "will", "have", "what's", "where's",
    ]
    return text.split(separator: " ").first.map { openers.contains($0) } ?? false
  }
}
