// Writing FLAC: 16-bit mono, the best of constant, fixed and linear prediction for each block.

import Foundation
import Kernels

extension FLACFile {
  private static let blockSize = 4096

  /// Encodes 16-bit mono (rounded and clipped) to a temporary name, then renames it.
  package static func write(_ waveform: Waveform, to url: URL) throws {
    try encode(waveform).write(to: url, options: .atomic)
  }

  static func encode(_ waveform: Waveform) -> Data {
    let samples = waveform.int16.map { Int32($0) }
    var md5 = MD5()
    waveform.int16.withUnsafeBytes { md5.update($0) }
    var writer = BitWriter()
    writer.write(0x664C_6143, 32)
    writer.write(0x80, 8)  // the last metadata block, STREAMINFO
    writer.write(34, 24)
    writer.write(UInt64(blockSize), 16)
    writer.write(UInt64(blockSize), 16)
    writer.write(0, 24)  // frame sizes unknown
    writer.write(0, 24)
    writer.write(UInt64(waveform.sampleRate), 20)
    writer.write(0, 3)  // mono
    writer.write(15, 5)  // 16 bits
    writer.write(UInt64(samples.count), 36)
    for byte in md5.finish() { writer.write(UInt64(byte), 8) }
    for (number, start) in stride(from: 0, to: samples.count, by: blockSize).enumerated() {
      writeFrame(samples[start..<min(start + blockSize, samples.count)], number, &writer)
    }
    return Data(writer.bytes)
  }

  private static func writeFrame(_ samples: ArraySlice<Int32>, _ number: Int, _ w: inout BitWriter)
  {
    let start = w.bytes.count
    w.write(0xFFF8, 16)
    w.write(7, 4)  // block size in 16 bits at the end of the header
    w.write(0, 4)  // rate of STREAMINFO
    w.write(0, 4)  // mono
    w.write(4, 3)  // 16 bits
    w.write(0, 1)
    writeNumber(number, &w)
    w.write(UInt64(samples.count - 1), 16)
    w.write(UInt64(w.bytes[start...].withUnsafeBufferPointer(Checksums.crc8)), 8)
    writeSubframe(Array(samples), &w)
    w.alignToByte()
    w.write(UInt64(w.bytes[start...].withUnsafeBufferPointer(Checksums.crc16)), 16)
  }

  /// The frame number in UTF-8's variable length.
  private static func writeNumber(_ number: Int, _ w: inout BitWriter) {
    if number < 0x80 {
      w.write(UInt64(number), 8)
      return
    }
    var extra = 1
    while number >= 1 << (5 * extra + 6) { extra += 1 }
    w.write(UInt64((0xFF00 >> (extra + 1)) & 0xFF | number >> (6 * extra)), 8)
    for i in (0..<extra).reversed() { w.write(UInt64(0x80 | (number >> (6 * i)) & 0x3F), 8) }
  }

  private static func writeSubframe(_ block: [Int32], _ w: inout BitWriter) {
    if block.allSatisfy({ $0 == block[0] }) {
      w.write(0, 8)
      w.writeSigned(block[0], 16)
      return
    }
    // Low bits that are zero in the whole block (audio of fewer bits) are left out.
    let wasted = block.reduce(0, |).trailingZeroBitCount
    let samples = wasted == 0 ? block : block.map { $0 >> Int32(wasted) }
    let width = 16 - wasted
    func header(_ type: Int) {
      w.write(UInt64(type) << 1 | (wasted == 0 ? 0 : 1), 8)
      if wasted > 0 { w.write(1, wasted) }
    }
    var best = (bits: 8 + width * samples.count, plan: Plan.verbatim)
    for order in 0...min(4, samples.count - 1) {
      let residual = Prediction.fixed(samples, order)
      let rice = Rice(residual, order: order, blockSize: samples.count)
      let bits = 8 + width * order + rice.bits
      if bits < best.bits { best = (bits, .fixed(order, residual, rice)) }
    }
    for order in [4, 8] where samples.count > 2 * order {
      guard let predictor = Prediction.linear(samples, order),
        let residual = Prediction.residual(samples, predictor)
      else { continue }
      let rice = Rice(residual, order: order, blockSize: samples.count)
      let bits = 8 + width * order + 9 + order * predictor.precision + rice.bits
      if bits < best.bits { best = (bits, .linear(predictor, residual, rice)) }
    }
    switch best.plan {
    case .verbatim:
      header(1)
      for sample in samples { w.writeSigned(sample, width) }
    case .fixed(let order, let residual, let rice):
      header(8 + order)
      for sample in samples.prefix(order) { w.writeSigned(sample, width) }
      rice.write(residual, &w)
    case .linear(let predictor, let residual, let rice):
      let order = predictor.coefficients.count
      header(31 + order)
      for sample in samples.prefix(order) { w.writeSigned(sample, width) }
      w.write(UInt64(predictor.precision - 1), 4)
      w.writeSigned(Int32(predictor.shift), 5)
      for coefficient in predictor.coefficients { w.writeSigned(coefficient, predictor.precision) }
      rice.write(residual, &w)
    }
  }

  private enum Plan {
    case verbatim
    case fixed(Int, [Int32], Rice)
    case linear(Prediction.Linear, [Int32], Rice)
  }
}

private enum Prediction {
  struct Linear {
    var coefficients: [Int32]
    var shift: Int
    let precision = 12
  }

  /// The order-th difference, without the first `order` samples.
  static func fixed(_ samples: [Int32], _ order: Int) -> [Int32] {
    var values = samples
    for _ in 0..<order { values = zip(values.dropFirst(), values).map { $0 - $1 } }
    return values
  }

  /// Autocorrelation method with a Welch window and Levinson-Durbin, quantised to 12 bits.
  static func linear(_ samples: [Int32], _ order: Int) -> Linear? {
    let n = samples.count
    let windowed = samples.enumerated().map { i, sample in
      let x = (2 * Double(i) - Double(n - 1)) / Double(n + 1)
      return Double(sample) * (1 - x * x)
    }
    let r = (0...order).map { lag in
      (lag..<n).reduce(0.0) { $0 + windowed[$1] * windowed[$1 - lag] }
    }
    guard r[0] > 0 else { return nil }
    var a = [Double](repeating: 0, count: order)
    var error = r[0]
    for i in 0..<order {
      let k = (r[i + 1] - (0..<i).reduce(0.0) { $0 + a[$1] * r[i - $1] }) / error
      let old = a
      a[i] = k
      for j in 0..<i { a[j] = old[j] - k * old[i - 1 - j] }
      error *= 1 - k * k
      if error <= 0 { return nil }
    }
    let largest = a.map(abs).max()!
    guard largest > 0, largest.isFinite else { return nil }
    let shift = min(15, 11 - Int(Foundation.log2(largest).rounded(.down)) - 1)
    guard shift >= 0 else { return nil }
    let scale = Double(1 << shift)
    let coefficients = a.map { Int32(max(-2048, min(2047, ($0 * scale).rounded()))) }
    return Linear(coefficients: coefficients, shift: shift)
  }

  static func residual(_ samples: [Int32], _ predictor: Linear) -> [Int32]? {
    let order = predictor.coefficients.count
    var residual = [Int32](repeating: 0, count: samples.count - order)
    for i in order..<samples.count {
      var sum: Int64 = 0
      for j in 0..<order { sum += Int64(predictor.coefficients[j]) * Int64(samples[i - 1 - j]) }
      let value = Int64(samples[i]) - sum >> Int64(predictor.shift)
      guard abs(value) < 1 << 24 else { return nil }
      residual[i - order] = Int32(value)
    }
    return residual
  }
}

/// Partitioned Rice coding: the partition order and parameters that take the fewest bits.
private struct Rice {
  private(set) var bits = Int.max
  private var partitionOrder = 0
  private var parameters: [Int] = []
  private let order: Int
  private let blockSize: Int

  init(_ residual: [Int32], order: Int, blockSize: Int) {
    self.order = order
    self.blockSize = blockSize
    for candidate in 0...6 {
      let length = blockSize >> candidate
      guard length << candidate == blockSize, length > order else { break }
      var total = 6
      var chosen: [Int] = []
      var start = 0
      for partition in 0..<(1 << candidate) {
        let end = (partition + 1) * length - order
        var sum = 0
        for i in start..<end { sum += Int(fold(residual[i])) }
        let mean = Double(sum) / Double(max(end - start, 1))
        let parameter = min(14, max(0, Int(Foundation.log2(mean + 1).rounded(.down))))
        chosen.append(parameter)
        total += 4 + (end - start) * (parameter + 1)
        for i in start..<end { total += Int(fold(residual[i]) >> UInt32(parameter)) }
        start = end
      }
      if total < bits { (bits, partitionOrder, parameters) = (total, candidate, chosen) }
    }
  }

  func write(_ residual: [Int32], _ w: inout BitWriter) {
    w.write(0, 2)
    w.write(UInt64(partitionOrder), 4)
    let length = blockSize >> partitionOrder
    var start = 0
    for (partition, parameter) in parameters.enumerated() {
      w.write(UInt64(parameter), 4)
      let end = (partition + 1) * length - order
      for i in start..<end {
        let value = fold(residual[i])
        for _ in 0..<(value >> UInt32(parameter)) / 32 { w.write(0, 32) }
        w.write(1, Int((value >> UInt32(parameter)) % 32) + 1)
        w.write(UInt64(value) & ((1 << UInt64(parameter)) - 1), parameter)
      }
      start = end
    }
  }
}

/// Signed to unsigned, small magnitudes first: 0, -1, 1, -2, ...
private func fold(_ value: Int32) -> UInt32 {
  UInt32(bitPattern: value << 1 ^ value >> 31)
}

/// Bits, most significant first.
private struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var count = 0

  /// Up to 40 bits.
  mutating func write(_ value: UInt64, _ width: Int) {
    pending = pending << UInt64(width) | value & ((1 << UInt64(width)) - 1)
    count += width
    while count >= 8 {
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(count)))
    }
  }

  mutating func writeSigned(_ value: Int32, _ width: Int) {
    write(UInt64(truncatingIfNeeded: Int64(value)), width)
  }

  mutating func alignToByte() {
    if count > 0 { write(0, 8 - count) }
  }
}
