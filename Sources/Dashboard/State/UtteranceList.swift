// The list of utterances: its order, its filter, and what they leave.

/// Order and filter of the utterances.
package struct UtteranceList: Sendable, Equatable {
  package enum Order: String, CaseIterable, Sendable {
    case dataset = "as in the data set"
    case worst = "worst first"
    case changed = "most changed by this mask first"
  }

  package var order = Order.dataset
  /// Words that the transcript or the hypothesis has to contain.
  package var filter = ""

  package init() {}
}

extension DashboardState {
  /// Utterances in the order and under the filter of the list.
  package var listedUtterances: [Int] {
    let words = list.filter.lowercased()
    let all = subject.utterances.indices.filter { index in
      guard !words.isEmpty else { return true }
      let item = subject.utterances[index]
      return item.words.joined(separator: " ").contains(words)
        || present?.results[index]?.transcript.text.contains(words) ?? false
        || item.id.contains(words)
    }
    func errors(_ measurement: Measurement?, _ index: Int) -> Int {
      measurement?.results[index]?.counts.errors ?? 0
    }
    switch list.order {
    case .dataset: return all
    case .worst:
      let rate = all.map { index -> (Int, Double) in
        (
          index,
          Double(errors(present, index)) / Double(max(1, subject.utterances[index].words.count))
        )
      }
      return rate.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
    case .changed:
      let change = all.map { ($0, errors(present, $0) - errors(fullDepth, $0)) }
      return change.sorted { (-$0.1, $0.0) < (-$1.1, $1.0) }.map(\.0)
    }
  }
}
