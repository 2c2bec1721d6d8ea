// How the policy `input` learns which of a few masks suits an utterance.

import Backbones
import Base
import Foundation
import Kernels

/// Utterances of a split for development, and what masks make of them.
struct ChooserTraining {
  /// By utterance: `MaskChooser.features`.
  let features: [[Float]]
  /// By depth between none and all: masks, the best for all utterances first; none where the depth is not
  /// known. All have `MaskChooser.choices` of them or none.
  let candidates: [[LayerMask]]
  /// By utterance, by depth as above, by candidate.
  let errors: [[[Int]]]
  /// By utterance: a number that those of one speaker share.
  let speakers: [Int]

  private static let (steps, parts) = (400, 5)

  /// The expected number of errors is what training lessens. How many steps are enough is found by leaving
  /// out a fifth of the speakers after the other: where those never make fewer errors than with the first
  /// candidates it is none, and the first candidates stay.
  /// - Returns: with all steps that were taken for it.
  func learnt() -> (network: SmallNetwork, steps: Int) {
    let all = Array(features.indices)
    // Where there are too few speakers, utterances.
    let distinct = Set(speakers).count >= Self.parts
    let part = all.map { (distinct ? speakers[$0] : $0) % Self.parts }
    var missed = [Int](repeating: 0, count: Self.steps + 1)
    var taken = 0
    for left in 0..<Self.parts {
      let (heard, unheard) = (all.filter { part[$0] != left }, all.filter { part[$0] == left })
      if heard.isEmpty || unheard.isEmpty { continue }
      let scaling = Scaling(heard.map { features[$0] })
      let asked = scaling.scaled(unheard.map { features[$0] })
      func count(_ step: Int, _ network: SmallNetwork) {
        missed[step] += made(by: network(asked), of: unheard)
      }
      var network = untrained()
      count(0, network)
      train(&network, on: heard, scaling, steps: Self.steps, done: count)
      taken += Self.steps
    }
    let steps = missed.indices.min { missed[$0] < missed[$1] } ?? 0
    let scaling = Scaling(features)
    var network = untrained()
    train(&network, on: all, scaling, steps: steps)
    return (network.taking(mean: scaling.mean, scale: scaling.scale), taken + steps)
  }

  private func untrained() -> SmallNetwork {
    SmallNetwork(
      inputs: features.first?.count ?? 0, hidden: MaskChooser.hidden,
      outputs: candidates.count * MaskChooser.choices, seed: 1)
  }

  private func train(
    _ network: inout SmallNetwork, on utterances: [Int], _ scaling: Scaling, steps: Int,
    done: (_ step: Int, SmallNetwork) -> Void = { _, _ in }
  ) {
    network.train(
      on: scaling.scaled(utterances.map { features[$0] }), steps: steps, decay: 0.1,
      rate: { _ in 2e-3 }, gradient: { gradient($0, utterances) }, done: done)
  }

  /// Of the mean over utterances of the errors to be expected when candidates are drawn by the softmax of
  /// their outputs: p (errors - expected errors).
  private func gradient(_ outputs: Tensor, _ utterances: [Int]) -> Tensor {
    let choices = MaskChooser.choices
    var probabilities = LogSoftmax.forward(
      outputs.reshaped(outputs.count / choices, choices))
    let p = probabilities.mutablePointer
    let share = 1 / Float(max(1, utterances.count))
    for (row, utterance) in utterances.enumerated() {
      for depth in candidates.indices {
        let start = p + (row * candidates.count + depth) * choices
        let costs = errors[utterance][depth]
        if costs.isEmpty {
          start.update(repeating: 0, count: choices)
          continue
        }
        var expected: Float = 0
        for choice in 0..<choices {
          start[choice] = exp(start[choice])
          expected += start[choice] * Float(costs[choice])
        }
        for choice in 0..<choices {
          start[choice] *= (Float(costs[choice]) - expected) * share
        }
      }
    }
    return probabilities.reshaped(utterances.count, outputs.columns)
  }

  /// Errors of all depths together by what a network says.
  private func made(by outputs: Tensor, of utterances: [Int]) -> Int {
    utterances.enumerated().reduce(0) { sum, entry in
      candidates.indices.reduce(sum) { sum, depth in
        let costs = errors[entry.element][depth]
        return costs.isEmpty
          ? sum : sum + costs[MaskChooser.choice(outputs, row: entry.offset, depth: depth + 1)]
      }
    }
  }

  /// Which of the best masks of a depth to learn with: the first, then one by one what makes fewest errors
  /// when each utterance has the best of those that were taken. Of equal ones the earlier; all of them where
  /// there are not enough, the first again in place of those that are missing.
  /// - Parameter errors: by mask and utterance.
  static func few(of errors: [[Int]]) -> [Int] {
    var taken = [0]
    var least = errors[0]
    while taken.count < min(errors.count, MaskChooser.choices) {
      let sums = errors.indices.map { place in
        taken.contains(place)
          ? Int.max : zip(least, errors[place]).reduce(0) { $0 + min($1.0, $1.1) }
      }
      guard let next = sums.indices.min(by: { sums[$0] < sums[$1] }) else { break }
      taken.append(next)
      least = zip(least, errors[next]).map { min($0, $1) }
    }
    return taken + Array(repeating: 0, count: MaskChooser.choices - taken.count)
  }

  /// Makes every input of mean 0 and standard deviation 1.
  private struct Scaling {
    let mean, scale: [Float]

    init(_ rows: [[Float]]) {
      let count = Float(max(1, rows.count))
      let columns = rows.first?.indices ?? 0..<0
      let mean = columns.map { column in rows.reduce(0) { $0 + $1[column] } / count }
      self.mean = mean
      scale = columns.map { column in
        let squares = rows.reduce(Float(0)) {
          $0 + ($1[column] - mean[column]) * ($1[column] - mean[column])
        }
        let deviation = (squares / count).squareRoot()
        // What changes by rounding only says nothing.
        return deviation > 1e-5 * abs(mean[column]) ? deviation : 1
      }
    }

    func scaled(_ rows: [[Float]]) -> Tensor {
      Tensor(
        rows.flatMap { row in row.indices.map { (row[$0] - mean[$0]) / scale[$0] } },
        shape: [rows.count, mean.count])
    }
  }
}
