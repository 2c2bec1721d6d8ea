// Utterances through the stages of a backbone, each stage timed, shared beginnings run once.

import Backbones
import Kernels
import Speech
import Synchronization

/// Evaluates single utterances by any walk; any number of threads may call it, on different
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

    /// What of it holds for another mask: frames after k layers are good when the first k layers are
    /// treated alike.
    func shared(with mask: LayerMask) -> Trace {
      let count = 1 + min(self.mask.commonPrefix(with: mask), frames.count - 1)
      return Trace(
        mask: mask, frames: Array(frames.prefix(count)), seconds: Array(seconds.prefix(count)))
    }

    var bytes: Int { frames.reduce(0) { $0 + $1.values.count * MemoryLayout<Float>.stride } }
  }

  private struct Store {
    var traces: [Trace?]
    var bytes = 0

    init(utterances: Int) { traces = Array(repeating: nil, count: utterances) }
  }

  private let store: Mutex<Store>

  package init(_ recognizer: Recognizer, _ data: LoadedDataset, memoryLimit: Int = 1 << 29) {
    self.recognizer = recognizer
    self.data = data
    self.memoryLimit = memoryLimit
    store = Mutex(Store(utterances: data.samples.count))
  }

  /// Runs everything again from the samples on, and takes its time again.
  package func forget() {
    store.withLock { $0 = Store(utterances: data.samples.count) }
  }

  /// One way through the stack: what came out, and the seconds of front end, layers and head.
  private struct Pass {
    var logProbabilities: Tensor
    var seconds: StageValues
  }

  /// The data set's utterance `index` by `walk`; nil when `isCancelled` said so before a layer.
  /// - Parameter decoder: of this recogniser; greedy decoding without.
  package func evaluate(
    _ index: Int, _ walk: Walk, decoder: (any CTCDecoder)? = nil,
    isCancelled: () -> Bool = { false }
  ) -> UtteranceResult? {
    let backbone = recognizer.backbone
    let samples = data.samples[index]
    let mask = walk.mask(of: data.dataset.utterances[index].id)
    let pieces = backbone.pieces(samples)
    var passes: [Pass] = []
    for piece in pieces {
      // Of a long utterance nothing is kept, so that memory does not grow with it.
      var trace =
        (pieces.count == 1 ? take(index).map { $0.shared(with: mask) } : nil)
        ?? start(piece.samples, mask)
      let pass = finish(&trace, isCancelled)
      if pieces.count == 1 { put(index, trace) }
      guard var pass else { return nil }
      pass.logProbabilities = pass.logProbabilities.rows(piece.own)
      passes.append(pass)
    }
    let seconds = passes.dropFirst().reduce(passes[0].seconds) { $0 + $1.seconds }

    let logProbabilities = HiddenFrames(packing: passes.map(\.logProbabilities)).values
    let decoder = decoder ?? recognizer.decoder()
    let (said, decodeSeconds) = timed { decoder.decode(logProbabilities) }
    let transcript = said.normalized(by: data.dataset.normalization)
    let alignment = Alignment.align(
      data.dataset.utterances[index].words, transcript.words.map(\.word))
    return UtteranceResult(
      index: index, mask: mask, transcript: transcript, alignment: alignment,
      counts: Alignment.count(alignment),
      audioSeconds: Double(samples.count) / Double(data.sampleRate),
      seconds: seconds.frontEnd + seconds.layers.reduce(0, +) + seconds.head + decodeSeconds,
      layerSeconds: seconds.layers.indices.map { mask[$0] ? seconds.layers[$0] : 0 },
      frontEndSeconds: seconds.frontEnd, headSeconds: seconds.head,
      decodeSeconds: decodeSeconds,
      operations: pieces.reduce(0) {
        $0 + backbone.operations(sampleCount: $1.samples.count).total(mask)
      })
  }

  private func start(_ samples: [Float], _ mask: LayerMask) -> Trace {
    let (frames, seconds) = timed { recognizer.backbone.frontEnd([samples]) }
    return Trace(mask: mask, frames: [frames], seconds: [seconds])
  }

  /// From where the trace ends; nil when cancelled before a layer.
  private func finish(_ trace: inout Trace, _ isCancelled: () -> Bool) -> Pass? {
    let backbone = recognizer.backbone
    while trace.frames.count <= backbone.layerCount {
      if isCancelled() { return nil }
      let layer = trace.frames.count - 1
      let (input, mask) = (trace.frames[layer], trace.mask)
      let (output, seconds) = timed { backbone.step(layer, input, mask) }
      trace.frames.append(output)
      trace.seconds.append(seconds)
    }
    let last = trace.frames[backbone.layerCount]
    let (logProbabilities, seconds) = timed { backbone.head(last) }
    let layers = Array(trace.seconds.dropFirst())
    return Pass(
      logProbabilities: logProbabilities,
      seconds: StageValues(
        frontEnd: trace.seconds[0], layers: layers, skipped: layers.map { _ in 0 }, head: seconds))
  }

  private func timed<Result>(_ body: () -> Result) -> (Result, Double) {
    let start = ContinuousClock.now
    let result = body()
    return (result, (ContinuousClock.now - start).seconds)
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
