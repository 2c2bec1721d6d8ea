// The non-linearities that Hugging Face's config.json names.

import Kernels

/// `hidden_act`.
package enum Activation: String, Codable, Sendable, CaseIterable {
  case gelu, relu, silu
  /// Another name of `silu`.
  case swish

  /// Elementwise, in x's shape.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .gelu: GELU.forward(x)
    case .relu: ReLU.forward(x)
    case .silu, .swish: SiLU.forward(x)
    }
  }
}
