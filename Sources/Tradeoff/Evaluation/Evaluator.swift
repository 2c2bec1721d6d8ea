// Utterances through the stages of a backbone, each stage timed, shared beginnings run once.

import Backbones
import Kernels
import Speech
import Synchronization

/// Evaluates single utterances by any walk; any number of threads may call it, on different
/// utterances or the same one.
///
/// Prefix reuse: the hidden frames after every layer of an utterance's last mask are kept, so the next
/// mask runs only from the first layer in which the two differ; at another compute all of its layers run.
/// Frames of all utterances together stay under `memoryLimit`; utterances beyond it are run whole each time.
package final class Evaluator: Sendable {
  package let recognizer: Recognizer
  package let data: LoadedDataset
  private let memoryLimit: Int

  /// An utterance's last way through the layers.
  private struct Trace: Sendable {
    /// Of the layers reached.
    var mask: LayerMask
    /// By which they were computed; the front end knows of none.
    var compute: Compute
    /// After the front end, then after each layer that has been reached.
    var frames: [HiddenFrames]
    /// Seconds of the front end, then of each layer reached, run or skipped, as measured then.
    var seconds: [Double]

    /// Forgets what came of a layer (zero-based) and of all after it.
    mutating func cut(before layer: Int) {
      frames.removeSubrange((layer + 1)...)
      seconds.removeSubrange((layer + 1)...)
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

  /// One piece's passage, and the seconds of front end, layers and head.
  private struct Pass {
    var passage: Passage
    var seconds: StageValues
  }

  /// The data set's utterance `index` by `walk`; nil when `isCancelled` said so before a layer.
  /// - Parameters:
  ///   - other: the same model at another compute.
  ///   - decoder: of this recogniser; greedy decoding without.
  package func evaluate(
    _ index: Int, _ walk: Walk, by other: Recognizer? = nil, decoder: (any CTCDecoder)? = nil,
    isCancelled: () -> Bool = { false }
  ) -> UtteranceResult? {
    let recognizer = other ?? recognizer
    let backbone = recognizer.backbone
    let samples = data.samples[index]
    let utterance = data.dataset.utterances[index]
    let pieces = backbone.pieces(samples)
    var passes: [Pass] = []
    for piece in pieces {
      // Of a long utterance nothing is kept, so that memory does not grow with it; the first piece decides.
      var trace = (pieces.count == 1 ? take(index) : nil) ?? start(piece.samples)
      let way = passes.first.map { walk.following($0.passage) } ?? walk
      let pass = go(way, utterance.id, recognizer, &trace, isCancelled)
      if pieces.count == 1 { put(index, trace) }
      guard let pass else { return nil }
      passes.append(pass)
    }
    let seconds = passes.dropFirst().reduce(passes[0].seconds) { $0 + $1.seconds }
    let mask = passes[0].passage.mask

    let logProbabilities = HiddenFrames(
      packing: zip(passes, pieces).map { $0.passage.logProbabilities.rows($1.own) }
    ).values
    let decoder = decoder ?? recognizer.decoder()
    let (said, decodeSeconds) = timed { decoder.decode(logProbabilities) }
    let transcript = said.normalized(by: data.dataset.normalization)
    let alignment = Alignment.align(utterance.words, transcript.words.map(\.word))
    return UtteranceResult(
      index: index, mask: mask, looks: passes[0].passage.looks, transcript: transcript,
      alignment: alignment,
      counts: Alignment.count(alignment),
      audioSeconds: Double(samples.count) / Double(data.sampleRate),
      seconds: seconds.frontEnd + seconds.layers.reduce(0, +) + seconds.head + decodeSeconds,
      layerSeconds: seconds.layers.indices.map { mask[$0] ? seconds.layers[$0] : 0 },
      frontEndSeconds: seconds.frontEnd, headSeconds: seconds.head,
      decodeSeconds: decodeSeconds,
      operations: zip(passes, pieces).reduce(0) {
        $0
          + $1.0.passage.operations(backbone.operations(sampleCount: $1.1.samples.count))
      })
  }

  private func start(_ samples: [Float]) -> Trace {
    let (frames, seconds) = timed { recognizer.backbone.frontEnd([samples]) }
    let none = LayerMask(layerCount: recognizer.backbone.layerCount, keeping: [])
    return Trace(mask: none, compute: .full, frames: [frames], seconds: [seconds])
  }

  /// What the trace has of it is taken from there, and what it has not is added; nil when cancelled before a
  /// layer.
  private func go(
    _ walk: Walk, _ utterance: String, _ recognizer: Recognizer, _ trace: inout Trace,
    _ isCancelled: () -> Bool
  ) -> Pass? {
    let backbone = recognizer.backbone
    if trace.compute != recognizer.compute {
      trace.cut(before: 0)
      trace.compute = recognizer.compute
    }
    let passage = walk.passage(through: backbone, of: utterance, from: trace.frames[0]) {
      layer, runs, input in
      let isKnown = trace.frames.count > layer + 1
      if isKnown, trace.mask[layer] == runs { return trace.frames[layer + 1] }
      trace.cut(before: layer)
      if isCancelled() { return nil }
      let (output, seconds) = timed {
        runs ? backbone.layer(layer, input) : backbone.skip(layer, input)
      }
      trace.mask[layer] = runs
      trace.frames.append(output)
      trace.seconds.append(seconds)
      return output
    }
    guard let passage else { return nil }
    let layers = (0..<backbone.layerCount).map {
      $0 < passage.reached ? trace.seconds[$0 + 1] : 0
    }
    return Pass(
      passage: passage,
      seconds: StageValues(
        frontEnd: trace.seconds[0], layers: layers, skipped: layers.map { _ in 0 },
        head: passage.headSeconds))
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
