// All parameters of a network in one flat buffer with named views, so that the optimiser, clipping,
// saving and gradient checks are single loops.

import Foundation

/// One named view into a flat buffer.
package struct Parameter: Sendable, Equatable {
  /// As in the checkpoint.
  package let name: String
  package let shape: [Int]
  /// First element within the flat buffer.
  package let offset: Int
  /// Whether weight decay applies: matrices and kernels yes; biases, norms and gains no.
  package let decays: Bool
  /// Whether the optimiser leaves it as it is.
  package fileprivate(set) var isFrozen = false
  package var count: Int { shape.reduce(1, *) }
}

/// Where each parameter lives in the flat buffer.
package struct ParameterLayout: Sendable {
  package private(set) var parameters: [Parameter] = []
  /// Floats in the whole buffer.
  package private(set) var count = 0

  package init() {}

  /// Appends a parameter. Each one starts on a 64-byte boundary.
  package mutating func add(_ name: String, _ shape: Int..., decays: Bool? = nil) -> Parameter {
    add(name, shape: shape, decays: decays)
  }

  package mutating func add(_ name: String, shape: [Int], decays: Bool? = nil) -> Parameter {
    let parameter = Parameter(
      name: name, shape: shape, offset: count, decays: decays ?? (shape.count > 1))
    parameters.append(parameter)
    count += (parameter.count + 15) / 16 * 16
    return parameter
  }

  /// Takes the parameters of these names out of training.
  package mutating func freeze(where isFrozen: (String) -> Bool) {
    for index in parameters.indices where isFrozen(parameters[index].name) {
      parameters[index].isFrozen = true
    }
  }
}

/// A flat, zero-initialised, 64-byte aligned buffer for the values, gradients or moments of a layout; or,
/// for networks that only read them, parameters where they lie in a mapped file.
/// @unchecked Sendable: the trainer's barriers order every write; inference only reads.
package final class ParameterBuffer: @unchecked Sendable {
  /// Of a buffer over a file it holds only what had to be converted.
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int
  /// By offset in the layout: where a parameter of a file is.
  private var mapped: [Int: UnsafeMutablePointer<Float>] = [:]
  private var files: [SafetensorsFile] = []

  /// Parameters of files, each under its name there: float32 is used in place and must not be written
  /// to, other types are converted. Throws when a shape or type is wrong.
  package init(
    _ layout: ParameterLayout,
    _ sources: [(parameter: Parameter, file: SafetensorsFile, name: String)]
  ) throws {
    var converted = 0
    for (parameter, file, name) in sources where file.floats(name) == nil {
      converted += (parameter.count + 15) / 16 * 16
    }
    count = converted
    pointer = UnsafeMutableRawPointer.allocate(byteCount: max(converted, 16) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: converted)
    var next = 0
    for (parameter, file, name) in sources {
      if let floats = file.floats(name), file.shape(name) == parameter.shape {
        mapped[parameter.offset] = UnsafeMutablePointer(mutating: floats)
      } else {
        let tensor = try file.tensor(name, shape: parameter.shape)
        (pointer + next).update(from: tensor.pointer, count: tensor.count)
        mapped[parameter.offset] = pointer + next
        next += (parameter.count + 15) / 16 * 16
      }
    }
    files = sources.map(\.file)
  }

  package init(count: Int) {
    self.count = count
    pointer = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    zero()
  }

  deinit { pointer.deallocate() }

  package func zero() { pointer.update(repeating: 0, count: count) }

  package func copy() -> ParameterBuffer {
    let result = ParameterBuffer(count: count)
    result.pointer.update(from: pointer, count: count)
    return result
  }

  package subscript(parameter: Parameter) -> UnsafeMutablePointer<Float> {
    mapped.isEmpty ? pointer + parameter.offset : mapped[parameter.offset]!
  }

  package func tensor(_ parameter: Parameter) -> Tensor {
    Tensor(
      Array(UnsafeBufferPointer(start: self[parameter], count: parameter.count)),
      shape: parameter.shape)
  }

  package func set(_ parameter: Parameter, to tensor: Tensor) {
    precondition(
      tensor.count == parameter.count,
      "\(parameter.name) holds \(parameter.count) values, not \(tensor.count)")
    self[parameter].update(from: tensor.pointer, count: tensor.count)
  }
}
