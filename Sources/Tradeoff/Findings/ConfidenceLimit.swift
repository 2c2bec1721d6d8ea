// Where to leave so that as many layers run on the average as were asked for.

/// A limit between scores. The mean number of layers goes by steps, up with the limit.
enum ConfidenceLimit {
  /// The limit at which the mean is nearest; of equally near ones the lower.
  /// - Parameters:
  ///   - count: layers that are to run on the average.
  ///   - scores: all that there are, ascending, each once. The limit lies between two of them, so that
  ///     rounding does not decide, or is `lowest` or infinite: at the ends all leave at once, or none.
  ///   - mean: layers that run at a limit.
  static func nearest(
    to count: Double, among scores: [Double], lowest: Double, mean: (_ limit: Double) -> Double
  ) -> (limit: Double, mean: Double) {
    func limit(_ place: Int) -> Double {
      place == 0
        ? lowest : place == scores.count ? .infinity : (scores[place - 1] + scores[place]) / 2
    }
    // The first at which enough layers run, or the one before it.
    var (low, high) = (0, scores.count)
    while low < high {
      let middle = (low + high) / 2
      if mean(limit(middle)) < count { low = middle + 1 } else { high = middle }
    }
    let above = mean(limit(low))
    guard low > 0 else { return (limit(low), above) }
    let below = mean(limit(low - 1))
    return count - below <= above - count ? (limit(low - 1), below) : (limit(low), above)
  }
}
