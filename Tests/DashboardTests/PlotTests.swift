// All models are in the plots from the first second, each with a look of its own.

import Backbones
import Foundation
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct PlotTests {
  private static let names = ["dld", "reference", "random-drop"]

  /// Three models of one cost with saved sweeps that are well apart; the last one's leaves the axis.
  private func saved(size: Size, zoomed: PanelKind? = nil) -> DashboardState {
    var state = Scene.allModels()
    state.size = size
    state.zoomed = zoomed
    state.savedSweeps = Self.names.enumerated().map { index, name in
      SavedSweep(
        model: name, policy: "spread",
        points: [12, 10, 8, 6, 4, 2].map { kept in
          let dropped = Double(12 - kept)
          return SavedSweep.Point(
            keptLayers: kept, gflop: 0.13 + 0.052 * Double(kept), milliseconds: 1,
            errorRate: 0.05 + 0.1 * Double(index) + dropped * 0.03 * Double(1 + index))
        })
    }
    return state
  }

  private func text(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// Styles of the dots of a panel's curves.
  private func styles(_ panel: PanelKind, _ state: DashboardState) throws -> Set<Style> {
    let canvas = view(state, state.size)
    let area = try #require(Layout(state, state.size)?[panel])
    var styles: Set<Style> = []
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX where ("\u{2801}"..."\u{28FF}").contains(canvas[x, y].character) {
        styles.insert(canvas[x, y].style)
      }
    }
    return styles
  }

  /// What stands for a name in a legend.
  private func sign(_ name: String, _ state: DashboardState) throws -> Cell {
    let canvas = view(state, state.size)
    for (y, line) in canvas.lines().enumerated().reversed() {
      for mark in state.symbols.markers {
        guard let range = line.range(of: "\(mark) \(name)") else { continue }
        return canvas[line.distance(from: line.startIndex, to: range.lowerBound), y]
      }
    }
    Issue.record("no \(name)")
    throw CancellationError()
  }

  @Test func savedCurvesStandBeforeAnythingIsMeasured() throws {
    for (view, panel, size, zoomed) in [
      (ViewKind.explore, PanelKind.plot, Size(width: 120, height: 40), nil),
      (.explore, .plot, Size(width: 80, height: 24), .plot),
      (.compare, .curves, Size(width: 120, height: 40), nil),
      (.compare, .curves, Size(width: 80, height: 24), .curves),
    ] as [(ViewKind, PanelKind, Size, PanelKind?)] {
      var state = saved(size: size, zoomed: zoomed)
      state.view = view
      let looks = Set(state.theme.series.prefix(3))
      #expect(try styles(panel, state) == looks, "\(panel.type.name) at \(size)")
      let shown = text(state)
      for part in ["o dld", "× reference", "+ random-drop", "─ saved sweep", "100 ┤", "  0 ┤"] {
        #expect(shown.contains(part), "\(part) in \(panel.type.name) at \(size)")
      }
      state.savedSweeps = []
      #expect(try styles(panel, state) == [])
      #expect(!text(state).contains("saved sweep"))
    }
    // Not those of other decoding, and no other machine's times.
    var state = saved(size: Size(width: 120, height: 40))
    state.plotAxis = .latency
    #expect(try styles(.plot, state) == [])
  }

  @Test func aModelLooksTheSameWhoeverIsCurrent() throws {
    for (view, panel) in [(ViewKind.explore, PanelKind.plot), (.compare, .curves)] {
      for model in 0..<3 {
        var state = saved(size: Size(width: 120, height: 40), zoomed: panel)
        state.choice.model = model
        state.view = view
        for (index, name) in Self.names.enumerated() {
          let sign = try sign(name, state)
          #expect(sign.character == state.symbols.markers[index], "\(name) beside \(model)")
          #expect(sign.style == state.theme.series[index], "\(name) beside \(model)")
        }
      }
    }
  }

  /// What is measured lies over the saved curve, with the present model's numbers of layers alone.
  @Test func onlyThePresentModelIsLabelled() throws {
    let dear = CostModel(
      stages: StageValues(
        frontEnd: 0.9e9, layers: Array(repeating: 0.05e9, count: 12),
        skipped: Array(repeating: 0, count: 12), head: 0.01e9))
    for model in 0..<2 {
      var state = DashboardState(
        subject: Scene.twoModels().subject, walk: .full(12), policy: "spread",
        costs: [Scene.costs, dear])
      state.size = Size(width: 120, height: 40)
      state.zoomed = .plot
      state.choice.model = model
      Scene.serve(update(&state, .ready), &state)
      #expect(state.measurements.count == 2)
      let area = try #require(Layout(state, state.size)?[.plot])
      let rows = view(state, state.size).lines()[area.y + 1..<area.maxY - 1]
      #expect(rows.joined(separator: "\n").matches(of: /[^\d.]12[^\d.]/).count == 1)
    }
  }

  /// A saved rate stands in the table, marked as such, until its own is measured.
  @Test func theTableHasSavedRatesUntilTheyAreMeasured() {
    var state = saved(size: Size(width: 200, height: 60))
    state.view = .compare
    let before = text(state)
    // 5 %, 15 % and 25 % at full depth.
    for part in ["*5.0", "*15.0", "*25.0", "* saved sweep; "] {
      #expect(before.contains(part), "\(part)")
    }
    Scene.serve(update(&state, .ready), &state)
    let after = text(state)
    #expect(!after.contains("*") && !after.contains("saved") && after.contains("31.0"))
    // The mean of many draws is not this one's.
    var drawn = saved(size: Size(width: 200, height: 60))
    drawn.view = .compare
    drawn.savedSweeps = drawn.savedSweeps.map {
      SavedSweep(model: $0.model, policy: "random", points: $0.points)
    }
    drawn.choice.policy = "random"
    #expect(!text(drawn).contains("*"))
  }
}
