// The power spectrum of real signals, several at a time: one signal per SIMD lane, so that every
// butterfly is full vectors without a shuffle.

import Foundation

/// A plan for real signals of one length: twiddle factors and output order. Immutable; scratch memory
/// is the caller's, so any number of threads may share a plan.
///
/// The even and odd samples of a real signal of N samples are seen as one complex signal of N/2,
/// which goes through in-place radix-4 decimation in frequency (one radix-2 stage when N/2 is no
/// power of four); a last pass takes the two halves apart again.
package struct RealFFT: Sendable {
  /// One signal in each lane.
  package typealias Lanes = SIMD8<Float>

  /// Real samples in, a power of two.
  package let size: Int
  /// Bins out: 0 to the Nyquist frequency, both included.
  package var binCount: Int { size / 2 + 1 }

  /// cos and -sin of 2 pi k / (size / 2), that is the real and imaginary part of w^k.
  private let cosine: [Float]
  private let negativeSine: [Float]
  /// The same of 2 pi k / size, k up to size / 4: for taking the halves apart.
  private let splitCosine: [Float]
  private let splitNegativeSine: [Float]
  /// Where bin k of the complex transform ends up.
  private let position: [Int32]

  package init(size: Int) {
    precondition(size >= 4 && size.nonzeroBitCount == 1, "FFT of \(size) samples")
    self.size = size
    let half = size / 2
    func turn(_ k: Int, _ of: Int) -> Double { -2 * Double.pi * Double(k) / Double(of) }
    cosine = (0..<half).map { Float(cos(turn($0, half))) }
    negativeSine = (0..<half).map { Float(sin(turn($0, half))) }
    splitCosine = (0...half / 2).map { Float(cos(turn($0, size))) }
    splitNegativeSine = (0...half / 2).map { Float(sin(turn($0, size))) }
    var position = [Int32](repeating: 0, count: half)
    for place in 0..<half {
      // Each stage sends output 4k + q to quarter q of its block.
      var (rest, length, bin, weight) = (place, half, 0, 1)
      while length > 1 {
        let radix = length >= 4 ? 4 : 2
        length /= radix
        bin += rest / length * weight
        rest %= length
        weight *= radix
      }
      position[bin] = Int32(place)
    }
    self.position = position
  }

  /// `real[n]` holds sample 2n and `imaginary[n]` sample 2n + 1 of each signal, n < size / 2; both are
  /// overwritten. `powers` receives |X(k)|^2 for k in 0..<binCount.
  package func power(
    real: UnsafeMutablePointer<Lanes>, imaginary: UnsafeMutablePointer<Lanes>,
    powers: UnsafeMutablePointer<Lanes>
  ) {
    transform(real, imaginary)
    let half = size / 2
    powers[0] = square(real[0] + imaginary[0])
    powers[half] = square(real[0] - imaginary[0])
    position.withUnsafeBufferPointer { position in
      splitCosine.withUnsafeBufferPointer { cosine in
        splitNegativeSine.withUnsafeBufferPointer { negativeSine in
          for k in 1...max(half / 2, 1) {
            let (a, b) = (Int(position[k]), Int(position[half - k]))
            // E = (Z(k) + conj Z(-k)) / 2 and O = (Z(k) - conj Z(-k)) / 2i are the transforms of the
            // even and the odd samples; X(k) = E + w^k O and X(half - k) = conj(E - w^k O).
            let evenReal = real[a] + real[b]
            let evenImaginary = imaginary[a] - imaginary[b]
            let oddReal = imaginary[a] + imaginary[b]
            let oddImaginary = real[b] - real[a]
            let (c, s) = (cosine[k], negativeSine[k])
            let turnedReal = oddReal * c - oddImaginary * s
            let turnedImaginary = oddReal * s + oddImaginary * c
            powers[k] =
              0.25
              * (square(evenReal + turnedReal) + square(evenImaginary + turnedImaginary))
            powers[half - k] =
              0.25
              * (square(evenReal - turnedReal) + square(evenImaginary - turnedImaginary))
          }
        }
      }
    }
  }

  @inline(__always)
  private func square(_ x: Lanes) -> Lanes { x * x }

  /// The complex transform in place; bin k is left at `position[k]`.
  private func transform(
    _ real: UnsafeMutablePointer<Lanes>, _ imaginary: UnsafeMutablePointer<Lanes>
  ) {
    let half = size / 2
    cosine.withUnsafeBufferPointer { cosine in
      negativeSine.withUnsafeBufferPointer { negativeSine in
        var length = half
        while length >= 4 {
          let quarter = length / 4
          let stride = half / length
          for j in 0..<quarter {
            let (c1, s1) = (cosine[j * stride], negativeSine[j * stride])
            let (c2, s2) = (cosine[2 * j * stride], negativeSine[2 * j * stride])
            let (c3, s3) = (cosine[3 * j * stride], negativeSine[3 * j * stride])
            var i0 = j
            while i0 < half {
              let (i1, i2, i3) = (i0 + quarter, i0 + 2 * quarter, i0 + 3 * quarter)
              let sumReal = real[i0] + real[i2]
              let sumImaginary = imaginary[i0] + imaginary[i2]
              let differenceReal = real[i0] - real[i2]
              let differenceImaginary = imaginary[i0] - imaginary[i2]
              let otherSumReal = real[i1] + real[i3]
              let otherSumImaginary = imaginary[i1] + imaginary[i3]
              // -i (x1 - x3)
              let turnedReal = imaginary[i1] - imaginary[i3]
              let turnedImaginary = real[i3] - real[i1]
              real[i0] = sumReal + otherSumReal
              imaginary[i0] = sumImaginary + otherSumImaginary
              let firstReal = differenceReal + turnedReal
              let firstImaginary = differenceImaginary + turnedImaginary
              real[i1] = firstReal * c1 - firstImaginary * s1
              imaginary[i1] = firstReal * s1 + firstImaginary * c1
              let secondReal = sumReal - otherSumReal
              let secondImaginary = sumImaginary - otherSumImaginary
              real[i2] = secondReal * c2 - secondImaginary * s2
              imaginary[i2] = secondReal * s2 + secondImaginary * c2
              let thirdReal = differenceReal - turnedReal
              let thirdImaginary = differenceImaginary - turnedImaginary
              real[i3] = thirdReal * c3 - thirdImaginary * s3
              imaginary[i3] = thirdReal * s3 + thirdImaginary * c3
              i0 += length
            }
          }
          length = quarter
        }
        if length == 2 {
          for i in stride(from: 0, to: half, by: 2) {
            (real[i], real[i + 1]) = (real[i] + real[i + 1], real[i] - real[i + 1])
            (imaginary[i], imaginary[i + 1]) =
              (imaginary[i] + imaginary[i + 1], imaginary[i] - imaginary[i + 1])
          }
        }
      }
    }
  }
}
