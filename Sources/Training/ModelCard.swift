// The README of a trained model, and the same facts as metadata of its weights.

import Backbones
import Base
import Foundation
import Speech

/// Everything the card says was measured or set by the run that writes it.
struct ModelCard {
  let progress: TrainingProgress
  let position: TrainingPosition
  let totalSteps: Int
  let machine: String
  let corpus: TrainingCorpus
  /// What `results` were measured on.
  let heldOut: TrainingCorpus?
  let results: [ValidationResult]
  /// What the network is called, and its sizes.
  let kind: String
  let layerCount: Int
  let sizes: String
  let tokenCount: Int
  let parameterCount: Int
  let name: String

  private var options: TrainingOptions { progress.options }
  private var isComplete: Bool { position.step >= totalSteps }
  private var hours: String { String(format: "%.1f h", corpus.totalSeconds / 3600) }
  private var isDistilled: Bool {
    recipe?.passes(step: 0, layerCount: layerCount, options: options)
      .contains { $0.guide != .nothing } ?? false
  }
  private var recipe: (any Recipe.Type)? { try? RecipeCatalog.all.named(options.recipe) }

  /// Strings for the safetensors header; `training_options` has every option as JSON.
  var metadata: [String: String] {
    var result = [
      "command": progress.command,
      "recipe": options.recipe,
      "seed": String(options.seed),
      "steps": String(position.step),
      "total_steps": String(totalSteps),
      "wall_seconds": String(format: "%.0f", progress.elapsedSeconds),
      "machine": machine,
      "data": "\(corpus.name), \(corpus.count) utterances, \(hours)",
      "training_options": (try? JSON.line(options)) ?? "",
    ]
    if isDistilled {
      result["teacher"] = options.teacher ?? "the full network itself"
      result["kl_weight"] = String(options.klWeight)
      result["kl_reduction"] = options.klReduction.rawValue
    }
    if let initial = options.initial {
      result[options.hasFreshOutput ? "initial_encoder" : "initial_weights"] = initial
    }
    return result
  }

  var text: String {
    var lines = ["# \(name)", ""]
    lines.append(
      "A \(kind) CTC recogniser trained by Dropscope with the recipe `\(options.recipe)`"
        + " (\(recipe?.summary ?? "")).")
    lines += ["", "| | |", "|---|---|"]
    func row(_ key: String, _ value: String) { lines.append("| \(key) | \(value) |") }
    row("layers", "\(layerCount), \(sizes)")
    row("parameters", "\(parameterCount)")
    row("tokens", "\(tokenCount) (blank included)")
    row("skip rule", options.skipRule.rawValue)
    row("training data", "\(corpus.name): \(corpus.count) utterances, \(hours)")
    row(
      "steps",
      isComplete
        ? "\(position.step) (\(position.epoch) epochs)"
        : "\(position.step) of \(totalSteps): **not finished**")
    row("audio trained on", String(format: "%.1f h", progress.audioSeconds / 3600))
    row("wall time", String(format: "%.0f min", progress.elapsedSeconds / 60))
    row("machine", machine)
    row("seed", "\(options.seed), in \(options.shards) shards")
    if let initial = options.initial {
      let part = options.hasFreshOutput ? "encoder" : "weights"
      row("started from the \(part) of", "`\(initial)`")
    }
    if let layers = options.trainedLayers {
      let numbers = layers.map(String.init).joined(separator: ", ")
      row("what learnt", "layers \(numbers); the rest is as it was")
    }
    if let mask = options.fixedMask { row("layers that ran", "`\(mask)`") }
    if isDistilled {
      row(
        "teacher",
        options.teacher.map {
          "`\($0)`, full depth, "
            + (options.cachesTeacher
              ? "each utterance once, without noise and masks" : "same augmented features")
        }
          ?? "the model itself at full depth, in the same step")
      row(
        "distillation",
        "\(options.klWeight) x KL(teacher \\|\\| student), "
          + (options.klReduction == .frame
            ? "mean over frames" : "summed over frames, mean over utterances")
          + ", temperature \(options.temperature), frames of sure blank count \(options.blankWeight)"
      )
    }
    if options.matchesHidden {
      row(
        "hidden frames", "\(options.hiddenWeight) x mean square difference from the teacher's")
    }
    if options.average > 0 {
      row("exported weights", "moving average, decay \(options.average)")
    }
    row(
      "passes by layers kept",
      progress.gateHistogram.enumerated().filter { $0.element > 0 }
        .map { "\($0.offset + 1): \($0.element)" }.joined(separator: ", "))
    lines += ["", "Command:", "", "```", progress.command, "```", ""]
    if let heldOut, !results.isEmpty {
      lines.append(
        "Word error rate on `\(heldOut.name)` (\(heldOut.count) utterances), greedy decoding, measured by the training run with "
          + "the layers of each mask (layer 1 first):")
      lines += [
        "", "| layers | mask | WER % | 95 % interval | errors | words |",
        "|---|---|---|---|---|---|",
      ]
      for result in results {
        let total = result.total
        let interval = ErrorRate.interval(result.counts, groups: heldOut.speakers)
        let bounds = interval.map {
          String(format: "%.2f to %.2f", $0.lowerBound * 100, $0.upperBound * 100)
        }
        lines.append(
          "| \(result.mask.keptCount) | `\(result.mask)` "
            + String(format: "| %.2f | ", total.rate * 100)
            + "\(bounds ?? "") | \(total.errors) | \(total.words) |")
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }
}
