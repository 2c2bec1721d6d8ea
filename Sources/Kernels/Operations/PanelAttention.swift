// softmax(Q K^T / sqrt(d)) V in panels: some rows at a time, on any thread.

/// Scaled dot-product self-attention (Vaswani et al., arXiv 1706.03762) over packed utterances, c columns split
/// into heads of d = c / heads, for inference. First every frame's queries, keys and values are put in, then any
/// frames' values are mixed; both for rows that no other thread has.
package struct PanelAttention {
  private let packed: PackedRows
  /// By utterance: frames before it, each utterance's filled up to whole panels.
  private let padded: [Int]
  private let c, heads, d: Int
  private let memory: Tensor
  /// Frames x c, scaled.
  private let queries: UnsafeMutablePointer<Float>
  /// By utterance and head: K^T, d x frames, in panels.
  private let keys: UnsafeMutablePointer<Float>
  /// By utterance and head: V, frames x d, in panels.
  private let values: UnsafeMutablePointer<Float>
  private let scale: Float

  package init(lengths: [Int], width c: Int, heads: Int) {
    (self.c, self.heads, d) = (c, heads, c / heads)
    scale = 1 / Float(d).squareRoot()
    packed = PackedRows(lengths: lengths)
    var whole = 0
    padded = lengths.map { length in
      defer { whole += Softmax.stride(length) }
      return whole
    }
    let valueWidth = heads * Softmax.stride(d)
    var memory = Tensor(uninitialized: packed.count * (c + valueWidth) + whole * c)
    queries = memory.mutablePointer
    keys = queries + packed.count * c
    values = keys + whole * c
    self.memory = memory
  }

  /// Frames from `row` on: `count` rows of columns [q, k, v].
  package func put(_ qkv: UnsafePointer<Float>, count: Int, at row: Int) {
    for (utterance, part) in packed.parts(of: row..<row + count) {
      let (ownKeys, ownValues) = (keys(of: utterance), values(of: utterance))
      let t = utterance.rows.count
      for n in part {
        let source = qkv + (n - row) * 3 * c
        let factor = scale
        mapVectors(source, into: queries + n * c, count: c) { $0 * factor }
        let frame = n - utterance.rows.lowerBound
        let (panel, lane) = (frame / Panels.width, frame % Panels.width)
        for head in 0..<heads {
          let k = source + (c + head * d)
          let column =
            ownKeys + (head * Softmax.stride(t) * d)
            + (panel * d * Panels.width + lane)
          for j in 0..<d { column[j &* Panels.width] = k[j] }
          let v = source + (2 * c + head * d)
          let rows = ownValues + head * Panels.count(rows: t, columns: d)
          for j in stride(from: 0, to: d, by: Panels.width) {
            (rows + (j * t + frame * Panels.width)).update(
              from: v + j, count: min(Panels.width, d - j))
          }
        }
      }
    }
  }

  /// What frames `rows` make of the values: rows x c, close together, into `y`.
  package func mix(_ rows: Range<Int>, into y: UnsafeMutablePointer<Float>) {
    for (utterance, part) in packed.parts(of: rows) {
      let (t, count) = (utterance.rows.count, part.count)
      let row = Softmax.stride(t)
      var scratch = Tensor(uninitialized: count * row)
      let p = scratch.mutablePointer
      let out = y + (part.lowerBound - rows.lowerBound) * c
      for head in 0..<heads {
        Panels.multiply(
          queries + part.lowerBound * c + head * d, stride: c, count: count,
          keys(of: utterance) + head * row * d, rows: d, columns: row, bias: nil, into: p,
          stride: row)
        Softmax.forward(inPlace: p, rows: count, columns: t)
        Panels.multiply(
          p, stride: row, count: count,
          values(of: utterance) + head * Panels.count(rows: t, columns: d), rows: t, columns: d,
          bias: nil, into: out + head * d, stride: c)
      }
    }
  }

  private func keys(of utterance: PackedRows.Utterance) -> UnsafeMutablePointer<Float> {
    keys + padded[utterance.index] * c
  }

  private func values(of utterance: PackedRows.Utterance) -> UnsafeMutablePointer<Float> {
    values + utterance.rows.lowerBound * heads * Softmax.stride(d)
  }
}
