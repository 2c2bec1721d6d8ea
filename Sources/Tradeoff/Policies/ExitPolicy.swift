// Early exit without training: as DyCE (arXiv 2403.01695) has it with trained exits.

package enum ExitPolicy: ConfidencePolicy {
  package static let name = "exit"
  package static let summary = "leaves when sure, by an atlas"

  /// Every layer is one.
  package static func exits(keeping count: Int, of layerCount: Int) -> [Int] {
    Array(1..<layerCount)
  }
}
