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
  /// nil in checkpoints of before it was kept.
  package var identity: RunIdentity?
}

extension TrainingProgress {
  /// What cannot be, in a few words, of all that no option of the command line checks.
  fileprivate var impossible: String? {
    let counts = [position.step, position.epoch, position.batch, position.updates, skippedSteps]
    if (counts + gateHistogram).contains(where: { $0 < 0 || $0 > 1 << 48 }) {
      return "counts of \((counts + gateHistogram).map(String.init).joined(separator: ", "))"
    }
    if position.updates > position.step { return "more updates than steps" }
    for (name, value) in [("elapsedSeconds", elapsedSeconds), ("audioSeconds", audioSeconds)]
    where !(0...1e15).contains(value) {
      return "\(name) of \(value)"
    }
    for (name, value) in [
      ("beta1", options.beta1), ("beta2", options.beta2),
      ("timeFraction", Double(options.specAugment.timeFraction)),
    ] where !(0...1).contains(value) || name != "timeFraction" && value == 1 {
      return "\(name) of \(value)"
    }
    return (1e-30...1).contains(options.epsilon) ? nil : "epsilon of \(options.epsilon)"
  }
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
    let progress: TrainingProgress
    do {
      progress = try JSONDecoder().decode(TrainingProgress.self, from: Data(json.utf8))
    } catch {
      let reason = (error as? DecodingError)?.summary ?? "\(error)"
      throw InputError(
        url.path, expected: "a checkpoint of this version", found: "other fields: \(reason)")
    }
    if let impossible = progress.impossible {
      throw InputError(
        url.path, expected: "a checkpoint with possible numbers", found: impossible)
    }
    return progress
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
    let progress = try progress(of: url)
    let (position, layers) = (progress.position, trainer.model.layerCount)
    guard progress.gateHistogram.count == layers else {
      throw InputError(
        url.path, expected: "counts of \(layers) depths",
        found: "\(progress.gateHistogram.count)")
    }
    guard trainer.canStand(at: position) else {
      throw InputError(
        url.path, expected: "a position within the \(trainer.totalSteps) steps of this data",
        found: "step \(position.step), epoch \(position.epoch), batch \(position.batch)")
    }
    trainer.move(to: position)
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
