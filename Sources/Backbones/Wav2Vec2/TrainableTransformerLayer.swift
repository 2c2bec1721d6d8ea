// A transformer layer that learns: what forward keeps, and how it becomes gradients.

import Base
import Kernels

extension TransformerLayer {
  struct Activations {
    let attention: AttentionActivations
    let attentionNorm: Norm.Activations
    let feedForward: FeedForwardActivations
    let finalNorm: Norm.Activations
  }

  struct AttentionActivations {
    let input: Tensor  // frames x width
    let query, key, value: Tensor  // frames x width
    let weights: Tensor  // T x T for each utterance and head, rows padded
    let mixed: Tensor  // frames x width
    /// frames x heads, and their sigmoids.
    let gates: (gates: Tensor, sigmoids: Tensor)?
    let dropout: UInt64
  }

  struct FeedForwardActivations {
    let input: Tensor  // frames x width
    let hidden: Tensor  // frames x feedForward, before GELU
    let active: Tensor  // frames x feedForward, after GELU and dropout
    let dropout: (inner: UInt64, outer: UInt64)
  }

  /// The same as in evaluation, with dropout where Hugging Face has `hidden_dropout` and
  /// `activation_dropout`; none on the attention weights.
  func forward(
    _ x: Tensor, lengths: [Int], _ w: Weights, table: PositionTable?, dropout: Float,
    random: inout RandomGenerator
  ) -> (Tensor, Activations) {
    if isStable {
      let (n1, norm1) = attentionNorm.forward(x, w)
      let (y1, a1) = attention(
        n1, lengths: lengths, w, table, dropout: dropout, random: &random)
      let x1 = x.adding(y1)
      let (n2, norm2) = finalNorm.forward(x1, w)
      let (y2, a2) = feedForward(n2, w, dropout: dropout, random: &random)
      return (
        x1.adding(y2),
        Activations(attention: a1, attentionNorm: norm1, feedForward: a2, finalNorm: norm2)
      )
    }
    let (y1, a1) = attention(x, lengths: lengths, w, table, dropout: dropout, random: &random)
    let (n1, norm1) = attentionNorm.forward(x.adding(y1), w)
    let (y2, a2) = feedForward(n1, w, dropout: dropout, random: &random)
    let (n2, norm2) = finalNorm.forward(n1.adding(y2), w)
    return (
      n2, Activations(attention: a1, attentionNorm: norm1, feedForward: a2, finalNorm: norm2)
    )
  }

  /// tableGradient: adds up, over the layers, the gradient of the table's values.
  func backward(
    _ gradient: Tensor, _ a: Activations, lengths: [Int], _ w: Weights,
    into g: ParameterBuffer, table: PositionTable?, tableGradient: inout Tensor?, dropout: Float
  ) -> Tensor {
    func feedForward(_ dy: Tensor) -> Tensor {
      feedForwardBackward(dy, a.feedForward, w, into: g, dropout: dropout)
    }
    func attention(_ dy: Tensor, _ tableGradient: inout Tensor?) -> Tensor {
      attentionBackward(
        dy, a.attention, lengths: lengths, w, into: g, table, &tableGradient, dropout: dropout)
    }
    if isStable {
      var dx = gradient
      dx.add(finalNorm.backward(feedForward(gradient), a.finalNorm, w, into: g))
      dx.add(attentionNorm.backward(attention(dx, &tableGradient), a.attentionNorm, w, into: g))
      return dx
    }
    var dx = finalNorm.backward(gradient, a.finalNorm, w, into: g)
    dx.add(feedForward(dx))
    dx = attentionNorm.backward(dx, a.attentionNorm, w, into: g)
    dx.add(attention(dx, &tableGradient))
    return dx
  }

  private func attention(
    _ x: Tensor, lengths: [Int], _ w: Weights, _ table: PositionTable?, dropout: Float,
    random: inout RandomGenerator
  ) -> (Tensor, AttentionActivations) {
    let (q, k, v) = (query(x, w), key(x, w), value(x, w))
    let gates = positions.map { $0.gates(x, w) }
    let (mixed, weights) = Attention.forward(
      Attention.Projections(q: q.pointer, k: k.pointer, v: v.pointer, stride: width), width: width,
      lengths: lengths, heads: heads, keepWeights: true,
      bias: gates.flatMap { gates in
        table.map { table in { table.add(to: $0, gates: gates.gates) } }
      })
    var y = out(mixed, w)
    let seed = random.next()
    Dropout.apply(&y, probability: dropout, seed: seed)
    return (
      y,
      AttentionActivations(
        input: x, query: q, key: k, value: v, weights: weights!, mixed: mixed, gates: gates,
        dropout: seed)
    )
  }

  private func attentionBackward(
    _ gradient: Tensor, _ a: AttentionActivations, lengths: [Int], _ w: Weights,
    into g: ParameterBuffer, _ table: PositionTable?, _ tableGradient: inout Tensor?,
    dropout: Float
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout)
    let dMixed = out.backward(dy, input: a.mixed, w, into: g)
    var gateGradient = a.gates.map { Tensor(zeros: $0.gates.rows, heads) }
    var bias: ((Attention.Scores) -> Void)?
    if let table, let gates = a.gates?.gates, let onTable = tableGradient?.mutablePointer,
      let onGates = gateGradient?.mutablePointer
    {
      bias = { table.backward($0, gates: gates, into: onTable, gateGradient: onGates) }
    }
    let projections = Attention.Projections(
      q: a.query.pointer, k: a.key.pointer, v: a.value.pointer, stride: width)
    let dQKV = Attention.backward(
      dMixed, projections, weights: a.weights, lengths: lengths, heads: heads, bias: bias)
    func project(_ place: Int, _ linear: Projection) -> Tensor {
      var dy = Tensor(uninitialized: dQKV.rows, width)
      let target = dy.mutablePointer
      for row in 0..<dQKV.rows {
        (target + row * width).update(
          from: dQKV.pointer + row * 3 * width + place * width, count: width)
      }
      return linear.backward(dy, input: a.input, w, into: g)
    }
    var dx = project(0, query)
    dx.add(project(1, key))
    dx.add(project(2, value))
    if let positions, let gates = a.gates, let gateGradient {
      dx.add(
        positions.backward(gateGradient, sigmoids: gates.sigmoids, input: a.input, w, into: g))
    }
    return dx
  }

  private func feedForward(
    _ x: Tensor, _ w: Weights, dropout: Float, random: inout RandomGenerator
  ) -> (Tensor, FeedForwardActivations) {
    let hidden = expand(x, w)
    let seeds = (random.next(), random.next())
    var active = GELU.forward(hidden)
    Dropout.apply(&active, probability: dropout, seed: seeds.0)
    var y = contract(active, w)
    Dropout.apply(&y, probability: dropout, seed: seeds.1)
    return (
      y, FeedForwardActivations(input: x, hidden: hidden, active: active, dropout: seeds)
    )
  }

  private func feedForwardBackward(
    _ gradient: Tensor, _ a: FeedForwardActivations, _ w: Weights,
    into g: ParameterBuffer, dropout: Float
  ) -> Tensor {
    var dy = gradient
    Dropout.apply(&dy, probability: dropout, seed: a.dropout.outer)
    var dActive = contract.backward(dy, input: a.active, w, into: g)
    Dropout.apply(&dActive, probability: dropout, seed: a.dropout.inner)
    return expand.backward(
      GELU.backward(dActive, input: a.hidden), input: a.input, w, into: g)
  }
}

extension GatedPositions {
  /// gradient: of the gates, frames x heads; input: what they were made of, frames x c. Returns d/dx.
  func backward(
    _ gradient: Tensor, sigmoids: Tensor, input x: Tensor, _ w: Weights,
    into g: ParameterBuffer
  ) -> Tensor {
    var outputs = Tensor(uninitialized: gradient.count, 8)
    let o = outputs.mutablePointer
    for i in 0..<gradient.count {
      let (dGate, const) = (gradient.pointer[i], w[constant][i % heads])
      let (a, b) = (sigmoids.pointer[2 * i], sigmoids.pointer[2 * i + 1])
      g[constant][i % heads] += dGate * a * b
      let dA = dGate * (b * const - 1) * a * (1 - a)
      let dB = dGate * a * const * b * (1 - b)
      // Each sum's gradient is that of all four of its terms.
      for k in 0..<4 { (o[8 * i + k], o[8 * i + 4 + k]) = (dA, dB) }
    }
    return projection.backward(
      outputs, input: x.reshaped(x.rows * heads, width), w, into: g
    ).reshaped(x.rows, x.columns)
  }
}

extension PositionTable {
  /// Adds what the gradient of a head's scores is to the table's values, into a gradient of their
  /// shape, and sets what it is to the gates (frames x heads).
  func backward(
    _ scores: Attention.Scores, gates: Tensor, into table: UnsafeMutablePointer<Float>,
    gateGradient: UnsafeMutablePointer<Float>
  ) {
    let heads = gates.columns
    let zero = scores.head * values.columns + longest - 1
    for i in 0..<scores.length {
      let place = (scores.start + i) * heads + scores.head
      let gate = gates.pointer[place]
      let gradient = scores.values + i * scores.stride
      let (source, target) = (values.pointer + zero - i, table + zero - i)
      var sums = Vector.zero
      eachVector(scores.length) { j, count in
        let g = Vector(load: gradient + j, count: count)
        sums.addProduct(g, Vector(load: source + j, count: count))
        (Vector(load: target + j, count: count) + g * gate).store(target + j, count: count)
      }
      gateGradient[place] = sums.total
    }
  }

  /// Adds a gradient of the table's values to that of the embedding (buckets x heads) they came from.
  func addEmbeddingGradient(
    _ gradient: Tensor, _ configuration: Wav2Vec2Configuration,
    to embedding: UnsafeMutablePointer<Float>
  ) {
    let heads = configuration.heads
    for column in 0..<gradient.columns {
      let bucket = Self.bucket(ofColumn: column, longest: longest, configuration)
      for head in 0..<heads {
        embedding[bucket * heads + head] += gradient.pointer[head * gradient.columns + column]
      }
    }
  }
}
