// The run's log: JSON lines, one object each, for learning curves.

import Base
import Foundation

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
  /// Audio trained on since the start of the run.
  package var audioSeconds: Double
  package var audioSecondsPerSecond: Double
  /// Time spent since the start of the run, over all its resumptions.
  package var elapsedSeconds: Double

  enum CodingKeys: String, CodingKey {
    case event, step, epoch, loss, ctc, kl, hidden
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
  package static func read(_ url: URL) throws -> (
    training: [TrainingRecord], validations: [ValidationRecord]
  ) {
    guard let data = try? Data(contentsOf: url) else {
      throw InputError(url.path, expected: "a training log", found: "nothing readable")
    }
    struct Event: Decodable { var event: String }
    let decoder = JSONDecoder()
    var training: [TrainingRecord] = []
    var validations: [ValidationRecord] = []
    for (index, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
      do {
        if try decoder.decode(Event.self, from: line).event == "validation" {
          validations.append(try decoder.decode(ValidationRecord.self, from: line))
        } else {
          training.append(try decoder.decode(TrainingRecord.self, from: line))
        }
      } catch {
        throw InputError(
          "\(url.path): line \(index + 1)", expected: "a line of a training log",
          found: "something else")
      }
    }
    return (training, validations)
  }

  package func write(_ record: some Encodable) throws {
    try handle.append(JSON.line(record) + "\n")
  }
}
