// One droppable layer: self-attention and feed-forward, normalised behind or in front.

import Foundation
import Kernels

/// `encoder.layers.N` of Hugging Face's wav2vec 2.0, HuBERT and WavLM. Behind: x = LN(x + attention(x)),
/// y = LN(x + FFN(x)); in front ("stable"): x += attention(LN(x)), y = x + FFN(LN(x)),
/// and in MMS an adapter after it.
struct TransformerLayer: Sendable {
  let width, heads: Int
  let isStable: Bool
  let activation: Activation
  let query, key, value, out: Projection
  let attentionNorm, finalNorm: Norm
  let expand, contract: Projection
  let positions: GatedPositions?
  let adapter: LayerAdapter?

  init(
    _ prefix: String, _ configuration: Wav2Vec2Configuration, in layout: inout ParameterLayout
  ) {
    width = configuration.width
    heads = configuration.heads
    let inner = configuration.feedForward
    isStable = configuration.isStable
    activation = configuration.activation
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> Projection {
      Projection("\(prefix).\(name)", inputs, outputs, in: &layout)
    }
    query = linear("attention.q_proj", width, width)
    key = linear("attention.k_proj", width, width)
    value = linear("attention.v_proj", width, width)
    out = linear("attention.out_proj", width, width)
    attentionNorm = Norm(
      "\(prefix).layer_norm", width, epsilon: configuration.epsilon, in: &layout)
    expand = linear("feed_forward.intermediate_dense", width, inner)
    contract = linear("feed_forward.output_dense", inner, width)
    finalNorm = Norm(
      "\(prefix).final_layer_norm", width, epsilon: configuration.epsilon, in: &layout)
    positions =
      configuration.kind == .wavlm
      ? GatedPositions("\(prefix).attention", configuration, in: &layout) : nil
    let width = width
    adapter = configuration.adapterWidth.map {
      LayerAdapter("\(prefix).adapter_layer", width, inner: $0, in: &layout)
    }
  }

  /// table: heads x (2 longest - 1) position biases by distance, or none.
  func callAsFunction(
    _ input: HiddenFrames, _ w: Weights, table: PositionTable?
  ) -> Tensor {
    let x = input.values
    if isStable {
      let attended = x.adding(
        attention(attentionNorm(x, w), lengths: input.lengths, w, table))
      let output = attended.adding(feedForward(finalNorm(attended, w), w))
      return adapter.map { $0(output, w) } ?? output
    }
    let attended = attentionNorm(
      x.adding(attention(x, lengths: input.lengths, w, table)), w)
    return finalNorm(attended.adding(feedForward(attended, w)), w)
  }

  private func attention(
    _ x: Tensor, lengths: [Int], _ w: Weights, _ table: PositionTable?
  ) -> Tensor {
    let (q, k, v) = (query(x, w), key(x, w), value(x, w))
    let gates = positions.map { $0.gates(x, w).gates }
    let mixed = Attention.forward(
      Attention.Projections(q: q.pointer, k: k.pointer, v: v.pointer, stride: width), width: width,
      lengths: lengths, heads: heads, keepWeights: false,
      bias: gates.flatMap { gates in table.map { table in { table.add(to: $0, gates: gates) } } }
    ).output
    return out(mixed, w)
  }

  private func feedForward(_ x: Tensor, _ w: Weights) -> Tensor {
    contract(activation(expand(x, w)), w)
  }

  /// FLOPs for an utterance of `frames`: four projections, QK^T and PV, WavLM's gates, the feed-forward
  /// and an adapter.
  func operations(frames: Int, _ w: Weights) -> Double {
    let (t, c) = (Double(frames), Double(width))
    let gates = positions == nil ? 0 : 2 * t * c * Double(GatedPositions.outputs)
    let adapting = adapter?.operations(frames: frames) ?? 0
    return 8 * t * c * c + 4 * t * t * c + gates + t * products.operationsPerFrame(w) + adapting
  }

  var products: FeedForward { FeedForward(expand: expand, contract: contract) }

  /// Without WavLM's gates and MMS's adapters, which are small.
  var projections: [Projection] { [query, key, value, out, expand, contract] }
}

/// WavLM's gate on the relative positions (Chen et al., arXiv 2110.13900, section 3.2): each frame and
/// head decides from what goes into the attention how much the distances count.
struct GatedPositions: Sendable {
  let heads, width: Int
  /// Of a frame and head.
  static let outputs = 8
  /// d to 8, shared by the heads; and a constant of each head.
  let projection: Projection
  let constant: Parameter
  /// Of `PositionTable`'s embedding, in layer 0.
  static let tableName = "attention.rel_attn_embed.weight"

  init(
    _ prefix: String, _ configuration: Wav2Vec2Configuration, in layout: inout ParameterLayout
  ) {
    heads = configuration.heads
    width = configuration.width / configuration.heads
    constant = layout.add("\(prefix).gru_rel_pos_const", 1, heads, 1, 1, decays: false)
    projection = Projection("\(prefix).gru_rel_pos_linear", width, Self.outputs, in: &layout)
  }

  /// x: frames x c. Returns frames x heads: a (b const - 1) + 2 with a and b sigmoids of two sums of
  /// four of the eight outputs each; and those sigmoids, frames x heads x 2.
  func gates(_ x: Tensor, _ w: Weights) -> (gates: Tensor, sigmoids: Tensor) {
    // Each head's columns are a row of their own.
    let outputs = projection(x.reshaped(x.rows * heads, width), w)
    var gates = Tensor(uninitialized: x.rows, heads)
    var sigmoids = Tensor(uninitialized: x.rows, heads, 2)
    let (p, r, s) = (outputs.pointer, gates.mutablePointer, sigmoids.mutablePointer)
    for i in 0..<gates.count {
      let o = p + i * 8
      let a = 1 / (1 + exp(-(o[0] + o[1] + o[2] + o[3])))
      let b = 1 / (1 + exp(-(o[4] + o[5] + o[6] + o[7])))
      (s[2 * i], s[2 * i + 1]) = (a, b)
      r[i] = a * (b * w[constant][i % heads] - 1) + 2
    }
    return (gates, sigmoids)
  }
}

/// The position biases that all layers share, by head and distance.
struct PositionTable: Sendable {
  /// heads x (2 longest - 1): distance j - i at column j - i + longest - 1.
  let values: Tensor
  let longest: Int

  /// As it travels with the frames.
  init(_ values: Tensor) {
    self.values = values
    longest = (values.columns + 1) / 2
  }

  /// embedding: buckets x heads, which layer 0 owns, whether it runs or not.
  init(_ embedding: UnsafePointer<Float>, _ configuration: Wav2Vec2Configuration, longest: Int) {
    let heads = configuration.heads
    self.longest = max(1, longest)
    var table = Tensor(uninitialized: heads, 2 * self.longest - 1)
    let p = table.mutablePointer
    for column in 0..<table.columns {
      let bucket = Self.bucket(ofColumn: column, longest: self.longest, configuration)
      for head in 0..<heads { p[head * table.columns + column] = embedding[bucket * heads + head] }
    }
    values = table
  }

  /// The embedding's row for a column of the table.
  static func bucket(
    ofColumn column: Int, longest: Int, _ configuration: Wav2Vec2Configuration
  ) -> Int {
    bucket(
      column - longest + 1, buckets: configuration.buckets,
      longestDistance: configuration.longestDistance)
  }

  /// Half the buckets for keys after the query; in each half a bucket a distance at first, then
  /// logarithmically wider ones.
  static func bucket(_ distance: Int, buckets: Int, longestDistance: Int) -> Int {
    let half = buckets / 2
    let exact = half / 2
    let far = abs(distance)
    let offset = distance > 0 ? half : 0
    guard far >= exact else { return offset + far }
    let share =
      log(Float(far) / Float(exact)) / log(Float(Double(longestDistance) / Double(exact)))
    return offset + min(half - 1, exact + Int(share * Float(half - exact)))
  }

  /// Adds gate times bias to a head's scores: a row's biases are a run of the table.
  func add(to scores: Attention.Scores, gates: Tensor) {
    let heads = gates.columns
    let row = values.pointer + scores.head * values.columns + longest - 1
    for i in 0..<scores.length {
      let gate = gates.pointer[(scores.start + i) * heads + scores.head]
      let (target, source) = (scores.values + i * scores.stride, row - i)
      for j in 0..<scores.length { target[j] += gate * source[j] }
    }
  }
}
