// What the gate of the policy `contiguous` finds.

import Backbones
import Base
import Kernels

extension PolicyFinder {
  /// Utterances that gates are learnt on at most.
  private static let gateUtterances = 32

  /// Whether the model's layers take gradients. They are read from its folder, as training reads them.
  var hasGates: Bool {
    exitBackbone != nil && (try? TrainableCatalog.family(of: recognizer.folder)) != nil
  }

  /// No run of any depth where the folder cannot be read as training would. A backward pass counts as two
  /// forward ones.
  func gatedRuns() -> (starts: [Int?], layerRuns: Int, trainingSteps: Int)? {
    let folder = recognizer.folder
    guard let head = exitBackbone,
      let network = try? TrainableCatalog.family(of: folder).load(folder) as? any GateableBackbone
    else { return (Array(repeating: nil, count: layers + 1), 0, 0) }
    let backbone = recognizer.backbone
    let readable = data.readable
    let count = min(Self.gateUtterances, readable.count)
    let examples = each(of: count, for: ContiguousPolicy.self, tells: false) { place in
      let index = readable[place * readable.count / count]
      let start = backbone.frontEnd([backbone.pieces(data.samples[index])[0].samples])
      let last = (0..<layers).reduce(start) { backbone.layer($1, $0) }
      return RunGate.Example(start: start.values, whole: backbone.head(last))
    }
    guard let examples else { return nil }
    let learnt = each(of: layers - 1, for: ContiguousPolicy.self) { place -> Int? in
      let gate = RunGate(layerCount: layers, length: place + 1)
      let scratch = ParameterBuffer(count: network.layout.count)
      return gate.learnt { step, place, softness in
        if isCancelled() { return nil }
        var random = RandomGenerator(seed: 1, streams: 0x6A7E, UInt64(gate.length), UInt64(step))
        let chosen = examples.shuffled(using: &random).prefix(RunGate.batch)
        scratch.zero()
        return gate.lossAndSlope(
          at: place, softness: softness, Array(chosen), network: network, head: head,
          scratch: scratch
        ).slope
      }
    }
    guard let learnt else { return nil }
    let steps = learnt.count * RunGate.steps
    // Runs from short to long are depths from deep to shallow.
    return (
      [nil] + learnt.reversed().map(Optional.some) + [nil],
      layers * (count + 3 * steps * min(RunGate.batch, count)), steps
    )
  }
}
