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
  /// Values of all parameters, without what lies between them.
  package var valueCount: Int { parameters.reduce(0) { $0 + $1.count } }

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

  /// Takes everything but some layers out of training.
  /// - Parameters:
  ///   - layers: those that are trained, from 0; nil leaves all as it is.
  ///   - prefix: of layers' names, before their number.
  package mutating func freeze(layersBut layers: Set<Int>?, prefix: String) {
    guard let layers else { return }
    freeze { name in !layers.contains { name.hasPrefix("\(prefix)\($0).") } }
  }
}

/// A flat, zero-initialised, 64-byte aligned buffer for the values, gradients or moments of a layout,
/// which change; networks read them as `Weights`.
/// @unchecked Sendable: the trainer's barriers order every write.
package final class ParameterBuffer: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int

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
    pointer + parameter.offset
  }

  package func tensor(_ parameter: Parameter) -> Tensor { Weights(self).tensor(parameter) }

  package func set(_ parameter: Parameter, to tensor: Tensor) {
    precondition(
      tensor.count == parameter.count,
      "\(parameter.name) holds \(parameter.count) values, not \(tensor.count)")
    self[parameter].update(from: tensor.pointer, count: tensor.count)
  }
}
