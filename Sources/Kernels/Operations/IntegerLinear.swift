// y = x W^T + b by products of whole numbers: 8 bits of each value, 32 bits of their sums.

/// A fully connected layer in 8 bits (Jacob et al., arXiv 1712.05877, section 2). Weights are whole multiples,
/// from -127 to 127, of a step of each output's own; a row's values are, once they are known, whole multiples of
/// a step of its own, counted from the row's smallest value or 0: q = x / step + zero, from 0 to 255. The sums
/// of their products are exact, so that they are the same on every processor; what zero adds goes off again:
/// y = (sum q w - zero sum w) step step' + b.
/// n rows, i inputs, o outputs.
package struct IntegerLinear: Sendable {
  /// A sum of products of so many inputs fits in 32 bits.
  private static let mostInputs = 1 << 16
  private static let largestWeight: Float = 127
  private static let largestValue: Float = 255
  /// Of a row's values; what is less has no step that has an inverse, and counts as zeros.
  private static let smallestRange: Float = 1e-30
  /// Added to a float of up to 2^22, it leaves the nearest whole number in the last bits.
  private static let rounding: Float = 12_582_912

  package let inputs, outputs: Int
  private let tile: IntegerTile
  /// Of inputs, and how many inputs one has.
  private let groups, depth: Int
  /// By panel of the tile's channels, group of inputs, channel, input; zeros beyond the matrix.
  private let panels: Bytes
  /// Of each output, zeros beyond them as far as panels go.
  private let steps: [Float]
  private let columnSums: [Int32]

  /// What of `weight`, at least outputs x inputs, is its first rows and columns, rounded to the nearest step.
  /// Not a number in a row gives no numbers for that output.
  package init(
    _ weight: Tensor, inputs: Int, outputs: Int, tile: IntegerTile = IntegerTile.available[0]
  ) {
    precondition(
      outputs <= weight.rows && inputs <= weight.columns && inputs <= Self.mostInputs,
      "\(outputs) x \(inputs) of a weight of \(weight.rows) x \(weight.columns)")
    (self.inputs, self.outputs, self.tile) = (inputs, outputs, tile)
    depth = tile.depth(of: inputs)
    groups = (inputs + depth - 1) / depth
    let width = (outputs + tile.channels - 1) / tile.channels * tile.channels
    panels = Bytes(zeros: width * groups * depth * tile.byteCount)
    var steps = [Float](repeating: 0, count: width)
    var sums = [Int32](repeating: 0, count: width)
    for o in 0..<outputs {
      let row = weight.pointer + o * weight.columns
      let (largest, isFinite) = (0..<inputs).reduce((Float(0), true)) {
        (max($0.0, abs(row[$1])), $0.1 && row[$1].isFinite)
      }
      steps[o] = isFinite ? largest / Self.largestWeight : .nan
      guard isFinite, largest > 0 else { continue }
      // Of the output's first number among the panels'.
      let start = (o / tile.channels * groups * tile.channels + o % tile.channels) * depth
      for i in 0..<inputs {
        // The quotient first: a step may be too small to have an inverse.
        let rounded = Int32((row[i] / largest * Self.largestWeight).rounded(.toNearestOrEven))
        sums[o] += rounded
        let place = start + i / depth * depth * tile.channels + i % depth
        if tile.byteCount == 1 {
          panels.pointer.storeBytes(of: Int8(rounded), toByteOffset: place, as: Int8.self)
        } else {
          panels.pointer.storeBytes(of: Int16(rounded), toByteOffset: 2 * place, as: Int16.self)
        }
      }
    }
    (self.steps, columnSums) = (steps, sums)
  }

  /// Values of the weight, each with a multiplication a row.
  package var weightCount: Int { inputs * outputs }

  /// x has `rows` rows, `stride` floats apart; those of y lie close together. A row with what is not finite
  /// becomes one of NaN. On the calling thread alone.
  package func multiply(
    _ x: UnsafePointer<Float>, stride: Int, rows: Int, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>
  ) {
    let blocks = (rows + tile.rows - 1) / tile.rows
    let blockBytes = tile.rows * groups * depth * tile.byteCount
    let panelBytes = tile.channels * groups * depth * tile.byteCount
    let (values, totals) = (
      Bytes(zeros: blocks * blockBytes), Bytes(zeros: 4 * tile.rows * tile.channels)
    )
    defer { withExtendedLifetime((values, totals)) {} }
    let total = totals.pointer.assumingMemoryBound(to: Int32.self)
    withUnsafeTemporaryAllocation(of: RowScale.self, capacity: rows) { scales in
      for row in 0..<rows {
        let block = values.pointer + row / tile.rows * blockBytes
        let scale = RowScale(x + row * stride, count: inputs)
        scales.initializeElement(at: row, to: scale)
        round(x + row * stride, scale, into: block, row: row % tile.rows)
      }
      for column in Swift.stride(from: 0, to: outputs, by: tile.channels) {
        let panel = panels.pointer + column / tile.channels * panelBytes
        let width = min(tile.channels, outputs - column)
        for block in 0..<blocks {
          tile.add(
            values.pointer + block * blockBytes, panel, groups: groups, depth: depth, into: total)
          for row in block * tile.rows..<min(rows, (block + 1) * tile.rows) {
            write(
              total + row % tile.rows * tile.channels, scales[row], column, width,
              bias: bias.map { $0 + column }, into: y + row * outputs + column)
          }
        }
      }
    }
  }

  /// A row's values as they lie in its block.
  private func round(
    _ x: UnsafePointer<Float>, _ scale: RowScale, into block: UnsafeMutableRawPointer, row: Int
  ) {
    let count = groups * depth
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { bytes in
      let q = bytes.baseAddress!
      let (factor, zero) = (scale.factor, Float(scale.zero))
      // No branch and no check, so that it becomes vectors.
      for i in 0..<inputs {
        let value = x[i] * factor + zero
        let low = value > 0 ? value : 0
        let bounded = low < Self.largestValue ? low : Self.largestValue
        q[i] = UInt8(truncatingIfNeeded: (bounded + Self.rounding).bitPattern)
      }
      (q + inputs).update(repeating: 0, count: count - inputs)
      tile.place(q, row: row, groups: groups, depth: depth, into: block)
    }
  }

  /// A row of a tile's sums as floats.
  private func write(
    _ sums: UnsafePointer<Int32>, _ scale: RowScale, _ column: Int, _ width: Int,
    bias: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>
  ) {
    steps.withUnsafeBufferPointer { steps in
      columnSums.withUnsafeBufferPointer { columnSums in
        let (steps, offsets) = (steps.baseAddress! + column, columnSums.baseAddress! + column)
        for c in 0..<width {
          y[c] = Float(sums[c] &- scale.zero &* offsets[c]) * (scale.step * steps[c])
        }
      }
    }
    guard let bias else { return }
    for c in 0..<width { y[c] += bias[c] }
  }

  /// How a row's values are counted.
  private struct RowScale {
    /// Not a number where a value is none, or none that is finite.
    let step: Float
    /// 1 / step, or 0 of a row of zeros and of next to nothing.
    let factor: Float
    let zero: Int32

    init(_ x: UnsafePointer<Float>, count: Int) {
      // 0 has to be a whole number of steps, as padding and much of what comes out of activations is 0.
      var (low, high, check) = (Vector.zero, Vector.zero, Vector.zero)
      eachVector(count) { i, rest in
        let values = Vector(load: x + i, count: rest)
        high = larger(high, values)
        low = larger(low, -values)
        check += values - values
      }
      let (smallest, largest) = (-low.largest, high.largest)
      let range = largest - smallest
      guard check.total == 0, range.isFinite else {
        (step, factor, zero) = (.nan, 0, 0)
        return
      }
      guard range > IntegerLinear.smallestRange else {
        (step, factor, zero) = (0, 0, 0)
        return
      }
      step = range / IntegerLinear.largestValue
      factor = IntegerLinear.largestValue / range
      zero = Int32((-smallest * factor).rounded(.toNearestOrEven))
    }
  }

  /// Memory of a tensor's kind, given back with the last reference to it.
  /// @unchecked Sendable: written only by who made it, before others see it.
  private final class Bytes: @unchecked Sendable {
    private let block: TensorPool.Block
    var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(block.pointer) }

    init(zeros byteCount: Int) {
      block = TensorPool.shared.take(count: (byteCount + 3) / 4)
      pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }

    deinit { TensorPool.shared.give(block) }
  }
}
