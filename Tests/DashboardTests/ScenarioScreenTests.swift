// The scenario: words right in time, who wins, and if not the chooser, why.

import Backbones
import Speech
import TerminalUI
import Testing

import Dashboard
@testable import Tradeoff

@Suite struct ScenarioScreenTests {
  /// A trace by its number in the menu, played for so many utterances with so much of full depth's time.
  private func play(
    _ trace: Int, percent: Int = 75, utterances: Int, _ size: Size = Size(width: 120, height: 40),
    symbols: Symbols = .braille, _ change: (inout DashboardState) -> Void = { _ in }
  ) -> DashboardState {
    var state = Scene.state(symbols: symbols)
    state.size = size
    _ = update(&state, .ready)
    Scene.serve(update(&state, .terminal(.key("6"))), &state)
    change(&state)
    state.budget.percent = percent
    state.budget.trace = trace - 1
    _ = update(&state, .terminal(.key(" ")))
    for _ in 0..<utterances { _ = update(&state, .tick) }
    return state
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// 129 of 180 words, 27, 105 and 25: worked out by hand from the same made-up results.
  @Test(arguments: [
    Size(width: 80, height: 24), Size(width: 120, height: 40), Size(width: 200, height: 60),
  ])
  func wordsRightInTime(size: Size) {
    let text = screen(play(2, utterances: 25, size))
    #expect(text.contains("words right in time"))
    #expect(text.contains(#/◆ chooses its depth +█.* 71\.7 % +late 4 % +now 1 /#))
    #expect(text.contains(#/  always 12 layers +█.* 15\.0 % +late 84 % +now 12 /#))
    #expect(text.contains(#/  always 6 layers +█.* 58\.3 % +late 20 % +now 6 /#))
    #expect(text.contains(#/  always 1: worst case +█.* 13\.9 % +late 4 % +now 1 /#))
    #expect(text.contains("deadline 13.5 ms"))
    #expect(text.contains("choosing wins by 13.3 points of words right in time"))
  }

  /// In each of them, by what it wins by.
  @Test(arguments: zip(1...4, ["12.6", "20.7", "23.9", "14.0"]))
  func choosingWins(trace: Int, points: String) {
    #expect(screen(play(trace, utterances: 60)).contains("choosing wins by \(points) points"))
  }

  @Test func whereItDoesNotWinItSaysWhy() {
    let size = Size(width: 200, height: 60)
    #expect(
      screen(play(1, percent: 150, utterances: 60, size)).contains(
        "choosing does not win: all layers fit at every moment"))
    #expect(
      screen(play(2, percent: 5, utterances: 60, size)).contains(
        "choosing does not win: no word is right in time at this budget"))
    // Utterances that all take as long, at a speed that stays.
    let flat = play(1, utterances: 60, size) { state in
      let stages = StageValues(
        frontEnd: 0.003, layers: Array(repeating: 0.00125, count: 12),
        skipped: Array(repeating: 0, count: 12), head: 0)
      state.modelCosts[0].latency = LatencyModel(
        [1, 3].map { LatencyModel.Point(audioSeconds: $0, stages: stages) })
    }
    #expect(screen(flat).contains("does not win: the speed never changes"))
    // A model that hears worse with more than half of its layers.
    let worse = play(1, percent: 100, utterances: 60, size) { state in
      for walk in state.policyWalks where walk.keptCount > 6 {
        let point = state.point(model: 0, walk: walk)
        var measurement = Measurement(walk: walk, utteranceCount: 40)
        for index in 0..<40 {
          measurement.add(
            Scene.result(index, Walk(.spread(keeping: 1, of: 12))),
            speakers: state.subject.speakers)
        }
        state.measurements[point] = measurement
      }
    }
    #expect(screen(worse).contains("◆ always 6 layers"))
    #expect(screen(worse).contains("does not win: more layers are not better here"))
  }

  /// Depths that ran and answers against the deadline, where there is room; shape says what colour says.
  @Test func theCourseIsDrawn() throws {
    let state = play(2, utterances: 25, Size(width: 120, height: 40), symbols: .ascii)
    let lines = view(state, state.size).lines()
    func course(_ name: String) throws -> [String] {
      let row = try #require(lines.firstIndex { $0.contains(name) })
      return (1...3).map { offset in
        let line = lines[row + offset].dropLast()
        return String(line[line.index(after: line.lastIndex(of: "|")!)...])
          .trimmingCharacters(in: [" "])
      }
    }
    // 20 utterances at full speed, 5 at 35 %: half of the layers is 4 or 5 of 9 steps.
    let half = try course("always 6 layers")
    #expect(half[0] == "layers  " + String(repeating: "5", count: 25))
    #expect(half[1].hasPrefix("late") && half[1].count { $0 == "*" } == 5)
    #expect(half[2].hasPrefix("in time") && half[2].count { $0 == "*" } == 20)
    // The deadline between the two.
    #expect(half[1].contains("_"))
    let free = try course("chooses its depth")
    #expect(free[2].count { $0 == "*" } == 24)
    #expect(Set(free[0].dropFirst(8)).count > 3)
    // Where there is less room the scores stay.
    let small = play(2, utterances: 25, Size(width: 80, height: 24))
    #expect(!screen(small).contains("in time  ") && screen(small).contains("58.3 %"))
  }

  @Test func beforeTheFirstUtteranceNobodyWins() {
    let text = screen(play(2, utterances: 0))
    #expect(!text.contains("◆ chooses") && !text.contains("choosing"))
    #expect(text.contains("measured here, one utterance a second"))
  }
}
