// Splits are disjoint, runs repeat to the byte, and nothing half-made is left behind.

import Base
import Foundation
import Speech
import Testing

@testable import Training

@Suite struct CorpusTests {
  /// The synthesisers, where they are installed.
  static let synthesizer = try? SpeechSynthesizer()
  static var isInstalled: Bool { synthesizer != nil }

  @Test func aMissingSynthesiserIsNamedWithItsPackage() {
    do {
      _ = try SpeechSynthesizer { $0 == "flite" ? nil : "/usr/bin/true" }
      Issue.record("no error")
    } catch {
      let sentence = "\(error)"
      #expect(sentence.hasPrefix("the speech synthesiser flite is not installed: run 'apt-get"))
      #expect(sentence.hasSuffix("(Debian package flite)"))
      #expect(!sentence.contains("\n"))
    }
  }

  @Test func voiceNumbersAreUnique() {
    let numbers = VoiceCatalog.all.map(\.number)
    #expect(Set(numbers).count == numbers.count)
    let names = VoiceCatalog.all.map { "\($0.engine) \($0.name) \($0.warp)" }
    #expect(Set(names).count == names.count)
  }

  @Test func heldOutSentencesAndVoicesAreUnseen() {
    let plan = CorpusPlan(seed: 5, voices: VoiceCatalog.all)
    var serials: [Int: Int] = [:]
    let train = plan.trainingUtterances(from: 0, count: 20000, serials: &serials)
    let said = Set(train.map(\.text))
    let heard = Set(train.map { "\($0.voice.engine) \($0.voice.name)" })
    #expect(Set(train.map(\.id)).count == train.count)
    var held: Set<String> = []
    for split in [CorpusSplit.dev, .testClean, .testOther] {
      let utterances = plan.heldOutUtterances(of: split)
      #expect((220...270).contains(utterances.count))
      #expect(utterances.reduce(0) { $0 + $1.text.split(separator: " ").count } >= 1500)
      #expect(Set(utterances.map(\.id)).count == utterances.count)
      for utterance in utterances {
        #expect(!said.contains(utterance.text), "\(utterance.text)")
        #expect(held.insert(utterance.text).inserted, "\(utterance.text)")
        let known = heard.contains("\(utterance.voice.engine) \(utterance.voice.name)")
        #expect(known == (utterance.voice.use == .seen))
      }
      let seen = utterances.filter { $0.voice.use == .seen }.count
      #expect(split == .testOther ? seen == 0 : abs(2 * seen - utterances.count) < 2)
      #expect(Set(utterances.map(\.voice.number)).count >= 8)
    }
    let dev = Set(plan.voices(of: .dev).filter { $0.use != .seen }.map(\.number))
    #expect(dev.isDisjoint(with: plan.voices(of: .testOther).map(\.number)))
  }

  @Test func thePlanStartsAnywhere() {
    let plan = CorpusPlan(seed: 5, voices: VoiceCatalog.all)
    var serials: [Int: Int] = [:]
    let whole = plan.trainingUtterances(from: 0, count: 30, serials: &serials)
    serials = [:]
    let parts =
      plan.trainingUtterances(from: 0, count: 11, serials: &serials)
      + plan.trainingUtterances(from: 11, count: 19, serials: &serials)
    #expect(whole.map(\.id) == parts.map(\.id))
    #expect(whole.map(\.text) == parts.map(\.text))
  }

  @Test(.enabled(if: isInstalled)) func theSameSeedMakesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    func make(_ name: String, jobs: Int, seed: UInt64) throws -> [String: Data] {
      var request = CorpusRequest(output: folder.url.appendingPathComponent(name))
      request.hours = 0.02
      request.jobs = jobs
      request.seed = seed
      request.splits = [.train]
      var fractions: [Double] = []
      let synthesizer = try #require(Self.synthesizer)
      let summaries = try Corpus(request, synthesizer: synthesizer)
        .make(progress: { fraction, _ in fractions.append(fraction) })
      let summary = try #require(summaries.first)
      #expect(summary.seconds >= 72 && summary.seconds < 80)
      #expect(fractions == fractions.sorted() && fractions.allSatisfy { (0...1).contains($0) })
      return try contents(of: request.output)
    }
    let first = try make("a", jobs: 1, seed: 1)
    #expect(first == (try make("b", jobs: 3, seed: 1)))
    #expect(first.keys.contains("README.md") && first.keys.contains("SPEAKERS.TXT"))
    let other = try make("c", jobs: 2, seed: 2)
    #expect(Set(other.values).isDisjoint(with: first.filter { $0.key.hasSuffix("flac") }.values))

    // What was written is what a data set is read from.
    let data = try Dataset(contentsOf: folder.url.appendingPathComponent("a"), split: "train")
    #expect(data.utterances.count == first.keys.filter { $0.hasSuffix(".flac") }.count)
    for utterance in data.utterances {
      let waveform = try AudioFile.read(utterance.audio)
      #expect(waveform.sampleRate == 16000)
      #expect((0.4...12).contains(waveform.seconds))
      #expect(Augmentation.rms(waveform.samples) > 0.01)
      #expect(waveform.samples.allSatisfy { abs($0) < 1 })
    }
  }

  @Test(.enabled(if: isInstalled)) func aFolderWithFilesIsRefusedUnlessForced() throws {
    let folder = try TemporaryFolder()
    try Data("mine".utf8).write(to: folder.url.appendingPathComponent("notes.txt"))
    var request = CorpusRequest(output: folder.url)
    request.hours = 0.002
    request.splits = [.train]
    let synthesizer = try #require(Self.synthesizer)
    #expect(
      throws: InputError(
        folder.url.path, expected: "a new or an empty folder",
        found: "one with 1 entries")
    ) {
      try Corpus(request, synthesizer: synthesizer).make()
    }
    request.force = true
    _ = try Corpus(request, synthesizer: synthesizer).make()
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(Set(entries) == ["notes.txt", "train", "README.md", "SPEAKERS.TXT"])
  }

  @Test(.enabled(if: isInstalled)) func callingOffLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let request = CorpusRequest(output: folder.url.appendingPathComponent("corpus"))
    let start = ContinuousClock.now
    #expect(throws: Cancelled.self) {
      try Corpus(request, synthesizer: #require(Self.synthesizer))
        .make(isCancelled: { ContinuousClock.now - start > .seconds(0.5) })
    }
    #expect(!FileManager.default.fileExists(atPath: request.output.path))
  }

  private func contents(of folder: URL) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let url = folder.appendingPathComponent(path)
      if (try url.resourceValues(forKeys: [.isRegularFileKey])).isRegularFile == true {
        files[path] = try Data(contentsOf: url)
      }
    }
    return files
  }
}

/// A folder that is removed when nobody holds on to it any more.
private final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("corpus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
