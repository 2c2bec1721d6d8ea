// The non-linearities that Hugging Face's config.json names.

import Base
import Kernels

/// `hidden_act`.
package enum Activation: String, Codable, Sendable, CaseIterable {
  case gelu, relu, silu
  /// Another name of `silu`.
  case swish
  /// GELU by tanh, under its two names.
  case geluNew = "gelu_new"
  case geluTanh = "gelu_pytorch_tanh"

  /// The error of a name that is none of these lists them.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let known = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: container.codingPath, debugDescription: name,
          underlyingError: InputError("\"\(name.prefix(40))\": known are \(names)")))
    }
    self = known
  }

  /// Elementwise, in x's shape.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .gelu: GELU.forward(x)
    case .relu: ReLU.forward(x)
    case .silu, .swish: SiLU.forward(x)
    case .geluNew, .geluTanh: GELU.approximation(x)
    }
  }
}
