// What was searched for and learnt on an atlas' split that the numbers of its masks do not say.

import Backbones
import Base
import Foundation
import Kernels

/// Made with an atlas, by the same key and in the same file: what some policies choose by.
package struct AtlasFindings: Sendable, Equatable {
  /// What finding something took, counted and not timed: the same on every machine.
  package struct Cost: Codable, Sendable, Equatable {
    package var policy: String
    /// Single layers of single utterances, besides those of the atlas.
    package var layerRuns: Int
    /// Of a small network.
    package var trainingSteps: Int

    enum CodingKeys: String, CodingKey {
      case policy
      case layerRuns = "layer_runs"
      case trainingSteps = "training_steps"
    }
  }

  /// By layer: `AtlasWalk.sensitivities`, the mean over utterances; for `zeroth-order`.
  package var sensitivities: [Double]
  /// By depth from 0: what `segments` found; nil where it did not look, as the atlas has no such depth.
  package var segments: [LayerMask?]
  /// By layer: `ShapleySurrogate.values`; empty where the atlas lacks a depth.
  package var surrogateValues: [Double]
  /// For `input`; nil where no depth between none and all is in the atlas.
  package var chooser: MaskChooser?
  /// For `exit`; nil where a file is from before they were trained, or where they cannot be.
  package var exits: TrainedExits?
  /// For `contiguous`: by depth from 0 the first layer, from 0, of the run that `RunGate` found; nil of none
  /// and all layers. nil as well where a file is from before that, or where layers take no gradients.
  package var gatedRuns: [Int?]?
  package var costs: [Cost]

  /// The mask of a depth that skips the run that a gate found; nil where it found none.
  package func gatedRun(keeping count: Int, of layers: Int) -> LayerMask? {
    guard let start = gatedRuns?[count] else { return nil }
    return ContiguousPolicy.mask(keeping: count, of: layers, skippingFrom: start)
  }
}

extension AtlasFindings {
  /// The name of what is said of them in a file's metadata.
  static let name = "findings"

  private enum Column {
    static let (sensitivities, segments, surrogate, candidates, weights) = (
      "loss_sensitivities", "segment_masks", "surrogate_shapley", "input_candidates",
      "input_network"
    )
    static let gatedRuns = "gated_runs"
    static let (thresholds, exitLosses, exitWeights) = (
      "exit_thresholds", "exit_losses", "exit_weights"
    )
  }

  private struct Metadata: Codable {
    var costs: [Cost]
    /// Of the network; nil without one.
    var inputs, hidden: Int?
    /// After how many layers there are exits, and of which sizes; nil without any.
    var exitDepths: [Int]?
    var exitWidth, exitInner: Int?

    enum CodingKeys: String, CodingKey {
      case costs, inputs, hidden
      case exitDepths = "exit_depths"
      case exitWidth = "exit_width"
      case exitInner = "exit_inner"
    }
  }

  func metadata() throws -> String {
    try JSON.line(
      Metadata(
        costs: costs, inputs: chooser?.network.inputs, hidden: chooser?.network.hidden,
        exitDepths: exits?.depths, exitWidth: exits?.blocks.first?.width,
        exitInner: exits?.blocks.first?.inner))
  }

  /// `loss_sensitivities` (layers), `segment_masks` (depths x numbers of 24 layers), and where they are
  /// known `surrogate_shapley` (layers), `input_candidates` (depths x choices x numbers) and `input_network`
  /// (weights one after the other), `exit_thresholds` (depths x exits), `exit_losses` (exits x untrained and
  /// trained), `gated_runs` (depths; -1 for none) and in float16 `exit_weights` (exits x `ExitBlock.Layout`).
  /// In place of a mask that there is not there is the one of no layers.
  func columns(layers: Int) -> [(name: String, tensor: Tensor, type: ElementType)] {
    let numbers = LayerMask.valueCount(layers: layers)
    let none = LayerMask(layerCount: layers, keeping: [])
    func floats(_ values: [Double]) -> Tensor { Tensor(values.map { Float($0) }) }
    var columns = [
      (Column.sensitivities, floats(sensitivities)),
      (
        Column.segments,
        Tensor(segments.flatMap { ($0 ?? none).values }, shape: [layers + 1, numbers])
      ),
    ]
    if !surrogateValues.isEmpty { columns.append((Column.surrogate, floats(surrogateValues))) }
    if let chooser {
      let choices = MaskChooser.choices
      let masks = chooser.candidates.flatMap {
        $0.isEmpty ? Array(repeating: none, count: choices) : $0
      }
      columns += [
        (
          Column.candidates,
          Tensor(masks.flatMap(\.values), shape: [layers + 1, choices, numbers])
        ),
        (Column.weights, chooser.network.weights),
      ]
    }
    var all = columns.map { ($0.0, $0.1, ElementType.float32) }
    if let gatedRuns {
      all.append((Column.gatedRuns, Tensor(gatedRuns.map { Float($0 ?? -1) }), .float32))
    }
    if let exits {
      let count = exits.depths.count
      all += [
        (
          Column.thresholds,
          Tensor(exits.thresholds.flatMap { $0 }, shape: [layers + 1, count]), .float32
        ),
        (
          Column.exitLosses,
          Tensor(exits.losses.flatMap { [$0.untrained, $0.trained] }, shape: [count, 2]), .float32
        ),
        (
          Column.exitWeights,
          Tensor(
            exits.blocks.flatMap(\.weights.values),
            shape: [count, exits.blocks.first?.weights.count ?? 0]), .float16
        ),
      ]
    }
    return all.map { (name: $0.0, tensor: $0.1, type: $0.2) }
  }

  /// nil where a file has none. Throws `InputError` where they are damaged.
  static func read(_ file: SafetensorsFile, layers: Int) throws -> AtlasFindings? {
    guard let text = file.metadata[name] else { return nil }
    func numbers(_ name: String, _ shape: [Int], in range: ClosedRange<Float>) throws -> [Float] {
      let values = try file.tensor(name, shape: shape).values
      guard values.allSatisfy(range.contains) else {
        throw InputError(
          file.path, expected: "numbers from \(range.lowerBound) to \(range.upperBound) as \(name)",
          found: "others")
      }
      return values
    }
    /// nil for those of another depth.
    func masks(_ values: [Float], each: Int) -> [[LayerMask]] {
      let count = LayerMask.valueCount(layers: layers)
      return (0...layers).map { depth in
        (0..<each).compactMap { place in
          let start = (depth * each + place) * count
          let mask = LayerMask(values: values[start..<start + count], layerCount: layers)
          return mask?.keptCount == depth ? mask : nil
        }
      }
    }
    guard let metadata = try? JSONDecoder().decode(Metadata.self, from: Data(text.utf8)) else {
      throw InputError(file.path, expected: "what its findings cost", found: "something else")
    }
    let (depths, count) = (layers + 1, LayerMask.valueCount(layers: layers))
    let most = Float(1 << 24)
    var findings = AtlasFindings(
      sensitivities: try numbers(Column.sensitivities, [layers], in: 0...1e30).map { Double($0) },
      segments: masks(
        try numbers(Column.segments, [depths, count], in: 0...most), each: 1
      ).map(\.first),
      surrogateValues: [], costs: metadata.costs)
    if file.shape(Column.surrogate) != nil {
      findings.surrogateValues = try numbers(Column.surrogate, [layers], in: -1e30...1e30)
        .map { Double($0) }
    }
    if file.shape(Column.gatedRuns) != nil {
      let starts = try numbers(Column.gatedRuns, [depths], in: -1...Float(layers))
      findings.gatedRuns = starts.enumerated().map { depth, start in
        (0...Float(depth)).contains(start) ? Int(start) : nil
      }
    }
    if let depths = metadata.exitDepths {
      guard let width = metadata.exitWidth, let inner = metadata.exitInner,
        (1...1 << 14).contains(width), (1...1 << 14).contains(inner), !depths.isEmpty,
        depths.allSatisfy((1..<max(2, layers)).contains), depths == Set(depths).sorted()
      else {
        throw InputError(
          file.path, expected: "exits after some of \(layers) layers, ascending, and their sizes",
          found: "\(depths)")
      }
      let size = ExitBlock.weightCount(width: width, inner: inner)
      let limits = try numbers(
        Column.thresholds, [layers + 1, depths.count], in: 0...TrainedExits.never)
      let losses = try numbers(Column.exitLosses, [depths.count, 2], in: 0...1e30)
      let weights = try numbers(
        Column.exitWeights, [depths.count, size], in: -65504...65504)
      findings.exits = TrainedExits(
        depths: depths,
        blocks: depths.indices.map {
          ExitBlock(
            width: width, inner: inner, weights: Tensor(Array(weights[$0 * size..<($0 + 1) * size]))
          )
        },
        thresholds: (0...layers).map {
          Array(limits[$0 * depths.count..<($0 + 1) * depths.count])
        },
        losses: depths.indices.map {
          TrainedExits.Losses(untrained: losses[2 * $0], trained: losses[2 * $0 + 1])
        })
    }
    guard let inputs = metadata.inputs, let hidden = metadata.hidden else { return findings }
    guard (1...1 << 20).contains(inputs), (1...1 << 10).contains(hidden) else {
      throw InputError(
        file.path, expected: "a small network for the policy input",
        found: "\(inputs) inputs and \(hidden) hidden values")
    }
    let choices = MaskChooser.choices
    var candidates = masks(
      try numbers(Column.candidates, [depths, choices, count], in: 0...most), each: choices)
    candidates[0] = []
    guard candidates[1..<layers].allSatisfy({ $0.isEmpty || $0.count == choices }) else {
      throw InputError(
        file.path, expected: "\(choices) masks of a depth as \(Column.candidates)", found: "fewer")
    }
    let outputs = (layers - 1) * choices
    let weights = try numbers(
      Column.weights,
      [SmallNetwork.weightCount(inputs: inputs, hidden: hidden, outputs: outputs)],
      in: -1e30...1e30)
    findings.chooser = MaskChooser(
      candidates: candidates,
      network: SmallNetwork(inputs: inputs, hidden: hidden, outputs: outputs, weights: weights))
    return findings
  }
}
