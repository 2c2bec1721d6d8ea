// How much of the linear layers is computed, and how exactly: the same for every subcommand that runs a model.

import Backbones
import Base
import Foundation

/// `--rank`, `--width` and `--precision`.
struct ComputeOptions {
  private var ranks: [Double] = []
  private var widths: [Double] = []
  private var precisions: [Compute.Precision] = []

  static let rank = "rank"
  static let width = "width"
  static let precision = "precision"
  static let names = [rank, width, precision]

  /// - Parameters:
  ///   - several: whether lists are measured one after the other.
  ///   - isWritten: whether the model is going to be a folder, which has no place for factors and steps.
  static func group(several: Bool = false, isWritten: Bool = false) -> OptionGroup<Self> {
    let refusal = isWritten ? ": not for a folder" : ""
    return OptionGroup(
      "Linear layers",
      "Shares of what the two products of every feed-forward part cost, which multiply; 1, or 100%, is "
        + "the whole. Policies that choose by an atlas choose by that of the whole model."
        + (several ? " Lists are measured in all combinations." : "")
    ) {
      Option(
        list: rank, several ? "LIST" : "SHARE", \.ranks, .share(in: Compute.shares),
        "feed-forward weights by their largest singular values, as many as cost this share"
          + refusal,
        absent: "1")
      Option(
        list: width, several ? "LIST" : "SHARE", \.widths, .share(in: Compute.shares),
        "this share of the hidden units, those with the largest weights", absent: "1")
      Option(
        list: precision, several ? "LIST" : "NAME", \.precisions, .precision,
        "numbers in which the linear layers of all layers are computed: int8 by whole numbers, "
          + "bfloat16 with weights rounded to it, which takes float32's time" + refusal,
        absent: Compute.Precision.float32.rawValue)
    } check: { settings, _ in
      let counts = [settings.ranks.count, settings.widths.count, settings.precisions.count]
      if !several, let (name, count) = zip(names, counts).first(where: { $1 > 1 }) {
        throw UsageError("option --\(name): expected one value here, found \(count)")
      }
      guard isWritten else { return }
      if settings.compute.rank < 1 {
        throw UsageError(
          "option --\(rank): expected 1, as a model folder has no place for weights in two factors, "
            + "found '\(settings.compute.rank)'")
      }
      if settings.compute.precision != .float32 {
        throw UsageError(
          "option --\(precision): expected \(Compute.Precision.float32), as the tensors of a model "
            + "folder are copied as they are, found '\(settings.compute.precision)'")
      }
    }
  }

  /// All combinations of what was asked for, each once; the whole model without.
  var computes: [Compute] {
    var seen: Set<Compute> = []
    return (ranks.isEmpty ? [1] : ranks).flatMap { rank in
      (widths.isEmpty ? [1] : widths).flatMap { width in
        (precisions.isEmpty ? [.float32] : precisions).map {
          Compute(rank: rank, width: width, precision: $0)
        }
      }
    }.filter { seen.insert($0).inserted }
  }

  /// Where there is one.
  var compute: Compute { computes[0] }

  /// The model that computes so much.
  func applied(to recognizer: Recognizer) throws -> Recognizer { try recognizer.at(compute) }

  /// Throws where one of the models has not everything that was asked for.
  func check(_ recognizers: [Recognizer]) throws {
    for recognizer in recognizers { for compute in computes { _ = try recognizer.at(compute) } }
  }
}

extension ValueReader where Value == Compute.Precision {
  static var precision: Self {
    let names = Compute.Precision.allCases.map(\.rawValue)
    return Self(
      names.dropLast().joined(separator: ", ") + " or \(names[names.count - 1])", word: \.rawValue
    ) { Compute.Precision(rawValue: $0) }
  }
}
