// What a corpus consists of: splits, and for every utterance its words, voice and recording.

import Base
import Foundation

/// The parts of the corpus.
package enum CorpusSplit: String, Sendable, CaseIterable {
  case train
  case dev
  case testClean = "test-clean"
  case testOther = "test-other"

  /// Keys the random streams and numbers the chapters.
  var code: Int {
    switch self {
    case .train: 1
    case .dev: 2
    case .testClean: 3
    case .testOther: 4
    }
  }

  var condition: RecordingCondition {
    switch self {
    case .train, .dev: .mild
    case .testClean: .clean
    case .testOther: .hard
    }
  }

  /// For the data card.
  var explanation: String {
    switch self {
    case .train: "training"
    case .dev: "unseen sentences; half by voices of train, half by voices of this split alone"
    case .testClean:
      "unseen sentences; half by voices of train, half by voices of the test splits alone"
    case .testOther: "unseen sentences, by voices of the test splits alone, disturbed"
    }
  }
}

/// One utterance before it is spoken.
struct PlannedUtterance: Sendable {
  let text: String
  let voice: Voice
  /// Position in the split, which keys its random stream.
  let index: Int
  /// Position among the voice's utterances in the split.
  let serial: Int
  let split: CorpusSplit

  /// Chapters hold a thousand utterances and are numbered by split, so that ids never collide.
  var chapter: Int { split.code * 100 + serial / 1000 }

  /// speaker-chapter-utterance, as in LibriSpeech.
  var id: String { "\(voice.number)-\(chapter)-" + String(format: "%04d", serial % 1000) }
}

/// Decides, from a seed, which sentence is said by whom in which split.
struct CorpusPlan: Sendable {
  /// Utterances of a held-out split; more when they have fewer than `heldOutWords` words.
  static let heldOutUtterances = 240
  static let heldOutWords = 1550

  let seed: UInt64
  let voices: [Voice]
  /// Free text for train, and the share of its utterances that say it.
  let open: (sentences: [String], share: Float)
  /// Sentences of dev and the tests, none of which is in train or in two of them.
  private let heldOut: [CorpusSplit: [String]]
  private let heldOutSentences: Set<String>

  init(seed: UInt64, voices: [Voice], open: (sentences: [String], share: Float) = ([], 0)) {
    self.seed = seed
    self.voices = voices
    self.open = open
    var heldOut: [CorpusSplit: [String]] = [:]
    var taken: Set<String> = []
    for split in [CorpusSplit.dev, .testClean, .testOther] {
      var random = RandomGenerator(seed: seed, streams: UInt64(split.code))
      var sentences: [String] = []
      var words = 0
      while sentences.count < Self.heldOutUtterances || words < Self.heldOutWords {
        let sentence = CorpusGrammar.grammar.sentence(using: &random)
        let count = sentence.split(separator: " ").count
        // A command of one or two words is all there is to say with them, so train has to have it.
        guard count > 2, taken.insert(sentence).inserted else { continue }
        sentences.append(sentence)
        words += count
      }
      heldOut[split] = sentences
    }
    self.heldOut = heldOut
    heldOutSentences = taken
  }

  /// The voices of a split.
  func voices(of split: CorpusSplit) -> [Voice] {
    voices.filter { voice in
      switch split {
      case .train: voice.use == .training || voice.use == .seen
      case .dev: voice.use == .seen || voice.use == .unseenDev
      case .testClean: voice.use == .seen || voice.use == .unseenTest
      case .testOther: voice.use == .unseenTest
      }
    }
  }

  /// All utterances of a held-out split: seen and unseen voices by turns, each as often as the
  /// others of its kind.
  func heldOutUtterances(of split: CorpusSplit) -> [PlannedUtterance] {
    let all = voices(of: split)
    let seen = all.filter { $0.use == .seen }
    let unseen = all.filter { $0.use != .seen }
    var serials: [Int: Int] = [:]
    return (heldOut[split] ?? []).enumerated().map { index, text in
      let group = seen.isEmpty || index % 2 == 1 ? unseen : seen
      let voice = group[(seen.isEmpty ? index : index / 2) % group.count]
      let serial = serials[voice.number, default: 0]
      serials[voice.number] = serial + 1
      return PlannedUtterance(text: text, voice: voice, index: index, serial: serial, split: split)
    }
  }

  private func sentence(using random: inout RandomGenerator) -> String {
    guard !open.sentences.isEmpty, random.uniform() < open.share else {
      return CorpusGrammar.grammar.sentence(using: &random)
    }
    return open.sentences[Int(random.next() % UInt64(open.sentences.count))]
  }

  /// The next `count` utterances of train, from position `start`; `serials` counts those of each
  /// voice so far.
  func trainingUtterances(
    from start: Int, count: Int, serials: inout [Int: Int]
  ) -> [PlannedUtterance] {
    let voices = voices(of: .train)
    var cumulative: [Double] = []
    for voice in voices { cumulative.append((cumulative.last ?? 0) + voice.weight) }
    return (start..<start + count).map { index in
      var random = RandomGenerator(
        seed: seed, streams: UInt64(CorpusSplit.train.code), UInt64(index))
      var text = sentence(using: &random)
      while heldOutSentences.contains(text) { text = sentence(using: &random) }
      let draw = Double(random.uniform()) * (cumulative.last ?? 0)
      let voice = voices[cumulative.firstIndex { draw < $0 } ?? voices.count - 1]
      let serial = serials[voice.number, default: 0]
      serials[voice.number] = serial + 1
      return PlannedUtterance(text: text, voice: voice, index: index, serial: serial, split: .train)
    }
  }
}
