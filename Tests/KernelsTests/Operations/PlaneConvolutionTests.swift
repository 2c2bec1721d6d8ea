// Convolutions over time and frequency against sums written out.

import Kernels
import TestSupport
import Testing

struct PlaneConvolutionTests {
  @Test(arguments: [(3, 2, 1), (3, 2, 19), (5, 2, 16), (2, 3, 7), (1, 1, 3)])
  func isTheSumOverItsWindow(kernel: Int, stride: Int, channels: Int) {
    let plane = PlaneConvolution.Plane(frames: 7, bins: 10)
    let geometry = PlaneConvolution.Geometry(kernel: kernel, stride: stride)
    let weight = randomTensor(channels, kernel * kernel, seed: 1)
    let bias = randomTensor(channels, seed: 2)
    let result = geometry.output(plane)
    #expect(result.frames == (7 + 2 * ((kernel - 1) / 2) - kernel) / stride + 1)
    for inputs in Set([1, channels]) {
      let x = randomTensor(plane.frames * plane.bins, inputs, seed: 3)
      let y = PlaneConvolution.forward(
        x, plane: plane, weight: weight.pointer, bias: bias.pointer, outputs: channels,
        geometry: geometry)
      var expected: [Float] = []
      for t in 0..<result.frames {
        for f in 0..<result.bins {
          for c in 0..<channels {
            var sum = bias.values[c]
            for i in 0..<kernel {
              for j in 0..<kernel {
                let frame = t * stride - geometry.padding + i
                let bin = f * stride - geometry.padding + j
                if (0..<plane.frames).contains(frame) && (0..<plane.bins).contains(bin) {
                  sum +=
                    weight[c, i * kernel + j] * x[frame * plane.bins + bin, inputs == 1 ? 0 : c]
                }
              }
            }
            expected.append(sum)
          }
        }
      }
      expectClose(y.values, expected)
    }
    #expect(geometry.outputLength(0) == 0)
  }
}
