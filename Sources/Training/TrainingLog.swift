// The run's log: JSON lines, one object each, for learning curves.

import Backbones
import Base
import Foundation

/// The layers that ran in a step, pass by pass. In a log one word, layer 1 first: `1101`, or
/// `1111+0101` where a step has two passes.
package struct StepMasks: Codable, Sendable, Equatable {
  package var passes: [LayerMask]

  package init(_ passes: [LayerMask]) { self.passes = passes }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let words = try container.decode(String.self).split(
      separator: "+", omittingEmptySubsequences: false)
    passes = try words.map { word in
      guard (1...64).contains(word.count),
        let mask = try? LayerMask(String(word), layerCount: word.count)
      else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "no layers: \(word)")
      }
      return mask
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(passes.map(\.description).joined(separator: "+"))
  }
}

/// One line: the mean of the steps since the line before.
package struct TrainingRecord: Codable, Sendable, Equatable {
  package var event = "train"
  package var step: Int
  package var epoch: Int
  package var loss, ctc, kl, gradientNorm, learningRate: Double
  /// Where hidden frames are matched.
  package var hidden: Double?
  /// Mean number of layers that ran in a step, over all its passes.
  package var keptLayers: Double
  /// Of each of those steps, in order; nil in logs of before they were written.
  package var masks: [StepMasks]?
  /// Audio trained on since the start of the run.
  package var audioSeconds: Double
  package var audioSecondsPerSecond: Double
  /// Time spent since the start of the run, over all its resumptions.
  package var elapsedSeconds: Double

  enum CodingKeys: String, CodingKey {
    case event, step, epoch, loss, ctc, kl, hidden, masks
    case gradientNorm = "gradient_norm"
    case learningRate = "learning_rate"
    case keptLayers = "kept_layers"
    case audioSeconds = "audio_seconds"
    case audioSecondsPerSecond = "audio_seconds_per_second"
    case elapsedSeconds = "elapsed_seconds"
  }
}

/// One line: the error rate at one mask.
package struct ValidationRecord: Codable, Sendable, Equatable {
  package var event = "validation"
  package var step: Int
  package var epoch: Int
  package var elapsedSeconds: Double
  package var dataset: String
  package var mask: String
  package var keptLayers: Int
  package var utterances, words: Int
  package var wer: Double
  package var substitutions, deletions, insertions: Int

  enum CodingKeys: String, CodingKey {
    case event, step, epoch, dataset, mask, utterances, words, wer
    case substitutions, deletions, insertions
    case elapsedSeconds = "elapsed_seconds"
    case keptLayers = "kept_layers"
  }
}

/// What a line tells.
package enum TrainingEvent: Sendable, Equatable {
  case steps(TrainingRecord)
  case validation(ValidationRecord)

  /// Nil for a line of anything else.
  package init?(line: Data) {
    struct Event: Decodable { var event: String }
    let decoder = JSONDecoder()
    guard let event = try? decoder.decode(Event.self, from: line).event else { return nil }
    switch event {
    case "train":
      guard let record = try? decoder.decode(TrainingRecord.self, from: line), record.step >= 0,
        record.elapsedSeconds >= 0
      else { return nil }
      self = .steps(record)
    case "validation":
      guard let record = try? decoder.decode(ValidationRecord.self, from: line), record.step >= 0,
        record.elapsedSeconds >= 0, record.words >= 0, record.keptLayers >= 0
      else { return nil }
      self = .validation(record)
    default: return nil
    }
  }
}

/// Appends lines to a file.
package final class TrainingLog {
  private let handle: AppendedFile

  /// Opens `url`. A resumed run keeps the lines up to `step`, which its checkpoint vouches for; a
  /// new run (`step` 0) starts an empty file.
  package init(_ url: URL, keepingStepsTo step: Int) throws {
    struct Line: Decodable { var step: Int }
    let old = step == 0 ? nil : try? Data(contentsOf: url)
    let kept = (old ?? Data()).split(separator: UInt8(ascii: "\n")).filter { line in
      ((try? JSONDecoder().decode(Line.self, from: line))?.step ?? .max) <= step
    }
    try OutputFile.write(
      Data(kept.joined(separator: [UInt8(ascii: "\n")]) + (kept.isEmpty ? [] : [10])), to: url)
    handle = try AppendedFile(url)
  }

  /// The lines of a log, in order.
  package static func events(_ url: URL) throws -> [TrainingEvent] {
    guard let data = try? Data(contentsOf: url) else {
      throw InputError(url.path, expected: "a training log", found: "nothing readable")
    }
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      guard let event = TrainingEvent(line: line) else {
        throw InputError(
          "\(url.path): line \(index + 1)", expected: "a line of a training log",
          found: "something else")
      }
      return event
    }
  }

  /// The same, by kind.
  package static func read(_ url: URL) throws -> (
    training: [TrainingRecord], validations: [ValidationRecord]
  ) {
    var training: [TrainingRecord] = []
    var validations: [ValidationRecord] = []
    for event in try events(url) {
      switch event {
      case .steps(let record): training.append(record)
      case .validation(let record): validations.append(record)
      }
    }
    return (training, validations)
  }

  package func write(_ record: some Encodable) throws {
    try handle.append(JSON.line(record) + "\n")
  }
}
