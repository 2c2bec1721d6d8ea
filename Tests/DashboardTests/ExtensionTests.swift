// What holds of every view and every panel, and a new one of each: a type and an entry.

import Backbones
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct ExtensionTests {
  static let sizes = [
    Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 131, height: 37),
    Size(width: 220, height: 70),
  ]
  /// Those around every view, and what the views are made of.
  static let panels =
    [PanelKind.header, .slider, .footer, .tour] + ViewCatalog.all.flatMap { $0.type.panels }

  private func text(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { _ = update(&state, .terminal(.key(key))) }
  }

  // MARK: - Every one

  @Test func namesAreTold() {
    let views = ViewCatalog.all
    #expect(Set(views).count == views.count && Set(views.map(\.description)).count == views.count)
    #expect(Set(views.map { $0.type.summary }).count == views.count)
    // A number key opens each.
    #expect(views.count <= 9)
    #expect(Set(Self.panels).count == Self.panels.count, "a panel belongs to one view")
    #expect(Set(Self.panels.map { $0.type.name }).count == Self.panels.count)
    for panel in Self.panels { #expect(!panel.type.name.isEmpty) }
  }

  @Test(arguments: ViewCatalog.all) func everyViewIsWhole(kind: ViewKind) {
    let type = kind.type
    #expect(!type.name.isEmpty && !type.name.contains(" ") && !type.summary.isEmpty)
    #expect(!type.panels.isEmpty)
    for binding in type.keys {
      #expect(!binding.label.isEmpty && !binding.help.isEmpty && binding.needs == nil)
    }
    for start in [Scene.state(), Scene.busy(), Scene.shown(kind)] {
      for size in Self.sizes {
        var state = start
        state.size = size
        press(&state, .character(Character("\(state.number(of: kind))")))
        #expect(state.view == kind)
        let areas = type.areas(state, in: Rect(x: 0, y: 5, width: size.width, height: 20))
        #expect(Set(areas.keys).isSubset(of: type.panels) && areas[type.panels[0]] != nil)
        // Every key of its own, the cursor and the way back have an answer.
        for key in type.keys.flatMap(\.actions).map(\.key) + [.up, .down, .escape, .escape] {
          press(&state, key)
          #expect(text(state).contains("\n"))
          press(&state, .escape)
        }
        #expect(state.overlay == nil)
      }
    }
  }

  @Test(arguments: panels) func everyPanelDraws(kind: PanelKind) {
    let home = ViewCatalog.all.first { $0.type.panels.contains(kind) }
    for start in [Scene.state(), Scene.busy(), Scene.shown(home ?? .explore)] {
      for size in Self.sizes {
        var state = start
        (state.size, state.zoomed) = (size, home.map { _ in kind })
        if kind == .tour { state.tour.isShown = true }
        guard let area = Layout(state, size)?[kind] else {
          Issue.record("no \(kind.type.name) at \(size)")
          continue
        }
        #expect(!area.isEmpty)
        #expect(home == nil || text(state).contains("─"), "a frame")
        for (x, y) in [(0, 0), (area.width / 2, area.height / 2), (area.width - 1, 1)] {
          for event in [MouseEvent.Kind.press, .drag, .release, .wheelUp, .wheelDown] {
            _ = update(
              &state, .terminal(.mouse(MouseEvent(kind: event, x: area.x + x, y: area.y + y))))
          }
        }
      }
    }
  }

  /// A layer that can be switched is one that can be seen.
  @Test func viewsOfLayersShowTheirCursor() {
    for kind in ViewCatalog.all {
      let shows = kind.type.panels.contains { $0.type.showsLayerCursor }
      #expect(shows == kind.type.features.contains(.layers), "\(kind)")
    }
  }

  // MARK: - A new one

  private enum CountPanel: Panel {
    static let name = "count"

    static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
      canvas.text("counted to \(state.utterance)", x: 0, y: 0)
    }
  }

  private enum CountView: DashboardView {
    static let name = "Count"
    static let summary = "how far one has come"
    static let panels = [PanelKind(CountPanel.self)]
    static let keys = [
      KeyBinding(
        [(.up, .up), (.down, .down)], "↑ ↓", .here, "count up and down", hint: "count"),
      // Everywhere else the key does something else.
      KeyBinding(["p"], "p", .utterance(7), .here, "count to seven"),
    ]

    static func areas(_ state: DashboardState, in body: Rect) -> [PanelKind: Rect] {
      [panels[0]: body]
    }

    static func hint(for action: Action, _ state: DashboardState) -> String? {
      action == .up && state.utterance > 6 ? "enough" : nil
    }

    static func wishes(_ state: DashboardState) -> [OperatingPoint] {
      [state.point(model: 0, walk: Walk(.spread(keeping: 3, of: state.layerCount)))]
    }

    static func probe(_ state: DashboardState) -> ProbeRequest? {
      .cloud(model: 0, walk: Walk(.spread(keeping: 5, of: state.layerCount)))
    }

    static func moveCursor(by step: Int, _ state: inout DashboardState) { state.utterance += step }

    static func goBack(_ state: inout DashboardState) { state.utterance = 0 }
  }

  @Test func aNewViewIsATypeAndAnEntry() {
    let new = ViewKind(CountView.self)
    var state = DashboardState(
      subject: Scene.subject, walk: .full(Scene.layerCount), policy: "spread",
      costs: [Scene.costs], views: [.explore, .layers, new])
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    #expect(state.view == .explore && !text(state).contains("counted"))
    // Its number key, its tab, its panel, its keys in the footer and in the help.
    let effects = update(&state, .terminal(.key("3")))
    #expect(state.view == new && new.description == "count")
    #expect(text(state).contains("3 Count") && text(state).contains("counted to 0"))
    #expect(text(state).contains("↑↓ count"))
    var help = ""
    for _ in 0..<6 {
      press(&state, "?")
      help += text(state)
    }
    for words in ["1 … 3", "how far one has come", "In Count", "count to seven"] {
      #expect(help.contains(words), "\(words)")
    }
    #expect(!help.contains("pin, to compare with"), "the view's own key hides it")
    state.overlay = nil
    // What it wants probed and measured.
    #expect(effects.contains(.probe(CountView.probe(state)!)))
    Scene.serve([], &state)
    #expect(state.measurements[CountView.wishes(state)[0]]?.isComplete == true)
    // Its cursor, its own key, its hint, its way back.
    press(&state, .down, .down, .up)
    #expect(text(state).contains("counted to 1") && state.layerCursor == 0)
    press(&state, "p")
    #expect(state.pinned == nil && text(state).contains("counted to 7"))
    #expect(text(state).contains("↑↓ enough"))
    press(&state, "e", .escape)
    #expect(state.utterance == 7 && state.zoomed == nil)
    press(&state, .escape)
    #expect(text(state).contains("counted to 0"))
    // Round the tabs.
    press(&state, .tab)
    #expect(state.view == .explore)
    press(&state, .backTab)
    #expect(state.view == new)
  }

  /// More views than number keys: Tab reaches them all.
  @Test func theTenthViewHasNoNumberKey() {
    let views = Array(repeating: ViewKind.layers, count: 9) + [ViewKind(CountView.self)]
    #expect(KeyBindings.active(in: .layers, of: views).contains { $0.label == "1 … 9" })
    #expect(KeyBindings.action(for: "9", in: .layers, of: views) == .show(.layers))
  }
}
