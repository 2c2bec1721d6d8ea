// Thresholds of exits: the depth that was asked for, and as few errors as there can be.

import Base
import Testing

@testable import Tradeoff

@Suite struct ExitSearchTests {
  /// Layers that run and errors that are made on the average, by what a walk does with thresholds.
  private func outcome(_ search: ExitSearch, _ thresholds: [Float]) -> (layers: Double, errors: Int)
  {
    var (layers, errors) = (0, 0)
    for (sure, made) in zip(search.confidences, search.errors) {
      let left = search.depths.indices.first {
        thresholds[$0] < TrainedExits.never && sure[$0] >= thresholds[$0]
      }
      layers += left.map { search.depths[$0] } ?? search.layerCount
      errors += made[left ?? search.depths.count]
    }
    return (Double(layers) / Double(search.confidences.count), errors)
  }

  private func drawn(_ layers: Int, utterances: Int) -> ExitSearch {
    let depths = TrainedExits.depths(of: layers)
    var random = RandomGenerator(seed: UInt64(layers))
    return ExitSearch(
      depths: depths, layerCount: layers,
      confidences: (0..<utterances).map { _ in depths.map { _ in random.uniform() } },
      errors: (0..<utterances).map { _ in
        (0...depths.count).map { _ in Int.random(in: 0...9, using: &random) }
      })
  }

  @Test(arguments: [2, 3, 6, 12, 13, 24])
  func theMeanIsWhatWasAskedFor(layers: Int) {
    let search = drawn(layers, utterances: 300)
    for count in 1..<layers {
      let thresholds = search.thresholds(keeping: count)
      let mean = outcome(search, thresholds).layers
      #expect(abs(mean - Double(count)) <= 0.02 * Double(count), "\(count) of \(layers): \(mean)")
      #expect(thresholds == search.thresholds(keeping: count))
      #expect(thresholds.allSatisfy { (0...1).contains($0) || $0 == TrainedExits.never })
    }
  }

  /// Never more errors than with exits that all leave by one threshold.
  @Test func errorsAreNoMoreThanByOneThreshold() {
    let search = drawn(12, utterances: 300)
    for count in 1..<12 {
      let values = Set(search.confidences.joined()).sorted()
      let same = values.map { limit in outcome(search, search.depths.map { _ in limit }) }
      let nearest = same.min { abs($0.layers - Double(count)) < abs($1.layers - Double(count)) }
      let found = outcome(search, search.thresholds(keeping: count))
      #expect(found.errors <= nearest?.errors ?? 0, "\(count)")
    }
  }

  /// The exit after the first layer is sure of what is wrong; the one after the second knows whom it can leave.
  /// Half leave there, the others run all four.
  @Test func anExitThatIsSureOfErrorsIsNotAsked() {
    let search = ExitSearch(
      depths: [1, 2], layerCount: 4,
      confidences: (0..<100).map { [0.9, $0 % 2 == 0 ? 0.8 : 0.4] },
      errors: (0..<100).map { [5, $0 % 2 == 0 ? 0 : 5, 0] })
    let thresholds = search.thresholds(keeping: 3)
    #expect(thresholds[0] == TrainedExits.never)
    #expect(thresholds[1] > 0.4 && thresholds[1] <= 0.8)
    let found = outcome(search, thresholds)
    #expect(found.layers == 3 && found.errors == 0)
    // Where nothing else has so few layers all leave at once.
    let least = outcome(search, search.thresholds(keeping: 1))
    #expect(least.layers == 1 && least.errors == 500)
  }

  @Test func exitsAreSpread() {
    #expect(TrainedExits.depths(of: 12) == [1, 2, 4, 6, 8, 10])
    #expect(TrainedExits.depths(of: 24) == [1, 4, 8, 12, 16, 20])
    #expect(TrainedExits.depths(of: 4) == [1, 2, 3] && TrainedExits.depths(of: 2) == [1])
    #expect(TrainedExits.depths(of: 1) == [])
  }
}
