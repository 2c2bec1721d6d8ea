// Close looks, which the evaluator does not take: what can be asked, and how it is answered.

import Backbones
import Foundation
import Speech

/// What is wanted; the newest one replaces those before it. Models go by the asker's own numbering.
package enum ProbeRequest: Hashable, Sendable {
  /// What the head says after every layer of an utterance.
  case lens(model: Int, utterance: Int, mask: LayerMask, compute: Compute = .full)
  /// The output distributions of a model by a walk beside those of all of the reference.
  case cloud(model: Int, walk: Walk, compute: Compute = .full)
  /// A file, by these walks of a model, such as every depth of a policy.
  /// - Parameter named: what walks know it by.
  case file(
    String, named: String, take: Int, model: Int, walks: [Walk], compute: Compute = .full,
    decoding: Decoding)
}

package enum ProbeResult: Sendable {
  case lens(ProbeRequest, LayerLens)
  case cloud(ProbeRequest, OutputCloud)
  /// How a file sounds, before anything is heard in it.
  case sound(ProbeRequest, SoundOutline)
  /// One depth after the other, as they become known.
  case depth(ProbeRequest, Listening)
  case failed(ProbeRequest, String)

  package var request: ProbeRequest {
    switch self {
    case .lens(let request, _), .cloud(let request, _), .sound(let request, _),
      .depth(let request, _), .failed(let request, _):
      request
    }
  }
}

/// What close looks are taken of.
package struct CloseLook: Sendable {
  /// Models, each with the data set at the rate it expects.
  package let models: [(recognizer: Recognizer, data: LoadedDataset)]

  package init(_ models: [(recognizer: Recognizer, data: LoadedDataset)]) { self.models = models }

  /// Reports what becomes known, or why it cannot; nothing more once `isCancelled` says so.
  package func answer(
    _ request: ProbeRequest, isCancelled: () -> Bool = { false }, report: (ProbeResult) -> Void
  ) {
    do {
      switch request {
      case .lens(let model, let utterance, let mask, let compute):
        let data = models[model].data
        let recognizer = try models[model].recognizer.at(compute)
        let lens = LayerLens(
          recognizer, data.samples[utterance], words: data.dataset.utterances[utterance].words,
          normalization: data.dataset.normalization, mask: mask, isCancelled: isCancelled)
        if let lens { report(.lens(request, lens)) }
      case .cloud(let model, let walk, let compute):
        let recognizers = models.map(\.recognizer)
        let reference = OutputCloud.reference(for: model, among: recognizers)
        let cloud = try OutputCloud(
          of: recognizers[model].at(compute), walk: walk, beside: recognizers[reference],
          utterances: models[model].data.heard, isCancelled: isCancelled)
        if let cloud { report(.cloud(request, cloud)) }
      case .file(let path, let utterance, _, let model, let walks, let compute, let decoding):
        let waveform = try AudioFile.read(URL(fileURLWithPath: path))
        if isCancelled() { return }
        report(.sound(request, SoundOutline(waveform)))
        Listening.each(
          of: walks, waveform, named: utterance, by: try models[model].recognizer.at(compute),
          decoding: decoding, isCancelled: isCancelled
        ) { report(.depth(request, $0)) }
      }
    } catch {
      report(.failed(request, "\(error)"))
    }
  }
}
