// Messages in, state and effects out.

import Backbones
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct UpdateTests {
  /// Ready, nothing measured yet.
  func ready() -> DashboardState {
    var state = Scene.state()
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    return state
  }

  func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { update(&state, .terminal(.key($0))) }
  }

  func mouse(_ state: inout DashboardState, _ kind: MouseEvent.Kind, _ x: Int, _ y: Int) -> [Effect]
  {
    update(&state, .terminal(.mouse(MouseEvent(kind: kind, x: x, y: y))))
  }

  @Test func nothingIsAskedBeforeTheEvaluatorIsReady() {
    var state = Scene.state()
    #expect(press(&state, .right, .right) == [])
    #expect(state.mask.keptCount == 10)
    #expect(
      update(&state, .ready) == [
        .evaluate(
          EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: state.walk, decoding: .greedy)))
      ])
  }

  @Test func eachChangeIsANewRequest() {
    var state = ready()
    #expect(
      state.newest
        == EvaluationRequest(id: 1, OperatingPoint(model: 0, walk: .full(12), decoding: .greedy)))
    let effects = press(&state, .right)
    let mask = LayerMask.spread(keeping: 11, of: 12)
    #expect(
      effects == [
        .evaluate(
          EvaluationRequest(id: 2, OperatingPoint(model: 0, walk: Walk(mask), decoding: .greedy)))
      ])
    #expect(state.activity == .measuring)
    #expect(
      press(&state, "h") == [
        .evaluate(
          EvaluationRequest(id: 3, OperatingPoint(model: 0, walk: .full(12), decoding: .greedy)))
      ])
    #expect(press(&state, "h") == [], "already at full depth")
  }

  @Test func ratiosAreTypedAndChosen() {
    var state = ready()
    for (text, kept) in [("50", 6), ("0.25", 9), ("92%", 1), ("0", 12), ("100", 0), ("1", 12)] {
      _ = press(&state, "d")
      _ = text.map { press(&state, .character($0)) }
      #expect(state.prompt?.text == text)
      _ = press(&state, .enter)
      #expect(state.prompt == nil && state.mask.keptCount == kept, "\(text)")
    }
    _ = press(&state, .end)
    #expect(state.mask.keptCount == 0)
    _ = press(&state, .home)
    #expect(state.mask.keptCount == 12)
    // Rubbish is told, a mistake can be rubbed out, and Escape changes nothing.
    _ = press(&state, "d", "x", .enter)
    #expect(state.notice.contains("found \"x\"") && state.mask.keptCount == 12)
    _ = press(&state, "d", "9", "9", .backspace, .backspace, "5", "0", .enter)
    #expect(state.mask.keptCount == 6 && state.notice == "")
    _ = press(&state, "d", "7", "5", .escape)
    #expect(state.mask.keptCount == 6 && state.prompt == nil)
    _ = press(&state, "b", .home, .enter)
    #expect(state.mask.keptCount == 12)
  }

  @Test func whatWasChosenCanBeUndone() {
    var state = ready()
    _ = press(&state, .right, .right, "j", " ")
    let last = state.choice
    #expect(state.isManual)
    _ = press(&state, "u")
    #expect(state.mask.keptCount == 10 && !state.isManual)
    #expect(press(&state, "u", "u", "u").count == 2, "nothing before the start")
    #expect(state.mask == .full(12))
    _ = press(&state, "U", "U", .control("r"), "U")
    #expect(state.choice == last)
    // Another choice ends what could be redone.
    _ = press(&state, "u", .left, "U")
    #expect(state.mask.keptCount == 11)
  }

  /// A drag is one change, however many steps it makes.
  @Test func aDragIsUndoneAtOnce() throws {
    var state = ready()
    let slider = try #require(Layout(state, state.size)?[.slider])
    for _ in 0..<2 {
      _ = mouse(&state, .press, slider.x + 30, slider.y + 1)
      for x in [40, 55, 70] { _ = mouse(&state, .drag, x, slider.y + 1) }
      _ = mouse(&state, .release, 70, slider.y + 1)
      _ = press(&state, .home)
    }
    #expect(state.past.count == 4)
    _ = press(&state, "u", "u")
    #expect(state.mask == .full(12))
  }

  @Test func aPinIsMeasuredAndComparedWith() {
    var state = ready()
    Scene.answer(&state)
    _ = press(&state, .right)
    Scene.answer(&state)
    _ = press(&state, "p")
    #expect(state.pinned == state.presentPoint && state.notice.contains("11 layers"))
    _ = press(&state, "R", .right)
    Scene.answer(&state)
    // The pin's numbers were thrown away above, so they are asked for.
    #expect(state.newest?.point.walk.keptCount == 11)
    Scene.answer(&state)
    let screen = view(state, state.size).lines().joined(separator: "\n")
    #expect(screen.contains("pinned 11"))
    _ = press(&state, .left, "p")
    #expect(state.pinned == nil)
  }

  @Test func pausedNothingIsAsked() {
    var state = ready()
    #expect(press(&state, "z") == [.rest])
    #expect(press(&state, .right) == [] && state.isPaused)
    #expect(
      press(&state, "z") == [
        .evaluate(
          EvaluationRequest(id: 2, OperatingPoint(model: 0, walk: state.walk, decoding: .greedy)))
      ])
  }

  @Test func oneUtteranceAtATime() {
    var state = ready()
    #expect(press(&state, .right) != [])
    let mask = state.mask
    func answer(_ index: Int) {
      let id = state.newest!.id
      _ = update(&state, .evaluator(.utterance(id: id, Scene.result(index, Walk(mask)))))
      _ = update(&state, .evaluator(.finished(id: id)))
    }
    #expect(
      press(&state, "Z") == [
        .evaluate(
          EvaluationRequest(
            id: 3, OperatingPoint(model: 0, walk: Walk(mask), decoding: .greedy), limit: 1))
      ])
    #expect(state.isPaused)
    // Until it is there, once is enough.
    #expect(press(&state, "Z") == [])
    answer(5)
    #expect(state.utterance == 5 && state.present?.measuredCount == 1 && state.activity == .idle)
    #expect(view(state, state.size).lines().joined().contains("paused at 1/40: z goes on"))
    #expect(
      press(&state, "Z") == [
        .evaluate(
          EvaluationRequest(
            id: 4, OperatingPoint(model: 0, walk: Walk(mask), decoding: .greedy), known: [5],
            limit: 1))
      ])
    answer(9)
    #expect(state.utterance == 9 && state.present?.measuredCount == 2)
    #expect(
      press(&state, "z") == [
        .evaluate(
          EvaluationRequest(
            id: 5, OperatingPoint(model: 0, walk: Walk(mask), decoding: .greedy), known: [5, 9]))
      ])
    Scene.answer(&state)
    // The rest of what is compared is measured without being asked for; then there is nothing left.
    Scene.serve([], &state)
    #expect(press(&state, "Z") == [])
    #expect(state.notice.contains("R measures it anew"))
    #expect(
      press(&state, "R") == [
        .evaluate(
          EvaluationRequest(
            id: state.newest!.id, OperatingPoint(model: 0, walk: Walk(mask), decoding: .greedy),
            isAnew: true))
      ])
    #expect(!state.isPaused && state.present == nil)
  }

  @Test func readOnlyNothingIsLeftBehind() {
    var state = ready()
    state.isReadOnly = true
    for keys in [["x"], ["o", "5"], ["7", " "]] as [[Key]] {
      state.notice = ""
      for key in keys {
        let effects = update(&state, .terminal(.key(key)))
        #expect(effects.allSatisfy { if case .evaluate = $0 { true } else { false } })
      }
      #expect(state.notice == "read-only: nothing is written or recorded")
      state.overlay = nil
    }
    #expect(view(state, state.size).lines().last!.contains("read-only"))
  }

  @Test func anyModelStandsBesideThePresentOne() {
    var state = Scene.allModels()
    _ = update(&state, .ready)
    // What distillation adds is seen beside the same training without it.
    #expect(state.model == 0 && state.rival?.name == "random-drop")
    _ = press(&state, "C", .up, .enter)
    #expect(state.rival?.name == "reference" && state.rival?.point.walk == state.walk)
    // The present model is never its own rival; the chosen one comes back.
    _ = press(&state, "M", "2")
    #expect(state.rival?.name == "random-drop")
    _ = press(&state, "M", "3")
    #expect(state.rival?.name == "reference")
    var alone = ready()
    _ = press(&alone, "C")
    #expect(alone.menu == nil && alone.notice.contains("no other model"))
  }

  @Test func toggledByHandIsManualUntilThePolicyChooses() {
    var state = ready()
    _ = press(&state, "j", .down, " ")
    #expect(state.mask.description == "110111111111")
    #expect(state.policyName == "manual")
    _ = press(&state, "P", .enter)
    #expect(state.policyName == "spread")
    #expect(state.mask.keptCount == 11)
    _ = press(&state, "P", .down, .enter)
    #expect(state.policyName == PolicyCatalog.names[1])
  }

  @Test func policiesKeepTheNumberOfLayers() {
    var state = Scene.withAtlases()
    _ = update(&state, .ready)
    for _ in 0..<6 { _ = press(&state, .right) }
    for (index, name) in PolicyCatalog.names.enumerated()
    where state.policies.available.contains(name) {
      _ = press(&state, "P", .character(Character("\(index + 1)")))
      #expect(state.policyName == name && state.menu == nil)
      #expect(state.walk.keptCount == 6)
    }
    // From a policy that does not draw as from one that does.
    _ = press(&state, "r")
    let mask = state.mask
    #expect(state.policyName == "random")
    _ = press(&state, "r", "r", "r")
    #expect(state.mask != mask)
  }

  @Test func staleEventsAreIgnored() {
    var state = ready()
    _ = press(&state, .right)
    #expect(
      update(&state, .evaluator(.utterance(id: 1, Scene.result(0, .full(12))))) == [])
    #expect(state.measurements.isEmpty)
    #expect(update(&state, .evaluator(.finished(id: 1))) == [])
    #expect(state.doneID == 0)
    #expect(update(&state, .evaluator(.failed(id: 1, "late"))) == [])
    #expect(state.activity == .measuring)
  }

  @Test func fullDepthIsMeasuredInTheBackground() {
    var state = Scene.state()
    _ = press(&state, "d", "5", "0", .enter)
    let half = state.walk
    _ = update(&state, .ready)
    for index in 0..<Scene.subject.utterances.count {
      _ = update(&state, .evaluator(.utterance(id: 1, Scene.result(index, half))))
    }
    #expect(
      update(&state, .evaluator(.finished(id: 1)))
        == [
          .evaluate(
            EvaluationRequest(id: 2, OperatingPoint(model: 0, walk: .full(12), decoding: .greedy)))
        ])
    Scene.answer(&state)
    #expect(state.activity == .idle)
    #expect(state.doneID == 2)
    #expect(state.walk == half)
    #expect(state.compare(with: state.fullDepth)?.other.words == Scene.subject.wordCount)
  }

  @Test func modelsGoRoundAtTheSameMask() {
    var state = Scene.twoModels()
    _ = update(&state, .ready)
    _ = update(&state, .terminal(.key(.right)))
    let mask = state.mask
    Scene.answer(&state)
    // Asked for unbidden: full depth, then the other model at this mask, then nothing.
    #expect(
      state.newest
        == EvaluationRequest(id: 3, OperatingPoint(model: 0, walk: .full(12), decoding: .greedy)))
    Scene.answer(&state)
    #expect(
      state.newest
        == EvaluationRequest(id: 4, OperatingPoint(model: 1, walk: Walk(mask), decoding: .greedy)))
    Scene.answer(&state)
    #expect(state.activity == .idle && state.doneID == 4)
    #expect(state.rival?.name == "reference")

    let effects = press(&state, "M", .down, .enter)
    let known = Set(Scene.subject.utterances.indices)
    #expect(
      effects == [
        .evaluate(
          EvaluationRequest(
            id: 5, OperatingPoint(model: 1, walk: Walk(mask), decoding: .greedy), known: known))
      ])
    #expect(state.mask == mask && state.rival?.name == "dld")
    #expect(state.present?.isComplete == true, "known already")
    _ = press(&state, "M", .up, .enter)
    #expect(state.model == 0)
  }

  @Test func aModelOfAnotherDepthKeepsTheDropRatio() {
    var state = Scene.twoModels(secondLayers: 6)
    _ = update(&state, .ready)
    _ = press(&state, "d", "5", "0", .enter)
    #expect(state.mask.keptCount == 6 && state.rival == nil)
    _ = press(&state, "M", "2")
    #expect(state.layerCount == 6 && state.mask.layerCount == 6 && state.mask.keptCount == 3)
  }

  @Test func knownNumbersShowAtOnceAndAreNotCountedTwice() {
    var state = ready()
    Scene.answer(&state)
    let words = state.present?.counts.words
    _ = press(&state, .right)
    #expect(state.present == nil)
    _ = press(&state, .left)
    #expect(state.present?.isComplete == true)
    Scene.answer(&state)
    #expect(state.present?.counts.words == words)
    #expect(state.newest?.id == 3 && state.doneID == 3)
  }

  @Test func partialMeasurementKeepsGrowing() {
    var state = ready()
    Scene.answer(&state, utterances: 10)
    #expect(state.present?.measuredCount == 10)
    #expect(state.present?.isComplete == false)
    #expect(state.present?.interval != nil)
    _ = press(&state, .right, .left)
    Scene.answer(&state, utterances: 20)
    #expect(state.present?.measuredCount == 20)
  }

  @Test func failureIsToldAndTheNextRequestStillGoes() {
    var state = ready()
    _ = update(&state, .evaluator(.failed(id: 1, "out of memory")))
    #expect(state.activity == .failed("out of memory"))
    #expect(state.doneID == 1)
    #expect(press(&state, .right).count == 1)
  }

  @Test func withoutDataNothingIsAsked() {
    var state = Scene.state()
    _ = update(&state, .failed("Assets/x.flac: truncated"))
    #expect(press(&state, .right) == [])
    #expect(state.activity == .unavailable("Assets/x.flac: truncated"))
  }

  @Test func dragging() throws {
    var state = ready()
    let slider = try #require(Layout(state, state.size)?[.slider])
    #expect(mouse(&state, .press, slider.x + slider.width / 2, slider.y + 1).count == 1)
    #expect(state.isSliderHeld)
    let middle = state.mask.keptCount
    #expect((4...7).contains(middle))
    // Far right and outside the panel: still held.
    _ = mouse(&state, .drag, 119, 35)
    #expect(state.mask.keptCount == 0)
    _ = mouse(&state, .drag, 0, 0)
    #expect(state.mask.keptCount == 12)
    _ = mouse(&state, .release, 0, 0)
    #expect(mouse(&state, .drag, 119, slider.y + 1) == [])
    #expect(state.mask.keptCount == 12)
  }

  /// A click on the column where the handle stands must not move it.
  @Test func everyStepCanBeClicked() throws {
    var state = ready()
    let slider = try #require(Layout(state, state.size)?[.slider])
    for kept in (0...12).reversed() {
      _ = press(&state, .home)
      while state.mask.keptCount > kept { _ = press(&state, .right) }
      let row = view(state, state.size).lines()[slider.y + 1]
      let column = try #require(Array(row).firstIndex(of: "●"))
      _ = press(&state, kept > 6 ? .end : .home)
      _ = mouse(&state, .press, column, slider.y + 1)
      _ = mouse(&state, .release, column, slider.y + 1)
      #expect(state.mask.keptCount == kept)
    }
  }

  @Test func wheel() throws {
    var state = ready()
    let slider = try #require(Layout(state, state.size)?[.slider])
    _ = mouse(&state, .wheelUp, 5, slider.y)
    #expect(state.mask.keptCount == 11)
    _ = mouse(&state, .wheelDown, 5, slider.y)
    #expect(state.mask.keptCount == 12)
  }

  @Test func clickOnALayerTogglesThatOne() throws {
    var state = ready()
    for size in [
      Size(width: 80, height: 24), Size(width: 120, height: 40), Size(width: 200, height: 60),
    ] {
      state.size = size
      let lines = view(state, size).lines()
      let y = try #require(lines.firstIndex { $0.contains("  9 ■ run") })
      _ = mouse(&state, .press, 8, y)
      #expect(state.mask.description == "111111110111")
      #expect(state.layerCursor == 8)
      _ = mouse(&state, .press, 8, y)
      #expect(state.mask == .full(12))
    }
  }

  @Test func utterances() {
    var state = ready()
    _ = press(&state, "n", "]", "N")
    #expect(state.utterance == 1)
    _ = press(&state, "[", "[")
    #expect(state.utterance == Scene.subject.utterances.count - 1)
  }

  @Test func nextWorseFindsMoreErrorsThanAtFullDepth() throws {
    var state = Scene.busy()
    _ = press(&state, "w")
    let now = try #require(state.present?.results[state.utterance])
    let full = try #require(state.fullDepth?.results[state.utterance])
    #expect(now.counts.errors > full.counts.errors)
  }

  @Test func pagesAndLeaving() {
    var state = ready()
    _ = press(&state, "?")
    #expect(state.helpPage == 0)
    _ = press(&state, .escape)
    #expect(state.helpPage == nil)
    for view in ViewCatalog.all {
      _ = press(&state, .character(Character("\(state.number(of: view))")))
      #expect(state.view == view)
      for panel in view.type.panels {
        _ = press(&state, "e")
        #expect(state.zoomed == panel)
      }
      _ = press(&state, "e")
      #expect(state.zoomed == nil)
    }
    _ = press(&state, .tab)
    #expect(state.view == .explore)
    _ = press(&state, .backTab)
    #expect(state.view == state.views.last)
    #expect(press(&state, "q") == [.quit])
    #expect(press(&state, .control("c")) == [.quit])
    #expect(press(&state, .control("z")) == [.suspend])
    #expect(update(&state, .terminal(.interrupted)) == [.quit])
  }
}
