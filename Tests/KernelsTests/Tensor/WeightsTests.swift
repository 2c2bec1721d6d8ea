// Parameters read from files and from buffers.

import Base
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct WeightsTests {
  /// Two parameters in a file of one type.
  private func withFile(
    _ type: ElementType, _ body: (ParameterLayout, SafetensorsFile) throws -> Void
  ) throws {
    var layout = ParameterLayout()
    let a = layout.add("a", 3, 5)
    let b = layout.add("b", 7)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("weights.safetensors")
      try SafetensorsWriter.write(
        [
          ("there.a", Tensor((0..<15).map { Float($0) }, shape: a.shape)),
          ("there.b", Tensor((0..<7).map { -Float($0) }, shape: b.shape)),
        ], as: type, to: url)
      try body(layout, SafetensorsFile(contentsOf: url))
    }
  }

  @Test(arguments: ElementType.allCases) func ofAFile(type: ElementType) throws {
    try withFile(type) { layout, file in
      let weights = try Weights(layout.parameters.map { ($0, file, "there.\($0.name)") })
      for parameter in layout.parameters {
        let name = "there.\(parameter.name)"
        #expect(weights.tensor(parameter).values == (try file.tensor(name).values))
        #expect(weights.tensor(parameter).shape == parameter.shape)
        // float32 is read where it lies.
        #expect((file.floats(name) == weights[parameter]) == (type == .float32))
      }
    }
  }

  @Test func ofAnotherShape() throws {
    try withFile(.float32) { layout, file in
      #expect(throws: InputError.self) {
        try Weights([(layout.parameters[0], file, "there.b")])
      }
    }
  }

  /// Between two steps of a training the same weights read other values.
  @Test func ofABuffer() {
    var layout = ParameterLayout()
    _ = layout.add("a", 3)
    let b = layout.add("b", 2)
    let buffer = ParameterBuffer(count: layout.count)
    let weights = Weights(buffer)
    #expect(weights[b][1] == 0)
    buffer.set(b, to: Tensor([4, 5]))
    #expect(weights.tensor(b).values == [4, 5])
    #expect(layout.valueCount == 5)
  }
}
