// softmax(Q K^T / sqrt(d)) V, per utterance and head, over packed utterances.

/// Scaled dot-product self-attention (Vaswani et al., arXiv 1706.03762) on projections of packed frames,
/// c columns split into heads of d = c / heads. Frames attend within their own utterance only.
package enum Attention {
  /// Where queries, keys and values of the first frame lie, and floats from one frame's to the next's.
  package struct Projections {
    let q, k, v: UnsafePointer<Float>
    let stride: Int

    package init(
      q: UnsafePointer<Float>, k: UnsafePointer<Float>, v: UnsafePointer<Float>, stride: Int
    ) {
      self.q = q
      self.k = k
      self.v = v
      self.stride = stride
    }

    /// Columns [q, k, v] of one tensor of 3c columns.
    package init(packed qkv: Tensor) {
      let c = qkv.columns / 3
      self.init(q: qkv.pointer, k: qkv.pointer + c, v: qkv.pointer + 2 * c, stride: 3 * c)
    }
  }

  /// The scores of an utterance and head, or their gradients: `length` rows of as many values,
  /// `stride` floats apart.
  package struct Scores {
    /// Row of the utterance's first frame among all, and frames.
    package let start, length: Int
    package let head: Int
    package let values: UnsafeMutablePointer<Float>
    package let stride: Int
  }

  /// Returns the mixed values (total frames x c) and, when asked, the attention weights of all
  /// utterances and heads one after the other (each T rows of `Softmax.stride(T)`) for `backward`.
  /// - Parameter bias: adds to the scaled scores before the softmax: relative positions.
  package static func forward(
    _ input: Projections, width c: Int, lengths: [Int], heads: Int, keepWeights: Bool,
    bias: ((Scores) -> Void)? = nil
  ) -> (output: Tensor, weights: Tensor?) {
    let d = c / heads
    let scale = 1 / Float(d).squareRoot()
    var y = Tensor(uninitialized: lengths.reduce(0, +), c)
    let saved = keepWeights ? lengths.reduce(0) { $0 + $1 * Softmax.stride($1) } * heads : 0
    var weights = Tensor(uninitialized: saved)
    let (output, kept) = (y.mutablePointer, weights.mutablePointer)
    var (start, before) = (0, 0)
    for t in lengths {
      let row = Softmax.stride(t)
      Parallel.split(heads, work: 2 * t * t * c) { [start, before] group in
        // Without weights to keep, the heads of a thread use the same memory one after the other.
        var scratch = Tensor(uninitialized: keepWeights ? 0 : t * row)
        let shared = scratch.mutablePointer
        for head in group {
          let p = keepWeights ? kept + before + head * t * row : shared
          let offset = start * input.stride + head * d
          BLAS.multiply(
            .matrix(input.q + offset, stride: input.stride),
            .transposed(input.k + offset, stride: input.stride), into: p, stride: row,
            m: t, n: t, k: d, alpha: scale)
          bias?(Scores(start: start, length: t, head: head, values: p, stride: row))
          Softmax.forward(inPlace: p, rows: t, columns: t)
          BLAS.multiply(
            .matrix(p, stride: row),
            .matrix(input.v + offset, stride: input.stride), into: output + start * c + head * d,
            stride: c, m: t, n: d, k: t)
        }
      }
      before += heads * t * row
      start += t
    }
    return (y, keepWeights ? weights : nil)
  }

  /// The same on packed columns [q, k, v].
  package static func forward(
    _ qkv: Tensor, lengths: [Int], heads: Int, keepWeights: Bool
  ) -> (output: Tensor, weights: Tensor?) {
    forward(
      Projections(packed: qkv), width: qkv.columns / 3, lengths: lengths, heads: heads,
      keepWeights: keepWeights)
  }

  /// dy is total frames x c; returns d/d(qkv), total frames x 3c, the columns [q, k, v].
  /// - Parameter bias: gets the gradient of what `forward`'s added.
  package static func backward(
    _ dy: Tensor, _ input: Projections, weights: Tensor, lengths: [Int], heads: Int,
    bias: ((Scores) -> Void)? = nil
  ) -> Tensor {
    let c = dy.columns
    let d = c / heads
    let scale = 1 / Float(d).squareRoot()
    let longest = lengths.max() ?? 0
    var dx = Tensor(uninitialized: dy.rows, 3 * c)
    var scratch = Tensor(uninitialized: longest * Softmax.stride(longest))
    let (gradient, output) = (dy.pointer, dx.mutablePointer)
    let ds = scratch.mutablePointer
    var p = weights.pointer
    var start = 0
    for t in lengths {
      let row = Softmax.stride(t)
      for head in 0..<heads {
        let offset = start * input.stride + head * d
        let g = gradient + start * c + head * d
        let dq = output + start * 3 * c + head * d
        // dV = P^T dO
        BLAS.multiply(
          .transposed(p, stride: row),
          .matrix(g, stride: c), into: dq + 2 * c, stride: 3 * c,
          m: t, n: d, k: t)
        // dP = dO V^T
        BLAS.multiply(
          .matrix(g, stride: c),
          .transposed(input.v + offset, stride: input.stride), into: ds, stride: row,
          m: t, n: t, k: d)
        Softmax.backward(inPlace: ds, output: p, rows: t, columns: t)
        bias?(Scores(start: start, length: t, head: head, values: ds, stride: row))
        // dQ = dS K
        BLAS.multiply(
          .matrix(ds, stride: row),
          .matrix(input.k + offset, stride: input.stride), into: dq, stride: 3 * c, m: t, n: d,
          k: t,
          alpha: scale)
        // dK = dS^T Q
        BLAS.multiply(
          .transposed(ds, stride: row),
          .matrix(input.q + offset, stride: input.stride), into: dq + c, stride: 3 * c,
          m: t, n: d, k: t, alpha: scale)
        p += t * row
      }
      start += t
    }
    return dx
  }

  /// The same on packed columns [q, k, v].
  package static func backward(
    _ dy: Tensor, qkv: Tensor, weights: Tensor, lengths: [Int], heads: Int
  ) -> Tensor {
    backward(dy, Projections(packed: qkv), weights: weights, lengths: lengths, heads: heads)
  }
}
