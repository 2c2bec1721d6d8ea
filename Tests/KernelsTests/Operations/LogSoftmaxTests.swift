// Log-softmax against PyTorch.

import Kernels
import TestSupport
import Testing

@Suite struct LogSoftmaxTests {
  @Test func agreesWithPyTorch() throws {
    let file = try SafetensorsFile(contentsOf: fixture("log-softmax.safetensors"))
    let output = LogSoftmax.forward(try file.tensor("x"))
    expectClose(output, try file.tensor("y"), relative: 3e-7)
  }

  @Test(arguments: [1, 15, 16, 17, 256])
  func probabilitiesSumToOne(_ columns: Int) {
    let output = LogSoftmax.forward(randomTensor(3, columns, seed: 4, scale: 10))
    for row in 0..<3 {
      let sum = output.rows(row..<row + 1).values.reduce(0.0) {
        $0 + Double(Vector.exp(Vector(repeating: $1))[0])
      }
      expectClose(sum, 1, relative: 1e-6)
    }
  }
}
