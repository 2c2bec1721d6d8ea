// One square filter per channel over time and frequency, with a stride and zeros around.

/// `torch.nn.Conv2d` where each output channel sees one input channel: its own (`groups: c`, depthwise)
/// or the only one there is. Planes of one utterance lie channels last: row t * bins + f holds the c
/// values at frame t and bin f. Weights are c x 1 x k x k as torch stores them, time before frequency.
package enum PlaneConvolution {
  /// Frames and bins of an utterance.
  package struct Plane: Sendable, Equatable {
    package var frames, bins: Int

    package init(frames: Int, bins: Int) {
      self.frames = frames
      self.bins = bins
    }
  }

  /// The filter's size, and how it moves: in both directions alike.
  package struct Geometry: Sendable {
    package let kernel, stride: Int
    /// Zeros on each side.
    package var padding: Int { (kernel - 1) / 2 }

    package init(kernel: Int, stride: Int) {
      self.kernel = kernel
      self.stride = stride
    }

    package func outputLength(_ length: Int) -> Int {
      StridedConvolution.outputLength(
        length == 0 ? 0 : length + 2 * padding, kernel: kernel, stride: stride)
    }

    package func output(_ plane: Plane) -> Plane {
      Plane(frames: outputLength(plane.frames), bins: outputLength(plane.bins))
    }
  }

  /// x is (frames bins) x 1, every value seen by all `outputs` filters, or (frames bins) x outputs;
  /// returns the output plane's rows x outputs.
  package static func forward(
    _ x: Tensor, plane: Plane, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    outputs c: Int, geometry: Geometry
  ) -> Tensor {
    let k = geometry.kernel
    let taps = tapMajor(weight, channels: c, taps: k * k)
    let result = geometry.output(plane)
    var y = Tensor(uninitialized: result.frames * result.bins, c)
    let (input, out, w) = (x.pointer, y.mutablePointer, taps.pointer)
    let isShared = x.columns == 1
    for t in 0..<result.frames {
      let firstFrame = t * geometry.stride - geometry.padding
      for f in 0..<result.bins {
        let firstBin = f * geometry.stride - geometry.padding
        let target = out + (t * result.bins + f) * c
        target.update(from: bias, count: c)
        for i in max(0, -firstFrame)..<max(0, min(k, plane.frames - firstFrame)) {
          for j in max(0, -firstBin)..<max(0, min(k, plane.bins - firstBin)) {
            let place = (firstFrame + i) * plane.bins + firstBin + j
            let tap = w + (i * k + j) * c
            if isShared {
              let value = Vector(repeating: input[place])
              mapVectors(target, tap, into: target, count: c) { $0.addingProduct($1, value) }
            } else {
              mapVectors(target, tap, input + place * c, into: target, count: c) {
                $0.addingProduct($1, $2)
              }
            }
          }
        }
      }
    }
    return y
  }

  private static func tapMajor(
    _ weight: UnsafePointer<Float>, channels c: Int, taps: Int
  ) -> Tensor {
    var result = Tensor(uninitialized: taps, c)
    let p = result.mutablePointer
    for channel in 0..<c {
      let source = weight + channel * taps
      for tap in 0..<taps { p[tap &* c &+ channel] = source[tap] }
    }
    return result
  }
}
