// One number for one thing: every view's times come from the machine's measured speed, whatever the
// evaluator's busy threads took.

import TerminalUI
import Testing

import Dashboard
@testable import Tradeoff

@Suite struct TimesTests {
  private func open(_ key: Key, _ size: Size = Size(width: 120, height: 40)) -> DashboardState {
    var state = Scene.state()
    state.size = size
    Scene.serve(update(&state, .ready), &state)
    for key in ["d", "5", "0", .enter, key] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    return state
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// 6 of 12 layers by `spread`: 3 ms and layers 1, 3, 5, 8, 10 and 12, together 7.5 ms.
  @Test func oneNumberEverywhere() {
    #expect(screen(open("1")).contains(/ms, measured +10\.5 +18\.0 +58 %/))
    #expect(screen(open("6")).contains(/6 +10\.5 measured/))
    var listening = open("7", Size(width: 120, height: 60))
    Scene.serve(update(&listening, .recorded("/tmp/recording.wav")), &listening)
    // The recording's 2 s of the mean 2.8.
    #expect(listening.listening.heard.allSatisfy { $0.audioSeconds == 2 })
    #expect(screen(listening).contains(/6 +7\.50 please/))
    var plot = open("1", Size(width: 200, height: 60))
    plot.plotAxis = .latency
    #expect(plot.seconds(plot.presentPoint).map { ($0 * 1e6).rounded() } == 10_500)
    #expect(screen(plot).contains("ms per utterance, measured"))
  }

  /// At every depth the views print the same, and it is the sum of the parts.
  @Test func everyDepthIsTheSameEverywhere() throws {
    var state = Scene.state()
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    for count in (1...12).reversed() {
      #expect(state.mask.keptCount == count)
      state.view = .explore
      let cost = try #require(screen(state).firstMatch(of: /ms, measured +([\d.]+)/)).1
      state.view = .budget
      let row = try Regex("\\b\(count) +([\\d.]+) measured")
      let amount = try #require(try row.firstMatch(in: screen(state))?[1].substring)
      #expect(cost == amount)
      let expected = (0..<12).reduce(3) {
        state.mask[$1] ? $0 + 1.1 + 0.1 * Double($1 % 4) : $0
      }
      #expect(abs(try #require(Double(cost)) - expected) < 0.06)
      _ = update(&state, .terminal(.key(.right)))
    }
  }

  /// What the evaluator's threads take beside each other is nobody's time.
  @Test func busyThreadsChangeNothing() {
    var state = Scene.state()
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    for index in 0..<40 {
      var result = Scene.result(index, state.walk)
      result.seconds *= 10
      result.layerSeconds = result.layerSeconds.map { $0 * 10 }
      result.frontEndSeconds *= 10
      _ = update(&state, .evaluator(.utterance(id: 1, result)))
    }
    #expect(state.present?.isComplete == true)
    #expect(screen(state).contains(/ms, measured +18\.0/))
    // The parts are those of the whole.
    #expect(screen(state).contains("2.50 ms") && screen(state).contains("0.500 ms"))
    #expect(!screen(state).contains("estimated"))
  }

  /// A file says what the screen says.
  @Test func exportsHaveTheSameTimes() throws {
    var state = open("1")
    _ = update(&state, .terminal(.key("x")))
    let row = try #require(Export.allCases.firstIndex(of: .pointsJSON))
    let effects = update(&state, .terminal(.key(.character(Character("\(row + 1)")))))
    guard case .export(_, .points(_, let walks))? = effects.first else {
      Issue.record("no points to write: \(effects)")
      return
    }
    let half = try #require(walks.first { $0.walk.keptCount == 6 })
    let mean = half.results.reduce(0) { $0 + $1.seconds } / Double(half.results.count)
    #expect(half.results.count == 40 && abs(mean - 0.0105) < 1e-9)
    // Longer ones take longer.
    #expect(half.results.allSatisfy { abs($0.seconds / $0.audioSeconds - 0.00375) < 1e-9 })
  }

  @Test func beforeItIsMeasuredThereIsNoTime() {
    var state = Scene.state()
    state.size = Size(width: 120, height: 40)
    state.modelCosts[0].latency = nil
    Scene.serve(update(&state, .ready), &state)
    #expect(screen(state).contains(/measured +– +–/) && !screen(state).contains(" ms │"))
  }

  @Test func poolingIsSaid() {
    var state = open("1", Size(width: 200, height: 60))
    state.zoomed = .cost
    #expect(!screen(state).contains("share a time"))
    // 2.4 to 3.2 s of 2.8.
    #expect(screen(state).contains("half of the utterances take 9.00 – 12.0 ms"))
    state.modelCosts[0].latency = Scene.latency(
      layers: Array(repeating: 0.00125, count: 12), unevenness: 0.042)
    #expect(screen(state).contains("layers of equal work share a time; they were 4.2 % apart"))
    #expect(screen(state).contains("times: one thread on Example CPU 2.0 GHz"))
    state.modelCosts[0].latency?.day = "2026-01-31"
    #expect(screen(state).contains("2.0 GHz, of 2026-01-31"))
  }

  @Test(arguments: FrameTests.sizes) func aBusyMachineIsSaid(size: Size) {
    var state = open("1", size)
    #expect(!screen(state).contains("busy"))
    state.modelCosts[0].latency?.othersShare = 0.5
    #expect(screen(state).contains("busy"))
    state.view = .budget
    #expect(screen(state).contains("10.5 busy"))
  }

  @Test func theyCanBeMeasuredAnew() throws {
    var state = open("1")
    Scene.serve(update(&state, .terminal(.key("o"))), &state)
    let row = try #require(state.menu?.rows.firstIndex { $0.label == "times" })
    #expect(state.menu?.rows[row].detail == "of this start: measure them anew")
    let asked = state.newest?.id
    let effects = update(&state, .terminal(.key(.character(Character("\(row + 1)")))))
    #expect(effects == [.rest, .measureTimes] && state.menu == nil)
    #expect(state.activity == .preparing("measuring this machine's speed"))
    // Nothing else is asked for meanwhile, nor the same again.
    #expect(update(&state, .terminal(.key(.left))) == [])
    Scene.serve(update(&state, .terminal(.key("o"))), &state)
    #expect(update(&state, .terminal(.key(.character(Character("\(row + 1)"))))) == [])
    #expect(state.notice == "not before everything is ready" && state.newest?.id == asked)
    var costs = Scene.costs
    costs.latency = Scene.latency(layers: Array(repeating: 0.0025, count: 12))
    _ = update(&state, .calibrated(model: 0, costs))
    let after = update(&state, .ready)
    #expect(after.contains { if case .evaluate = $0 { true } else { false } })
    // 7 layers now: 3 ms and 7 of 2.5 ms.
    #expect(screen(state).contains(/ms, measured +20\.5 +33\.0/))
  }
}
