// Parameters as a network reads them: where they lie in a mapped file, or in a buffer that learns.

/// The values of a layout's parameters, for reading only. Cheap to pass on; what it reads from lives as
/// long as it does.
/// @unchecked Sendable: nothing writes to a mapped file, and to a buffer only between a trainer's barriers.
package struct Weights: @unchecked Sendable {
  /// All parameters; or of files those that had to be converted.
  private let buffer: ParameterBuffer
  /// By offset in the layout: where a parameter of a file is.
  private let places: [Int: UnsafePointer<Float>]?
  /// Those that are read in place.
  private let files: [any TensorFile]
  /// By offset of the weight in the layout: layers of which only a part is computed.
  private var thin: [Int: ThinLinear]?
  /// Of their weights and biases, by offset.
  private var counts: [Int: Int] = [:]

  /// What the buffer holds at the time of reading.
  package init(_ buffer: ParameterBuffer) {
    self.buffer = buffer
    places = nil
    files = []
  }

  /// Parameters of files, each under its name there: float32 is read in place, other types are
  /// converted. Throws `InputError` when a shape or type is wrong.
  package init(
    _ sources: [(parameter: Parameter, file: any TensorFile, name: String)]
  ) throws {
    var places: [Int: UnsafePointer<Float>] = [:]
    var files: [any TensorFile] = []
    var converted = ParameterLayout()
    var tensors: [(place: Parameter, offset: Int, tensor: Tensor)] = []
    for (parameter, file, name) in sources {
      if let floats = file.floats(name), file.shape(name) == parameter.shape {
        places[parameter.offset] = floats
        if files.last !== file { files.append(file) }
      } else {
        let tensor = try file.tensor(name, shape: parameter.shape)
        tensors.append((converted.add(name, shape: tensor.shape), parameter.offset, tensor))
      }
    }
    buffer = ParameterBuffer(count: converted.count)
    for (place, offset, tensor) in tensors {
      buffer.set(place, to: tensor)
      places[offset] = UnsafePointer(buffer[place])
    }
    self.places = places
    self.files = files
  }

  /// The same with these fully connected layers alone and copies of `others`: what all values came from is let
  /// go.
  package func replacing(_ layers: [Part], keeping others: [Parameter]) -> Weights {
    var layout = ParameterLayout()
    let kept = others.map { (parameter: $0, place: layout.add($0.name, shape: $0.shape)) }
    let buffer = ParameterBuffer(count: layout.count)
    for (parameter, place) in kept {
      buffer[place].update(from: self[parameter], count: parameter.count)
    }
    let places = kept.map { ($0.parameter.offset, UnsafePointer(buffer[$0.place])) }
    return Weights(
      buffer: buffer, places: Dictionary(uniqueKeysWithValues: places), files: []
    ).replacing(layers)
  }

  private init(
    buffer: ParameterBuffer, places: [Int: UnsafePointer<Float>], files: [any TensorFile]
  ) {
    (self.buffer, self.places, self.files) = (buffer, places, files)
  }

  package subscript(parameter: Parameter) -> UnsafePointer<Float> {
    guard let places else { return UnsafePointer(buffer[parameter]) }
    guard let place = places[parameter.offset] else {
      preconditionFailure("\(parameter.name) is not among the weights")
    }
    return place
  }

  /// A fully connected layer's parameters and what of it is computed.
  package typealias Part = (weight: Parameter, bias: Parameter?, part: ThinLinear)

  /// The same, except that of some fully connected layers only a part is computed.
  package func replacing(_ layers: [Part]) -> Weights {
    var result = counting(
      layers.map { ($0.weight, $0.bias, $0.part.weightCount, $0.part.outputs) })
    for (weight, _, part) in layers {
      result.thin = result.thin ?? [:]
      result.thin?[weight.offset] = part
    }
    return result
  }

  /// The same values, counted as if of some fully connected layers so many took part.
  package func counting(
    _ layers: [(weight: Parameter, bias: Parameter?, count: Int, outputs: Int)]
  ) -> Weights {
    var result = self
    for (weight, bias, count, outputs) in layers {
      result.counts[weight.offset] = count
      if let bias { result.counts[bias.offset] = outputs }
    }
    return result
  }

  /// What of a fully connected layer with this weight is computed; nil for all of it.
  package func part(_ weight: Parameter) -> ThinLinear? { thin?[weight.offset] }

  /// The same where weights are laid out for products, of which this must be one.
  package func laidOut(_ weight: Parameter) -> ThinLinear {
    guard let part = part(weight) else {
      preconditionFailure("\(weight.name) is not laid out for products")
    }
    return part
  }

  /// Values of a parameter that take part.
  package func count(_ parameter: Parameter) -> Int { counts[parameter.offset] ?? parameter.count }

  /// A copy.
  package func tensor(_ parameter: Parameter) -> Tensor {
    Tensor(
      Array(UnsafeBufferPointer(start: self[parameter], count: parameter.count)),
      shape: parameter.shape)
  }
}
