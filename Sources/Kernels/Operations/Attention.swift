// softmax(Q K^T / sqrt(d)) V, per utterance and head, over packed utterances.

/// Scaled dot-product self-attention (Vaswani et al., arXiv 1706.03762) on packed projections.
/// qkv is total frames x 3c with columns [q, k, v], each split into heads of d = c / heads columns.
/// Frames attend within their own utterance only.
package enum Attention {
  /// Returns the mixed values (total frames x c) and, when asked, the attention weights of all
  /// utterances and heads one after the other (each T rows of `Softmax.stride(T)`) for `backward`.
  package static func forward(
    _ qkv: Tensor, lengths: [Int], heads: Int, keepWeights: Bool
  ) -> (output: Tensor, weights: Tensor?) {
    let c = qkv.columns / 3
    let d = c / heads
    let scale = 1 / Float(d).squareRoot()
    var y = Tensor(uninitialized: qkv.rows, c)
    let saved = keepWeights ? lengths.reduce(0) { $0 + $1 * Softmax.stride($1) } * heads : 0
    let longest = lengths.max() ?? 0
    var scores = Tensor(
      uninitialized: keepWeights ? saved : longest * Softmax.stride(longest))
    let (input, output) = (qkv.pointer, y.mutablePointer)
    var p = scores.mutablePointer
    var start = 0
    for t in lengths {
      let row = Softmax.stride(t)
      for head in 0..<heads {
        let q = input + start * 3 * c + head * d
        BLAS.multiply(
          .matrix(q, stride: 3 * c),
          .transposed(q + c, stride: 3 * c), into: p, stride: row,
          m: t, n: t, k: d, alpha: scale)
        Softmax.forward(inPlace: p, rows: t, columns: t)
        BLAS.multiply(
          .matrix(p, stride: row),
          .matrix(q + 2 * c, stride: 3 * c), into: output + start * c + head * d, stride: c,
          m: t, n: d, k: t)
        if keepWeights { p += t * row }
      }
      start += t
    }
    return (y, keepWeights ? scores : nil)
  }

  /// dy is total frames x c; returns d/d(qkv), total frames x 3c.
  package static func backward(
    _ dy: Tensor, qkv: Tensor, weights: Tensor, lengths: [Int], heads: Int
  ) -> Tensor {
    let c = qkv.columns / 3
    let d = c / heads
    let scale = 1 / Float(d).squareRoot()
    let longest = lengths.max() ?? 0
    var dx = Tensor(uninitialized: qkv.rows, 3 * c)
    var scratch = Tensor(uninitialized: longest * Softmax.stride(longest))
    let (input, gradient, output) = (qkv.pointer, dy.pointer, dx.mutablePointer)
    let ds = scratch.mutablePointer
    var p = weights.pointer
    var start = 0
    for t in lengths {
      let row = Softmax.stride(t)
      for head in 0..<heads {
        let q = input + start * 3 * c + head * d
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
          .transposed(q + 2 * c, stride: 3 * c), into: ds, stride: row,
          m: t, n: t, k: d)
        Softmax.backward(inPlace: ds, output: p, rows: t, columns: t)
        // dQ = dS K
        BLAS.multiply(
          .matrix(ds, stride: row),
          .matrix(q + c, stride: 3 * c), into: dq, stride: 3 * c, m: t, n: d, k: t,
          alpha: scale)
        // dK = dS^T Q
        BLAS.multiply(
          .transposed(ds, stride: row),
          .matrix(q, stride: 3 * c), into: dq + c, stride: 3 * c,
          m: t, n: d, k: t, alpha: scale)
        p += t * row
      }
      start += t
    }
    return dx
  }
}
