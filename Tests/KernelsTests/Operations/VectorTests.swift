// Accuracy and special values of the vectorised functions, against libm in Double.

import Foundation
import Kernels
import Testing

@Suite struct VectorTests {
  /// The largest relative error over `range`, walked in steps of about 1e-4 of the value.
  private func worstError(
    _ range: ClosedRange<Float>, _ actual: (Vector) -> Vector,
    _ exact: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    var x = range.lowerBound
    while x < range.upperBound {
      var lanes = Vector()
      for lane in 0..<16 {
        lanes[lane] = min(x, range.upperBound)
        x = max(x.nextUp, x + abs(x) * 1e-4 + 1e-6)
      }
      let result = actual(lanes)
      for lane in 0..<16 {
        let expected = exact(Double(lanes[lane]))
        // Near 0 a result counts as exact to the last bit of a normal number.
        let scale = max(abs(expected), Double(Float.leastNormalMagnitude))
        worst = max(worst, abs(Double(result[lane]) - expected) / scale)
      }
    }
    return worst
  }

  @Test func exponential() {
    #expect(worstError(-104...88.72, { Vector.exp($0) }, exp) < 2e-7)
  }

  @Test func exponentialOfModestNumbers() {
    #expect(worstError(-87.33...88.37, { Vector.expOfModest($0) }, exp) < 2e-7)
    func modest(_ x: Float) -> Float { Vector.expOfModest(Vector(repeating: x))[3] }
    #expect(modest(0) == 1)
    #expect(modest(-.infinity) < 1.2e-38)
    #expect(modest(.infinity) == .infinity)
    #expect(modest(.nan).isNaN)
  }

  @Test func logarithm() {
    #expect(worstError(1e-6...2, { Vector.log($0) }, log) < 2e-7)
    #expect(worstError(2...3e38, { Vector.log($0) }, log) < 2e-7)
    #expect(worstError(1e-6...3e38, { Vector.logOfNormal($0) }, log) < 2e-7)
    let subnormal = Float(bitPattern: 12345)
    let result = Vector.log(Vector(repeating: subnormal))[0]
    #expect(abs(Double(result) / log(Double(subnormal)) - 1) < 2e-7)
  }

  @Test func sigmoid() {
    #expect(worstError(-87...80, { Vector.sigmoid($0) }, { 1 / (1 + exp(-$0)) }) < 3e-7)
  }

  @Test func specialValues() {
    func exp(_ x: Float) -> Float { Vector.exp(Vector(repeating: x))[7] }
    func log(_ x: Float) -> Float { Vector.log(Vector(repeating: x))[7] }
    func sigmoid(_ x: Float) -> Float { Vector.sigmoid(Vector(repeating: x))[7] }
    #expect(exp(0) == 1)
    #expect(exp(-.infinity) == 0)
    #expect(exp(-1e30) == 0)
    #expect(exp(.infinity) == .infinity)
    #expect(exp(88.73) == .infinity)
    #expect(exp(.nan).isNaN)
    #expect(exp(-100) > 0)
    #expect(log(0) == -.infinity)
    #expect(log(1) == 0)
    #expect(log(.infinity) == .infinity)
    #expect(log(-1).isNaN)
    #expect(log(.nan).isNaN)
    #expect(Vector.logOfNormal(Vector(repeating: .nan))[3].isNaN)
    #expect(sigmoid(-.infinity) == 0)
    #expect(sigmoid(.infinity) == 1)
    #expect(sigmoid(0) == 0.5)
  }

  @Test func reductionsAndPartialRuns() {
    let values = (0..<16).map { Float(($0 * 7 + 3) % 16) }
    values.withUnsafeBufferPointer { buffer in
      let pointer = buffer.baseAddress!
      #expect(Vector(load: pointer).total == 120)
      #expect(Vector(load: pointer).largest == 15)
      let part = Vector(load: pointer, count: 5, padding: -1)
      #expect((0..<16).map { part[$0] } == values.prefix(5) + Array(repeating: -1, count: 11))
    }
    var target = [Float](repeating: 9, count: 16)
    Vector(repeating: 1).store(&target, count: 3)
    #expect(target == Array(repeating: 1, count: 3) + Array(repeating: 9, count: 13))
  }
}
