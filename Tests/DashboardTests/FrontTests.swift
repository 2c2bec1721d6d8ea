// The front over all axes: what is asked for and when, what is made of it, and the sentence it comes to.

import Backbones
import Speech
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct FrontTests {
  private static let utterances = 50

  @discardableResult
  private func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { update(&state, .terminal(.key($0))) }
  }

  private func text(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  private func asked(_ effects: [Effect]) -> [EvaluationRequest] {
    effects.compactMap { if case .evaluateFront(let request) = $0 { request } else { nil } }
  }

  /// Ten words an utterance; the same errors in each: more the fewer layers run and the thinner they are.
  private func errors(_ point: OperatingPoint) -> Int {
    (12 - point.walk.keptCount) / 2 + (point.compute.rank < 1 ? 2 : 0)
      + (point.compute.width < 0.75 ? 2 : 0)
  }

  private func result(_ index: Int, _ point: OperatingPoint) -> UtteranceResult {
    var result = Scene.result(index % 40, point.walk)
    result.index = index
    result.counts = ErrorCounts()
    result.counts.words = 10
    result.counts.substitutions = errors(point)
    return result
  }

  /// Answers the front's newest request; returns what comes next.
  private func answer(_ state: inout DashboardState) -> [Effect] {
    guard let request = state.newest, state.front.asked == request.id else { return [] }
    if state.front.ground == nil {
      _ = update(&state, .frontGround(.init(split: "dev", utterances: Self.utterances)))
    }
    let unknown = (0..<Self.utterances).filter { !request.known.contains($0) }
    for index in unknown.prefix(request.limit ?? .max) {
      _ = update(&state, .evaluator(.utterance(id: request.id, result(index, request.point))))
    }
    return update(&state, .evaluator(.finished(id: request.id)))
  }

  private func measured() -> DashboardState {
    var state = Scene.measuredThinnable()
    press(&state, "F")
    for _ in 0..<500 where state.isFrontMeasured { _ = answer(&state) }
    return state
  }

  // MARK: Measuring

  @Test func aFewUtterancesOfEachComeFirst() throws {
    var state = Scene.measuredThinnable()
    var requests = asked(press(&state, "F"))
    #expect(state.isFrontShown && requests.map(\.point) == [state.frontPoints[0]])
    #expect(text(state).contains("nothing is measured yet"))
    while state.isFrontMeasured, requests.count < 500 { requests += asked(answer(&state)) }
    let ways = state.frontPoints
    // Two ranks, three widths and two precisions at 12, 10, 8, 6 and 4 layers.
    #expect(ways.count == 60 && Set(ways).count == 60)
    #expect(requests.prefix(60).map(\.point) == ways && requests.dropFirst(60).map(\.point) == ways)
    #expect(requests.prefix(60).allSatisfy { $0.limit == 32 && $0.known.isEmpty })
    #expect(requests.dropFirst(60).allSatisfy { $0.limit == 18 && $0.known.count == 32 })
    #expect(!state.front.isRunning && state.activity == .idle)
    #expect(state.frontWays.count == 60 && state.frontWays.allSatisfy { $0.isComplete })
    // Opened again it has nothing to do.
    #expect(asked(press(&state, .escape, "F")).isEmpty && state.isFrontShown)
  }

  @Test func partialFiguresAreMarked() {
    var state = Scene.measuredThinnable()
    press(&state, "F")
    _ = answer(&state)
    #expect(state.frontWays.map(\.isComplete) == [false])
    #expect(text(state).contains("?0.0 % of the words wrong"))
    #expect(text(state).contains("1 of 60 ways, 0 of them on all 50 utterances of dev, ? on fewer"))
    #expect(text(measured()).contains("60 of 60 ways, 60 of them on all 50"))
    #expect(!text(measured()).contains("?0.0"))
  }

  /// What is chosen comes before, and then the front goes on where it was.
  @Test func theSliderGoesFirst() throws {
    var state = Scene.measuredThinnable()
    press(&state, "F")
    _ = answer(&state)
    let interrupted = try #require(state.newest)
    let effects = press(&state, .right)
    #expect(
      asked(effects).isEmpty && !state.isFrontMeasured && state.measured == state.presentPoint)
    // What still comes of the old request is nobody's.
    _ = update(
      &state, .evaluator(.utterance(id: interrupted.id, result(0, interrupted.point))))
    #expect(state.front.tallies[interrupted.point] == nil && state.present == nil)
    for _ in 0..<9 where state.activity == .measuring && !state.isFrontMeasured {
      Scene.answer(&state)
    }
    #expect(state.isFrontMeasured && state.newest?.point == interrupted.point)
    #expect(state.present?.isComplete == true)
  }

  @Test func itCanBeStopped() {
    var state = Scene.measuredThinnable()
    press(&state, "F")
    _ = answer(&state)
    #expect(press(&state, " ") == [.rest] && state.activity == .idle && !state.front.isRunning)
    #expect(update(&state, .tick).allSatisfy { asked([$0]).isEmpty })
    #expect(asked(press(&state, " ")).map(\.point) == [state.frontPoints[1]])
    // It goes on behind other views.
    press(&state, .escape, "2")
    #expect(state.isFrontMeasured && !state.isFrontShown)
    #expect(text(state).contains("measuring for the front on dev: 10 layers"))
    // And pauses like everything else.
    #expect(press(&state, "z").contains(.rest))
    #expect(asked(press(&state, "z")).map(\.point) == [state.frontPoints[1]])
  }

  @Test func whyThereIsNone() {
    var state = Scene.measuredThinnable()
    press(&state, "F")
    let id = state.newest?.id ?? 0
    _ = update(&state, .evaluator(.failed(id: id, "dev: expected audio, found none")))
    #expect(state.notice == "no front: dev: expected audio, found none")
    #expect(state.activity == .idle && !state.front.isRunning)
  }

  // MARK: What it comes to

  @Test func theFrontIsWhatNothingBeats() throws {
    let state = measured()
    let front = DashboardState.front(state.frontWays)
    for way in front {
      #expect(
        !state.frontWays.contains { $0.share < way.share && $0.errorRate <= way.errorRate })
    }
    // Width 75 % costs nothing here, so that no way at full width and rank is on it.
    #expect(front.allSatisfy { $0.point.compute.width < 1 })
    let dearest = try #require(front.last)
    #expect(dearest.errorRate == 0 && dearest.point.walk.keptCount == 12)
    // 0.13 and 0.624 GFLOP; the layers' shrink to 0.4 + 0.6 x 0.75.
    #expect(abs(dearest.share - (0.13 + 0.624 * 0.85) / 0.754) < 1e-9)
    // An operation is one, in whatever numbers: of two alike the first stays.
    #expect(front.allSatisfy { $0.point.compute.precision == .float32 })
  }

  @Test func theSentenceNamesTheCheapest() throws {
    var state = measured()
    #expect(state.front.target == 10)
    // One word in ten: 10 layers at width 75 %; thinner or fewer make two.
    let way = try #require(state.cheapest(state.frontWays))
    #expect(way.point.walk.keptCount == 10 && way.point.compute == Compute(width: 0.75))
    let share = percent(way.share, decimals: 0)
    #expect(
      FrontPage.answer(state, state.frontWays)
        == "The cheapest of 60 ways tried on dev to 10 %: 10 of 12 layers, width 75 %, "
        + "\(share) of the FLOPs, 10.0 % of the words wrong.")
    for _ in 0..<9 { press(&state, "-") }
    #expect(state.front.target == 1)
    press(&state, "-")
    #expect(state.front.target == 1)
    let strict = try #require(state.cheapest(state.frontWays))
    #expect(strict.point.walk.keptCount == 12 && strict.share > way.share)
    for _ in 0..<19 { press(&state, "+") }
    #expect(state.front.target == 20 && text(state).contains("to 20 %: "))
  }

  @Test func whereNoneReachesIt() {
    var state = Scene.measuredThinnable()
    press(&state, "F")
    let request = state.newest!
    _ = update(&state, .frontGround(.init(split: "dev", utterances: 1)))
    var bad = result(0, request.point)
    bad.counts.substitutions = 3
    _ = update(&state, .evaluator(.utterance(id: request.id, bad)))
    #expect(
      FrontPage.answer(state, state.frontWays)
        == "None of 1 way tried on dev reaches 10 %; the best: 12 of 12 layers, 100 % of the FLOPs, "
        + "30.0 % of the words wrong.")
    press(&state, .enter)
    #expect(state.notice == "none of them reaches 10 %" && state.isFrontShown)
  }

  @Test func enterChoosesIt() {
    var state = measured()
    let effects = press(&state, .enter)
    #expect(state.overlay == nil && state.walk.keptCount == 10)
    #expect(state.compute == Compute(width: 0.75))
    #expect(effects.contains { if case .evaluate = $0 { true } else { false } })
    press(&state, "u")
    #expect(state.isFull)
  }

  // MARK: Time

  @Test func byTimeBytesCountForWhatTheyTake() throws {
    var state = measured()
    var effects = press(&state, "f")
    var timed: [Compute] = []
    for _ in 0..<20 {
      guard case .time(let thinned)? = effects.last else { break }
      timed.append(thinned.compute)
      let layer = thinned.compute.precision == .int8 ? 0.0005 : 0.0011
      effects = update(
        &state, .timed(thinned, Scene.latency(layers: Array(repeating: layer, count: 12))))
    }
    // All but the whole model, whose time was known.
    #expect(Set(timed) == Set(FrontState.computes).subtracting([.full]))
    #expect(state.frontWays.count == 60)
    let way = try #require(state.cheapest(state.frontWays))
    #expect(way.point.compute.precision == .int8)
    #expect(FrontPage.answer(state, state.frontWays).contains("of the time"))
    #expect(text(state).contains("int8 takes what it takes"))
  }

  // MARK: The screen

  @Test(arguments: [
    Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 120, height: 40),
    Size(width: 200, height: 60),
  ])
  func itFitsEverySize(size: Size) {
    var state = measured()
    state.size = size
    let shown = text(state)
    #expect(shown.contains("What is the cheapest way?"))
    #expect(shown.contains("The cheapest of 60 ways tried on dev"))
    #expect(shown.contains("Drop ratio"))
    state.symbols = .ascii
    #expect(text(state).allSatisfy { $0.isASCII })
  }

  @Test func aMarkOfTheFrontIsChosenByTheMouse() throws {
    var state = measured()
    state.size = Size(width: 200, height: 60)
    let front = DashboardState.front(state.frontWays).map(\.point)
    let target = try #require(
      view(state, state.size).targets.last {
        if case .choosePoint(let point)? = $0.action as? Action {
          front.contains(point)
        } else {
          false
        }
      })
    _ = update(
      &state,
      .terminal(.mouse(MouseEvent(kind: .press, x: target.area.x, y: target.area.y))))
    #expect(front.contains(state.presentPoint))
  }
}
