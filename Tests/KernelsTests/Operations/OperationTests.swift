// Every operation against PyTorch's forward and autograd, and against finite differences.

import Base
import Foundation
import Kernels
import TestSupport
import Testing

/// Inputs, outputs and gradients saved by Fixtures/make_operations.py.
struct OperationTests {
  let file: SafetensorsFile
  let lengths: [Int]

  init() throws {
    file = try SafetensorsFile(contentsOf: fixture("operations.safetensors"))
    lengths = try file.tensor("lengths").values.map { Int($0) }
  }

  func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

  @Test(arguments: [16, 37])
  func linear(width: Int) throws {
    let name = "linear_\(width)"
    let (x, w, b) = try (tensor("\(name).x"), tensor("\(name).weight"), tensor("\(name).bias"))
    let y = Linear.forward(x, weight: w.pointer, bias: b.pointer, outputs: 21)
    expectClose(y, try tensor("\(name).y"))
    var (dw, db) = (Tensor(zeros: 21, width), Tensor(zeros: 21))
    let dx = Linear.backward(
      try tensor("\(name).dy"), input: x, weight: w.pointer, weightGradient: dw.mutablePointer,
      biasGradient: db.mutablePointer)
    expectClose(dx, try tensor("\(name).dx"))
    expectClose(dw, try tensor("\(name).weight.grad"))
    expectClose(db, try tensor("\(name).bias.grad"))
  }

  @Test(arguments: [16, 37])
  func layerNorm(width: Int) throws {
    let name = "layer_norm_\(width)"
    let (x, w, b) = try (tensor("\(name).x"), tensor("\(name).weight"), tensor("\(name).bias"))
    let (y, statistics) = LayerNorm.forward(x, weight: w.pointer, bias: b.pointer)
    expectClose(y, try tensor("\(name).y"))
    var (dw, db) = (Tensor(zeros: width), Tensor(zeros: width))
    let dx = LayerNorm.backward(
      try tensor("\(name).dy"), input: x, statistics: statistics, weight: w.pointer,
      weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer)
    expectClose(dx, try tensor("\(name).dx"))
    expectClose(dw, try tensor("\(name).weight.grad"))
    expectClose(db, try tensor("\(name).bias.grad"))
  }

  @Test(arguments: [16, 37])
  func activations(width: Int) throws {
    let silu = try tensor("silu_\(width).x")
    expectClose(SiLU.forward(silu), try tensor("silu_\(width).y"))
    expectClose(
      SiLU.backward(try tensor("silu_\(width).dy"), input: silu), try tensor("silu_\(width).dx"))
    let glu = try tensor("glu_\(width).x")
    expectClose(GLU.forward(glu), try tensor("glu_\(width).y"))
    expectClose(
      GLU.backward(try tensor("glu_\(width).dy"), input: glu), try tensor("glu_\(width).dx"))
  }

  @Test(arguments: [16, 37])
  func depthwiseConvolution(width: Int) throws {
    let name = "depthwise_\(width)"
    let (x, w, b) = try (tensor("\(name).x"), tensor("\(name).weight"), tensor("\(name).bias"))
    let y = DepthwiseConvolution.forward(
      x, lengths: lengths, weight: w.pointer, bias: b.pointer, kernel: 11)
    expectClose(y, try tensor("\(name).y"))
    var (dw, db) = (Tensor(zeros: width, 1, 11), Tensor(zeros: width))
    let dx = DepthwiseConvolution.backward(
      try tensor("\(name).dy"), input: x, lengths: lengths, weight: w.pointer,
      weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer, kernel: 11)
    expectClose(dx, try tensor("\(name).dx"))
    expectClose(dw, try tensor("\(name).weight.grad"))
    expectClose(db, try tensor("\(name).bias.grad"))
  }

  /// By its definition: a frame and the ten before it.
  @Test(arguments: [16, 37])
  func causalDepthwiseConvolution(width: Int) throws {
    let (x, w) = try (tensor("depthwise_\(width).x"), tensor("depthwise_\(width).weight"))
    let y = DepthwiseConvolution.forward(
      x, lengths: lengths, weight: w.pointer, bias: nil, kernel: 11, isCausal: true)
    let taps = w.values
    var expected: [Float] = []
    var start = 0
    for length in lengths {
      for frame in 0..<length {
        for channel in 0..<width {
          var sum = 0.0
          for before in 0...min(10, frame) {
            let tap = taps[channel * 11 + 10 - before]
            sum += Double(tap) * Double(x[start + frame - before, channel])
          }
          expected.append(Float(sum))
        }
      }
      start += length
    }
    expectClose(y.values, expected)
  }

  /// On one worker, and on two that share the batch and its statistics.
  @Test(arguments: [16, 37], [1, 2])
  func batchNorm(width: Int, workers: Int) throws {
    let name = "batch_norm_\(width)"
    let (x, dy) = try (tensor("\(name).x"), tensor("\(name).dy"))
    let (w, b) = try (tensor("\(name).weight"), tensor("\(name).bias"))
    let reduce = AllReduce(workers: workers)
    let cut = x.rows / 3
    let shards = workers == 1 ? [0..<x.rows] : [0..<cut, cut..<x.rows]
    let results = try inParallel(workers) { worker in
      let (x, dy) = (x.rows(shards[worker]), dy.rows(shards[worker]))
      var (mean, variance) = (Tensor(zeros: width), Tensor([Float](repeating: 1, count: width)))
      let running = (mean.mutablePointer, variance.mutablePointer)
      let (y, statistics) = BatchNorm.forward(
        x, weight: w.pointer, bias: b.pointer, running: running, reduce: reduce, worker: worker)
      var (dw, db) = (Tensor(zeros: width), Tensor(zeros: width))
      let dx = BatchNorm.backward(
        dy, input: x, statistics: statistics, weight: w.pointer,
        weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer, reduce: reduce,
        worker: worker)
      return (y: y, dx: dx, dw: dw, db: db, mean: mean, variance: variance)
    }
    expectClose(results.flatMap(\.y.values), try tensor("\(name).y").values)
    expectClose(results.flatMap(\.dx.values), try tensor("\(name).dx").values)
    let sum = { (part: KeyPath<_, Tensor>) in
      results.dropFirst().reduce(results[0][keyPath: part]) { $0.adding($1[keyPath: part]) }
    }
    expectClose(sum(\.dw), try tensor("\(name).weight.grad"))
    expectClose(sum(\.db), try tensor("\(name).bias.grad"))
    expectClose(results[0].mean, try tensor("\(name).running_mean"))
    expectClose(results[0].variance, try tensor("\(name).running_var"))
  }

  /// As in evaluation: by its definition, and its gradients by differences.
  @Test(arguments: [16, 37])
  func batchNormOfFixedStatistics(width: Int) throws {
    let name = "batch_norm_\(width)"
    let (x, dy) = try (tensor("\(name).x"), tensor("\(name).dy"))
    let (w, b) = try (tensor("\(name).weight"), tensor("\(name).bias"))
    let (mean, variance) = try (
      tensor("\(name).running_mean"), tensor("\(name).running_var")
    )
    func forward(_ x: Tensor, _ w: Tensor, _ b: Tensor) -> (Tensor, BatchNorm.Statistics) {
      BatchNorm.forward(
        x, weight: w.pointer, bias: b.pointer, fixed: (mean.pointer, variance.pointer))
    }
    let (y, statistics) = forward(x, w, b)
    let expected = (0..<x.count).map { place in
      let j = place % width
      let normal =
        (x.pointer[place] - mean.pointer[j])
        / (variance.pointer[j] + BatchNorm.epsilon).squareRoot()
      return normal * w.pointer[j] + b.pointer[j]
    }
    expectClose(y.values, expected)
    var (dw, db) = (Tensor(zeros: width), Tensor(zeros: width))
    // Two workers would wait for each other if it summed anything.
    let dx = BatchNorm.backward(
      dy, input: x, statistics: statistics, weight: w.pointer,
      weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer,
      reduce: AllReduce(workers: 2), worker: 0)
    func sum(_ y: Tensor) -> Double {
      zip(y.values, dy.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    expectClose(dx.values, numericalGradient(x) { sum(forward($0, w, b).0) }, relative: 2e-3)
    expectClose(dw.values, numericalGradient(w) { sum(forward(x, $0, b).0) }, relative: 2e-3)
    expectClose(db.values, numericalGradient(b) { sum(forward(x, w, $0).0) }, relative: 2e-3)
  }

  @Test func stridedConvolution() throws {
    let lengths = try tensor("strided_lengths").values.map { Int($0) }
    let (x, w, b) = try (tensor("strided.x"), tensor("strided.weight"), tensor("strided.bias"))
    let (y, outLengths) = StridedConvolution.forward(
      x, lengths: lengths, weight: w.pointer, bias: b.pointer, outputs: 18, kernel: 3, stride: 2)
    #expect(outLengths == [4, 1, 5])
    expectClose(y, try tensor("strided.y"))
    var (dw, db) = (Tensor(zeros: 18, 13, 3), Tensor(zeros: 18))
    let dx = StridedConvolution.backward(
      try tensor("strided.dy"), input: x, lengths: lengths, weight: w.pointer,
      weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer, kernel: 3, stride: 2,
      wantsInput: true)
    expectClose(dx!, try tensor("strided.dx"))
    expectClose(dw, try tensor("strided.weight.grad"))
    expectClose(db, try tensor("strided.bias.grad"))
  }

  @Test func stridedConvolutionOfTooShortInputIsEmpty() {
    let x = Tensor(zeros: 2, 4)
    let (w, b) = (Tensor(zeros: 5, 4, 3), Tensor(zeros: 5))
    let (y, lengths) = StridedConvolution.forward(
      x, lengths: [2], weight: w.pointer, bias: b.pointer, outputs: 5, kernel: 3, stride: 2)
    #expect(lengths == [0])
    #expect(y.rows == 0)
  }

  @Test func attention() throws {
    let qkv = try tensor("attention.x")
    let (y, weights) = Attention.forward(qkv, lengths: lengths, heads: 3, keepWeights: true)
    expectClose(y, try tensor("attention.y"))
    expectClose(
      Attention.forward(qkv, lengths: lengths, heads: 3, keepWeights: false).output, y)
    let dx = Attention.backward(
      try tensor("attention.dy"), qkv: qkv, weights: weights!, lengths: lengths, heads: 3)
    expectClose(dx, try tensor("attention.dx"))
  }

  @Test(arguments: [16, 37])
  func gelu(width: Int) throws {
    let x = try tensor("gelu_\(width).x")
    expectClose(GELU.forward(x), try tensor("gelu_\(width).y"))
    expectClose(
      GELU.backward(try tensor("gelu_\(width).dy"), input: x), try tensor("gelu_\(width).dx"))
  }

  @Test(arguments: [16, 37])
  func channelNorm(width: Int) throws {
    let name = "channel_norm_\(width)"
    let lengths = try tensor("channel_lengths").values.map { Int($0) }
    let (x, w, b) = try (tensor("\(name).x"), tensor("\(name).weight"), tensor("\(name).bias"))
    let (y, statistics) = ChannelNorm.forward(
      x, lengths: lengths, weight: w.pointer, bias: b.pointer)
    expectClose(y, try tensor("\(name).y"))
    var (dw, db) = (Tensor(zeros: width), Tensor(zeros: width))
    let dx = ChannelNorm.backward(
      try tensor("\(name).dy"), input: x, statistics: statistics, lengths: lengths,
      weight: w.pointer, weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer)
    expectClose(dx, try tensor("\(name).dx"))
    expectClose(dw, try tensor("\(name).weight.grad"))
    expectClose(db, try tensor("\(name).bias.grad"))
  }

  @Test(arguments: [6, 5])
  func groupedConvolution(kernel: Int) throws {
    let name = "grouped_\(kernel)"
    let (x, w, b) = try (tensor("\(name).x"), tensor("\(name).weight"), tensor("\(name).bias"))
    expectClose(
      GroupedConvolution.forward(
        x, lengths: lengths, weight: w.pointer, bias: b.pointer, kernel: kernel, groups: 3),
      try tensor("\(name).y"))
    var (dw, db) = (Tensor(zeros: 24, 8, kernel), Tensor(zeros: 24))
    let dx = GroupedConvolution.backward(
      try tensor("\(name).dy"), input: x, lengths: lengths, weight: w.pointer,
      weightGradient: dw.mutablePointer, biasGradient: db.mutablePointer, kernel: kernel, groups: 3)
    expectClose(dx, try tensor("\(name).dx"))
    expectClose(dw, try tensor("\(name).weight.grad"))
    expectClose(db, try tensor("\(name).bias.grad"))
  }

  /// Raw samples: one channel in, a window twice the stride, no bias.
  @Test func stridedConvolutionOfSamples() throws {
    let lengths = try tensor("samples_lengths").values.map { Int($0) }
    let (x, w) = try (tensor("samples.x"), tensor("samples.weight"))
    let (y, outLengths) = StridedConvolution.forward(
      x, lengths: lengths, weight: w.pointer, bias: nil, outputs: 8, kernel: 10, stride: 5)
    #expect(outLengths == [5, 1, 1])
    expectClose(y, try tensor("samples.y"))
    var dw = Tensor(zeros: 8, 1, 10)
    let dx = StridedConvolution.backward(
      try tensor("samples.dy"), input: x, lengths: lengths, weight: w.pointer,
      weightGradient: dw.mutablePointer, biasGradient: nil, kernel: 10, stride: 5, wantsInput: true)
    expectClose(try #require(dx), try tensor("samples.dx"))
    expectClose(dw, try tensor("samples.weight.grad"))
  }

  /// Something added to the scores before the softmax, and its gradient.
  @Test func attentionWithABias() throws {
    let qkv = try tensor("biased.x")
    let (gates, table) = (try tensor("biased.gates"), try tensor("biased.table"))
    let origin = qkv.rows - 1
    let input = Attention.Projections(packed: qkv)
    let (y, weights) = Attention.forward(
      input, width: 24, lengths: lengths, heads: 3, keepWeights: true
    ) { scores in
      for i in 0..<scores.length {
        for j in 0..<scores.length {
          scores.values[i * scores.stride + j] +=
            gates[scores.start + i, scores.head] * table[scores.head, j - i + origin]
        }
      }
    }
    expectClose(y, try tensor("biased.y"))
    var (dGates, dTable) = (Tensor(zeros: qkv.rows, 3), Tensor(zeros: 3, table.columns))
    let (g, t) = (dGates.mutablePointer, dTable.mutablePointer)
    let dx = Attention.backward(
      try tensor("biased.dy"), input, weights: weights!, lengths: lengths, heads: 3
    ) { scores in
      for i in 0..<scores.length {
        for j in 0..<scores.length {
          let gradient = scores.values[i * scores.stride + j]
          g[(scores.start + i) * 3 + scores.head] += gradient * table[scores.head, j - i + origin]
          t[scores.head * table.columns + j - i + origin] +=
            gradient * gates[scores.start + i, scores.head]
        }
      }
    }
    expectClose(dx, try tensor("biased.dx"))
    expectClose(dGates, try tensor("biased.gates.grad"))
    expectClose(dTable, try tensor("biased.table.grad"))
  }

  @Test func softmax() throws {
    /// Rows of 19 in 32 floats, the surplus NaN, which must not count.
    func padded(_ x: Tensor) -> Tensor {
      Tensor(
        (0..<x.rows).flatMap { row in
          (0..<32).map { $0 < x.columns ? x[row, $0] : .nan }
        }, shape: [x.rows, 32])
    }
    func unpadded(_ x: Tensor) -> Tensor {
      Tensor(
        (0..<x.rows).flatMap { row in (0..<19).map { x[row, $0] } }, shape: [x.rows, 19])
    }
    #expect([1, 16, 17, 19].map(Softmax.stride) == [16, 16, 32, 32])
    var x = padded(try tensor("softmax.x"))
    Softmax.forward(inPlace: x.mutablePointer, rows: 6, columns: 19)
    expectClose(unpadded(x), try tensor("softmax.y"))
    #expect((0..<6).allSatisfy { row in (19..<32).allSatisfy { x[row, $0] == 0 } })
    var dy = padded(try tensor("softmax.dy"))
    Softmax.backward(inPlace: dy.mutablePointer, output: x.pointer, rows: 6, columns: 19)
    expectClose(unpadded(dy), try tensor("softmax.dx"))
  }

  /// d(sum(y dy))/dx of each elementwise and normalising operation, without PyTorch.
  @Test func finiteDifferences() {
    let x = randomTensor(3, 10, seed: 1)
    let dy = randomTensor(3, 10, seed: 2)
    let half = randomTensor(3, 5, seed: 3)
    let (w, b) = (randomTensor(10, seed: 4), randomTensor(10, seed: 5))
    func inner(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    expectClose(
      SiLU.backward(dy, input: x).values,
      numericalGradient(x) { inner(SiLU.forward($0), dy) }, relative: 1e-3)
    expectClose(
      GLU.backward(half, input: x).values,
      numericalGradient(x) { inner(GLU.forward($0), half) }, relative: 1e-3)
    let statistics = LayerNorm.forward(x, weight: w.pointer, bias: b.pointer).statistics
    var (dw, db) = (Tensor(zeros: 10), Tensor(zeros: 10))
    let dx = LayerNorm.backward(
      dy, input: x, statistics: statistics, weight: w.pointer, weightGradient: dw.mutablePointer,
      biasGradient: db.mutablePointer)
    expectClose(
      dx.values,
      numericalGradient(x) {
        inner(LayerNorm.forward($0, weight: w.pointer, bias: b.pointer).output, dy)
      }, relative: 1e-3)
    let qkv = randomTensor(5, 12, seed: 6)
    let g = randomTensor(5, 4, seed: 7)
    let kept = Attention.forward(qkv, lengths: [3, 2], heads: 2, keepWeights: true).weights!
    expectClose(
      Attention.backward(g, qkv: qkv, weights: kept, lengths: [3, 2], heads: 2).values,
      numericalGradient(qkv) {
        inner(Attention.forward($0, lengths: [3, 2], heads: 2, keepWeights: false).output, g)
      }, relative: 1e-3)
  }

  @Test func dropoutKeepsTheMeanAndRepeats() {
    var x = Tensor([Float](repeating: 1, count: 100_003))
    Dropout.apply(&x, probability: 0.3, seed: 42)
    let zeros = x.values.count { $0 == 0 }
    #expect(abs(Double(zeros) / 100_003 - 0.3) < 0.006)
    #expect(Set(x.values) == [0, 1 / (1 - 0.3)])
    var again = Tensor([Float](repeating: 1, count: 100_003))
    Dropout.apply(&again, probability: 0.3, seed: 42)
    #expect(again.values == x.values)
    Dropout.apply(&again, probability: 0.3, seed: 43)
    #expect(abs(Double(again.values.count { $0 == 0 }) / 100_003 - 0.51) < 0.008)
  }
}

/// Runs `body` on that many threads at once and returns their results in order.
func inParallel<Result: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
  let results = Results<Result>(count: count)
  DispatchQueue.concurrentPerform(iterations: count) { index in
    results.set(index, Swift.Result { try body(index) })
  }
  return try results.get()
}

private final class Results<Value: Sendable>: @unchecked Sendable {
  // @unchecked: `values` is touched only under `lock`.
  private let lock = NSLock()
  private var values: [Result<Value, any Error>?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ value: Result<Value, any Error>) {
    lock.withLock { values[index] = value }
  }

  func get() throws -> [Value] { try lock.withLock { try values.map { try $0!.get() } } }
}
