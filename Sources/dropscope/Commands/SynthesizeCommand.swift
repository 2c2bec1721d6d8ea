// `dropscope synthesize`: makes the training corpus and the held-out splits.

import Foundation
import Kernels
import Training

enum SynthesizeCommand: Command {
  static let name = "synthesize"
  static let summary = "make the training corpus with installed speech synthesisers"
  static let help = """
    Usage: dropscope synthesize --output DIR [OPTION]...
    """

  static func run(_ arguments: [String]) throws -> Int32 {
    _ = try Arguments(arguments, options: ["output"])
    return 0
  }
}
