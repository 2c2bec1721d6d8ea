// A backbone of plain arithmetic, cheap, exact and countable.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Synchronization

@testable import Tradeoff

/// One hidden frame per 100 samples, 4 values wide. Layer i computes x -> 0.5 x + i + 1, so any two
/// orders or sets of layers differ; skipping is the identity or x -> 0.25 x. Each call of a layer is
/// counted and may be slow.
final class FakeBackbone: Backbone {
  static let modelType = "fake"
  let layerCount: Int
  let tokenCount = FakeBackbone.pieces.count
  let blank = 0
  let skipRule: SkipRule
  let layerSeconds: Double
  /// Whether all layers are the same work, or each one more than the one before.
  let isEven: Bool
  let frameSeconds = 0.1
  let sampleRate = 1000
  private let calls = Mutex([Int]())
  private let frontEnds = Atomic<Int>(0)
  private let longest = Atomic<Int>(0)

  static let pieces = ["<blank>"] + "abcdefghijklmnopqrstuvwxyz".map { "\u{2581}\($0)" }

  init(
    layerCount: Int = 6, skipRule: SkipRule = .identity, layerSeconds: Double = 0,
    isEven: Bool = false
  ) {
    self.layerCount = layerCount
    self.skipRule = skipRule
    self.layerSeconds = layerSeconds
    self.isEven = isEven
  }

  /// Every layer that was run, in order of time.
  var layerCalls: [Int] { calls.withLock { $0 } }
  var frontEndCalls: Int { frontEnds.load(ordering: .relaxed) }
  /// Samples that were attended over at once.
  var longestHeard: Int { longest.load(ordering: .relaxed) }

  func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
    frontEnds.add(1, ordering: .relaxed)
    longest.max(utterances.map(\.count).max() ?? 0, ordering: .relaxed)
    let rows = utterances.map { samples in
      (0..<frameCount(sampleCount: samples.count)).flatMap { frame in
        (0..<4).map { samples[frame * 100 + $0] }
      }
    }
    let values = rows.flatMap { $0 }
    return HiddenFrames(
      values: Tensor(values, shape: [values.count / 4, 4]), lengths: rows.map { $0.count / 4 })
  }

  func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    calls.withLock { $0.append(index) }
    if layerSeconds > 0 { Thread.sleep(forTimeInterval: layerSeconds) }
    return map(input) { 0.5 * $0 + Float(index + 1) }
  }

  func skip(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
    skipRule == .identity ? input : map(input) { 0.25 * $0 }
  }

  /// The token of a frame is the sum of its values, near enough.
  func head(_ input: HiddenFrames) -> Tensor {
    var output = Tensor(uninitialized: input.values.rows, tokenCount)
    let target = output.mutablePointer
    for row in 0..<input.values.rows {
      let sum = (0..<4).reduce(Float(0)) { $0 + input.values[row, $1] }
      let best = Int(abs(sum * 7)) % tokenCount
      for token in 0..<tokenCount { target[row * tokenCount + token] = token == best ? -0.1 : -5 }
    }
    return output
  }

  private func map(_ input: HiddenFrames, _ body: (Float) -> Float) -> HiddenFrames {
    HiddenFrames(
      values: Tensor(input.values.values.map(body), shape: input.values.shape),
      lengths: input.lengths)
  }

  var parameterCount: Int { Int(parameters.total(.full(layerCount))) }

  var parameters: StageValues {
    StageValues(
      frontEnd: 1000, layers: (0..<layerCount).map { Double(100 + $0) },
      skipped: Array(repeating: skipRule == .identity ? 0 : 8, count: layerCount), head: 10)
  }

  func operations(sampleCount: Int) -> StageValues {
    let frames = Double(frameCount(sampleCount: sampleCount))
    return StageValues(
      frontEnd: 3e6 * frames,
      layers: (0..<layerCount).map { Double(isEven ? 1 : $0 + 1) * 1e6 * frames },
      skipped: Array(repeating: skipRule == .identity ? 0 : 1e3 * frames, count: layerCount),
      head: 2e6 * frames)
  }

  func frameCount(sampleCount: Int) -> Int { sampleCount / 100 }
}

/// A recogniser over a fake backbone and `count` utterances of noise of different lengths, each with
/// the transcript that full depth yields when its index is even.
func fake(_ backbone: FakeBackbone, utterances count: Int) throws -> (Recognizer, LoadedDataset) {
  let recognizer = Recognizer(
    backbone: backbone, tokenizer: try Tokenizer(pieces: FakeBackbone.pieces), name: "fake",
    folder: URL(fileURLWithPath: "/nowhere/fake"))
  var random = RandomGenerator(seed: 7)
  let samples = (0..<count).map { index in
    (0..<(300 + 100 * (index % 5))).map { _ in random.uniform(-1...1) }
  }
  let reference = FakeBackbone(layerCount: backbone.layerCount, skipRule: backbone.skipRule)
  let utterances = samples.enumerated().map { index, samples in
    Utterance(
      id: String(format: "%04d", index), speaker: "\(index % 3)",
      audio: URL(fileURLWithPath: "/nowhere/\(index).wav"),
      transcript: index % 2 == 0
        ? recognizer.decoder().decode(
          reference.logProbabilities([samples], mask: .full(reference.layerCount))
        ).text : "a b")
  }
  let dataset = Dataset(name: "noise", split: "test", utterances: utterances)
  return (
    recognizer, LoadedDataset(dataset: dataset, samples: samples, sampleRate: backbone.sampleRate)
  )
}
