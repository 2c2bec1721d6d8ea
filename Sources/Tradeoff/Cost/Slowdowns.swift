// How times differ from pass to pass: what nobody who answers in time may leave out.

/// How many times longer than the fastest passes took, in no order that matters.
package struct Slowdowns: Sendable, Equatable {
  /// Ascending; at least one.
  let values: [Double]

  /// Without any, every pass takes as long.
  package init(_ values: [Double] = []) { self.values = values.isEmpty ? [1] : values.sorted() }

  /// What the given share of the passes stays within.
  package func within(_ share: Double) -> Double { Summary.Percentiles.rank(share, of: values) }

  /// Of the pass of that number: each value comes up as often as any other, in an order that looks like
  /// none and is always the same.
  package func ofPass(_ number: Int) -> Double {
    // The golden ratio's multiples spread evenly over the whole.
    let place = (Double(number) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
    return values[Int(place * Double(values.count))]
  }
}
