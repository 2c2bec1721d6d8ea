// What is worth choosing: no other choice is at least as good in both respects.

package enum ParetoFront {
  /// The elements that no other beats in cost without losing in error, cheapest first. Of equals the
  /// first stays.
  package static func of<Element>(
    _ elements: [Element], by measures: (Element) -> (cost: Double, error: Double)
  ) -> [Element] {
    let sorted = elements.enumerated().sorted {
      let (a, b) = (measures($0.element), measures($1.element))
      return (a.cost, a.error, Double($0.offset)) < (b.cost, b.error, Double($1.offset))
    }
    var best = Double.infinity
    return sorted.compactMap { _, element in
      let error = measures(element).error
      guard error < best else { return nil }
      best = error
      return element
    }
  }
}
