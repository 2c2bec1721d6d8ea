// Few layers first, all of them where what they say is not trusted: reward-guided speculation (arXiv 2501.19324)
// without a trained reward.

/// The layers that have run are the first of all of them, so that nothing runs twice.
package enum CascadePolicy: ConfidencePolicy {
  package static let name = "cascade"
  package static let summary = "few, or all where unsure, by an atlas"

  /// After half of the layers that may run, which leaves as much for going on.
  package static func exits(keeping count: Int, of layerCount: Int) -> [Int] { [(count + 1) / 2] }
}
