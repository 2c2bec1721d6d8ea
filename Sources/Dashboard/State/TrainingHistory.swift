// A training as its log tells it: what is known of it at any moment of the time it took.

import Backbones
import Foundation
import Training

package struct TrainingHistory: Sendable, Equatable {
  /// Where what is known of it comes from.
  package enum Origin: Sendable, Equatable {
    /// Came with the program, and was computed at another time.
    case recorded
    /// A log that is read as it grows.
    case watched
    /// Trains in the program itself.
    case lab
  }

  package let name: String
  package let origin: Origin
  /// What keeps it from being read, or what is wrong with it, in one sentence.
  package var complaint: String?
  package private(set) var steps: [TrainingRecord] = []
  package private(set) var validations: [ValidationRecord] = []
  /// How many validations there were on so many words.
  private var lookedAt: [Int: Int] = [:]

  package init(name: String, origin: Origin) {
    self.name = name
    self.origin = origin
  }

  package mutating func add(_ events: [TrainingEvent]) {
    for event in events {
      switch event {
      case .steps(let record): steps.append(record)
      case .validation(let record):
        validations.append(record)
        lookedAt[record.words, default: 0] += 1
      }
    }
  }

  package var isEmpty: Bool { steps.isEmpty && validations.isEmpty }

  /// Seconds that it took, or has taken.
  package var end: Double {
    max(0, steps.last?.elapsedSeconds ?? 0, validations.last?.elapsedSeconds ?? 0)
  }

  /// The words of the utterances that were used all along, and where they are from. Validations on others,
  /// as at a run's end, are not comparable and left out.
  package var heldOut: (words: Int, dataset: String)? {
    guard let words = lookedAt.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
      return nil
    }
    return (words, validations.first { $0.words == words }?.dataset ?? "")
  }

  package var layerCount: Int? {
    validations.last?.mask.count ?? steps.last?.masks?.last?.passes.first?.layerCount
  }

  /// Numbers of layers that validation kept all along, the deepest first: at most three, which are all,
  /// half and a third of the layers, or what is nearest to them.
  package var depths: [Int] {
    guard let layers = layerCount, let words = heldOut?.words else { return [] }
    var seen: [Int: Int] = [:]
    for record in validations where record.words == words {
      seen[record.keptLayers, default: 0] += 1
    }
    let most = seen.values.max() ?? 0
    var left = seen.filter { $0.value == most }.keys.sorted(by: >)
    var depths: [Int] = []
    for share in [1.0, 1 / 2.0, 1 / 3.0] {
      let wanted = share * Double(layers)
      let nearest = left.min { abs(Double($0) - wanted) < abs(Double($1) - wanted) }
      guard let nearest else { break }
      depths.append(nearest)
      left.removeAll { $0 == nearest }
    }
    return depths.sorted(by: >)
  }

  /// Percent of the words that were wrong with so many layers, over seconds, up to a moment.
  package func errorRates(keeping count: Int, until moment: Double) -> [(x: Double, y: Double)] {
    guard let words = heldOut?.words else { return [] }
    let records = validations.filter { $0.keptLayers == count && $0.words == words }
    // Of several masks of one depth the first.
    return records.filter { $0.mask == records[0].mask && $0.elapsedSeconds <= moment }
      .map { ($0.elapsedSeconds, $0.wer * 100) }
  }

  /// What lines say over seconds, up to a moment; neighbours are averaged where there would be more than
  /// `most` of them.
  package func values(
    _ value: (TrainingRecord) -> Double, until moment: Double, most: Int
  ) -> [(x: Double, y: Double)] {
    // Neighbours are the same ones at every moment, so that a curve does not change as it goes on.
    let size = max(1, (steps.count + max(1, most) - 1) / max(1, most))
    return stride(from: 0, to: steps.count, by: size).compactMap { start in
      let part = steps[start..<min(start + size, steps.count)].prefix {
        $0.elapsedSeconds <= moment
      }
      guard let last = part.last else { return nil }
      return (last.elapsedSeconds, part.reduce(0) { $0 + value($1) } / Double(part.count))
    }
  }

  /// Where a moment is among the lines: the line that is being lived through, and how much of it is over,
  /// 0 to 1; nil before there are lines.
  private func place(at moment: Double) -> (line: Int, share: Double)? {
    guard !steps.isEmpty else { return nil }
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].elapsedSeconds <= moment { low = middle + 1 } else { high = middle }
    }
    guard low < steps.count else { return (steps.count - 1, 1) }
    let start = low == 0 ? 0 : steps[low - 1].elapsedSeconds
    let length = steps[low].elapsedSeconds - start
    return (low, length > 0 ? min(1, max(0, (moment - start) / length)) : 1)
  }

  /// Steps done at a moment, as if all steps of a line took as long.
  package func step(at moment: Double) -> Int {
    guard let (line, share) = place(at: moment) else { return 0 }
    let before = line == 0 ? 0 : steps[line - 1].step
    return before + Int(share * Double(max(0, steps[line].step - before)))
  }

  /// The newest line that is over at a moment.
  package func record(at moment: Double) -> TrainingRecord? {
    guard let (line, share) = place(at: moment) else { return nil }
    return share >= 1 ? steps[line] : line > 0 ? steps[line - 1] : nil
  }

  /// Whether the log says which layers ran.
  package var hasMasks: Bool { steps.contains { $0.masks != nil } }

  /// Which layers ran in the newest passes up to a moment, at most so many, the newest last.
  package func passes(at moment: Double, most: Int) -> [LayerMask] {
    guard let (line, share) = place(at: moment), most > 0 else { return [] }
    var newest: [LayerMask] = []
    var index = line
    while index >= 0, newest.count < most {
      var masks = (steps[index].masks ?? [])[...]
      if index == line { masks = masks.prefix(Int(share * Double(masks.count))) }
      for step in masks.reversed() { newest += step.passes.reversed() }
      index -= 1
    }
    return newest.prefix(most).reversed()
  }

  /// How often each layer was kept in these passes, 0 to 1.
  package static func keptShares(_ passes: [LayerMask]) -> [Double] {
    guard let layers = passes.last?.layerCount else { return [] }
    let same = passes.filter { $0.layerCount == layers }
    return (0..<layers).map { layer in Double(same.count { $0[layer] }) / Double(same.count) }
  }
}
