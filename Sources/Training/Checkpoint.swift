// What a run needs to go on exactly where it stopped, in one file.

import Backbones
import Base
import Foundation
import Kernels
import Speech

/// The numbers of a run besides its tensors. Random numbers need no state of their own: every
/// stream is named by the seed and a position.
package struct TrainingProgress: Codable, Sendable, Equatable {
  package var options: TrainingOptions
  /// The command line that started the run.
  package var command: String
  package var position: TrainingPosition
  package var elapsedSeconds: Double
  /// Audio trained on.
  package var audioSeconds: Double
  /// Steps by number of layers kept: element 0 is one layer.
  package var gateHistogram: [Int]
  /// Steps whose gradient was not finite.
  package var skippedSteps: Int
}

/// A safetensors file with every buffer of a trainer by parameter name, and the progress as JSON in
/// its metadata: one file, so that one rename replaces the whole state at once.
package enum Checkpoint {
  private static let progressKey = "dropscope_training"

  /// Where a run keeps its own.
  package static func url(in output: URL) -> URL {
    output.appendingPathComponent("checkpoint.safetensors")
  }

  package static func write<Model>(
    _ trainer: Trainer<Model>, progress: TrainingProgress, to url: URL
  ) throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (prefix, layout, buffer) in buffers(trainer) {
      for parameter in layout.parameters {
        tensors.append(("\(prefix).\(parameter.name)", buffer.tensor(parameter)))
      }
    }
    try SafetensorsWriter.write(
      tensors, metadata: [progressKey: JSON.line(progress)], to: url)
  }

  /// The progress alone: what is needed to build the trainer that `restore` then fills.
  package static func progress(of url: URL) throws -> TrainingProgress {
    let file = try SafetensorsFile(contentsOf: url)
    guard let json = file.metadata[progressKey] else {
      throw InputError(
        url.path, expected: "a training checkpoint", found: "no \(progressKey) in its metadata")
    }
    do {
      return try JSONDecoder().decode(TrainingProgress.self, from: Data(json.utf8))
    } catch {
      throw InputError(
        url.path, expected: "a checkpoint of this version", found: "other fields (\(error))")
    }
  }

  /// Sets every buffer and the position of a trainer made with the same options.
  package static func restore<Model>(_ trainer: Trainer<Model>, from url: URL) throws {
    let file = try SafetensorsFile(contentsOf: url)
    for (prefix, layout, buffer) in buffers(trainer) {
      for parameter in layout.parameters {
        let name = "\(prefix).\(parameter.name)"
        buffer.set(parameter, to: try file.tensor(name, shape: parameter.shape))
      }
    }
    trainer.move(to: try progress(of: url).position)
  }

  private static func buffers<Model>(_ trainer: Trainer<Model>) -> [(
    prefix: String, layout: ParameterLayout, buffer: ParameterBuffer
  )] {
    let model = trainer.model
    var result = [
      ("weights", model.layout, model.weights),
      ("state", model.stateLayout, model.state),
      ("first_moment", model.layout, trainer.optimizer.firstMoment),
      ("second_moment", model.layout, trainer.optimizer.secondMoment),
    ]
    if let average = trainer.average, let averageState = trainer.averageState {
      result.append(("average", model.layout, average))
      result.append(("average_state", model.stateLayout, averageState))
    }
    return result
  }
}
