// The gate that finds a run of layers by gradient: its derivatives, and where it goes.

import Backbones
import Base
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct RunGateTests {
  @Test func theWindowIsClosedWithinTheRun() {
    let gate = RunGate(layerCount: 12, length: 3)
    let gates = gate.gates(at: 4, softness: 0.05).map(\.gate)
    for layer in 0..<12 {
      expectClose(gates[layer], (4..<7).contains(layer) ? 0 : 1, absolute: 1e-3)
    }
    #expect(gate.places == 0...9)
    for (place, softness) in [(4.3, 1.0), (0, 0.5), (9, 0.2)] {
      let (step, slopes) = (1e-5, gate.gates(at: place, softness: softness).map(\.slope))
      let above = gate.gates(at: place + step, softness: softness).map(\.gate)
      let below = gate.gates(at: place - step, softness: softness).map(\.gate)
      for layer in 0..<12 {
        expectClose(
          slopes[layer], (above[layer] - below[layer]) / (2 * step), relative: 1e-4, absolute: 1e-6)
      }
    }
  }

  /// Down a slope, to the nearest layer, and no further than the stack goes.
  @Test(arguments: [(2.2, 2), (7.7, 8), (20, 9), (-5, 0)])
  func itGoesWhereLessIsLost(goal: Double, found: Int) {
    let gate = RunGate(layerCount: 12, length: 3)
    var steps: [Int] = []
    let place = gate.learnt { step, place, _ in
      steps.append(step)
      return 2 * (place - goal)
    }
    #expect(place == found && steps == Array(1...RunGate.steps))
    #expect(gate.learnt { _, _, _ in nil } == nil)
  }

  /// Through a whole network, of either rule of skipping.
  @Test(arguments: ["conformer-identity", "conformer-normalized", "wavlm-small"])
  func slopesAreThoseOfDifferences(name: String) throws {
    let folder = fixture("../../BackbonesTests/Fixtures/\(name)").standardizedFileURL
    let backbone = try BackboneCatalog.load(folder)
    let head = try #require(backbone as? any DifferentiableHeadBackbone)
    let network = try #require(
      try TrainableCatalog.family(of: folder).load(folder) as? any GateableBackbone)
    var random = RandomGenerator(seed: 6)
    let examples = [0.4, 0.3].map { seconds in
      let samples = (0..<Int(seconds * Double(backbone.sampleRate))).map { _ in
        0.1 * random.normal()
      }
      return RunGate.Example(
        start: backbone.frontEnd([samples]).values,
        whole: backbone.logProbabilities([samples], mask: .full(4)))
    }
    let gate = RunGate(layerCount: 4, length: 2)
    let scratch = ParameterBuffer(count: network.layout.count)
    func value(_ place: Double) -> (loss: Double, slope: Double) {
      gate.lossAndSlope(
        at: place, softness: 0.7, examples, network: network, head: head, scratch: scratch)
    }
    for place in [0.3, 1.2] {
      let slope = value(place).slope
      let expected = (value(place + 0.01).loss - value(place - 0.01).loss) / 0.02
      expectClose(slope, expected, relative: 2e-2, absolute: 1e-3)
    }
  }

  /// Where the atlas has all runs the best of them, else the one that was learnt.
  @Test func thePolicyTakesTheLearntRunWhereItCannotSearch() throws {
    var atlas = madeUpAtlas(6) { Double($0.number) }
    atlas.findings = drawnFindings(6)
    atlas.findings?.gatedRuns = [nil, 0, 1, 2, 0, 5, nil]
    let known = ModelPolicies(layerCount: 6, atlas: .success(atlas))
    // Of least number, whose last layers are skipped.
    #expect(known.walk("contiguous", seed: 1, keeping: 3).mask?.description == "111000")
    #expect(ContiguousPolicy.searched(keeping: 3, in: atlas)?.mask.description == "111000")
    var few = sampledAtlas(6, each: 1)
    #expect(ContiguousPolicy.searched(keeping: 3, in: few) == nil)
    #expect(
      ModelPolicies(layerCount: 6, atlas: .success(few)).refusal("contiguous")?.summary
        == "its atlas lacks masks")
    few.findings = atlas.findings
    let learnt = ModelPolicies(layerCount: 6, atlas: .success(few))
    let masks = (1..<6).map { learnt.walk("contiguous", seed: 1, keeping: $0).mask?.description }
    #expect(masks == ["000001", "100001", "110001", "001111", "111110"])
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("atlas.safetensors")
      try atlas.write(to: file)
      #expect(try MaskAtlas(contentsOf: file).findings == atlas.findings)
    }
  }
}
