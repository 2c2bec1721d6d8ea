// Trainings to watch: what is drawn of their logs, and the player.

import Backbones
import TerminalUI
import Testing

@testable import Dashboard
@testable import Training

@Suite struct TrainingViewTests {
  private static let wide = Size(width: 120, height: 40)

  private func open(_ size: Size = wide) -> DashboardState {
    var state = Scene.state()
    state.size = size
    let effects = press(&state, "9")
    #expect(effects == [.training(.openRecorded)])
    _ = update(&state, .training(.recorded(Scene.trainings, failure: nil)))
    return state
  }

  @discardableResult
  private func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { update(&state, .terminal(.key($0))) }
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// A panel's lines.
  private func lines(_ panel: PanelKind, _ state: DashboardState) throws -> [String] {
    let area = try #require(Layout(state, state.size)?[panel])
    let canvas = view(state, state.size)
    return (area.y..<area.maxY).map { y in
      String((area.x..<area.maxX).map { canvas[$0, y].character })
    }
  }

  // MARK: - A run

  @Test func stepsGoOnWithinALine() throws {
    let run = try #require(Scene.trainings.first { $0.name == "random-drop" })
    #expect(run.end == 400 && run.layerCount == 12 && run.depths == [12, 6, 4])
    for (moment, step) in [
      (0.0, 0), (5, 5), (10, 10), (15, 15), (399.5, 399), (400, 400), (1e9, 400),
    ] {
      #expect(run.step(at: moment) == step, "\(moment)")
    }
    #expect(run.passes(at: 15, most: 3) == (13...15).map(Scene.mask))
    #expect(run.passes(at: 3, most: 100) == (1...3).map(Scene.mask))
    #expect(run.passes(at: 0, most: 100) == [])
    #expect(run.passes(at: .infinity, most: 100) == (301...400).map(Scene.mask))
    #expect(run.record(at: 9) == nil && run.record(at: 10)?.step == 10)
    #expect(run.record(at: 29)?.step == 20 && run.record(at: .infinity)?.step == 400)
  }

  @Test func sharesAreOfTheLayers() {
    let masks = ["110", "100", "101", "100"].map { try! LayerMask($0, layerCount: 3) }
    #expect(TrainingHistory.keptShares(masks) == [1, 0.25, 0.25])
    #expect(TrainingHistory.keptShares([]) == [])
  }

  /// What was validated on other words, as at a run's end, is another curve.
  @Test func curvesAreOfTheWordsUsedAllAlong() {
    var run = Scene.trainings[0]
    var last = run.validations[0]
    (last.words, last.elapsedSeconds, last.wer) = (5000, 480, 0.01)
    var shallow = last
    shallow.keptLayers = 2
    run.add([.validation(last), .validation(shallow)])
    #expect(run.depths == [12, 6, 4] && run.heldOut?.words == 1000)
    let rates = run.errorRates(keeping: 12, until: .infinity)
    #expect(rates.map(\.x) == [120, 240, 360, 480])
    #expect(abs(rates[0].y - 50) < 1e-9 && abs(rates[3].y - 12.5) < 1e-9)
    #expect(run.errorRates(keeping: 12, until: 240).count == 2)
    #expect(run.errorRates(keeping: 3, until: .infinity).isEmpty)
  }

  /// All, half and a third where every depth was looked at as often.
  @Test func threeDepthsAreEnough() {
    var run = TrainingHistory(name: "m", origin: .watched)
    for depth in [4, 3, 2, 1] {
      var record = Scene.trainings[0].validations[0]
      record.mask = LayerMask.spread(keeping: depth, of: 4).description
      record.keptLayers = depth
      run.add([.validation(record)])
    }
    #expect(run.depths == [4, 2, 1])
  }

  @Test func manyLinesAreAveraged() {
    let run = Scene.trainings[1]
    #expect(run.values(\.ctc, until: .infinity, most: 40).count == 40)
    let few = run.values({ Double($0.step) }, until: .infinity, most: 10)
    #expect(few.map(\.x) == stride(from: 40.0, through: 400, by: 40).map { $0 })
    #expect(few.map(\.y) == stride(from: 25.0, through: 385, by: 40).map { $0 })
    // As far as it is played, with the same neighbours.
    #expect(run.values({ Double($0.step) }, until: 60, most: 10).map(\.y) == [25, 55])
  }

  // MARK: - The player

  @Test func ticksMoveIt() {
    var state = open()
    #expect(state.training.shown.map(\.name) == ["random-drop", "dld"])
    #expect(state.training.end == 480 && state.training.pace == 20)
    #expect(press(&state, " ") == [.setTicking(true)])
    #expect(state.training.moment == 0)
    #expect(update(&state, .tick) == [] && state.training.moment == 4)
    press(&state, "+")
    #expect(update(&state, .tick) == [] && state.training.moment == 14)
    press(&state, "-", "-")
    #expect(update(&state, .tick) == [] && state.training.moment == 16)
    // Held, and on from there.
    #expect(press(&state, " ") == [.setTicking(false)])
    #expect(update(&state, .tick) == [.setTicking(false)] && state.training.moment == 16)
    #expect(press(&state, " ") == [.setTicking(true)])
    press(&state, .home)
    #expect(state.training.moment == 0 && state.training.isPlaying)
    press(&state, .end)
    #expect(state.training.moment == nil && !state.training.isPlaying)
    #expect(update(&state, .tick) == [.setTicking(false)])
  }

  /// Nothing goes on once it is over, nor where it is not seen.
  @Test func itStopsByItself() {
    var state = open()
    press(&state, " ")
    for _ in 0..<119 { #expect(update(&state, .tick) == []) }
    #expect(state.training.moment == 476)
    #expect(update(&state, .tick) == [.setTicking(false)])
    #expect(state.training.moment == nil && !state.training.isPlaying)
    press(&state, " ", "1")
    #expect(update(&state, .tick) == [.setTicking(false)])
    #expect(!state.training.isPlaying && state.training.moment == 0)
    // The logs are read once.
    #expect(press(&state, "9") == [])
  }

  @Test func paceHasEnds() {
    var state = open()
    for _ in 0..<50 { press(&state, "+") }
    #expect(state.training.pace == 5000)
    for _ in 0..<50 { press(&state, "-") }
    #expect(state.training.pace == 1)
  }

  @Test func othersAreChosen() {
    var state = open()
    func names() -> [String] { state.training.shown.map(\.name) }
    press(&state, "]")
    #expect(names() == ["random-drop", "older"])
    press(&state, "]")
    #expect(names() == ["random-drop"])
    press(&state, "[", .down)
    #expect(names() == ["older"], "what was beside it has moved")
    press(&state, "j", "]")
    #expect(names() == ["dld", "random-drop"])
    press(&state, .up, "k")
    #expect(names() == ["random-drop"])
  }

  // MARK: - What is drawn

  @Test func curvesHaveTheirNumbers() throws {
    var state = open()
    let all = try lines(.learning, state).joined(separator: "\n")
    for text in [
      "o random-drop, recorded", "× dld, recorded", "on heldout/dev, 1 000 words",
      "12 layers: o 15.0 × 12.5, WER %", "6 layers: o 17.5 × 15.0, WER %",
      "4 layers: o 20.0 × 17.5, WER %", "minutes",
      "all of 8.0 min; Space plays it from its beginning, 20 times as fast (+ -)",
      "recorded when the models that came with the program were trained, not computed now",
    ] { #expect(all.contains(text), "\(text)\n\(all)") }
    press(&state, " ")
    for _ in 0..<38 { _ = update(&state, .tick) }
    // 152 seconds: one look at each.
    let part = try lines(.learning, state).joined(separator: "\n")
    #expect(part.contains("12 layers: o 60.0 × 50.0, WER %"), "\(part)")
    #expect(part.contains("▸ 2.5 min of 8.0 min, 20 times as fast (+ -); Space holds"))
    press(&state, " ", .home)
    #expect(screen(state).contains("12 layers: o – × –, WER %"))
    #expect(screen(state).contains("‖ 0.0 min of 8.0 min"))
  }

  @Test func lossesAreNamed() throws {
    // 3 / 11, and half of it.
    let text = try lines(.losses, open()).joined(separator: "\n")
    #expect(text.contains("CTC: o 0.27 × 0.27") && text.contains("KL: o none × 0.14"), "\(text)")
    let wide = try lines(.losses, open(FrameTests.sizes[3])).joined(separator: "\n")
    #expect(wide.contains("CTC, nats a token: o 0.27 × 0.27"), "\(wide)")
    #expect(wide.contains("KL, from the teacher: o none × 0.14"), "\(wide)")
    var state = open()
    press(&state, "]")
    #expect(screen(state).contains("KL is 0: nothing is"))
  }

  /// A column a pass, a row a layer, and how often it was kept.
  @Test func gatesFlicker() throws {
    var state = open()
    press(&state, .home, " ")
    for _ in 0..<5 { _ = update(&state, .tick) }
    // 20 seconds: step 20 of random-drop.
    #expect(state.training.moment == 20)
    let rows = try lines(.gates, state)
    #expect(rows[1].contains("o step 20 of random-drop") && rows[1].contains("× step 16 of dld"))
    for layer in 0..<12 {
      let kept = (1...20).map { Scene.mask(ofStep: $0)[layer] }
      // As many as there is room for, the newest; the share is of all.
      let columns = kept.suffix(17).map { $0 ? "█" : "·" }.joined()
      let share = "\(Int((Double(kept.count { $0 }) * 5).rounded())) %"
      #expect(rows[2 + layer].contains("\(layer + 1) "))
      #expect(rows[2 + layer].contains("\(columns)  \(share)"), "\(rows[2 + layer])")
    }
    let before = rows
    _ = update(&state, .tick)
    #expect(try lines(.gates, state) != before)
  }

  @Test func whatALogDoesNotHoldIsSaid() throws {
    var state = open()
    press(&state, "]")
    let text = try lines(.gates, state).joined(separator: "\n")
    #expect(text.contains("This log does not hold"), "\(text)")
    #expect(text.contains("average: 6.0"), "\(text)")
    #expect(
      screen(state).contains("not on the same words: 1 000 of heldout/dev, 500 of heldout/dev"))
  }

  @Test(arguments: FrameTests.sizes) func ratesAreSeenAtEverySize(size: Size) {
    let text = screen(open(size))
    for number in ["15.0", "12.5", "17.5", "20.0"] {
      #expect(text.contains(number), "\(number)\n\(text)")
    }
    #expect(text.contains("random-drop") && text.contains("dld"))
    #expect(text.contains("recorded, not") || text.contains("not computed now"))
  }

  @Test func withoutLogsThatIsSaid() {
    var state = Scene.state()
    state.size = Self.wide
    press(&state, "9")
    #expect(screen(state).contains("reading the recorded trainings"))
    _ = update(
      &state, .training(.recorded([], failure: "a: expected logs of trainings, found none")))
    #expect(screen(state).contains("× a: expected logs of trainings, found none"))
    #expect(press(&state, " ") == [] && state.notice == "there is no training to play")
    for key in ["+", "-", .home, .end, .up, .down, "[", "]"] as [Key] {
      #expect(press(&state, key) == [])
    }
  }

  // MARK: - A log that grows

  private func watching(_ names: String...) -> DashboardState {
    var state = Scene.state()
    (state.size, state.view) = (Self.wide, .training)
    state.training = TrainingState(watching: names)
    return state
  }

  private func news(
    _ run: TrainingHistory, startsOver: Bool = false, isBehind: Bool = false
  ) -> FollowedLog.News {
    var news = FollowedLog.News()
    news.events = run.steps.map(TrainingEvent.steps) + run.validations.map(TrainingEvent.validation)
    (news.startsOver, news.isBehind) = (startsOver, isBehind)
    return news
  }

  @Test func whatIsWatchedGrows() throws {
    var state = watching("mine", "other")
    let run = Scene.trainings[0]
    var half = TrainingHistory(name: "", origin: .watched)
    half.add(
      run.steps.prefix(20).map(TrainingEvent.steps)
        + run.validations.prefix(6).map(TrainingEvent.validation))
    #expect(state.training.isAwaited)
    _ = update(&state, .training(.watched(0, news(half, isBehind: true))))
    _ = update(&state, .training(.watched(1, FollowedLog.News(complaint: "no such log"))))
    #expect(state.training.isAwaited, "the first was not read to its end")
    let text = screen(state)
    for part in [
      "o mine, watched as it grows", "× other, watched as it grows", "no such log",
      "12 layers: o 25.0 × –", "4.0 min so far", "no steps yet",
    ] { #expect(text.contains(part), "\(part)\n\(text)") }
    #expect(!text.contains("not computed now"))
    // At the end, what comes is shown.
    var rest = TrainingHistory(name: "", origin: .watched)
    rest.add(
      run.steps.dropFirst(20).map(TrainingEvent.steps)
        + run.validations.dropFirst(6).map(TrainingEvent.validation))
    _ = update(&state, .training(.watched(0, news(rest))))
    #expect(screen(state).contains("12 layers: o 12.5 × –"))
    #expect(state.training.shown[0].steps == run.steps)
    // The recorded ones come behind, and change nothing on the screen.
    _ = update(&state, .training(.recorded(Scene.trainings, failure: nil)))
    #expect(!state.training.isAwaited)
    #expect(state.training.shown.map(\.name) == ["mine", "other"])
    _ = update(&state, .training(.watched(0, news(half, startsOver: true))))
    #expect(state.training.shown[0].steps == half.steps)
    #expect(state.training.shown[0].validations == half.validations)
  }

  /// What is looked back at stays where it is while more comes.
  @Test func lookingBackIsNotDisturbed() {
    var state = watching("mine")
    _ = update(&state, .training(.watched(0, news(Scene.trainings[0]))))
    press(&state, .home)
    #expect(screen(state).contains("12 layers: o –"))
    _ = update(&state, .training(.watched(0, news(Scene.trainings[1], startsOver: true))))
    #expect(state.training.moment == 0 && screen(state).contains("12 layers: o –"))
    press(&state, .end)
    #expect(screen(state).contains("12 layers: o 15.0"))
  }

  // MARK: - The lab

  private func told(_ run: TrainingHistory) -> LabNews {
    .trained(
      .randomDrop,
      run.steps.map(TrainingEvent.steps) + run.validations.map(TrainingEvent.validation))
  }

  @Test func theLabIsStartedTurnedAndStopped() throws {
    var state = open()
    #expect(press(&state, "g") == [] && state.notice == "that is for the lab: L starts it")
    // Measuring makes room for it.
    #expect(press(&state, "L") == [.rest, .training(.startLab(1, LabSettings()))])
    #expect(state.isPaused && state.training.shown.map(\.name) == ["static start"])
    #expect(screen(state).contains("lab reading what to learn from"))
    let run = Scene.trainings[1]
    let first = Array(run.steps.prefix(10)).map(TrainingEvent.steps)
    _ = update(&state, .training(.lab(1, .trained(.start, first))))
    #expect(state.training.shown.map(\.name) == ["static start"])
    #expect(state.training.shown[0].steps.count == 10)
    let text = screen(state)
    for part in [
      "o static start, training here",
      "lab trains: gates bernoulli (g), learning rate 0.004 (f F), lambda 1.0 (v V); L stops it",
      "step 100 of static start",
    ] { #expect(text.contains(part), "\(part)\n\(text)") }
    #expect(!text.contains("not computed now"))
    // What comes of the start is looked at as soon as it does.
    _ = update(&state, .training(.lab(1, told(run))))
    #expect(state.training.shown.map(\.name) == ["random-drop", "dld"])
    #expect(screen(state).contains("12 layers: o 15.0 × –"))
    // Turned while it goes on.
    var settings = LabSettings()
    settings.gates = .linear
    #expect(press(&state, "g") == [.training(.changeLab(settings))])
    settings.learningRate = 0.008
    #expect(press(&state, "F") == [.training(.changeLab(settings))])
    settings.klWeight = 0.5
    #expect(press(&state, "v") == [.training(.changeLab(settings))])
    for _ in 0..<20 { press(&state, "V", "f") }
    #expect(state.training.lab?.settings.klWeight == 8)
    #expect(state.training.lab?.settings.learningRate == 0.0005)
    // Stopped: what still comes is not listened to.
    #expect(press(&state, "L") == [.training(.stopLab)])
    _ = update(&state, .training(.lab(1, told(run))))
    #expect(state.training.shown[0].steps.count == 40 && screen(state).contains("lab rests"))
    // Another one has the settings, and is told apart.
    let turned = try #require(state.training.lab?.settings)
    #expect(press(&state, "L") == [.training(.startLab(2, turned))])
    _ = update(&state, .training(.lab(1, told(run))))
    #expect(state.training.shown.map(\.isEmpty) == [true] && state.training.runs.count == 6)
    _ = update(&state, .training(.lab(2, .failed("step 3: expected a finite loss, found nan"))))
    #expect(screen(state).contains("lab: step 3: expected a finite loss, found nan"))
  }

  /// The lab's trainings stay last, and what is looked at stays on the screen.
  @Test func logsThatComeLateChangeNothing() {
    var state = Scene.state()
    (state.size, state.view) = (Self.wide, .training)
    press(&state, "L")
    #expect(state.training.shown.map(\.name) == ["static start"])
    _ = update(&state, .training(.recorded(Scene.trainings, failure: nil)))
    #expect(state.training.shown.map(\.name) == ["static start"])
    _ = update(&state, .training(.lab(1, told(Scene.trainings[1]))))
    #expect(state.training.shown.map(\.name) == ["random-drop", "dld"])
    #expect(state.training.shown.allSatisfy { $0.origin == .lab })
  }

  @Test(arguments: FrameTests.sizes) func theLabStandsAtEverySize(size: Size) {
    var state = open(size)
    press(&state, "L")
    _ = update(&state, .training(.lab(1, told(Scene.trainings[1]))))
    let text = screen(state)
    #expect(text.contains("bernoulli (g)") && text.contains("(v V)"), "\(text)")
    #expect(text.contains("15.0"), "\(text)")
  }
}
