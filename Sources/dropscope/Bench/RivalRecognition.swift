// A rival that recognises what we recognise, when it is asked to.

import Backbones
import Base
import Foundation
import Kernels
import Tradeoff
import Training

/// What is recognised by all, made ready once.
struct RivalMaterial {
  /// What the network takes of each recording and of each utterance of the split.
  var recordings: [Tensor]
  var utterances: [Tensor]
  /// Our log-probabilities of recordings, and the masks of those.
  var expected: [(mask: LayerMask, recording: Int, logProbabilities: Tensor)]
}

/// The same model in another runtime. Answers come one at a time, so whoever asks has the machine else.
final class RivalRecognition {
  let rival: Rival
  let version: String
  /// Names of its ways to recognise a whole split.
  let ways: [String]
  private let program: RivalProgram
  private let tolerance: Double
  private var opened: Opening?

  /// Of the largest log-probability; rounding alone is a hundredth of it.
  private static let tolerance = 1e-3

  private struct Plan: Encodable {
    var model: String
    var precision: Compute.Precision
  }

  private struct Greeting: Decodable {
    var version: String
    var ways: [String]
  }

  private struct Opening: Encodable, Equatable {
    var ask = "open"
    var mask: String
    var threads: Int
  }

  private struct Question: Encodable {
    var ask: String
    var recording: Int?
    var way: String?
  }

  private struct Nothing: Decodable {}
  private struct Difference: Decodable { var difference: Double }
  private struct Milliseconds: Decodable { var milliseconds: Double }
  private struct Seconds: Decodable { var seconds: Double }

  /// Starts it. Throws `InputError` where it has not what it needs.
  init(_ chosen: ChosenRival, _ recognizer: Recognizer, _ material: RivalMaterial) throws {
    rival = chosen.rival
    let precision = recognizer.compute.precision
    // Others round in their own ways: that is then told, and no error.
    tolerance = precision == .float32 ? Self.tolerance : .infinity
    let temporary = try TemporaryFolder()
    defer { temporary.remove() }
    var model = recognizer.folder
    // Of our own kind, older names and other numbers are read here and written as the scripts know them.
    if let family = try? TrainableCatalog.family(of: model), family.startsFromScratch {
      try family.load(model).write(
        to: temporary.url, tokenizer: recognizer.tokenizer, as: .float32, metadata: [:])
      model = temporary.url
    }
    let plan = Plan(model: model.standardizedFileURL.path, precision: precision)
    program = try RivalProgram(chosen, chosen.rival.recognitionScript, plan) { folder in
      let tensors =
        material.recordings.enumerated().map { ("recording.\($0)", $1) }
        + material.utterances.enumerated().map { ("utterance.\($0)", $1) }
        + material.expected.map { ("expected.\($0.mask).\($0.recording)", $0.logProbabilities) }
      try SafetensorsWriter.write(
        tensors, as: .float32, metadata: [:], to: folder.appendingPathComponent("input.safetensors")
      )
    }
    let greeting = try program.hear(Greeting.self)
    version = greeting.version
    ways = greeting.ways
  }

  /// From now on it recognises with these layers and so many threads.
  func open(_ mask: LayerMask, threads: Int) throws {
    let opening = Opening(mask: mask.description, threads: threads)
    guard opening != opened else { return }
    _ = try program.ask(opening, Nothing.self)
    opened = opening
  }

  /// The largest difference of its log-probabilities from ours, relative to the largest of them. Throws
  /// `InputError` where it is none of rounding.
  func difference(recording: Int) throws -> Double {
    let question = Question(ask: "compare", recording: recording)
    let found = try program.ask(question, Difference.self).difference
    guard found <= tolerance else {
      throw InputError(
        program.script.path,
        expected:
          "our log-probabilities at mask \(opened?.mask ?? ""), but for \(tolerance) of the largest",
        found: "others, off by \(found) of the largest: this is another model")
    }
    return found
  }

  func milliseconds(recording: Int) throws -> Double {
    try program.ask(Question(ask: "run", recording: recording), Milliseconds.self).milliseconds
  }

  /// Of the whole split.
  func seconds(way: String) throws -> Double {
    try program.ask(Question(ask: "split", way: way), Seconds.self).seconds
  }
}
