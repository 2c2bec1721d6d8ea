// Attention in panels against attention by BLAS, which PyTorch's values check.

import Kernels
import TestSupport
import Testing

@Suite struct PanelAttentionTests {
  /// Heads of 4 and of 32 columns; utterances shorter than a tile, of a whole panel, and across panels.
  @Test(arguments: [8, 64]) func saysWhatAttentionSays(width: Int) {
    let lengths = [3, 16, 37, 1]
    let qkv = randomTensor(57, 3 * width, seed: 1)
    let exact = Attention.forward(qkv, lengths: lengths, heads: 2, keepWeights: false).output
    // Frames come in pieces that begin within an utterance and end within another.
    let attention = PanelAttention(lengths: lengths, width: width, heads: 2)
    for rows in [0..<10, 10..<40, 40..<57] {
      attention.put(
        qkv.pointer + rows.lowerBound * 3 * width, count: rows.count, at: rows.lowerBound)
    }
    func mixed(_ pieces: [Range<Int>]) -> Tensor {
      var y = Tensor(uninitialized: 57, width)
      let out = y.mutablePointer
      for rows in pieces { attention.mix(rows, into: out + rows.lowerBound * width) }
      return y
    }
    expectClose(mixed([0..<57]), exact)
    #expect(mixed([0..<2, 2..<30, 30..<57]).values == mixed([0..<57]).values)
  }
}
