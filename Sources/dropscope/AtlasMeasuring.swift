// `sweep --all-masks --atlas`: every mask of a model on a split, and what policies find there, into one file, going
// on where it was stopped.

import Backbones
import Base
import Foundation
import Synchronization
import Tradeoff

struct AtlasMeasuring {
  let walk: AtlasWalk
  let key: MaskAtlas.Key
  let output: URL
  let threads: Int

  /// Finished batches are kept in a folder beside the output until all is done. The exit status.
  func run() throws -> Int32 {
    let parts = output.appendingPathExtension("parts")
    Interruption.install()
    guard var atlas = try known() ?? measured(parts) else { return Interruption.exitStatus }
    let bar = Mutex(ProgressBar("policies of \(key.model)"))
    let finder = PolicyFinder(
      atlas, beside: walk, threads: threads, isCancelled: { Interruption.isRequested },
      progress: { policy, done in bar.withLock { $0.update(done, note: policy) } })
    if atlas.findings.map({ !finder.isComplete($0) }) ?? true {
      let findings = finder.findings(beside: atlas.findings)
      bar.withLock { $0.finish() }
      guard let findings else {
        Dropscope.complain("stopped after all batches; the same command goes on")
        return Interruption.exitStatus
      }
      atlas.findings = findings
      try atlas.write(to: output)
    }
    try? FileManager.default.removeItem(at: parts)
    try show(atlas)
    return 0
  }

  /// What the output holds already, where it is the same atlas; it may be from before findings were kept.
  private func known() -> MaskAtlas? {
    guard let atlas = try? MaskAtlas(contentsOf: output), atlas.key == key,
      atlas.points.map(\.mask) == walk.masks.sorted(by: { $0.number < $1.number }),
      !atlas.bestMasks.isEmpty, !atlas.confidences.isEmpty
    else { return nil }
    return atlas
  }

  /// nil when it was stopped, which has been said.
  private func measured(_ parts: URL) throws -> MaskAtlas? {
    try OutputFile.makeFolder(parts)
    @Sendable func file(_ batch: Int) -> URL {
      parts.appendingPathComponent("\(batch).safetensors")
    }
    let found = walk.batches.indices.map { batch in
      AtlasWalk.Part(
        contentsOf: file(batch), key: key, utterances: walk.batches[batch], masks: walk.masks)
    }
    let missing = found.indices.filter { found[$0] == nil }
    let state = Mutex(
      (bar: ProgressBar("atlas of \(key.model)"), done: 0, failure: InputError?.none))
    let total = Double(max(1, missing.count * walk.masks.count))
    let measured = Mutex(found)
    WorkerTeam.each(of: missing.count, workers: threads) { place in
      let batch = missing[place]
      func isStopped() -> Bool {
        Interruption.isRequested || state.withLock { $0.failure != nil }
      }
      let part = walk.run(batch: batch, isCancelled: isStopped) { _, _ in
        state.withLock {
          $0.done += 1
          $0.bar.update(Double($0.done) / total, note: "\(walk.masks.count) masks")
        }
      }
      guard let part else { return }
      do {
        try part.write(to: file(batch), key: key, masks: walk.masks)
        measured.withLock { $0[batch] = part }
      } catch {
        state.withLock { $0.failure = error as? InputError ?? InputError("\(error)") }
      }
    }
    if let failure = state.withLock({ state in
      state.bar.finish()
      return state.failure
    }) {
      throw failure
    }
    let all = measured.withLock { $0.compactMap { $0 } }
    guard all.count == walk.batches.count else {
      Dropscope.complain(
        "stopped after \(all.count) of \(walk.batches.count) batches; the same command goes on")
      return nil
    }
    return walk.atlas(all, key: key)
  }

  private func show(_ atlas: MaskAtlas) throws {
    let table = TextTable(
      ["best mask", "keep", "masks", "WER %", "mean", "CTC", "self-KL", "oracle"],
      names: [[String(repeating: "1", count: key.layers)]],
      numbers: [4, 6, 6, 6, 6, 7, 6])
    try StandardOutput.show(
      """
      \(key.model) on \(key.dataset)/\(key.split): \(atlas.points.count) masks\
      \(atlas.isComplete ? "" : " of 2^\(key.layers)"), \(key.utterances) utterances, \
      \(key.words) words
      CTC: nats an utterance; self-KL: from full depth, nats a frame; oracle: the best mask of each
      utterance

      \(table.heading)
      """)
    for depth in (0...key.layers).reversed() {
      guard let best = atlas.best(keeping: depth) else { continue }
      let all = atlas.points.filter { $0.mask.keptCount == depth }
      let mean = all.reduce(0) { $0 + atlas.errorRate($1) } / Double(all.count)
      let oracle = atlas.fewestErrors.reduce(0) { $0 + $1[depth] }
      try StandardOutput.show(
        table.line([
          best.mask.description, "\(depth)", "\(all.count)",
          TextTable.number(100 * atlas.errorRate(best), 2), TextTable.number(100 * mean, 2),
          TextTable.number(best.loss, 3), TextTable.number(best.divergence, 3),
          TextTable.number(100 * Double(oracle) / Double(max(1, key.words)), 2),
        ]))
    }
    if let values = atlas.shapleyValues() {
      try StandardOutput.show(
        "\nShapley values of CTC, layer 1 first: \(numbers(values))")
    }
    let path = atlas.greedyPath()
    let dropped = zip(path, path.dropFirst()).map { before, after in
      (0..<key.layers).first { before.mask[$0] != after.mask[$0] }.map { "\($0 + 1)" } ?? ""
    }
    try StandardOutput.show(
      "dropped one by one, by CTC: \(dropped.joined(separator: " "))")
    if let findings = atlas.findings { try show(findings, of: atlas) }
  }

  private func show(_ findings: AtlasFindings, of atlas: MaskAtlas) throws {
    let exact = atlas.shapleyValues()
    let surrogate = findings.surrogateValues
    if let exact, !surrogate.isEmpty {
      let errors = zip(exact, surrogate).map { abs($0 - $1) }
      let mean = errors.reduce(0, +) / Double(errors.count)
      try StandardOutput.show(
        """
        a surrogate fitted to a sample of masks: \(TextTable.number(mean, 3)) off on the average, \
        \(TextTable.number(errors.max() ?? 0, 3)) at most
        """)
    } else if !surrogate.isEmpty {
      try StandardOutput.show(
        "Shapley values of CTC by a surrogate, layer 1 first: \(numbers(surrogate))")
    }
    try StandardOutput.show(
      "squared slopes of CTC, layer 1 first: \(numbers(findings.sensitivities))")
    try showRuns(findings, beside: atlas)
    if let exits = findings.exits {
      let lines = zip(exits.depths, exits.losses).map { depth, losses in
        "after \(depth) \(TextTable.number(Double(losses.untrained), 3)) to "
          + TextTable.number(Double(losses.trained), 3)
      }
      try StandardOutput.show(
        """
        exits, CTC a token + KL a frame of speakers that they were not trained on, untrained to trained:
        \(lines.joined(separator: ", "))
        """)
    }
    let costs = findings.costs.map { cost -> String in
      let runs = Double(cost.layerRuns) / Double(max(1, key.utterances))
      var parts: [String] = []
      if cost.layerRuns > 0 {
        parts.append("\(TextTable.number(runs, 0)) layer runs an utterance")
      }
      if cost.trainingSteps > 0 { parts.append("\(cost.trainingSteps) training steps") }
      return "\(cost.policy) \(parts.isEmpty ? "nothing" : parts.joined(separator: " and "))"
    }
    try StandardOutput.show("what finding took besides: \(costs.joined(separator: ", "))")
  }

  /// Which run of layers to skip at each depth, by search over all runs and by the learnt gate.
  private func showRuns(_ findings: AtlasFindings, beside atlas: MaskAtlas) throws {
    func words(_ mask: LayerMask?) -> String {
      guard let mask else { return "unknown" }
      let loss = atlas[mask].map { TextTable.number($0.loss, 3) } ?? "not measured"
      return "\(mask) \(loss)"
    }
    guard findings.gatedRuns != nil else { return }
    try StandardOutput.show("runs of layers to skip, with CTC: by search, by the learnt gate")
    for depth in (1..<key.layers).reversed() {
      let searched = ContiguousPolicy.searched(keeping: depth, in: atlas)?.mask
      let learnt = findings.gatedRun(keeping: depth, of: key.layers)
      try StandardOutput.show("  \(depth): \(words(searched)), \(words(learnt))")
    }
  }

  private func numbers(_ values: [Double]) -> String {
    values.map { TextTable.number($0, 3) }.joined(separator: " ")
  }
}
