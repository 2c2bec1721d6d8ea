// How much of the feed-forward parts is computed: the same for every subcommand that runs a model.

import Backbones
import Base
import Foundation

/// `--rank` and `--width`.
struct ComputeOptions {
  private(set) var compute = Compute.full

  static let names = (rank: "rank", width: "width")

  /// - Parameter isWritten: whether the model is going to be a folder, which has no place for factors.
  static func group(isWritten: Bool = false) -> OptionGroup<Self> {
    OptionGroup(
      "Feed-forward parts",
      "Shares of what their products cost, which multiply; 1, or 100%, is the whole."
    ) {
      Option(
        names.rank, "SHARE", \.compute.rank, .share(in: Compute.shares),
        "weights by their largest singular values, as many as cost this share"
          + (isWritten ? ": not for a folder" : ""))
      Option(
        names.width, "SHARE", \.compute.width, .share(in: Compute.shares),
        "this share of the hidden units, those with the largest weights")
    } check: { settings, _ in
      if isWritten, settings.compute.rank < 1 {
        throw UsageError(
          "option --\(names.rank): expected 1, as a model folder has no place for weights in two "
            + "factors, found '\(settings.compute.rank)'")
      }
    }
  }

  /// The model that computes so much.
  func applied(to recognizer: Recognizer) throws -> Recognizer { try recognizer.at(compute) }
}
