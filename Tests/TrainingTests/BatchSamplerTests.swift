// Every utterance once an epoch, whatever the seed.

import Base
import Testing
import Training

@Suite struct BatchSamplerTests {
  static let seconds: [Double] = {
    var random = RandomGenerator(seed: 3)
    return (0..<301).map { _ in Double(random.uniform(0.4...9)) }
  }()

  @Test(arguments: [1, 4, 400], [0, 1, 7])
  func coversEachUtteranceOnce(buckets: Int, epoch: Int) {
    let sampler = BatchSampler(
      seconds: Self.seconds, batchSeconds: 40, lengthBuckets: buckets, seed: 11)
    let batches = sampler.batches(epoch: epoch)
    #expect(batches.flatMap { $0 }.sorted() == Array(Self.seconds.indices))
    for batch in batches {
      #expect(!batch.isEmpty)
      #expect(batch.reduce(0) { $0 + Self.seconds[$1] } <= 40)
    }
  }

  /// Of half a visit, every other epoch one; of two and a half, three times and two in turns.
  @Test func visitsAsOftenAsTheWeightsSay() {
    let weights = Self.seconds.indices.map { [0.5, 1, 2.5][$0 % 3] }
    let sampler = BatchSampler(
      seconds: Self.seconds, weights: weights, batchSeconds: 40, lengthBuckets: 4, seed: 11)
    var counts = [Int](repeating: 0, count: Self.seconds.count)
    for epoch in 0..<20 {
      let batches = sampler.batches(epoch: epoch)
      #expect(Set(batches.flatMap { $0 }).count == batches.joined().count, "each visit once")
      for visit in batches.joined() { counts[sampler.utterance(of: visit)] += 1 }
      for batch in batches {
        #expect(batch.reduce(0) { $0 + Self.seconds[sampler.utterance(of: $1)] } <= 40)
        let shards = sampler.shards(of: batch, count: 2)
        #expect(shards.joined().sorted() == batch.sorted())
      }
    }
    for (count, weight) in zip(counts, weights) {
      let bounds = (20 * weight.rounded(.down))...(20 * weight.rounded(.up))
      #expect(bounds.contains(Double(count)))
    }
    let halves = stride(from: 0, to: counts.count, by: 3).reduce(0) { $0 + counts[$1] }
    #expect(abs(Double(halves) - 1010) < 4 * (1010 * 0.5).squareRoot())
    #expect(counts.enumerated().allSatisfy { $0.offset % 3 != 1 || $0.element == 20 })
  }

  @Test func anEpochIsNeverEmpty() {
    let sampler = BatchSampler(seconds: [1, 2], weights: [0.001, 0.001], batchSeconds: 4, seed: 1)
    for epoch in 0..<50 { #expect(!sampler.batches(epoch: epoch).isEmpty) }
  }

  @Test func followsFromSeedAndEpoch() {
    let sampler = BatchSampler(seconds: Self.seconds, batchSeconds: 40, seed: 11)
    let other = BatchSampler(seconds: Self.seconds, batchSeconds: 40, seed: 12)
    #expect(sampler.batches(epoch: 2) == sampler.batches(epoch: 2))
    #expect(sampler.batches(epoch: 2) != sampler.batches(epoch: 3))
    #expect(sampler.batches(epoch: 2) != other.batches(epoch: 2))
  }

  @Test func anUtteranceLongerThanABatchIsABatch() {
    let sampler = BatchSampler(seconds: [50, 1, 60], batchSeconds: 40, seed: 1)
    #expect(sampler.batches(epoch: 0).map(\.count).sorted() == [1, 1, 1])
  }

  @Test func bucketsKeepLengthsTogether() {
    func spread(_ buckets: Int) -> Double {
      BatchSampler(seconds: Self.seconds, batchSeconds: 40, lengthBuckets: buckets, seed: 11)
        .batches(epoch: 0).map { batch in
          let lengths = batch.map { Self.seconds[$0] }
          return lengths.max()! - lengths.min()!
        }.reduce(0, +)
    }
    #expect(spread(8) < spread(1) / 2)
  }

  @Test(arguments: 1...5)
  func shardsAreEvenAndComplete(count: Int) {
    let sampler = BatchSampler(seconds: Self.seconds, batchSeconds: 60, seed: 11)
    for batch in sampler.batches(epoch: 0) {
      let shards = sampler.shards(of: batch, count: count)
      #expect(shards.count == count)
      #expect(shards.flatMap { $0 }.sorted() == batch.sorted())
      guard batch.count >= count else { continue }
      let loads = shards.map { $0.reduce(0) { $0 + Self.seconds[$1] } }
      let longest = batch.map { Self.seconds[$0] }.max()!
      #expect(loads.max()! - loads.min()! <= longest)
      #expect(shards.allSatisfy { !$0.isEmpty })
    }
  }
}
