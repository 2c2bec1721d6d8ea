// Every backbone of the catalogue does what the protocol says; a new one is a type and an entry.

import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Backbones

@Suite struct BackboneCatalogTests {
  /// A folder of small random weights among the fixtures, by `model_type`: a new entry needs one.
  private static let folders: [String: URL] = {
    let fixtures = fixture("")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []
    return names.sorted().reduce(into: [:]) { folders, name in
      let folder = fixtures.appendingPathComponent(name)
      guard let type = try? ModelFolder.modelType(of: folder) else { return }
      folders[type] = folders[type] ?? folder
    }
  }()

  private func load(_ type: String) throws -> any Backbone {
    try BackboneCatalog.load(try #require(Self.folders[type], "no fixture is a \(type)"))
  }

  private func noise(_ backbone: any Backbone, seconds: Double, seed: UInt64) -> [Float] {
    var random = RandomGenerator(seed: seed)
    return (0..<Int(seconds * Double(backbone.sampleRate))).map { _ in 0.1 * random.normal() }
  }

  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func stagesFitTogether(type: String) throws {
    let backbone = try load(type)
    let utterances = [0.7, 1.1].enumerated().map {
      noise(backbone, seconds: $0.element, seed: UInt64($0.offset))
    }
    let lengths = utterances.map { backbone.frameCount(sampleCount: $0.count) }
    var frames = backbone.frontEnd(utterances)
    #expect(frames.lengths == lengths && frames.values.rows == lengths.reduce(0, +))
    let width = frames.values.columns
    for index in 0..<backbone.layerCount {
      let skipped = backbone.skip(index, frames)
      let next = backbone.layer(index, frames)
      for output in [skipped, next] {
        #expect(output.lengths == lengths)
        #expect(output.values.shape == [frames.values.rows, width])
        #expect(output.values.values.allSatisfy { $0.isFinite })
      }
      #expect(next.values.values != frames.values.values, "layer \(index) does nothing")
      frames = next
    }
    let head = backbone.head(frames)
    #expect(head.shape == [frames.values.rows, backbone.tokenCount])
    for row in 0..<head.rows {
      let sum = head.rows(row..<row + 1).values.reduce(0.0) { $0 + exp(Double($1)) }
      expectClose(sum, 1)
    }
    // The whole stack at once says the same.
    let mask = LayerMask.full(backbone.layerCount)
    expectClose(backbone.logProbabilities(utterances, mask: mask), head, relative: 1e-6)
  }

  /// Parameters and operations of each stage; a skipped layer costs no more than its norm.
  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func stagesHaveTheirPrice(type: String) throws {
    let backbone = try load(type)
    #expect((0..<backbone.tokenCount).contains(backbone.blank))
    #expect(backbone.frameSeconds > 0 && backbone.parameterCount > 0)
    for values in [backbone.parameters, backbone.operations(sampleCount: 2 * backbone.sampleRate)] {
      #expect(values.layers.count == backbone.layerCount)
      #expect(values.skipped.count == backbone.layerCount)
      #expect(values.frontEnd > 0 && values.head > 0 && values.layers.allSatisfy { $0 > 0 })
      #expect(zip(values.skipped, values.layers).allSatisfy { $0 >= 0 && $0 < $1 / 2 })
    }
  }

  /// Every product and convolution that PyTorch makes, layers skipped or not (make_operations.py).
  @Test func operationsAreThoseThatPyTorchCounts() throws {
    struct Count: Decodable {
      var samples: Int
      var operations: [String: Double]
    }
    let counts = try JSONDecoder().decode(
      [String: Count].self, from: Data(contentsOf: fixture("operations.json")))
    #expect(counts.count > 15)
    for (name, count) in counts {
      let backbone = try BackboneCatalog.load(fixture(name))
      let operations = backbone.operations(sampleCount: count.samples)
      let ours = try count.operations.keys.reduce(into: [String: Double]()) {
        $0[$1] = operations.total(try LayerMask($1, layerCount: backbone.layerCount))
      }
      let masks = count.operations.keys.sorted()
      #expect(masks.count == 2)
      func difference(_ values: [String: Double]) -> Double {
        (values[masks[1]] ?? 0) - (values[masks[0]] ?? 0)
      }
      #expect(difference(ours) == difference(count.operations), "\(name)")
      // In front of the layers it makes a frame more of padding, and of kernels of even length.
      for (mask, expected) in count.operations {
        let part = (ours[mask] ?? 0) / expected
        #expect(part > 0.975 && part <= 1, "\(name) \(mask)")
      }
    }
  }

  /// What is put in front of a head can learn: the gradient of likelihoods by the frames, against
  /// differences.
  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func headsPassGradientsOn(type: String) throws {
    let backbone = try #require(try load(type) as? any DifferentiableHeadBackbone)
    let frames = backbone.frontEnd([noise(backbone, seconds: 0.5, seed: 5)])
    let input = frames.values
    let wanted = (0..<input.rows).map { $0 % backbone.tokenCount }
    func loss(_ values: Tensor) -> Double {
      let said = backbone.head(HiddenFrames(values: values, lengths: frames.lengths))
      return wanted.enumerated().reduce(0) { $0 - Double(said[$1.offset, $1.element]) }
    }
    var logitGradient = backbone.head(frames)
    let p = logitGradient.mutablePointer
    for place in 0..<logitGradient.count { p[place] = exp(p[place]) }
    for (row, token) in wanted.enumerated() { p[row * backbone.tokenCount + token] -= 1 }
    let gradient = backbone.headGradient(logitGradient, of: input)
    #expect(gradient.shape == input.shape)
    let places = stride(from: 0, to: input.count, by: max(1, input.count / 40)).map { $0 }
    expectClose(
      places.map { gradient.pointer[$0] }, numericalGradient(input, at: places, loss),
      relative: 1e-2, absolute: 1e-3)
  }

  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func skippingIsTheIdentityOrTheLastNorm(type: String) throws {
    let backbone = try load(type)
    let frames = backbone.frontEnd([noise(backbone, seconds: 0.5, seed: 4)])
    let isNormalized = backbone.skipRule == .normalized
    for index in 0..<backbone.layerCount {
      let skipped = backbone.skip(index, frames)
      #expect((skipped.values.values == frames.values.values) == !isNormalized)
      #expect(skipped.shared?.shape == frames.shared?.shape)
    }
  }

  /// Frame for frame, whatever a model's rates; a cut lies nowhere but between frames.
  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func piecesHaveTheFramesOfTheWhole(type: String) throws {
    let backbone = try load(type)
    for seconds in [29.9, 30.3, 47.123, 75.5] {
      let samples = noise(backbone, seconds: seconds, seed: 5)
      let pieces = backbone.pieces(samples)
      #expect((pieces.count == 1) == (seconds < 30))
      #expect(
        pieces.reduce(0) { $0 + $1.own.count } == backbone.frameCount(sampleCount: samples.count))
      for piece in pieces {
        let frames = backbone.frameCount(sampleCount: piece.samples.count)
        #expect(piece.own.upperBound <= frames && piece.samples.count <= 30 * backbone.sampleRate)
      }
    }
  }

  /// Not the same values: positions are counted, and statistics taken, from a piece's own beginning.
  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func framesOfPiecesAreInTheirPlaces(type: String) throws {
    let backbone = try load(type)
    let samples = noise(backbone, seconds: 47, seed: 6)
    let mask = LayerMask(layerCount: backbone.layerCount, keeping: [])
    let whole = backbone.logProbabilities([samples], mask: mask)
    let pieces = backbone.logProbabilities(ofLong: samples, mask: mask)
    #expect(pieces.shape == whole.shape)
    func distance(_ shift: Int) -> Double {
      (1..<whole.rows - 1).reduce(0) { sum, row in
        (0..<whole.columns).reduce(sum) {
          $0 + pow(Double(pieces[row, $1]) - Double(whole[row + shift, $1]), 2)
        }
      }
    }
    #expect(distance(0) < distance(1) && distance(0) < distance(-1))
  }

  /// As one recording that somebody waits for is heard: heads and rows side by side.
  @Test(arguments: BackboneCatalog.loaders.map(\.modelType))
  func threadsDoNotChangeResults(type: String) throws {
    let backbone = try load(type)
    let samples = noise(backbone, seconds: 12, seed: 7)
    let mask = LayerMask.full(backbone.layerCount)
    let alone = backbone.logProbabilities([samples], mask: mask)
    let together = Parallel.with(threads: 4) { backbone.logProbabilities([samples], mask: mask) }
    expectClose(together, alone, relative: 1e-4)
  }

  @Test func typesAreThereOnce() {
    let types = BackboneCatalog.loaders.map(\.modelType)
    #expect(Set(types).count == types.count)
  }

  // MARK: A new one

  /// Loudness of every tenth of a second, layers that double it, and two tokens.
  private struct Loudness: Backbone {
    static let modelType = "loudness"
    let layerCount: Int
    let tokenCount = 2
    let blank = 1
    let frameSeconds = 0.1
    let sampleRate = 100

    init(contentsOf folder: URL) throws {
      struct Settings: Decodable { var layers: Int }
      let data = try ModelFolder.read(
        folder.appendingPathComponent(ModelFolder.configurationName))
      layerCount = try JSONDecoder().decode(Settings.self, from: data).layers
    }

    func frontEnd(_ utterances: [[Float]]) -> HiddenFrames {
      HiddenFrames(
        packing: utterances.map { samples in
          let frames = frameCount(sampleCount: samples.count)
          return Tensor(
            (0..<frames).map { samples[$0 * 10..<$0 * 10 + 10].reduce(0) { $0 + abs($1) } },
            shape: [frames, 1])
        })
    }

    func layer(_ index: Int, _ input: HiddenFrames) -> HiddenFrames {
      HiddenFrames(values: input.values.scaled(by: 2), lengths: input.lengths)
    }

    func head(_ input: HiddenFrames) -> Tensor {
      LogSoftmax.forward(
        Tensor(input.values.values.flatMap { [$0, 1] }, shape: [input.values.rows, 2]))
    }

    var parameters: StageValues {
      StageValues(
        frontEnd: 0, layers: Array(repeating: 1, count: layerCount),
        skipped: Array(repeating: 0, count: layerCount), head: 2)
    }

    func operations(sampleCount: Int) -> StageValues {
      let frames = Double(frameCount(sampleCount: sampleCount))
      return StageValues(
        frontEnd: 10 * frames, layers: Array(repeating: frames, count: layerCount),
        skipped: Array(repeating: 0, count: layerCount), head: frames)
    }

    func frameCount(sampleCount: Int) -> Int { sampleCount / 10 }
  }

  @Test func aNewBackboneIsATypeAndAnEntry() throws {
    let entry: BackboneCatalog.Entry = (Loudness.modelType, { try Loudness(contentsOf: $0) })
    let entries = BackboneCatalog.loaders + [entry]
    try withTemporaryFolder { folder in
      try Data(#"{"model_type": "loudness", "layers": 3}"#.utf8)
        .write(to: folder.appendingPathComponent(ModelFolder.configurationName))
      let backbone = try BackboneCatalog.load(folder, among: entries)
      #expect(backbone is Loudness && backbone.parameterCount == 5)
      let samples: [Float] = Array(repeating: 0, count: 10) + Array(repeating: 0.2, count: 10)
      let loud = backbone.logProbabilities(ofLong: samples, mask: .full(3))
      #expect(loud[0, 0] < loud[0, 1] && loud[1, 0] > loud[1, 1])
      // 2 is louder than 1 only with the layers.
      let two = backbone.logProbabilities([[Float](repeating: 0.05, count: 10)], mask: .full(3))
      let none = backbone.logProbabilities(
        [[Float](repeating: 0.05, count: 10)], mask: LayerMask(layerCount: 3, keeping: []))
      #expect(two[0, 0] > two[0, 1] && none[0, 0] < none[0, 1])
      // And unknown to who does not have the entry.
      #expect(throws: InputError.self) { try BackboneCatalog.load(folder) }
    }
  }
}
