// Which utterances make up which batch, as a function of seed and epoch alone.

import Base

/// Cuts a corpus into batches of about equal seconds, differently each epoch.
///
/// Each epoch visits every utterance as often as its weight says; of 2.5, two times and every other
/// epoch a third. Visits are shuffled, gathered in classes of length, cut into batches of at most
/// `batchSeconds` (one longer utterance makes a batch of its own), and the batches are shuffled. All
/// of it follows from (seed, epoch), so a resumed run goes on with the same batches.
///
/// A visit is a number: an utterance's index at its first, that and the count of utterances at its
/// second, and so on.
package struct BatchSampler: Sendable {
  /// Seconds of each utterance.
  package let seconds: [Double]
  package let weights: [Double]
  package let batchSeconds: Double
  package let lengthBuckets: Int
  package let seed: UInt64

  /// - Parameter weights: one for each utterance; without, all are visited once.
  package init(
    seconds: [Double], weights: [Double]? = nil, batchSeconds: Double, lengthBuckets: Int = 1,
    seed: UInt64
  ) {
    precondition(batchSeconds > 0 && lengthBuckets > 0)
    self.seconds = seconds
    self.weights = weights ?? seconds.map { _ in 1 }
    self.batchSeconds = batchSeconds
    self.lengthBuckets = lengthBuckets
    self.seed = seed
  }

  /// The utterance that is visited.
  package func utterance(of visit: Int) -> Int { visit % seconds.count }

  private func seconds(of visit: Int) -> Double { seconds[utterance(of: visit)] }

  /// The visits of an epoch.
  private func visits(_ random: inout RandomGenerator) -> [Int] {
    let visits = weights.enumerated().flatMap { index, weight in
      let whole = Int(weight)
      let part = weight - Double(whole)
      let more = part > 0 && Double(random.uniform()) < part ? 1 : 0
      return (0..<whole + more).map { $0 * seconds.count + index }
    }
    // Never none: an epoch has a batch.
    return visits.isEmpty && !seconds.isEmpty
      ? [Int.random(in: seconds.indices, using: &random)] : visits
  }

  /// The visits of each batch of `epoch` (from 0).
  package func batches(epoch: Int) -> [[Int]] {
    var random = RandomGenerator(seed: seed, streams: Stream.batches, UInt64(epoch))
    var order = visits(&random)
    order.shuffle(using: &random)
    if lengthBuckets > 1 {
      let byLength = seconds.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }
      var bucket = [Int](repeating: 0, count: seconds.count)
      for (rank, index) in byLength.enumerated() {
        bucket[index] = rank * lengthBuckets / seconds.count
      }
      // Stable within a bucket because the shuffled rank breaks ties.
      order = order.enumerated()
        .map { (bucket: bucket[utterance(of: $0.element)], rank: $0.offset, visit: $0.element) }
        .sorted { ($0.bucket, $0.rank) < ($1.bucket, $1.rank) }
        .map(\.visit)
    }
    var batches: [[Int]] = []
    var current: [Int] = []
    var total = 0.0
    for visit in order {
      if !current.isEmpty && total + seconds(of: visit) > batchSeconds {
        batches.append(current)
        current = []
        total = 0
      }
      current.append(visit)
      total += seconds(of: visit)
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
    for visit in batch.sorted(by: { (-seconds(of: $0), $0) < (-seconds(of: $1), $1) }) {
      let shard = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) }!
      loads[shard] += seconds(of: visit)
      shardOf[visit] = shard
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
