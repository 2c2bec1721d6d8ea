// Utterances with masks of their own on the screen.

import Backbones
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct OwnMasksTests {
  @discardableResult
  private func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { update(&state, .terminal(.key($0))) }
  }

  private func text(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  private static let number = PolicyCatalog.names.firstIndex(of: "bernoulli")! + 1

  /// Where the column's title has room for how many layers run.
  private func narrow(_ state: DashboardState) -> String {
    var state = state
    state.size = Size(width: 80, height: 24)
    return text(state)
  }

  /// Half of the layers by lot, all measured.
  private func drawn() -> DashboardState {
    var state = Scene.withAtlases()
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    press(
      &state, "d", "5", "0", .enter, "P", .character(Character("\(Self.number)")))
    Scene.serve([], &state)
    return state
  }

  @Test func theLayerColumnShowsShares() throws {
    let state = drawn()
    #expect(state.policyName == "bernoulli" && state.walk.mask == nil)
    let ids = state.subject.utterances.map(\.id)
    let masks = ids.compactMap(state.walk.mask(of:))
    for layer in 0..<12 {
      let share = Double(masks.count { $0[layer] }) / Double(ids.count)
      #expect(state.share(ofLayer: layer) == share)
      #expect(
        text(state).contains("\(layer + 1) \(share >= 0.5 ? "■" : "□") \(fixed(share * 100, 0)) %"))
    }
    let mean = Double(masks.reduce(0) { $0 + $1.keptCount }) / Double(ids.count)
    #expect(narrow(state).contains("\(fixed(mean, 1)) of 12 run, a mean"))
    #expect(text(state).contains("bernoulli (P), seed 1 (r)"))
    // What the utterances needed, not what as many layers would.
    let point = state.presentPoint
    let measured = try #require(state.measurements[point])
    let operations = measured.results.reduce(0) { $0 + ($1?.operations ?? 0) }
    #expect(
      abs(state.gflopPerAudioSecond(point) - operations / measured.audioSeconds / 1e9) < 1e-9)
  }

  @Test func beforeAnythingIsMeasuredNoShareIsMadeUp() {
    var state = drawn()
    state.measurements = [:]
    #expect((0..<12).allSatisfy { state.share(ofLayer: $0) == nil })
    #expect(narrow(state).contains("6.0 of 12 run, a mean"))
    press(&state, "P", "1")
    #expect((0..<12).allSatisfy { [0, 1].contains(state.share(ofLayer: $0)) })
    #expect(narrow(state).contains("6 run, 6 skipped"))
  }

  /// Each transcript has its mask beside it, and close looks are taken of that.
  @Test func transcriptsShowTheirMasks() {
    var state = drawn()
    press(&state, .character(Character("\(state.number(of: .transcripts))")))
    let mask = state.mask
    #expect(mask == state.walk.mask(of: state.subject.utterances[state.utterance].id))
    #expect(text(state).contains(mask.description))
    press(&state, .character(Character("\(state.number(of: .layers))")))
    #expect(
      state.wantedProbe == .lens(model: state.model, utterance: state.utterance, mask: mask))
  }

  /// Times come from the machine's measured speed, by the masks that utterances have: of the first five
  /// layers and of the first seven, half of the latter after two looks.
  @Test func timesAreThoseOfTheMasks() throws {
    let walk = Walk(policy: "exit", atlas: "a", keeping: 6, of: 12, look: { _, _ in .run })
    var state = drawn()
    state.choice.walk = walk
    let point = state.presentPoint
    // 3 ms and half of what all layers take, 15 ms.
    #expect(state.isEstimated(point) && text(state).contains(/ms, estimated +10\.5 +18\.0/))
    var measurement = Measurement(walk: walk, utteranceCount: state.subject.utterances.count)
    for index in state.subject.utterances.indices {
      let mask = Walk(LayerMask(layerCount: 12, keeping: 0..<(index % 2 == 0 ? 5 : 7)))
      var result = Scene.result(index, mask)
      if index % 4 == 1 { result.looks = [2, 3] }
      measurement.add(result, speakers: state.subject.speakers)
    }
    state.measurements[point] = measurement
    // Five layers take 6.1 ms, seven 8.6; the head 0.5 for each look.
    #expect(!state.isEstimated(point))
    let mean = try #require(state.seconds(point))
    #expect(abs(mean - (0.003 + (0.0061 + 0.0086) / 2 + 0.001 / 4)) < 1e-9)
    #expect(text(state).contains(/ms, measured +10\.6 +18\.0/))
    // Each by its own, in proportion to its length: what files and the scenario have.
    let results = measurement.results.compactMap { $0 }
    let own = try #require(state.seconds(point, of: results))
    for (result, seconds) in zip(results, own) {
      let layers = result.mask.keptCount == 5 ? 0.0061 : 0.0086
      let expected = 0.003 + layers + 0.0005 * Double(result.looks.count)
      #expect(abs(seconds - expected * result.audioSeconds / 2.8) < 1e-9)
    }
    #expect(state.visitedWalks.first { $0.walk == walk }?.results.map(\.seconds) == own)
  }

  /// A clip goes by its id, as in its data set; another recording by its name.
  @Test func recordingsAreHeardByTheWalk() throws {
    var state = drawn()
    state.clips = Scene.clips
    state.view = .listen
    for (file, name) in [("/clips/0.wav", Scene.clips[0].id), ("/tmp/recording.wav", "recording")] {
      let effects = update(&state, .recorded(file))
      guard case .probe(.file(file, name, _, 0, let walks, _, _))? = effects.first else {
        Issue.record("\(file) is not heard as \(name): \(effects)")
        return
      }
      #expect(walks == state.policyWalks)
      Scene.serve(effects, &state)
      let heard = try #require(state.listening.heard(at: state.presentPoint))
      #expect(heard.mask == state.walk.mask(of: name))
    }
    let effects = update(&state, .recording(true))
    let captions = effects.compactMap { effect -> CaptionRequest? in
      if case .caption(let request) = effect { request } else { nil }
    }
    #expect(captions.first?.hearers.first?.walk == state.walk)
  }

  /// By hand from the mask of the utterance that is looked at.
  @Test func aLayerIsSwitchedInWhatIsLookedAt() {
    var state = drawn()
    var mask = state.mask
    mask[state.layerCursor].toggle()
    press(&state, " ")
    #expect(state.policyName == "manual" && state.walk == Walk(mask))
    press(&state, "u")
    #expect(state.policyName == "bernoulli" && state.walk.mask == nil)
  }

  /// A mark of a walk brings back who decided, and what it was drawn from.
  @Test func aWalkThatWasSeenIsItsPolicys() {
    var state = drawn()
    let first = state.presentPoint
    press(&state, "r")
    #expect(state.seed == 2 && state.presentPoint != first)
    press(&state, "P", "1")
    #expect(Update.choose(first, &state).count == 1)
    #expect(state.policyName == "bernoulli" && state.seed == 1 && state.walk == first.walk)
  }

  /// Another model goes the same walk.
  @Test func modelsShareDraws() {
    var state = drawn()
    let walk = state.walk
    press(&state, "M", "2")
    #expect(state.model == 1 && state.walk == walk && state.policyName == "bernoulli")
  }

  /// What an exit does is known where it was measured, and nothing is made up before.
  @Test func walksThatLookAreShownAsMeasured() throws {
    let half = Walk(policy: "exit", atlas: "a", keeping: 6, of: 12, look: { _, _ in .run })
    var state = drawn()
    state.choice.walk = half
    let none = Walk(LayerMask(layerCount: 12, keeping: 0..<6))
    #expect(half.mask(of: "1") == nil && state.mask == none.mask)
    #expect((0..<12).allSatisfy { state.share(ofLayer: $0) == nil })
    // The first five layers of an utterance, the first seven of the next.
    let depths = state.subject.utterances.indices.map { $0 % 2 == 0 ? 5 : 7 }
    var measurement = Measurement(walk: half, utteranceCount: depths.count)
    for (index, depth) in depths.enumerated() {
      let mask = Walk(LayerMask(layerCount: 12, keeping: 0..<depth))
      measurement.add(Scene.result(index, mask), speakers: state.subject.speakers)
    }
    state.measurements[state.presentPoint] = measurement
    #expect((0..<12).map { state.share(ofLayer: $0) } == [1, 1, 1, 1, 1, 0.5, 0.5, 0, 0, 0, 0, 0])
    #expect(measurement.meanKeptCount == 6 && narrow(state).contains("6.0 of 12 run, a mean"))
    (state.utterance, state.seeksChange) = (1, false)
    #expect(state.mask.keptCount == 7)
  }
}
