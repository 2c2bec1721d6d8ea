// Connectionist temporal classification (Graves et al., ICML 2006): the negative log-likelihood of
// a token sequence summed over all its alignments to the frames, and its exact gradient.

import Foundation

/// The CTC loss. Runs on the calling thread; workers call it with their own utterances.
///
/// States are kept as two arrays, `labels[u]` and `blanks[u]` (the blank in front of label u; the
/// last one follows the last label), so that the blank's emission is one number a frame and each
/// array is walked sixteen states at a time. Rows of log-alpha and log-beta are kept relative to
/// the previous row's maximum: Float is then precise however long the utterance, and only the
/// likelihood needs Double.
package enum CTCLoss {
  /// - Parameters:
  ///   - logProbabilities: total frames x tokens, log-softmax of the logits; utterances one after
  ///     the other.
  ///   - lengths: frames of each utterance.
  ///   - targets: tokens of each utterance, without blanks; may be empty.
  ///   - weights: factor of each utterance's loss in the gradient.
  /// - Returns: each utterance's negative log-likelihood in nats, 0 for targets that have no
  ///   alignment (those utterances are in `infeasible` and have zero gradient); and the gradient of
  ///   sum(weight * loss) with respect to the logits before the softmax, total frames x tokens.
  package static func lossAndGradient(
    logProbabilities: Tensor, lengths: [Int], targets: [[Int]], blank: Int, weights: [Float]
  ) -> (losses: [Float], infeasible: [Int], logitGradient: Tensor) {
    let tokens = logProbabilities.columns
    guard lengths.count == targets.count, lengths.count == weights.count,
      lengths.reduce(0, +) == logProbabilities.rows
    else {
      fatalError(
        "\(lengths.count) lengths of \(lengths.reduce(0, +)) frames, \(targets.count) targets and "
          + "\(weights.count) weights do not fit \(logProbabilities.rows) rows")
    }
    var gradient = Tensor(uninitializedShape: logProbabilities.shape)
    let gradientPointer = gradient.mutablePointer
    var losses: [Float] = []
    var infeasible: [Int] = []
    var start = 0
    for (index, target) in targets.enumerated() {
      guard target.allSatisfy({ $0 >= 0 && $0 < tokens && $0 != blank }) else {
        fatalError("target \(index) has a token that is the blank or not below \(tokens)")
      }
      let utterance = Utterance(
        logProbabilities: logProbabilities.pointer + start * tokens, frames: lengths[index],
        tokens: tokens, target: target, blank: blank, weight: weights[index])
      if let loss = utterance.run(gradient: gradientPointer + start * tokens) {
        losses.append(loss)
      } else {
        losses.append(0)
        infeasible.append(index)
      }
      start += lengths[index]
    }
    return (losses, infeasible, gradient)
  }

  /// The loss of an utterance whose frames are some rows of packed log-probabilities, without a gradient;
  /// nil for targets that have no alignment.
  package static func loss(
    _ logProbabilities: Tensor, rows: Range<Int>, target: [Int], blank: Int
  ) -> Float? {
    Utterance(
      logProbabilities: logProbabilities.pointer + rows.lowerBound * logProbabilities.columns,
      frames: rows.count, tokens: logProbabilities.columns, target: target, blank: blank, weight: 0
    ).loss()
  }

  /// Frames the shortest alignment needs: one a token, and a blank between equal neighbours.
  package static func minimumFrames(for target: [Int]) -> Int {
    target.count + zip(target, target.dropFirst()).count { $0 == $1 }
  }
}

/// Stands for log 0: finite, so that differences of two impossible states are not NaN.
private let impossible: Float = -1e30

/// One utterance's forward and backward recursion.
private struct Utterance {
  let logProbabilities: UnsafePointer<Float>
  let frames: Int
  let tokens: Int
  let target: [Int]
  let blank: Int
  let weight: Float

  /// Blocks of sixteen that hold the labels, and the blanks (one more than labels).
  private var blocks: Int { target.count / Vector.width + 1 }
  private var stride: Int { blocks * Vector.width }

  /// Row t + 1 holds frame t; row 0 is before the first frame. A row is 16 impossible labels (read as the
  /// label before the first), the labels, the blanks.
  private var rowLength: Int { Vector.width + 2 * stride }

  /// The loss, or nil without an alignment.
  func loss() -> Float? { likelihood()?.loss }

  /// Writes frames x tokens; returns the loss, or nil (and a zero gradient) without an alignment.
  func run(gradient: UnsafeMutablePointer<Float>) -> Float? {
    let found = likelihood()
    guard let (loss, alphas, emissions, skips) = found, weight != 0 else {
      gradient.update(repeating: 0, count: frames * tokens)
      return found?.loss
    }
    backward(alphas.pointer, rowLength, emissions.pointer, skips.pointer, gradient: gradient)
    return loss
  }

  /// nil without an alignment.
  private func likelihood() -> (loss: Float, alphas: Tensor, emissions: Tensor, skips: Tensor)? {
    guard CTCLoss.minimumFrames(for: target) <= frames else { return nil }
    let emissions = gatherEmissions()
    let skips = skipPenalties()
    var alphas = Tensor(uninitialized: frames + 1, rowLength)
    alphas.mutablePointer.update(repeating: impossible, count: alphas.count)
    let logLikelihood = forward(alphas.mutablePointer, rowLength, emissions.pointer, skips.pointer)
    return logLikelihood < Double(impossible) / 10
      ? nil : (Float(-logLikelihood), alphas, emissions, skips)
  }

  /// The blocks of states that at `frame` can both be reached from the start and reach the end.
  private func reachableBlocks(_ frame: Int) -> ClosedRange<Int> {
    let first = max(0, target.count - (frames - frame))
    let last = min(target.count, frame + 1)
    return first / Vector.width...last / Vector.width
  }

  /// Log-probability of each label at each frame: frames x stride.
  private func gatherEmissions() -> Tensor {
    var result = Tensor(uninitialized: frames, stride)
    let pointer = result.mutablePointer
    for frame in 0..<frames {
      let row = logProbabilities + frame * tokens
      let out = pointer + frame * stride
      for (u, token) in target.enumerated() { out[u] = atLeastImpossible(row[token]) }
      for u in target.count..<stride { out[u] = impossible }
    }
    return result
  }

  /// A probability of exactly 0 must not bring in an infinity.
  @inline(__always)
  private func atLeastImpossible(_ x: Float) -> Float { x < impossible ? impossible : x }

  /// 0 where label u may follow label u - 1 without a blank, else `impossible`. One block longer
  /// than the labels, for reading it at u + 1.
  private func skipPenalties() -> Tensor {
    var result = Tensor(uninitialized: stride + Vector.width)
    let pointer = result.mutablePointer
    pointer.update(repeating: impossible, count: result.count)
    for u in target.indices.dropFirst() where target[u] != target[u - 1] { pointer[u] = 0 }
    return result
  }

  // Not inlined: see `Vector` on large functions. The logarithm's argument is within 1...3.
  @inline(never)
  private func logSum(_ a: Vector, _ b: Vector) -> Vector {
    let top = larger(a, b)
    return top + Vector.logOfNormal(Vector.exp(a - top) + Vector.exp(b - top))
  }

  @inline(never)
  private func logSum(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector {
    let top = larger(larger(a, b), c)
    return top
      + Vector.logOfNormal(
        Vector.exp(a - top) + Vector.exp(b - top) + Vector.exp(c - top))
  }

  /// Fills log-alpha, emission included, and returns the log-likelihood.
  private func forward(
    _ alphas: UnsafeMutablePointer<Float>, _ rowLength: Int, _ emissions: UnsafePointer<Float>,
    _ skips: UnsafePointer<Float>
  ) -> Double {
    let (width, stride) = (Vector.width, stride)
    alphas[width + stride] = 0
    var offset = 0.0
    var shift: Float = 0
    for frame in 0..<frames {
      let previous = UnsafePointer(alphas + frame * rowLength + width)
      let labels = alphas + (frame + 1) * rowLength + width
      let labelEmissions = emissions + frame * stride
      let blankEmission = atLeastImpossible(logProbabilities[frame * tokens + blank]) - shift
      var top = Vector(repeating: impossible)
      for block in reachableBlocks(frame) {
        let u = block &* width
        let label = Vector(load: previous + u)
        let labelBefore = Vector(load: previous + (u &- 1))
        let blankBefore = Vector(load: previous + stride + u)
        let emission = Vector(load: labelEmissions + u) - shift
        let newLabel =
          logSum(label, blankBefore, labelBefore + Vector(load: skips + u)) + emission
        let newBlank = logSum(blankBefore, labelBefore) + blankEmission
        newLabel.store(labels + u)
        newBlank.store(labels + stride + u)
        top = larger(top, larger(newLabel, newBlank))
      }
      offset += Double(shift)
      shift = top.largest
    }
    let last = alphas + frames * rowLength + width
    let afterBlank = Double(last[stride + target.count])
    let afterLabel = target.isEmpty ? Double(impossible) : Double(last[target.count - 1])
    let top = max(afterBlank, afterLabel)
    return offset + top + log(exp(afterBlank - top) + exp(afterLabel - top))
  }

  /// Walks log-beta backwards and writes weight * (softmax - posterior) of every frame.
  private func backward(
    _ alphas: UnsafePointer<Float>, _ rowLength: Int, _ emissions: UnsafePointer<Float>,
    _ skips: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) {
    let (width, stride) = (Vector.width, stride)
    // log-beta plus emission of the following frame: labels then blanks, each with a block to spare
    // for reading at u + 1. Past the last frame only the last blank "continues".
    var following = Tensor(uninitialized: 2, stride + width)
    let labels = following.mutablePointer
    let blanks = labels + stride + width
    labels.update(repeating: impossible, count: following.count)
    blanks[target.count] = 0
    var posterior = Tensor(uninitialized: 2, stride)
    let labelPosterior = posterior.mutablePointer
    let blankPosterior = labelPosterior + stride
    var shift: Float = 0
    for frame in (0..<frames).reversed() {
      let alpha = alphas + (frame + 1) * rowLength + width
      let labelEmissions = emissions + frame * stride
      let blankEmission = atLeastImpossible(logProbabilities[frame * tokens + blank]) - shift
      let reachable = reachableBlocks(frame)
      var top = Vector(repeating: impossible)
      var posteriorTop = Vector(repeating: impossible)
      for block in reachable {
        let (u, next) = (block &* width, block &* width &+ 1)
        let label = Vector(load: labels + u)
        let blank = Vector(load: blanks + u)
        let labelBeta = logSum(
          label, Vector(load: blanks + next),
          Vector(load: labels + next) + Vector(load: skips + next))
        let blankBeta = logSum(blank, label)
        let labelProduct = labelBeta + Vector(load: alpha + u)
        let blankProduct = blankBeta + Vector(load: alpha + stride + u)
        labelProduct.store(labelPosterior + u)
        blankProduct.store(blankPosterior + u)
        posteriorTop = larger(posteriorTop, larger(labelProduct, blankProduct))
        let emission = Vector(load: labelEmissions + u) - shift
        let newLabel = labelBeta + emission
        let newBlank = blankBeta + blankEmission
        newLabel.store(labels + u)
        newBlank.store(blanks + u)
        top = larger(top, larger(newLabel, newBlank))
      }
      shift = top.largest
      // Each frame's posterior is normalised by its own sum, which is the likelihood at every
      // frame: offsets and common rounding errors cancel, and the gradient's row sums to 0.
      let highest = posteriorTop.largest
      var blankMass = Vector.zero
      var labelMass = Vector.zero
      for block in reachable {
        let u = block &* width
        let label = Vector.exp(Vector(load: labelPosterior + u) - highest)
        labelMass += label
        blankMass += Vector.exp(Vector(load: blankPosterior + u) - highest)
        label.store(labelPosterior + u)
      }
      let blankSum = blankMass.total
      let scale = weight / (blankSum + labelMass.total)
      let row = gradient + frame * tokens
      writeSoftmax(frame, into: row)
      row[blank] -= scale * blankSum
      let first = reachable.lowerBound * width
      for u in first..<min(target.count, (reachable.upperBound + 1) * width) {
        row[target[u]] -= scale * labelPosterior[u]
      }
    }
  }

  /// row = weight * e^(log-probabilities of the frame).
  @inline(__always)
  private func writeSoftmax(_ frame: Int, into row: UnsafeMutablePointer<Float>) {
    let source = logProbabilities + frame * tokens
    mapVectors(source, into: row, count: tokens) { Vector.exp($0) * weight }
  }
}
