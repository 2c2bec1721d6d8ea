// Which utterances make up which batch, as a function of seed and epoch alone.

import Base

/// Cuts a corpus into batches of about equal seconds, differently each epoch.
///
/// Each epoch visits every utterance once. Utterances are shuffled, gathered in classes of length,
/// cut into batches of at most `batchSeconds` (one longer utterance makes a batch of its own), and
/// the batches are shuffled. All of it follows from (seed, epoch), so a resumed run goes on with the
/// same batches.
package struct BatchSampler: Sendable {
  /// Seconds of each utterance.
  package let seconds: [Double]
  package let batchSeconds: Double
  package let lengthBuckets: Int
  package let seed: UInt64

  package init(seconds: [Double], batchSeconds: Double, lengthBuckets: Int = 1, seed: UInt64) {
    precondition(batchSeconds > 0 && lengthBuckets > 0)
    self.seconds = seconds
    self.batchSeconds = batchSeconds
    self.lengthBuckets = lengthBuckets
    self.seed = seed
  }

  /// Utterance indices of each batch of `epoch` (from 0).
  package func batches(epoch: Int) -> [[Int]] {
    var random = RandomGenerator(seed: seed, streams: Stream.batches, UInt64(epoch))
    var order = Array(seconds.indices)
    order.shuffle(using: &random)
    if lengthBuckets > 1 {
      let byLength = seconds.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }
      var bucket = [Int](repeating: 0, count: seconds.count)
      for (rank, index) in byLength.enumerated() {
        bucket[index] = rank * lengthBuckets / seconds.count
      }
      // Stable within a bucket because the shuffled rank breaks ties.
      order = order.enumerated()
        .sorted { (bucket[$0.element], $0.offset) < (bucket[$1.element], $1.offset) }
        .map(\.element)
    }
    var batches: [[Int]] = []
    var current: [Int] = []
    var total = 0.0
    for index in order {
      if !current.isEmpty && total + seconds[index] > batchSeconds {
        batches.append(current)
        current = []
        total = 0
      }
      current.append(index)
      total += seconds[index]
    }
    if !current.isEmpty { batches.append(current) }
    batches.shuffle(using: &random)
    return batches
  }

  /// Splits a batch into shards of about equal audio: longest first, each to the shard with the
  /// least so far. Each shard keeps the batch's order.
  package func shards(of batch: [Int], count: Int) -> [[Int]] {
    var loads = [Double](repeating: 0, count: count)
    var shardOf = [Int: Int]()
    for index in batch.sorted(by: { (-seconds[$0], $0) < (-seconds[$1], $1) }) {
      let shard = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) }!
      loads[shard] += seconds[index]
      shardOf[index] = shard
    }
    return (0..<count).map { shard in batch.filter { shardOf[$0] == shard } }
  }
}

/// Names of the random streams of a run, so that no two uses share numbers.
enum Stream {
  static let batches: UInt64 = 1
  static let gates: UInt64 = 2
  static let waveform: UInt64 = 3
  static let specAugment: UInt64 = 4
  static let dropout: UInt64 = 5
  static let validation: UInt64 = 6
  static let exits: UInt64 = 7
}
