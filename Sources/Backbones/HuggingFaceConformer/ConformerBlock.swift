// One droppable layer of Hugging Face's Conformers: feed-forward, attention, convolution, feed-forward.

import Kernels

/// What the blocks of a model have in common.
struct ConformerBlockSettings: Sendable {
  var width, heads, feedForward: Int
  /// Depthwise, odd.
  var kernel: Int
  /// Whether the depthwise filters hear nothing of what comes, and LayerNorm is behind them.
  var isCausal = false
  var positions: PositionKind?
  var rotaryBase = 10_000.0
  /// Of relative keys: key minus query, the first to the last that has a vector of its own.
  var distances = 0...0
  var activation: Activation
  /// Whether the linear layers, and the convolutions, have biases.
  var linearBias, convolutionBias: Bool
  /// Of every LayerNorm.
  var epsilon = LayerNorm.epsilon
  var names: ConformerBlockNames
}

/// What a model calls the tensors of a block.
struct ConformerBlockNames: Sendable {
  let firstNorm, first, attentionNorm, convolutionNorm, secondNorm, second, finalNorm: String
  let expand, contract: String
  let query, key, value, out, position, contentBias, distanceBias: String
  let pointwiseIn, depthwise, pointwiseOut: String
  private(set) var filterNorm: String
  /// Of all models that have relative keys.
  static let distances = "self_attn.distance_embedding"

  /// `Wav2Vec2ConformerEncoderLayer`.
  static let wav2vec2 = ConformerBlockNames(
    firstNorm: "ffn1_layer_norm", first: "ffn1", attentionNorm: "self_attn_layer_norm",
    convolutionNorm: "conv_module.layer_norm", secondNorm: "ffn2_layer_norm", second: "ffn2",
    finalNorm: "final_layer_norm", expand: "intermediate_dense", contract: "output_dense",
    query: "self_attn.linear_q", key: "self_attn.linear_k", value: "self_attn.linear_v",
    out: "self_attn.linear_out", position: "self_attn.linear_pos",
    contentBias: "self_attn.pos_bias_u", distanceBias: "self_attn.pos_bias_v",
    pointwiseIn: "conv_module.pointwise_conv1", depthwise: "conv_module.depthwise_conv",
    pointwiseOut: "conv_module.pointwise_conv2", filterNorm: "conv_module.batch_norm")

  /// `Wav2Vec2BertEncoderLayer`.
  static let wav2vec2Bert = {
    var names = wav2vec2
    names.filterNorm = "conv_module.depthwise_layer_norm"
    return names
  }()

  /// `ParakeetEncoderBlock`.
  static let parakeet = ConformerBlockNames(
    firstNorm: "norm_feed_forward1", first: "feed_forward1", attentionNorm: "norm_self_att",
    convolutionNorm: "norm_conv", secondNorm: "norm_feed_forward2", second: "feed_forward2",
    finalNorm: "norm_out", expand: "linear1", contract: "linear2", query: "self_attn.q_proj",
    key: "self_attn.k_proj", value: "self_attn.v_proj", out: "self_attn.o_proj",
    position: "self_attn.relative_k_proj", contentBias: "self_attn.bias_u",
    distanceBias: "self_attn.bias_v", pointwiseIn: "conv.pointwise_conv1",
    depthwise: "conv.depthwise_conv", pointwiseOut: "conv.pointwise_conv2", filterNorm: "conv.norm")
}

/// LN, Linear, activation, Linear: what half of is added before and after attention and convolution.
private struct BlockFeedForward: Sendable {
  private let norm: Norm
  private let expand, contract: Projection
  private let activation: Activation

  init(
    norm: String, _ name: String, _ settings: ConformerBlockSettings,
    in layout: inout ParameterLayout
  ) {
    let (names, width, inner) = (settings.names, settings.width, settings.feedForward)
    self.norm = Norm(norm, width, epsilon: settings.epsilon, in: &layout)
    expand = Projection(
      "\(name).\(names.expand)", width, inner, bias: settings.linearBias, in: &layout)
    contract = Projection(
      "\(name).\(names.contract)", inner, width, bias: settings.linearBias, in: &layout)
    activation = settings.activation
  }

  func callAsFunction(_ x: Tensor, _ w: Weights) -> Tensor {
    contract(activation(expand(norm(x, w), w)), w)
  }

  var products: FeedForward { FeedForward(expand: expand, contract: contract) }
}

/// The Conformer layer (Gulati et al., arXiv 2005.08100): x += FFN1(LN(x)) / 2; x += MHSA(LN(x));
/// x += Conv(LN(x)); x += FFN2(LN(x)) / 2; y = LN(x).
struct ConformerBlock: Sendable {
  private let first, second: BlockFeedForward
  private let attentionNorm, finalNorm: Norm
  private let attention: BlockAttention
  private let convolution: BlockConvolution

  init(
    _ prefix: String, _ settings: ConformerBlockSettings, in layout: inout ParameterLayout,
    state: inout ParameterLayout
  ) {
    let (names, width, epsilon) = (settings.names, settings.width, settings.epsilon)
    first = BlockFeedForward(
      norm: "\(prefix).\(names.firstNorm)", "\(prefix).\(names.first)", settings, in: &layout)
    attentionNorm = Norm(
      "\(prefix).\(names.attentionNorm)", width, epsilon: epsilon, in: &layout)
    attention = BlockAttention(prefix, settings, in: &layout)
    convolution = BlockConvolution(prefix, settings, in: &layout, state: &state)
    second = BlockFeedForward(
      norm: "\(prefix).\(names.secondNorm)", "\(prefix).\(names.second)", settings, in: &layout)
    finalNorm = Norm("\(prefix).\(names.finalNorm)", width, epsilon: epsilon, in: &layout)
  }

  /// See `BlockConvolution.filters`.
  func filters(_ w: Weights, state: Weights) -> BlockConvolution.Filters {
    convolution.filters(w, state: state)
  }

  /// input.shared is what `ConformerBlocks.positions` gave, for its longest utterance or a longer one.
  func callAsFunction(
    _ input: HiddenFrames, _ w: Weights, filters: BlockConvolution.Filters
  ) -> Tensor {
    var x = input.values
    x.add(first(x, w), scale: 0.5)
    x.add(attention(attentionNorm(x, w), lengths: input.lengths, w, positions: input.shared))
    x.add(convolution(x, lengths: input.lengths, w, filters: filters))
    x.add(second(x, w), scale: 0.5)
    return finalNorm(x, w)
  }

  /// FLOPs of the products and convolutions for an utterance of `frames`; elementwise work is left out.
  func operations(frames: Int, _ w: Weights) -> Double {
    Double(frames) * feedForwards.reduce(0) { $0 + $1.operationsPerFrame(w) }
      + attention.operations(frames: frames) + convolution.operations(frames: frames)
  }

  var feedForwards: [FeedForward] { [first.products, second.products] }

  var projections: [Projection] {
    feedForwards.flatMap(\.projections) + attention.projections + convolution.projections
  }
}

/// All blocks of a model, which are its layers.
struct ConformerBlocks: Sendable {
  private let settings: ConformerBlockSettings
  private let blocks: [ConformerBlock]
  /// Of each block, once `fold` was called.
  private var filters: [BlockConvolution.Filters] = []

  init(
    _ names: LayerNames, count: Int, _ settings: ConformerBlockSettings,
    in layout: inout ParameterLayout, state: inout ParameterLayout
  ) {
    self.settings = settings
    blocks = (0..<count).map {
      ConformerBlock("\(names.prefix)\($0)", settings, in: &layout, state: &state)
    }
  }

  /// What the weights make of the filters, worked out once; before any layer runs.
  mutating func fold(_ w: Weights, state: Weights) {
    filters = blocks.map { $0.filters(w, state: state) }
  }

  /// The table of positions that all share, for these utterances.
  func positions(_ lengths: [Int]) -> Tensor? {
    let longest = lengths.max() ?? 0
    return switch settings.positions {
    case .relative: DistanceSinusoids.table(longest: longest, width: settings.width)
    case .rotary:
      RotaryPositions.table(
        longest: longest, headWidth: settings.width / settings.heads, base: settings.rotaryBase)
    case .relativeKey, nil: nil
    }
  }

  func layer(_ index: Int, _ input: HiddenFrames, _ w: Weights) -> HiddenFrames {
    HiddenFrames(
      values: blocks[index](input, w, filters: filters[index]), lengths: input.lengths,
      shared: input.shared)
  }

  /// Of each, see `ConformerBlock.operations`.
  func operations(frames: Int, _ w: Weights) -> [Double] {
    blocks.map { $0.operations(frames: frames, w) }
  }

  /// Of all, front to back.
  var feedForwards: [FeedForward] { blocks.flatMap(\.feedForwards) }
  var projections: [Projection] { blocks.flatMap(\.projections) }
}
