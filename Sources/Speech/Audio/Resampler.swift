// Sample rate conversion by a band-limited interpolator: a windowed sinc, tabulated by phase.
import Foundation
import Synchronization

/// Converts between any two sample rates. Everything at or above half the lower rate is kept at
/// least 80 dB down, and the pass band reaches to 91 % of it.
package enum Resampler {
  /// ceil(count * to / from) samples; the first one lies at the time of the first of the input.
  /// Silence is assumed before and after.
  package static func resample(_ samples: [Float], from: Int, to: Int) -> [Float] {
    precondition(from > 0 && to > 0, "sample rates are positive")
    guard from != to, !samples.isEmpty else { return samples }
    let divisor = greatestCommonDivisor(from, to)
    let (from, to) = (from / divisor, to / divisor)
    let filter = filters.withLock { filters in
      if let filter = filters[[from, to]] { return filter }
      let filter = PolyphaseFilter(from: from, to: to)
      filters[[from, to]] = filter
      return filter
    }
    return filter.apply(samples)
  }

  /// Filters made so far, by reduced rates; a corpus needs one or two.
  private static let filters = Mutex<[[Int]: PolyphaseFilter]>([:])

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}

/// The interpolator for one ratio.
private struct PolyphaseFilter {
  private typealias Vector = SIMD16<Float>

  /// Zero crossings of the sinc on each side, counted at the lower rate.
  private static let crossings = 64.0
  /// Stop band in dB. The Kaiser window's formulas hold to a fraction of a dB; 10 are kept spare.
  private static let attenuation = 90.0
  /// Ratios with more phases than this share this many, interpolated linearly (error -118 dB).
  private static let maximumPhases = 1024

  private let from: Int
  private let to: Int
  /// Rows of the table, less the closing one that interpolation needs.
  private let phases: Int
  /// Weights per row, a multiple of the vector's width.
  private let taps: Int
  /// Input samples that a row reaches back from the output's time.
  private let reach: Int
  private let table: [Float]

  init(from: Int, to: Int) {
    self.from = from
    self.to = to
    let ratio = min(1, Double(to) / Double(from))
    let halfWidth = Self.crossings / ratio
    let reach = Int(halfWidth.rounded(.up))
    let width = Vector.scalarCount
    let taps = (2 * reach + width - 1) / width * width
    let phases = min(to, Self.maximumPhases)

    // Kaiser's design rules: width of the transition (cycles per input sample) and window shape.
    let transition = (Self.attenuation - 7.95) / (14.36 * 2 * halfWidth)
    let cutoff = 0.5 * ratio - transition / 2
    let shape = 0.1102 * (Self.attenuation - 8.7)
    let peak = Self.bessel(shape)
    var table = [Float](repeating: 0, count: (phases + 1) * taps)
    for phase in 0...phases {
      let fraction = Double(phase) / Double(phases)
      let row = (0..<taps).map { tap in
        let time = Double(tap - reach + 1) - fraction
        let position = time / halfWidth
        guard abs(position) < 1 else { return 0.0 }
        let angle = 2 * Double.pi * cutoff * time
        let sinc = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
        return sinc * Self.bessel(shape * (1 - position * position).squareRoot()) / peak
      }
      // Every row sums to one, so that a constant stays exactly what it is.
      let sum = row.reduce(0, +)
      for (tap, weight) in row.enumerated() { table[phase * taps + tap] = Float(weight / sum) }
    }
    (self.reach, self.taps, self.phases, self.table) = (reach, taps, phases, table)
  }

  func apply(_ samples: [Float]) -> [Float] {
    let count = (samples.count * to + from - 1) / from
    // With silence on both sides, every row finds all its samples.
    let before = reach - 1
    let padded =
      [Float](repeating: 0, count: before) + samples + [Float](repeating: 0, count: taps + 1)
    return padded.withUnsafeBufferPointer { padded in
      table.withUnsafeBufferPointer { table in
        [Float](unsafeUninitializedCapacity: count) { output, initialized in
          for index in 0..<count {
            let (whole, remainder) = (index * from).quotientAndRemainder(dividingBy: to)
            let input = padded.baseAddress! + whole
            if phases == to {
              output[index] = dot(input, table.baseAddress! + remainder * taps)
            } else {
              let (row, rest) = (remainder * phases).quotientAndRemainder(dividingBy: to)
              let weights = table.baseAddress! + row * taps
              let (low, high) = (dot(input, weights), dot(input, weights + taps))
              output[index] = low + (high - low) * Float(rest) / Float(to)
            }
          }
          initialized = count
        }
      }
    }
  }

  @inline(__always)
  private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Float {
    let (a, b) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    var sum = Vector()
    for offset in stride(from: 0, to: taps * 4, by: Vector.scalarCount * 4) {
      let left = (a + offset).loadUnaligned(as: Vector.self)
      sum += left * (b + offset).loadUnaligned(as: Vector.self)
    }
    return sum.sum()
  }

  /// The modified Bessel function of the first kind, order zero, by its power series.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term, k) = (1.0, 1.0, 1.0)
    while term > sum * 1e-16 {
      term *= (x / (2 * k)) * (x / (2 * k))
      sum += term
      k += 1
    }
    return sum
  }
}
