// Small things that Foundation lacks.

import Foundation

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespaces) }
}

extension CaseIterable where Self: Equatable {
  /// The one after this; after the last the first.
  var next: Self {
    let all = Array(Self.allCases)
    let index = all.firstIndex(of: self) ?? 0
    return all[(index + 1) % all.count]
  }
}
