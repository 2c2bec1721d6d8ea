// Learning which mask suits an utterance, where the right answer is known.

import Backbones
import Base
import Kernels
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct ChooserTrainingTests {
  /// 60 utterances of 20 speakers in turn high and low, which the first of a few numbers says.
  private func training(errors: (_ isHigh: Bool) -> [Int]) -> ChooserTraining {
    var random = RandomGenerator(seed: 4)
    let mask = LayerMask(layerCount: 2, keeping: [0])
    return ChooserTraining(
      features: (0..<60).map { utterance in
        [utterance % 2 == 0 ? 5.5 : 4.5] + (0..<2).map { _ in random.uniform(-0.2...0.2) }
      },
      candidates: [Array(repeating: mask, count: 4)],
      errors: (0..<60).map { [errors($0 % 2 == 0)] }, speakers: (0..<60).map { $0 / 3 })
  }

  private func choices(_ training: ChooserTraining) -> [Int] {
    let network = training.learnt().network
    let said = network(Tensor(training.features.flatMap { $0 }, shape: [60, 3]))
    return (0..<60).map { MaskChooser.choice(said, row: $0, depth: 1) }
  }

  @Test func itLearnsWhichSuitsWhom() {
    let training = training { $0 ? [0, 3, 3, 4] : [3, 0, 3, 4] }
    #expect(choices(training) == (0..<60).map { $0 % 2 })
    let (network, steps) = training.learnt()
    #expect(training.learnt().network == network)
    // Five times without a fifth of the speakers, then with all of them as far as that was of use.
    #expect((2001...2400).contains(steps))
  }

  /// Where another never makes fewer errors nothing is learnt.
  @Test func theFirstStaysWhereItIsBest() {
    let training = training { $0 ? [1, 2, 2, 2] : [1, 1, 3, 1] }
    #expect(choices(training) == Array(repeating: 0, count: 60))
    let (network, steps) = training.learnt()
    #expect(network(Tensor([1, 2, 3], shape: [1, 3])).values == [0, 0, 0, 0] && steps == 2000)
  }

  /// By mask and utterance.
  @Test func aFewThatTogetherSuitMost() {
    let errors = [
      [1, 1, 1, 1], [1, 1, 1, 2], [9, 9, 0, 0], [0, 9, 9, 0], [9, 0, 9, 9], [0, 0, 9, 9],
    ]
    // After the first: 2, 3 and 5 spare two errors, 2 is the earliest; then 5 spares the others; nothing is left.
    #expect(ChooserTraining.few(of: errors) == [0, 2, 5, 1])
    #expect(ChooserTraining.few(of: Array(errors.prefix(2))) == [0, 1, 0, 0])
    #expect(ChooserTraining.few(of: [[7]]) == [0, 0, 0, 0])
  }

  @Test func featuresAreMeansAndDeviations() {
    let frames = HiddenFrames(values: Tensor([1, 10, 3, 10, 8, 10], shape: [3, 2]), lengths: [3])
    // 4 and 10; the squares of -3, -1 and 4 are 26 together.
    expectClose(MaskChooser.features(frames), [4, 10, (26.0 / 3 as Float).squareRoot(), 0])
    let none = HiddenFrames(values: Tensor(zeros: 0, 2), lengths: [0])
    #expect(MaskChooser.features(none) == [0, 0, 0, 0])
  }
}
