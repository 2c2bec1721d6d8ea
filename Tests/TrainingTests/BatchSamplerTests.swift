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
