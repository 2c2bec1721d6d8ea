// Samples to FLAC frames: 16-bit mono, fixed and linear predictors, partitioned Rice codes.
import Foundation

/// Encodes one file.
struct FLACEncoder {
  private static let blockSize = 4096
  private static let bitsPerSample = 16
  private static let maximumOrder = 8
  /// Bits of a quantized coefficient; with 16-bit samples and order 8 the sums stay below 2^31.
  private static let precision = 12

  private let sampleRate: Int

  init(sampleRate: Int) {
    self.sampleRate = sampleRate
  }

  func encode(_ samples: [Int16]) -> [UInt8] {
    var frames: [UInt8] = []
    var frameSizes: [Int] = []
    for (number, start) in stride(from: 0, to: samples.count, by: Self.blockSize).enumerated() {
      let block = samples[start..<min(start + Self.blockSize, samples.count)]
      let frame = encodeFrame(block.map { Int32($0) }, number: number)
      frames += frame
      frameSizes.append(frame.count)
    }
    return header(samples, frameSizes) + frames
  }

  private func header(_ samples: [Int16], _ frameSizes: [Int]) -> [UInt8] {
    var writer = BitWriter()
    for byte in "fLaC".utf8 { writer.append(UInt64(byte), 8) }
    writer.append(0x80, 8)  // The last metadata block, and STREAMINFO.
    writer.append(34, 24)
    writer.append(UInt64(Self.blockSize), 16)
    writer.append(UInt64(Self.blockSize), 16)
    writer.append(UInt64(frameSizes.min() ?? 0), 24)
    writer.append(UInt64(frameSizes.max() ?? 0), 24)
    writer.append(UInt64(sampleRate), 20)
    writer.append(0, 3)  // One channel.
    writer.append(UInt64(Self.bitsPerSample - 1), 5)
    writer.append(UInt64(samples.count), 36)
    var md5 = MD5()
    samples.map(\.littleEndian).withUnsafeBytes { md5.update($0) }
    for byte in md5.digest() { writer.append(UInt64(byte), 8) }
    return writer.bytes
  }

  private func encodeFrame(_ x: [Int32], number: Int) -> [UInt8] {
    var writer = BitWriter()
    writer.append(0b1111_1111_1111_1000, 16)  // Sync code, fixed block size.
    let isWhole = x.count == Self.blockSize
    writer.append(isWhole ? 12 : 7, 4)  // 256 << (12 - 8) samples, or a 16-bit count below.
    let rates = [8000: 4, 16000: 5, 22050: 6, 24000: 7, 32000: 8, 44100: 9, 48000: 10]
    writer.append(UInt64(rates[sampleRate] ?? 0), 4)
    writer.append(0, 4)  // One channel.
    writer.append(0b1000, 4)  // 16 bits, and a reserved bit.
    writer.appendCodedNumber(UInt64(number))
    if !isWhole { writer.append(UInt64(x.count - 1), 16) }
    writer.append(UInt64(writer.bytes.withUnsafeBytes { CRC8.checksum($0) }), 8)
    bestSubframe(x).write(to: &writer)
    writer.align()
    writer.append(UInt64(writer.bytes.withUnsafeBytes { CRC16.checksum($0) }), 16)
    return writer.bytes
  }

  // MARK: - The choice of predictor

  private func bestSubframe(_ block: [Int32]) -> Subframe {
    if block.allSatisfy({ $0 == block[0] }) {
      return Subframe(kind: .constant, samples: block, wastedBits: 0)
    }
    // Low bits that are 0 in the whole block (audio of fewer bits) are left out.
    let wasted = block.reduce(0, |).trailingZeroBitCount
    let x = wasted == 0 ? block : block.map { $0 >> Int32(wasted) }
    var best = Subframe(kind: .verbatim, samples: x, wastedBits: wasted)
    func consider(_ kind: Subframe.Kind, _ order: Int, _ residual: [Int32]) {
      let candidate = Subframe(
        kind: kind, samples: x, wastedBits: wasted,
        residual: RiceCode(residual, order: order, count: x.count))
      if candidate.bits < best.bits { best = candidate }
    }
    let (order, residual) = bestFixed(x)
    consider(.fixed(order: order), order, residual)
    for predictor in linearPredictors(x) {
      consider(.linear(predictor), predictor.coefficients.count, predictor.residual(of: x))
    }
    return best
  }

  /// The order of differences whose sizes sum to the least.
  private func bestFixed(_ x: [Int32]) -> (order: Int, residual: [Int32]) {
    var best = (order: 0, residual: x)
    var bestSum = Int.max
    var differences = x
    for order in 0...min(4, x.count - 1) {
      if order > 0 {
        for i in (order..<x.count).reversed() { differences[i] &-= differences[i - 1] }
      }
      // Skipping the same first samples in every order keeps the sums comparable.
      let sum = differences.dropFirst(4).reduce(0) { $0 &+ Int($1.magnitude) }
      if sum < bestSum { (bestSum, best) = (sum, (order, Array(differences[order...]))) }
    }
    return best
  }

  /// Predictors worth trying: the one whose expected size is least, and the longest.
  private func linearPredictors(_ x: [Int32]) -> [LinearPredictor] {
    guard x.count > 4 * Self.maximumOrder else { return [] }
    let correlation = Self.autocorrelation(x)
    guard correlation[0] > 0 else { return [] }
    // Levinson and Durbin's recursion gives the predictor of every order on the way.
    var coefficients: [Double] = []
    var error = correlation[0]
    var byOrder: [(coefficients: [Double], bits: Double)] = []
    for order in 1...Self.maximumOrder {
      var reflection = correlation[order]
      for (j, coefficient) in coefficients.enumerated() {
        reflection -= coefficient * correlation[order - 1 - j]
      }
      reflection /= error
      coefficients =
        zip(coefficients, coefficients.reversed()).map { $0 - reflection * $1 } + [reflection]
      error *= 1 - reflection * reflection
      guard error > 0, coefficients.allSatisfy(\.isFinite) else { break }
      // Half the logarithm of the variance per sample, and the price of storing the predictor.
      let bitsPerSample = max(0, 0.5 * log2(error / Double(x.count)))
      let overhead = order * (Self.precision + Self.bitsPerSample)
      byOrder.append((coefficients, bitsPerSample * Double(x.count - order) + Double(overhead)))
    }
    guard let least = byOrder.indices.min(by: { byOrder[$0].bits < byOrder[$1].bits }) else {
      return []
    }
    return Set([least, byOrder.count - 1]).sorted().compactMap {
      LinearPredictor(byOrder[$0].coefficients, precision: Self.precision)
    }
  }

  /// Lags 0...maximumOrder of the block under a Welch window.
  private static func autocorrelation(_ x: [Int32]) -> [Double] {
    let middle = Double(x.count - 1) / 2
    let windowed = x.indices.map { index in
      let distance = (Double(index) - middle) / (middle + 1)
      return Double(x[index]) * (1 - distance * distance)
    }
    return windowed.withUnsafeBufferPointer { windowed in
      (0...maximumOrder).map { lag in
        var sum = 0.0
        for i in lag..<windowed.count { sum += windowed[i] * windowed[i - lag] }
        return sum
      }
    }
  }
}

/// A quantized predictor.
private struct LinearPredictor {
  /// The first one weighs the latest sample.
  let coefficients: [Int32]
  let shift: Int
  let precision: Int

  /// Nil when the coefficients are too large to be stored.
  init?(_ exact: [Double], precision: Int) {
    let largest = exact.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    // The largest shift at which every coefficient still fits in `precision` bits.
    let integerBits = Int(log2(largest).rounded(.down)) + 1
    let shift = min(15, precision - 1 - integerBits)
    guard shift >= 0 else { return nil }
    let limit = Double(Int(1) << (precision - 1))
    var carried = 0.0
    coefficients = exact.map { coefficient in
      // What rounding takes from one coefficient is given to the next.
      let wanted = coefficient * Double(Int(1) << shift) + carried
      let rounded = max(-limit, min(limit - 1, wanted.rounded()))
      carried = wanted - rounded
      return Int32(rounded)
    }
    self.shift = shift
    self.precision = precision
  }

  func residual(of x: [Int32]) -> [Int32] {
    let order = coefficients.count
    // Oldest sample first, as they lie in memory.
    let weights = Array(coefficients.reversed())
    return x.withUnsafeBufferPointer { x in
      weights.withUnsafeBufferPointer { weights in
        (order..<x.count).map { i in
          var sum: Int32 = 0
          for j in 0..<order { sum &+= weights[j] &* x[i - order + j] }
          return x[i] &- sum &>> Int32(shift)
        }
      }
    }
  }
}

/// A residual with its partitions and their parameters chosen.
private struct RiceCode {
  /// Parameters above this need the wider coding method, which 16-bit samples do not repay.
  private static let maximumParameter = 14
  /// At most 2^6 partitions.
  private static let maximumPartitionOrder = 6

  let residual: [Int32]
  let predictorOrder: Int
  let partitionOrder: Int
  let parameters: [Int]
  let bits: Int

  /// `residual` lacks the first `order` samples of the block of `count`.
  init(_ residual: [Int32], order: Int, count: Int) {
    self.residual = residual
    predictorOrder = order
    // Each order halves the partitions of the one before; the first partition is the shorter one.
    let finest =
      (0...Self.maximumPartitionOrder).last { count % (1 << $0) == 0 && count >> $0 > order } ?? 0
    var sums = [Int](repeating: 0, count: 1 << finest)
    let size = count >> finest
    for (index, value) in residual.enumerated() {
      sums[(index + order) / size] += Int(Self.fold(value))
    }
    var best = (order: 0, parameters: [Int](), bits: Int.max)
    for partitionOrder in (0...finest).reversed() {
      var bits = 6
      var parameters: [Int] = []
      for (partition, sum) in sums.enumerated() {
        let length = count >> partitionOrder - (partition == 0 ? order : 0)
        let (parameter, cost) = Self.parameter(sum: sum, count: length)
        parameters.append(parameter)
        bits += 4 + cost
      }
      if bits < best.bits { best = (partitionOrder, parameters, bits) }
      sums = stride(from: 0, to: sums.count - 1, by: 2).map { sums[$0] + sums[$0 + 1] }
    }
    (partitionOrder, parameters, bits) = best
  }

  /// Small magnitudes of either sign to small numbers: 0, -1, 1, -2, 2 to 0, 1, 2, 3, 4.
  @inline(__always)
  static func fold(_ value: Int32) -> UInt32 {
    UInt32(bitPattern: value &<< 1 ^ value &>> 31)
  }

  /// The parameter with the least cost, taking sum >> k for the sum of the shifted numbers less
  /// what truncation takes off on average.
  private static func parameter(sum: Int, count: Int) -> (Int, bits: Int) {
    var best = (0, bits: sum + count)
    for parameter in 1...maximumParameter {
      let quotients = max(0, (sum - count * ((1 << parameter) - 1) / 2) >> parameter)
      let bits = quotients + count * (parameter + 1)
      if bits < best.bits { best = (parameter, bits) }
    }
    return best
  }

  func write(to writer: inout BitWriter) {
    writer.append(0, 2)  // Parameters of 4 bits.
    writer.append(UInt64(partitionOrder), 4)
    let size = (residual.count + predictorOrder) >> partitionOrder
    var index = 0
    for (partition, parameter) in parameters.enumerated() {
      writer.append(UInt64(parameter), 4)
      while index < (partition + 1) * size - predictorOrder {
        let folded = UInt64(Self.fold(residual[index]))
        let zeros = Int(folded >> UInt64(parameter))
        if zeros + 1 + parameter <= 56 {
          writer.append(
            1 << UInt64(parameter) | folded & (1 << UInt64(parameter) - 1), zeros + 1 + parameter)
        } else {
          writer.appendUnary(zeros)
          writer.append(folded, parameter)
        }
        index += 1
      }
    }
  }
}

private struct Subframe {
  enum Kind {
    case constant, verbatim
    case fixed(order: Int)
    case linear(LinearPredictor)
  }

  let kind: Kind
  /// Without the wasted bits.
  let samples: [Int32]
  let wastedBits: Int
  var residual: RiceCode?

  private var width: Int { 16 - wastedBits }

  /// The size, exact but for the residual's, which is estimated.
  var bits: Int {
    switch kind {
    case .constant: width
    case .verbatim: width * samples.count
    case .fixed(let order): width * order + (residual?.bits ?? 0)
    case .linear(let predictor):
      (width + predictor.precision) * predictor.coefficients.count + 9 + (residual?.bits ?? 0)
    }
  }

  func write(to writer: inout BitWriter) {
    func append(type: Int, warmUp: Int) {
      writer.append(UInt64(type << 1 | (wastedBits == 0 ? 0 : 1)), 8)
      if wastedBits > 0 { writer.append(1, wastedBits) }
      for sample in samples.prefix(warmUp) {
        writer.append(UInt64(bitPattern: Int64(sample)), width)
      }
    }
    switch kind {
    case .constant: append(type: 0, warmUp: 1)
    case .verbatim: append(type: 1, warmUp: samples.count)
    case .fixed(let order): append(type: 8 + order, warmUp: order)
    case .linear(let predictor):
      append(type: 31 + predictor.coefficients.count, warmUp: predictor.coefficients.count)
      writer.append(UInt64(predictor.precision - 1), 4)
      writer.append(UInt64(predictor.shift), 5)
      for coefficient in predictor.coefficients {
        writer.append(UInt64(bitPattern: Int64(coefficient)), predictor.precision)
      }
    }
    residual?.write(to: &writer)
  }
}
