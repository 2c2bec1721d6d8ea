// Band-limited change of sample rate.

import Foundation
import Kernels
import Synchronization

/// Polyphase windowed-sinc resampling by a rational ratio: a Kaiser window (beta 10, side lobes under
/// -100 dB), cut off at 0.95 of the lower Nyquist frequency's band so that nothing folds back.
package enum Resampler {
  /// Zero crossings of the sinc on each side of its centre.
  private static let halfWidth = 32

  /// Returns ceil(n to / from) samples.
  package static func resample(_ samples: [Float], from: Int, to: Int) -> [Float] {
    precondition(from > 0 && to > 0, "resampling from \(from) to \(to) Hz")
    if from == to || samples.isEmpty { return samples }
    let bank = FilterBank.of(from: from, to: to)
    let (up, down, reach, padded) = (bank.up, bank.down, bank.reach, bank.padded)
    let input =
      [Float](repeating: 0, count: reach - 1) + samples
      + [Float](repeating: 0, count: padded + reach)
    let count = (samples.count * up + down - 1) / down
    return [Float](unsafeUninitializedCapacity: count) { output, initialized in
      input.withUnsafeBufferPointer { input in
        bank.filters.withUnsafeBufferPointer { filters in
          for n in 0..<count {
            let position = n * down
            let filter = filters.baseAddress! + position % up * padded
            let window = input.baseAddress! + position / up
            var total = SIMD16<Float>.zero
            for tap in stride(from: 0, to: padded, by: 16) {
              let a = UnsafeRawPointer(filter + tap).loadUnaligned(as: SIMD16<Float>.self)
              let b = UnsafeRawPointer(window + tap).loadUnaligned(as: SIMD16<Float>.self)
              total = total.addingProduct(a, b)
            }
            output[n] = total.sum()
          }
        }
      }
      initialized = count
    }
  }

  /// The filters of one ratio: as much work as resampling several seconds, hence kept.
  private struct FilterBank: Sendable {
    let up: Int
    let down: Int
    /// Input samples on each side of the centre.
    let reach: Int
    /// Taps a filter has, zeros included.
    let padded: Int
    /// `up` filters, one a phase.
    let filters: [Float]

    private static let known = Mutex<[[Int]: FilterBank]>([:])

    /// From memory, or made now.
    static func of(from: Int, to: Int) -> FilterBank {
      if let bank = known.withLock({ $0[[from, to]] }) { return bank }
      let bank = FilterBank(from: from, to: to)
      known.withLock { known in
        // Odd ratios are rarely met again: a bound, so that memory cannot grow.
        if known.count >= 32 { known.removeAll() }
        known[[from, to]] = bank
      }
      return bank
    }

    private init(from: Int, to: Int) {
      let divisor = gcd(from, to)
      let (up, down) = (to / divisor, from / divisor)
      // In input samples: the sinc is stretched when the output rate is the lower one.
      let cutoff = 0.95 * min(1, Double(to) / Double(from))
      let reach = Int((Double(halfWidth) / cutoff).rounded(.up))
      let taps = 2 * reach
      let padded = (taps + 15) / 16 * 16
      // One filter per phase, padded with zeros to whole vectors.
      var filters = [Float](repeating: 0, count: up * padded)
      for phase in 0..<up {
        let fraction = Double(phase) / Double(up)
        var values = (0..<taps).map { tap -> Double in
          let x = Double(tap - reach + 1) - fraction
          let window = kaiser(x / Double(reach))
          let angle = Double.pi * x * cutoff
          return window * (x == 0 ? 1 : sin(angle) / angle)
        }
        let sum = values.reduce(0, +)  // unit gain at 0 Hz in every phase
        for tap in 0..<taps { values[tap] /= sum }
        for tap in 0..<taps { filters[phase * padded + tap] = Float(values[tap]) }
      }
      (self.up, self.down, self.reach) = (up, down, reach)
      (self.padded, self.filters) = (padded, filters)
    }
  }

  private static func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }

  /// The Kaiser window at -1...1, with beta 10.
  private static func kaiser(_ x: Double) -> Double {
    abs(x) >= 1 ? 0 : bessel(10 * (1 - x * x).squareRoot()) / bessel(10)
  }

  /// The modified Bessel function of order zero, by its power series.
  private static func bessel(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    var k = 1.0
    while term > sum * 1e-17 {
      term *= (x / (2 * k)) * (x / (2 * k))
      sum += term
      k += 1
    }
    return sum
  }
}
