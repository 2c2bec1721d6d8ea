// Other runtimes of neural networks that run the same model: what people would use instead.

import Backbones
import Base
import Foundation
import Tradeoff

/// One of them: a new one is a case here and a script in `Assets/Benchmarks`.
enum Rival: String, CaseIterable, Sendable {
  case pytorch
  case onnxruntime

  /// As its makers write it.
  var title: String {
    switch self {
    case .pytorch: "PyTorch"
    case .onnxruntime: "ONNX Runtime"
    }
  }

  /// The option that takes its interpreter.
  var option: String { rawValue }

  /// What its script recognises with, of `Assets/Benchmarks`.
  var recognitionScript: String { "\(rawValue)_recognition.py" }

  /// In what numbers its linear layers can be computed.
  var precisions: [Compute.Precision] {
    switch self {
    case .pytorch: [.float32]
    case .onnxruntime: [.float32, .int8]
    }
  }

  /// Throws `UsageError` for a model that it cannot be given: of lower rank or width, or in other numbers.
  func check(_ compute: Compute) throws {
    let (rank, width, precision) = compute.fields
    let isGiven = [
      rank != nil, width != nil, precision.map { !precisions.contains($0) } ?? false,
    ]
    if let other = zip(ComputeOptions.names, isGiven).first(where: { $1 })?.0 {
      let value = other == ComputeOptions.precision ? " \(compute.precision.rawValue)" : ""
      throw UsageError("--\(option) and --\(other)\(value) cannot be given together")
    }
  }
}

/// A rival and the Python that has it.
struct ChosenRival {
  var rival: Rival
  /// A name in PATH, or a path.
  var interpreter: String

  /// Where the interpreter lies. Throws `InputError`.
  func executable() throws -> String {
    let isPath = interpreter.contains("/")
    let found =
      isPath
      ? (access(interpreter, X_OK) == 0 ? interpreter : nil) : OutsideProgram.find(interpreter)
    guard let found else {
      throw InputError(
        "--\(rival.option) \(interpreter)", expected: "a Python that can be run",
        found: isPath ? "none there" : "none of that name in PATH")
    }
    return found
  }
}

/// How a rival compares with us, over rounds in which both were measured.
struct RivalResult {
  var rival: Rival
  /// Its time over ours, above 1 where ours is faster.
  var ratio: Spread

  /// The tenth, the half and nine tenths of the values lie below.
  struct Spread: Encodable {
    var p10, p50, p90: Double

    /// "1.05-1.31"
    var description: String { "\(TextTable.number(p10, 2))-\(TextTable.number(p90, 2))" }
  }

  /// What each took in every round, of the same lengths.
  init(_ rival: Rival, theirs: [Double], ours: [Double]) {
    self.rival = rival
    let ratios = zip(theirs, ours).map { $0 / max($1, .leastNonzeroMagnitude) }.sorted()
    func rank(_ share: Double) -> Double { Summary.Percentiles.rank(share, of: ratios) }
    ratio = Spread(p10: rank(0.1), p50: rank(0.5), p90: rank(0.9))
  }

  /// `ratio_to_pytorch` is the median, `ratio_to_pytorch_spread` all three.
  func encode(into row: inout KeyedEncodingContainer<AnyKey>) throws {
    try row.encode(ratio.p50, forKey: AnyKey("ratio_to_\(rival.rawValue)"))
    try row.encode(ratio, forKey: AnyKey("ratio_to_\(rival.rawValue)_spread"))
  }
}

/// A key of JSON that has a rival's name in it.
struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}
