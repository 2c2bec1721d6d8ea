// Self-attention of a Conformer block, told of positions by distances, by rotation, by keys or not at all.

import Kernels

/// `Wav2Vec2ConformerSelfAttention`, `Wav2Vec2BertSelfAttention` and `ParakeetEncoderAttention`. Relative:
/// the scores are ((q + u) k^T + (q + v) r^T) / sqrt(d) with r the projected sinusoid of the distance and u
/// and v learnt for each head. Rotary: the input of q and k is turned, not they themselves. By keys:
/// q (k + e)^T / sqrt(d), e learnt for each distance.
struct BlockAttention: Sendable {
  private let width, heads: Int
  private let rule: Rule
  private let query, key, value, out: Projection

  private enum Rule: Sendable {
    case placeless, rotary
    case relative(Relative)
    case keys(DistanceKeys)
  }

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
    func project(_ name: String, bias: Bool = settings.linearBias) -> Projection {
      Projection("\(prefix).\(name)", settings.width, settings.width, bias: bias, in: &layout)
    }
    query = project(settings.names.query)
    key = project(settings.names.key)
    value = project(settings.names.value)
    out = project(settings.names.out)
    switch settings.positions {
    case .relative:
      let d = settings.width / settings.heads
      rule = .relative(
        Relative(
          projection: project(settings.names.position, bias: false),
          contentBias: layout.add("\(prefix).\(settings.names.contentBias)", settings.heads, d),
          distanceBias: layout.add("\(prefix).\(settings.names.distanceBias)", settings.heads, d)))
    case .relativeKey: rule = .keys(DistanceKeys(prefix, settings, in: &layout))
    case .rotary: rule = .rotary
    case nil: rule = .placeless
    }
  }

  /// x is normalised frames x width; so is the result. positions: see `ConformerBlocks.positions`.
  func callAsFunction(
    _ x: Tensor, lengths: [Int], _ w: Weights, positions: Tensor?
  ) -> Tensor {
    var turned = x
    if case .rotary = rule, let positions {
      turned = RotaryPositions.rotated(x, lengths: lengths, heads: heads, table: positions)
    }
    let (q, k, v) = (query(turned, w), key(turned, w), value(x, w))
    switch (rule, positions) {
    case (.relative(let relative), let positions?):
      let content = q.addingToRows(w[relative.contentBias])
      let distance = q.addingToRows(w[relative.distanceBias])
      let sinusoids = relative.projection(positions, w)
      let longest = DistanceSinusoids.longest(positions)
      let mixed = mix(content, k, v, lengths: lengths) {
        addDistances(to: $0, distance, sinusoids, longest: longest)
      }
      return out(mixed, w)
    case (.keys(let keys), _):
      return out(mix(q, k, v, lengths: lengths) { keys.add(to: $0, q, w) }, w)
    default:
      return out(mix(q, k, v, lengths: lengths), w)
    }
  }

  /// - Parameter bias: may be called by several threads at once, each for heads of its own.
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
    to scores: Attention.Scores, _ distance: Tensor, _ sinusoids: Tensor, longest: Int
  ) {
    let d = width / heads
    let (t, columns) = (scores.length, max(0, 2 * scores.length - 1))
    var products = Tensor(uninitialized: t, columns)
    let p = products.mutablePointer
    BLAS.multiply(
      .matrix(distance.pointer + scores.start * width + scores.head * d, stride: width),
      .transposed(sinusoids.pointer + (longest - t) * width + scores.head * d, stride: width),
      into: p, stride: columns, m: t, n: columns, k: d, alpha: 1 / Float(d).squareRoot())
    for i in 0..<t {
      let (target, source) = (scores.values + i * scores.stride, p + i * columns + t - 1 - i)
      for j in 0..<t { target[j] += source[j] }
    }
  }

  var projections: [Projection] {
    guard case .relative(let relative) = rule else { return [query, key, value, out] }
    return [query, key, value, out, relative.projection]
  }

  /// FLOPs for an utterance of `frames`: four projections, QK^T and PV; by distance also the
  /// sinusoids' projection and the scores, by keys those of every distance there is.
  func operations(frames: Int) -> Double {
    let (t, c) = (Double(frames), Double(width))
    let positions =
      switch rule {
      case .relative: 2 * Double(max(0, 2 * frames - 1)) * c * (c + t)
      case .keys(let keys): keys.operations(frames: frames)
      case .placeless, .rotary: 0.0
      }
    return 8 * t * c * c + 4 * t * t * c + positions
  }
}
