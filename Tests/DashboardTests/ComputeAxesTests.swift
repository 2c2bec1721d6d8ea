// Rank, width and precision beside depth: what keys and mouse choose, what is asked for, and that no figure
// of less of a model is taken for one of all of it.

import Backbones
import Speech
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct ComputeAxesTests {
  @discardableResult
  private func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { update(&state, .terminal(.key($0))) }
  }

  private func lines(_ state: DashboardState) -> [String] { view(state, state.size).lines() }

  private func text(_ state: DashboardState) -> String { lines(state).joined(separator: "\n") }

  private func requests(_ effects: [Effect]) -> [OperatingPoint] {
    effects.compactMap { if case .evaluate(let request) = $0 { request.point } else { nil } }
  }

  private func times(_ effects: [Effect]) -> [DashboardState.Thinned] {
    effects.compactMap { if case .time(let thinned) = $0 { thinned } else { nil } }
  }

  // MARK: Stops

  @Test func stopsGoFromLeastToAll() {
    let stops = ComputeStops(including: Compute(rank: 0.35))
    #expect(stops.ranks.first == 0.25 && stops.ranks.last == 1 && stops.ranks.contains(0.35))
    #expect(!stops.widths.contains(0.35))
    for axis in ComputeAxis.allCases {
      #expect(stops.position(of: .full, axis) == stops.count(axis) - 1)
      for position in 0..<stops.count(axis) {
        let moved = stops.moving(.full, axis, to: position)
        #expect(stops.position(of: moved, axis) == position)
      }
      #expect(stops.moving(.full, axis, to: 99) == .full)
      #expect(stops.moving(.full, axis, to: -1) == stops.moving(.full, axis, to: 0))
    }
    #expect(
      stops.moving(Compute(width: 0.5), .precision, to: 0) == Compute(width: 0.5, precision: .int8))
  }

  // MARK: Keys and mouse

  @Test func keysMoveTheSliders() {
    var state = Scene.measuredThinnable()
    press(&state, "W")
    #expect(state.axis == .rank && text(state).contains("▸ rank"))
    // At its end there is no further.
    #expect(requests(press(&state, .right)).isEmpty && state.compute == .full)
    #expect(requests(press(&state, .left)).map(\.compute) == [Compute(rank: 0.9)])
    press(&state, .down, .down)
    #expect(state.axis == .precision)
    press(&state, .left)
    #expect(state.compute == Compute(rank: 0.9, precision: .bfloat16))
    press(&state, .home, .up)
    #expect(state.axis == .width && state.compute == Compute(rank: 0.9, precision: .int8))
    press(&state, .home, .right, .right)
    #expect(state.compute == Compute(rank: 0.9, width: 0.4, precision: .int8))
    // Other keys do what they do; the sliders stay.
    press(&state, "l")
    #expect(state.walk.keptCount == 11 && state.axis == .width)
    press(&state, .escape)
    #expect(state.overlay == nil && state.compute.width == 0.4)
    press(&state, .left)
    #expect(state.walk.keptCount == 12 && state.compute.width == 0.4)
    press(&state, "u", "u")
    #expect(state.walk.keptCount == 12 && state.compute.width == 0.4)
    press(&state, "u")
    #expect(state.compute == Compute(rank: 0.9, width: 0.3, precision: .int8))
  }

  @Test(arguments: [["A"], ["W", "0"]] as [[Key]]) func aKeyGoesBack(keys: [Key]) {
    var state = Scene.measuredThinnable()
    let before = text(state)
    press(&state, "W", .left, .escape)
    Scene.serve([], &state)
    #expect(text(state) != before)
    let effects = keys.flatMap { press(&state, $0) }
    #expect(state.compute == .full && requests(effects).map(\.compute) == [.full])
    press(&state, .escape)
    Scene.serve([], &state)
    #expect(text(state) == before)
  }

  @Test func theMouseMovesThem() throws {
    var state = Scene.measuredThinnable()
    press(&state, "W")
    let targets = view(state, state.size).targets
    let half = try #require(
      targets.last { $0.action as? Action == .compute(.width, 3) && $0.gestures.contains(.slide) })
    func mouse(_ kind: MouseEvent.Kind, _ x: Int) -> [Effect] {
      update(&state, .terminal(.mouse(MouseEvent(kind: kind, x: x, y: half.area.y))))
    }
    _ = mouse(.press, half.area.x)
    #expect(state.compute == Compute(width: 0.5) && state.axis == .width)
    // A drag stays with its slider, however near another one is.
    _ = update(
      &state, .terminal(.mouse(MouseEvent(kind: .drag, x: 0, y: half.area.y - 1))))
    #expect(state.compute == Compute(width: 0.25) && state.walk.keptCount == 12)
    _ = mouse(.release, 0)
    press(&state, "u")
    #expect(state.compute == .full)
  }

  @Test func aModelWithoutSuchPartsIsComputedWhole() {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, .escape)
    Scene.serve([], &state)
    #expect(state.rivals == [1])
    _ = update(&state, .terminal(.key("M")))
    press(&state, "3")
    #expect(state.model == 2 && state.compute == .full)
    #expect(state.notice.contains("bare is computed whole"))
    press(&state, "W")
    #expect(state.overlay == nil && state.notice.contains("names no feed-forward parts"))
    #expect(!text(state).contains("(W)"))
  }

  // MARK: What the screen says

  @Test func wholeChangesNothingButALine() {
    var state = Scene.measuredThinnable()
    let shown = lines(state)
    #expect(shown.filter { $0.contains("rank, width, precision (W)") }.count == 1)
    for model in 0..<2 { state.subject = bare(state.subject, model) }
    let without = lines(state)
    #expect(zip(shown, without).filter { $0 != $1 }.count == 1)
  }

  private func bare(_ subject: Subject, _ index: Int) -> Subject {
    var models = subject.models
    models[index].stops = nil
    return Subject(
      models: models, dataset: subject.dataset, split: subject.split,
      utterances: subject.utterances, machine: subject.machine, threads: subject.threads)
  }

  @Test(
    arguments: ViewCatalog.all,
    [Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 120, height: 40)])
  func everyScreenSaysWhatIsLeftOut(kind: ViewKind, size: Size) {
    var state = Scene.measuredThinnable()
    state.size = size
    state.view = kind
    press(&state, "W", .down, .down, .home, .escape)
    #expect(lines(state).contains { $0.contains("int8") })
    if size.height >= 26 { #expect(lines(state)[1].contains("model dld 1/3, int8")) }
  }

  @Test func figuresAreOfWhatIsChosen() throws {
    var state = Scene.measuredThinnable()
    let whole = state.gflopPerAudioSecond(state.presentPoint)
    press(&state, "W", .down, .home, .escape)
    #expect(state.present == nil)
    // Of 0.12 + 0.624 + 0.01 GFLOP the layers' 0.624 shrink to 0.4 + 0.6 / 4 of it.
    let thin = state.gflopPerAudioSecond(state.presentPoint)
    #expect(abs(thin - (whole - 0.624 * 0.45)) < 1e-9)
    #expect(state.gflopPerAudioSecond(state.fullPoint) == whole)
    Scene.serve([], &state)
    // At full depth, and yet compared: the whole model is something else.
    #expect(!state.isFull && text(state).contains("full model"))
    #expect(!text(state).contains("this is full depth"))
    #expect(state.measurements.count >= 2)
    press(&state, "p")
    #expect(state.notice == "pinned: dld, 12 layers, width 25 %")
    press(&state, "A")
    #expect(text(state).contains("pinned width 25 % 12"))
  }

  @Test func savedCurvesAreOfTheWholeModel() {
    var state = Scene.measuredThinnable()
    state.savedSweeps = [
      SavedSweep(
        model: "dld", policy: "spread",
        points: [.init(keptLayers: 12, gflop: 1, milliseconds: 1, errorRate: 0.1)])
    ]
    #expect(state.saved(0, by: "spread").count == 1)
    press(&state, "W", .left)
    #expect(state.saved(0, by: "spread").isEmpty)
  }

  /// Marks of the plot choose what they are of.
  @Test func onlyLikeIsPlotted() {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, .escape)
    Scene.serve([], &state)
    let points = view(state, state.size).targets.compactMap { target -> OperatingPoint? in
      if case .choosePoint(let point)? = target.action as? Action { point } else { nil }
    }
    #expect(!points.isEmpty && points.allSatisfy { $0.compute == Compute(rank: 0.9) })
  }

  @Test func anAtlasIsOfTheWholeModel() {
    var state = Scene.withAtlases()
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    Scene.serve([], &state)
    state.view = .atlas
    #expect(!text(state).contains("float32"))
    state.thinCosts[0] = [Compute(width: 0.5): Scene.costs]
    state.choice.compute = Compute(width: 0.5)
    #expect(text(state).contains("all of it in float32: "))
    #expect(text(state).contains("all of the model in float32; live is width 50 %"))
    #expect(text(state).contains("whole 0.0 %"))
  }

  // MARK: Times

  @Test func timesAreTakenOnceTheErrorRateIsKnown() throws {
    var state = Scene.measuredThinnable()
    var effects = press(&state, "W", .down, .down, .home, .escape)
    #expect(times(effects).isEmpty && state.seconds(state.presentPoint) == nil)
    let point = state.presentPoint
    for index in 0..<40 {
      let id = try #require(state.newest?.id)
      effects += update(&state, .evaluator(.utterance(id: id, Scene.result(index, point.walk))))
    }
    effects = update(&state, .evaluator(.finished(id: try #require(state.newest?.id))))
    let wanted = DashboardState.Thinned(model: 0, compute: Compute(precision: .int8))
    #expect(times(effects) == [wanted] && requests(effects).isEmpty && state.timed == wanted)
    #expect(text(state).contains("measuring this machine's speed with int8"))
    // Times of the whole model are not shown as its.
    #expect(state.seconds(state.presentPoint) == nil)
    effects = update(
      &state, .timed(wanted, Scene.latency(layers: Array(repeating: 0.0005, count: 12))))
    // The model beside it comes next.
    #expect(state.timed != wanted)
    // 3 ms and 12 of half a millisecond; and what is next goes on.
    #expect(abs(try #require(state.seconds(state.presentPoint)) - 0.009) < 1e-9)
    #expect(abs(try #require(state.seconds(state.fullPoint)) - 0.009) > 1e-3)
    #expect(!requests(effects).isEmpty || state.activity == .idle)
  }

  @Test func somethingElseComesBeforeTimes() throws {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, .escape)
    while state.activity == .measuring, state.timed == nil { Scene.answer(&state) }
    let thinned = try #require(state.timed)
    let effects = press(&state, "l")
    #expect(requests(effects).count == 1 && state.timed == nil)
    // And are asked for again after it.
    Scene.answer(&state)
    #expect(state.timed == thinned)
  }

  @Test func timesThatComeLateAreKept() {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, "0", .escape)
    let thinned = DashboardState.Thinned(model: 0, compute: Compute(rank: 0.9))
    let latency = Scene.latency(layers: Array(repeating: 0.001, count: 12))
    _ = update(&state, .timed(thinned, latency))
    #expect(state.thinCosts[0][Compute(rank: 0.9)]?.latency == latency)
    #expect(state.modelCosts[0].latency == Scene.costs.latency)
  }

  // MARK: Elsewhere

  @Test func theTourIsOfTheWholeModel() {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, .escape, "t")
    #expect(state.tour.isShown && state.compute == .full)
  }

  @Test func closeLooksAreOfWhatIsChosen() {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, .escape)
    let compute = Compute(rank: 0.9)
    state.view = .layers
    #expect(
      state.wantedProbe
        == .lens(model: 0, utterance: state.utterance, mask: state.mask, compute: compute))
    state.view = .embeddings
    #expect(state.wantedProbe == .cloud(model: 0, walk: state.walk, compute: compute))
  }

  @Test func exportsSayWhatWasComputed() {
    var state = Scene.measuredThinnable()
    press(&state, "W", .left, .escape)
    Scene.serve([], &state)
    #expect(Set(state.visitedWalks.map(\.compute)) == [.full, Compute(rank: 0.9)])
    state.view = .compare
    #expect(Copying.chosen(state)?.text.hasPrefix("dld, rank 90 %\n") == true)
    state.view = .explore
    #expect(Copying.chosen(state)?.text.contains("dld, rank 90 %\n") == true)
    state.choice.compute = .full
    #expect(Copying.chosen(state)?.text.contains("dld\n") == true)
  }
}
