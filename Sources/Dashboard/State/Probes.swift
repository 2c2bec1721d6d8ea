// Close looks at single utterances, which the evaluator does not take: what they answer, and to what.

import Backbones
import Speech
import Tradeoff

/// What is wanted; the newest one replaces those before it.
package enum ProbeRequest: Hashable, Sendable {
  /// What the head says after every layer of an utterance.
  case lens(model: Int, utterance: Int, mask: LayerMask)
  /// The output distributions of a model at a mask beside those of the reference at full depth.
  case cloud(model: Int, mask: LayerMask)
  /// A file, at every depth of a policy.
  case file(String, take: Int, model: Int, masks: [LayerMask])
}

package enum ProbeResult: Sendable {
  case lens(ProbeRequest, LayerLens)
  case cloud(ProbeRequest, Cloud)
  /// One depth after the other, as they become known.
  case depth(ProbeRequest, Listening)
  case failed(ProbeRequest, String)

  package var request: ProbeRequest {
    switch self {
    case .lens(let request, _), .cloud(let request, _), .depth(let request, _),
      .failed(let request, _):
      request
    }
  }
}

/// Frames of some utterances as two clouds of output distributions.
package struct Cloud: Sendable, Equatable {
  /// Whose full depth the picture is made from.
  package var referenceName: String
  package var reference: [OutputMap.Point]
  package var student: [OutputMap.Point]
  /// KL(reference || student) of each frame, in nats.
  package var divergences: [Double]
  package var utterances: Int
  /// Share of the reference's variance that two dimensions show.
  package var varianceShown: Double

  package init(
    referenceName: String, reference: [OutputMap.Point], student: [OutputMap.Point],
    divergences: [Double], utterances: Int, varianceShown: Double
  ) {
    self.referenceName = referenceName
    self.reference = reference
    self.student = student
    self.divergences = divergences
    self.utterances = utterances
    self.varianceShown = varianceShown
  }

  package var meanDivergence: Double {
    divergences.isEmpty ? 0 : divergences.reduce(0, +) / Double(divergences.count)
  }
}

/// A recording at one depth.
package struct Listening: Sendable, Equatable {
  package var mask: LayerMask
  package var transcript: Transcript
  package var seconds: Double
  package var audioSeconds: Double

  package init(mask: LayerMask, transcript: Transcript, seconds: Double, audioSeconds: Double) {
    self.mask = mask
    self.transcript = transcript
    self.seconds = seconds
    self.audioSeconds = audioSeconds
  }
}

/// What is known of them.
package struct Probes: Sendable {
  /// Asked for and not yet answered; ids of the evaluator have no part in it.
  package var asked: ProbeRequest?
  package private(set) var lenses: [ProbeRequest: LayerLens] = [:]
  package private(set) var clouds: [ProbeRequest: Cloud] = [:]
  package private(set) var failures: [ProbeRequest: String] = [:]
  /// Oldest first: what goes when there is too much.
  private var order: [ProbeRequest] = []
  private static let limit = 64

  package init() {}

  func knows(_ request: ProbeRequest) -> Bool {
    lenses[request] != nil || clouds[request] != nil || failures[request] != nil
  }

  /// The cloud of a model that was worked out last.
  func newestCloud(of model: Int) -> Cloud? {
    order.reversed().lazy.compactMap { request -> Cloud? in
      guard case .cloud(model, _) = request else { return nil }
      return clouds[request]
    }.first
  }

  mutating func take(_ result: ProbeResult) {
    let request = result.request
    switch result {
    case .lens(_, let lens): lenses[request] = lens
    case .cloud(_, let cloud): clouds[request] = cloud
    case .failed(_, let reason): failures[request] = reason
    case .depth: return
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
