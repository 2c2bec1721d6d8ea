// What all folders written by Hugging Face's transformers are held against.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

/// The folder's own logits at full depth and with layers skipped, each within 1e-4 of the largest.
func expectLogitsOfTransformers(_ name: String) throws {
  try expectLogits(of: fixture(name), areThose: "logits")
}

/// The same of a folder that has several: those whose names begin with `kind`.
func expectLogits(of folder: URL, areThose kind: String) throws {
  let name = folder.lastPathComponent
  let backbone = try Recognizer(contentsOf: folder).backbone
  let expected = try SafetensorsFile(
    contentsOf: folder.appendingPathComponent("expected.safetensors"))
  let full = LayerMask.full(backbone.layerCount)
  /// Softmax undoes what the logits' common shift is.
  func expectSame(_ samples: [Float], _ mask: LayerMask, _ key: String) throws {
    expectClose(
      backbone.logProbabilities([samples], mask: mask),
      LogSoftmax.forward(try expected.tensor(key)), relative: 1e-4, "\(name) \(key)")
  }
  var utterances: [[Float]] = []
  for number in 0..<3 {
    let samples = try expected.tensor("samples.\(number)").values
    utterances.append(samples)
    let key = "\(kind).\(number)"
    #expect(backbone.frameCount(sampleCount: samples.count) == expected.shape(key)?.first)
    try expectSame(samples, full, key)
  }
  for key in expected.names where key.hasPrefix("\(kind).0.") {
    let mask = try LayerMask(String(key.dropFirst(kind.count + 3)), layerCount: backbone.layerCount)
    try expectSame(utterances[0], mask, key)
  }
  // Packed side by side, none hears the others.
  let together = backbone.logProbabilities(utterances, mask: full)
  let apart = utterances.map { backbone.logProbabilities([$0], mask: full).values }
  expectClose(together.values, apart.flatMap { $0 }, relative: 1e-5)
}

/// Every learnt value of the folder counts, once.
func expectStagesThatAddUp(_ name: String) throws {
  let backbone = try Recognizer(contentsOf: fixture(name)).backbone
  let tensors = try ModelTensors(contentsOf: fixture(name))
  let unlearnt = [
    "running_mean", "running_var", "num_batches_tracked", "masked_spec_embed", "inv_freq",
  ]
  let learnt = tensors.names.filter { name in !unlearnt.contains { name.hasSuffix($0) } }
  #expect(
    learnt.reduce(0) { $0 + (tensors.file(with: $1)?.shape($1) ?? []).reduce(1, *) }
      == backbone.parameterCount)
  let stages = backbone.parameters
  #expect(stages.layers.allSatisfy { $0 > 0 } && stages.frontEnd > 0 && stages.head > 0)
  let operations = backbone.operations(sampleCount: 16000)
  #expect(operations.layers.allSatisfy { $0 > 0 } && operations.frontEnd > 0)
  // Nothing at all is heard, and costs nothing.
  #expect(backbone.frameCount(sampleCount: 0) == 0)
  #expect(backbone.operations(sampleCount: 0).total(.full(backbone.layerCount)) == 0)
  #expect(
    backbone.logProbabilities([[]], mask: .full(backbone.layerCount)).shape
      == [0, backbone.tokenCount])
}

/// Something done to a copy of a model folder.
enum Damage {
  case replace(String, String, String)
  case remove(String)
  case write(String, String)
  case rename(String, String)
  /// Another fixture's file.
  case copy(String, String)
  case all([Damage])

  func apply(to folder: URL) throws {
    switch self {
    case .replace(let file, let old, let new):
      let url = folder.appendingPathComponent(file)
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.contains(old), "\(file) has no \(old)")
      try text.replacingOccurrences(of: old, with: new)
        .write(to: url, atomically: true, encoding: .utf8)
    case .remove(let file):
      try FileManager.default.removeItem(at: folder.appendingPathComponent(file))
    case .write(let file, let text):
      try text.write(
        to: folder.appendingPathComponent(file), atomically: true, encoding: .utf8)
    case .rename(let file, let name):
      try FileManager.default.moveItem(
        at: folder.appendingPathComponent(file), to: folder.appendingPathComponent(name))
    case .copy(let name, let file):
      let place = folder.appendingPathComponent(file)
      try FileManager.default.copyItem(at: fixture("\(name)/\(file)"), to: place)
    case .all(let damages):
      for damage in damages { try damage.apply(to: folder) }
    }
  }
}

/// Loading a copy of the folder, each time damaged in one way, fails with an error that has the part.
func expectErrors(_ name: String, _ cases: [(damage: Damage, part: String)]) throws {
  try withTemporaryFolder { folder in
    for (index, (damage, part)) in cases.enumerated() {
      let place = folder.appendingPathComponent("\(index)")
      try FileManager.default.copyItem(at: fixture(name), to: place)
      try damage.apply(to: place)
      var message = "none"
      do {
        _ = try Recognizer(contentsOf: place)
      } catch {
        message = "\(error)"
      }
      #expect(message.contains(part), "\(message)")
    }
  }
}
