// Utterances through the stages of a backbone, each stage timed, shared beginnings run once.

import Backbones
import Kernels
import Speech
import Synchronization

/// Evaluates single utterances at any mask; any number of threads may call it, on different
/// utterances or the same one.
///
/// Prefix reuse: the hidden frames after every layer of an utterance's last mask are kept, so the next
/// mask runs only from the first layer in which the two differ. Frames of all utterances together stay
/// under `memoryLimit`; utterances beyond it are run whole each time.
package final class Evaluator: Sendable {
  package let recognizer: Recognizer
  package let data: LoadedDataset
  private let memoryLimit: Int

  /// An utterance's way through its last mask.
  private struct Trace: Sendable {
    var mask: LayerMask
    /// After the front end, then after each layer that has been reached.
    var frames: [HiddenFrames]
    /// Seconds of the front end, then of each layer reached, run or skipped, as measured then.
    var seconds: [Double]

    var bytes: Int { frames.reduce(0) { $0 + $1.values.count * MemoryLayout<Float>.stride } }
  }

  private struct Store {
    var traces: [Trace?]
    var bytes = 0
  }

  private let store: Mutex<Store>

  package init(_ recognizer: Recognizer, _ data: LoadedDataset, memoryLimit: Int = 1 << 29) {
    self.recognizer = recognizer
    self.data = data
    self.memoryLimit = memoryLimit
    store = Mutex(Store(traces: Array(repeating: nil, count: data.samples.count)))
  }

  /// The data set's utterance `index` at `mask`; nil when `isCancelled` said so before a layer.
  package func evaluate(
    _ index: Int, _ mask: LayerMask, isCancelled: () -> Bool = { false }
  ) -> UtteranceResult? {
    let backbone = recognizer.backbone
    let samples = data.samples[index]
    let clock = ContinuousClock()
    var trace = take(index)
    if var known = trace {
      // Frames after k layers are good when the first k layers are treated alike.
      let shared = min(known.mask.commonPrefix(with: mask), known.frames.count - 1)
      known.frames.removeLast(known.frames.count - 1 - shared)
      known.seconds.removeLast(known.seconds.count - 1 - shared)
      known.mask = mask
      trace = known
    } else {
      var frames: HiddenFrames?
      let time = clock.measure { frames = backbone.frontEnd(backbone.pieces(samples)) }
      trace = Trace(mask: mask, frames: [frames!], seconds: [time.seconds])
    }
    var current = trace!
    while current.frames.count <= backbone.layerCount {
      if isCancelled() {
        put(index, current)
        return nil
      }
      let layer = current.frames.count - 1
      let input = current.frames[layer]
      var output: HiddenFrames?
      let time = clock.measure { output = backbone.step(layer, input, mask) }
      current.frames.append(output!)
      current.seconds.append(time.seconds)
    }
    var logProbabilities: Tensor?
    let headTime = clock.measure { logProbabilities = backbone.head(current.frames.last!) }
    let (frontEnd, layers) = (current.seconds[0], Array(current.seconds.dropFirst()))
    put(index, current)

    let transcript = recognizer.decoder.decode(logProbabilities!)
      .normalized(by: data.dataset.normalization)
    let alignment = Alignment.align(
      data.dataset.utterances[index].words, transcript.words.map(\.word))
    return UtteranceResult(
      index: index, transcript: transcript, alignment: alignment,
      counts: Alignment.count(alignment),
      audioSeconds: Double(samples.count) / Double(data.sampleRate),
      seconds: frontEnd + layers.reduce(0, +) + headTime.seconds,
      layerSeconds: layers.indices.map { mask[$0] ? layers[$0] : 0 },
      frontEndSeconds: frontEnd, headSeconds: headTime.seconds,
      operations: backbone.pieces(samples).reduce(0) {
        $0 + backbone.operations(sampleCount: $1.count).total(mask)
      })
  }

  /// Takes an utterance's trace out, so that two threads never extend the same one.
  private func take(_ index: Int) -> Trace? {
    store.withLock { store in
      defer { store.traces[index] = nil }
      store.bytes -= store.traces[index]?.bytes ?? 0
      return store.traces[index]
    }
  }

  private func put(_ index: Int, _ trace: Trace) {
    store.withLock { store in
      store.bytes -= store.traces[index]?.bytes ?? 0
      let fits = store.bytes + trace.bytes <= memoryLimit
      store.traces[index] = fits ? trace : nil
      if fits { store.bytes += trace.bytes }
    }
  }
}

extension Duration {
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
