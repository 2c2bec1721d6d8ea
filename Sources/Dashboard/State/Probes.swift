// What close looks have brought.

import Backbones
import Tradeoff

/// What is known of them, by what was asked.
package struct Probes: Sendable {
  /// Asked for and not yet answered; ids of the evaluator have no part in it.
  package var asked: ProbeRequest?
  package private(set) var lenses: [ProbeRequest: LayerLens] = [:]
  package private(set) var clouds: [ProbeRequest: OutputCloud] = [:]
  package private(set) var failures: [ProbeRequest: String] = [:]
  /// Oldest first: what goes when there is too much.
  private var order: [ProbeRequest] = []
  /// A lens of half a minute of speech takes about a megabyte.
  private static let limit = 32

  package init() {}

  func knows(_ request: ProbeRequest) -> Bool {
    lenses[request] != nil || clouds[request] != nil || failures[request] != nil
  }

  /// The cloud of so much of a model that was worked out last.
  func newestCloud(of model: Int, _ compute: Compute) -> OutputCloud? {
    order.reversed().lazy.compactMap { request -> OutputCloud? in
      guard case .cloud(model, _, compute) = request else { return nil }
      return clouds[request]
    }.first
  }

  mutating func take(_ result: ProbeResult) {
    let request = result.request
    switch result {
    case .lens(_, let lens): lenses[request] = lens
    case .cloud(_, let cloud): clouds[request] = cloud
    case .failed(_, let reason): failures[request] = reason
    case .sound, .depth: return
    }
    if asked == request { asked = nil }
    order.removeAll { $0 == request }
    order.append(request)
    if order.count > Self.limit {
      let oldest = order.removeFirst()
      lenses[oldest] = nil
      clouds[oldest] = nil
      failures[oldest] = nil
    }
  }
}
