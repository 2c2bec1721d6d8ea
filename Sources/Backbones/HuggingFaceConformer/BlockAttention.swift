// Self-attention of a Conformer block, told of positions by distances, by rotation or not at all.

import Kernels

/// `Wav2Vec2ConformerSelfAttention` and `ParakeetEncoderAttention`. Relative: the scores are
/// ((q + u) k^T + (q + v) r^T) / sqrt(d) with r the projected sinusoid of the distance and u and v
/// learnt for each head. Rotary: the input of q and k is turned, not they themselves.
struct BlockAttention: Sendable {
  private let width, heads: Int
  private let kind: PositionKind?
  private let query, key, value, out: Projection
  private let relative: Relative?

  private struct Relative: Sendable {
    let projection: Projection
    /// heads x d each: u, v.
    let contentBias, distanceBias: Parameter
  }

  init(
    _ prefix: String, _ settings: ConformerBlockSettings, in layout: inout ParameterLayout
  ) {
    width = settings.width
    heads = settings.heads
    kind = settings.positions
    func project(_ name: String, bias: Bool = settings.linearBias) -> Projection {
      Projection("\(prefix).\(name)", settings.width, settings.width, bias: bias, in: &layout)
    }
    query = project(settings.names.query)
    key = project(settings.names.key)
    value = project(settings.names.value)
    out = project(settings.names.out)
    guard settings.positions == .relative else {
      relative = nil
      return
    }
    let d = settings.width / settings.heads
    relative = Relative(
      projection: project(settings.names.position, bias: false),
      contentBias: layout.add("\(prefix).\(settings.names.contentBias)", settings.heads, d),
      distanceBias: layout.add("\(prefix).\(settings.names.distanceBias)", settings.heads, d))
  }

  /// x is normalised frames x width; so is the result. positions: see `ConformerBlock.positions`.
  func callAsFunction(
    _ x: Tensor, lengths: [Int], _ w: Weights, positions: Tensor?
  ) -> Tensor {
    var turned = x
    if kind == .rotary, let positions {
      turned = RotaryPositions.rotated(x, lengths: lengths, heads: heads, table: positions)
    }
    let (q, k, v) = (query(turned, w), key(turned, w), value(x, w))
    guard let relative, let positions else { return out(mix(q, k, v, lengths: lengths), w) }
    let content = q.addingToRows(w[relative.contentBias])
    let distance = q.addingToRows(w[relative.distanceBias])
    let sinusoids = relative.projection(positions, w)
    let longest = DistanceSinusoids.longest(positions)
    var scratch = Tensor(uninitialized: longest, 2 * longest - 1)
    let mixed = mix(content, k, v, lengths: lengths) { scores in
      addDistances(to: scores, distance, sinusoids, longest: longest, scratch: &scratch)
    }
    return out(mixed, w)
  }

  private func mix(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, lengths: [Int],
    bias: ((Attention.Scores) -> Void)? = nil
  ) -> Tensor {
    Attention.forward(
      Attention.Projections(q: q.pointer, k: k.pointer, v: v.pointer, stride: width), width: width,
      lengths: lengths, heads: heads, keepWeights: false, bias: bias
    ).output
  }

  /// Adds (q + v) r^T / sqrt(d). Columns of the product are distances from T - 1 downwards, so that
  /// row i's keys are the run from column T - 1 - i.
  private func addDistances(
    to scores: Attention.Scores, _ distance: Tensor, _ sinusoids: Tensor, longest: Int,
    scratch: inout Tensor
  ) {
    let d = width / heads
    let (t, columns) = (scores.length, 2 * scores.length - 1)
    let p = scratch.mutablePointer
    BLAS.multiply(
      .matrix(distance.pointer + scores.start * width + scores.head * d, stride: width),
      .transposed(sinusoids.pointer + (longest - t) * width + scores.head * d, stride: width),
      into: p, stride: columns, m: t, n: columns, k: d, alpha: 1 / Float(d).squareRoot())
    for i in 0..<t {
      let (target, source) = (scores.values + i * scores.stride, p + i * columns + t - 1 - i)
      for j in 0..<t { target[j] += source[j] }
    }
  }

  /// FLOPs for an utterance of `frames`: four projections, QK^T and PV; by distance also the
  /// sinusoids' projection and the scores.
  func operations(frames: Int) -> Double {
    let (t, c) = (Double(frames), Double(width))
    let distances = relative == nil ? 0 : Double(max(0, 2 * frames - 1))
    return 8 * t * c * c + 4 * t * t * c + 2 * distances * c * (c + t)
  }
}
