// The transform against the sum that defines it.

import Base
import Foundation
import Speech
import TestSupport
import Testing

struct FFTTests {
  /// Powers of two whose halves are powers of four and such that are not.
  @Test(arguments: [4, 8, 16, 32, 64, 128, 256, 512, 1024])
  func powerIsThatOfTheDefinition(size: Int) {
    typealias Lanes = RealFFT.Lanes
    var random = RandomGenerator(seed: UInt64(size))
    let signals = (0..<Lanes.scalarCount).map { _ in (0..<size).map { _ in random.normal() } }
    let fft = RealFFT(size: size)
    func lanes(_ sample: Int) -> Lanes {
      var result = Lanes()
      for lane in 0..<Lanes.scalarCount { result[lane] = signals[lane][sample] }
      return result
    }
    var real = (0..<size / 2).map { lanes(2 * $0) }
    var imaginary = (0..<size / 2).map { lanes(2 * $0 + 1) }
    var powers = [Lanes](repeating: .zero, count: fft.binCount)
    fft.power(real: &real, imaginary: &imaginary, powers: &powers)
    for (lane, signal) in signals.enumerated() {
      let expected = (0..<fft.binCount).map { bin in
        var (x, y) = (0.0, 0.0)
        for (n, sample) in signal.enumerated() {
          // The product is reduced first: cos of a large angle would be the less exact side.
          let angle = 2 * Double.pi * Double(bin * n % size) / Double(size)
          x += Double(sample) * cos(angle)
          y += Double(sample) * sin(angle)
        }
        return Float(x * x + y * y)
      }
      expectClose(powers.map { $0[lane] }, expected, relative: 2e-6)
    }
  }
}
