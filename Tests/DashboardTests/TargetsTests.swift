// What is drawn is what can be clicked, on every screen there is.

import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct TargetsTests {
  static let sizes = [
    Size(width: 30, height: 8), Size(width: 60, height: 15), Size(width: 80, height: 24),
    Size(width: 120, height: 40), Size(width: 200, height: 60),
  ]

  /// A view as it is, with each panel enlarged, under everything that can lie over it.
  private static func screens(_ kind: ViewKind, _ size: Size) -> [(name: String, DashboardState)] {
    var plain = kind == .explore ? Scene.busy() : Scene.shown(kind)
    plain.size = size
    func after(_ keys: [Key]) -> DashboardState {
      var state = plain
      for key in keys { _ = update(&state, .terminal(.key(key))) }
      return state
    }
    var complaining = plain
    _ = update(&complaining, .settings(Settings(), complaints: ["no setting is called \"mood\""]))
    let enlarged = (1...kind.type.panels.count).map {
      ("panel \($0)", after(Array(repeating: "e", count: $0)))
    }
    let menus = ["P", "M", "b", "c", "o", "x", "T"] as [Key]
    let helps = (1...3).map { ("help \($0)", after(Array(repeating: "?", count: $0))) }
    return [("plain", plain), ("complaints", complaining)] + enlarged + helps
      + menus.map { ("menu \($0.name)", after([$0])) }
      + [("prompt", after(["d", "5"])), ("tour", after(["t"])), ("paused", after(["z"]))]
  }

  /// Apart from the expectation, which would write out both screens cell by cell.
  private func looksAlike(_ a: DashboardState, _ b: DashboardState) -> Bool {
    view(a, a.size) == view(b, b.size)
  }

  /// A cell at which a target is what a gesture means; nil where others lie over all of it.
  private func place(
    _ target: Int, _ targets: [Target], _ gesture: Target.Gesture
  ) -> (x: Int, y: Int)? {
    let area = targets[target].area
    let above = targets[(target + 1)...].filter { $0.gestures.contains(gesture) }
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX where !above.contains(where: { $0.area.contains(x: x, y: y) }) {
        return (x, y)
      }
    }
    return nil
  }

  /// Every rectangle lies on the screen and has an action of the dashboard's.
  @Test(arguments: ViewCatalog.all) func everyTargetLiesOnTheScreen(kind: ViewKind) throws {
    for size in Self.sizes {
      for (name, state) in Self.screens(kind, size) {
        let canvas = view(state, size)
        #expect(!canvas.targets.isEmpty, "\(name) at \(size)")
        for target in canvas.targets {
          #expect(target.action is Action, "\(target.action) in \(name) at \(size)")
          #expect(!target.area.isEmpty && target.area.intersection(canvas.area) == target.area)
        }
      }
    }
  }

  /// The mouse does what a target was drawn with: tried on some of every screen, others at other sizes.
  @Test(arguments: ViewCatalog.all) func aTargetDoesWhatItWasDrawnWith(kind: ViewKind) throws {
    for (turn, size) in Self.sizes.prefix(4).enumerated() {
      for (name, state) in Self.screens(kind, size) {
        let targets = view(state, size).targets
        for index in stride(from: turn, to: targets.count, by: max(1, targets.count / 4)) {
          let action = try #require(targets[index].action as? Action)
          let gesture = try #require(targets[index].gestures.first { $0 != .slide })
          guard let (x, y) = place(index, targets, gesture) else { continue }
          let kinds: [Target.Gesture: MouseEvent.Kind] = [
            .press: .press, .wheelUp: .wheelUp, .wheelDown: .wheelDown,
          ]
          let mouse = MouseEvent(kind: try #require(kinds[gesture]), x: x, y: y)
          var (clicked, asked) = (state, state)
          let effects = update(&clicked, .terminal(.mouse(mouse)))
          if case .help = asked.overlay, !HelpPage.holds(action) { asked.overlay = nil }
          // Nothing happens, but what the new state wants is asked for, as after every message.
          let expected =
            Update.perform(action, &asked) + update(&asked, .terminal(.focus(true)))
          #expect(effects == expected, "\(action) in \(name) at \(size)")
          #expect(looksAlike(clicked, asked), "\(action) in \(name) at \(size)")
        }
      }
    }
  }

  /// Whether there is something over the panels that takes all clicks.
  private func lies(over state: DashboardState) -> Bool {
    switch state.overlay {
    case .menu, .complaints, .card, .axes, .front: true
    case .demo, .prompt, .help, nil: false
    }
  }

  /// Keys in brackets, `(P)` or `(← →, d)`: found by reading the screen, as people do.
  private func printedKeys(_ canvas: Canvas) -> [(key: Key, x: Int, y: Int)] {
    let names = Dictionary(
      KeyBindings.all.flatMap(\.actions).map { ($0.key.name, $0.key) },
      uniquingKeysWith: { a, _ in a })
    var found: [(key: Key, x: Int, y: Int)] = []
    for y in 0..<canvas.size.height {
      let row = (0..<canvas.size.width).map { canvas[$0, y].character }
      for open in row.indices where row[open] == "(" {
        guard let close = row[open...].firstIndex(of: ")") else { continue }
        var words: [(text: String, x: Int)] = []
        for x in open + 1..<close where row[x] != " " && row[x] != "," {
          if x > open + 1, row[x - 1] != " ", row[x - 1] != ",", !words.isEmpty {
            words[words.count - 1].text.append(row[x])
          } else {
            words.append((String(row[x]), x))
          }
        }
        guard !words.isEmpty, words.allSatisfy({ names[$0.text] != nil }) else { continue }
        found += words.map { (names[$0.text]!, $0.x, y) }
      }
    }
    return found
  }

  @Test(arguments: ViewCatalog.all) func whatIsPrintedAsAKeyCanBeClicked(kind: ViewKind) {
    var seen = 0
    for size in Self.sizes {
      for (name, state) in Self.screens(kind, size) {
        // Under a menu or the settings' complaints nothing can be clicked.
        guard !lies(over: state) else { continue }
        let canvas = view(state, size)
        for (key, x, y) in printedKeys(canvas) {
          let action = canvas.targets.target(x: x, y: y, for: .press)?.action as? Action
          let bound = KeyBindings.action(for: key, in: state.view)
          if state.helpPage != nil {
            // The panels around the help lie under it.
            let works: [Action?] = [.help, .back]
            #expect(
              action == (works.contains(bound) ? bound : .back), "\(key) in \(name) at \(size)")
          } else if case .enlarge = action {
            #expect(bound == .nextZoom, "\(key) in \(name) at \(size)")
          } else {
            #expect(action == bound && bound != .nextZoom, "\(key) in \(name) at \(size)")
          }
          seen += 1
        }
      }
    }
    #expect(seen > 50)
  }

  /// Every hint of the footer is its key.
  @Test(arguments: ViewCatalog.all) func theFootersHintsAreKeys(kind: ViewKind) throws {
    for size in Self.sizes where size.height >= 15 {
      for (name, state) in Self.screens(kind, size)
      where !lies(over: state) {
        let canvas = view(state, size)
        let y = size.height - 1
        let row = (0..<size.width).map { canvas[$0, y].character }
        var hints = 0
        for x in 1..<size.width where row[x - 1] == " " && row[x] != " " {
          guard let target = canvas.targets.target(x: x, y: y, for: .press), target.area.x == x,
            target.area.width > 3, target.area.height == 1
          else { continue }
          let text = String(row[target.area.x..<target.area.maxX])
          let bindings = KeyBindings.active(in: kind).filter {
            text.hasPrefix($0.shortLabel + " ")
          }
          #expect(
            bindings.contains { $0.actions.first?.action == target.action as? Action },
            "\(text) in \(name) at \(size)")
          hints += 1
        }
        // The help covers the footer of a small screen.
        #expect(hints >= (state.helpPage != nil ? 0 : 2), "\(name) at \(size)")
        if state.helpPage == nil {
          let line = String(row)
          for binding in KeyBindings.active(in: kind) {
            guard let hint = binding.hint,
              let range = line.range(of: " \(binding.shortLabel) \(hint)  ")
            else { continue }
            let x = line.distance(from: line.startIndex, to: range.lowerBound) + 1
            let action = canvas.targets.target(x: x, y: y, for: .press)?.action as? Action
            #expect(action == binding.actions.first?.action, "\(hint) in \(name) at \(size)")
          }
        }
      }
    }
  }

  @Test func aMenusFrameNamesItsKeys() throws {
    for size in Self.sizes where size.height >= 15 {
      for key in ["P", "b", "c", "o", "x", "T"] as [Key] {
        var state = Scene.busy()
        state.size = size
        for key in [key, .down] { _ = update(&state, .terminal(.key(key))) }
        let menu = try #require(state.menu)
        let canvas = view(state, size)
        for (word, expected) in [("Enter takes", Key.enter), ("Esc leaves", .escape)] {
          let lines = canvas.lines()
          let y = try #require(lines.firstIndex { $0.contains(word) }, "\(menu.title) at \(size)")
          let range = try #require(lines[y].range(of: word))
          let x = lines[y].distance(from: lines[y].startIndex, to: range.lowerBound)
          var (clicked, pressed) = (state, state)
          let effects = update(
            &clicked, .terminal(.mouse(MouseEvent(kind: .press, x: x, y: y))))
          #expect(effects == update(&pressed, .terminal(.key(expected))))
          #expect(looksAlike(clicked, pressed))
          #expect(clicked.menu != state.menu)
        }
        // The last row that has room like its keys, and outside nothing but leaving.
        let last = min(menu.rows.count, size.height - 2) - 1
        let row = try #require(canvas.targets.first { $0.action as? Action == .menuRow(last) })
        var (clicked, pressed) = (state, state)
        _ = update(
          &clicked, .terminal(.mouse(MouseEvent(kind: .press, x: row.area.x, y: row.area.y))))
        let down = [Key](repeating: .down, count: last - menu.selection)
        for key in down + [.enter] { _ = update(&pressed, .terminal(.key(key))) }
        #expect(looksAlike(clicked, pressed))
        var ended = state
        _ = update(&ended, .terminal(.key(.end)))
        #expect(ended.menu?.selection == menu.rows.count - 1)
        var left = state
        _ = update(&left, .terminal(.mouse(MouseEvent(kind: .press, x: 0, y: 0))))
        #expect(left.menu == nil && left.mask == state.mask)
      }
    }
  }

  /// Keys of what is being typed are clicked like others.
  @Test func aPromptsKeysAreClicked() throws {
    for (word, kept) in [("Enter", 6), ("Esc", 12)] {
      var state = Scene.state()
      state.size = Size(width: 120, height: 40)
      for key in ["d", "5", "0"] as [Key] { _ = update(&state, .terminal(.key(key))) }
      let line = try #require(view(state, state.size).lines().dropLast().last)
      let range = try #require(line.range(of: word))
      let x = line.distance(from: line.startIndex, to: range.lowerBound)
      _ = update(
        &state, .terminal(.mouse(MouseEvent(kind: .press, x: x, y: state.size.height - 2))))
      #expect(state.prompt == nil && state.mask.keptCount == kept)
    }
  }

  /// A mark of a plot chooses what it stands for, and that can be undone.
  @Test(arguments: [ViewKind.explore, .compare]) func aPlotsMarksAreChosen(kind: ViewKind) throws {
    var state = Scene.shown(kind)
    state.size = Size(width: 160, height: 45)
    let before = state.choice
    var points: Set<OperatingPoint> = []
    for target in view(state, state.size).targets {
      guard case .choosePoint(let point) = target.action as? Action else { continue }
      #expect(target.area.width == 1 && target.area.height == 1)
      points.insert(point)
      var clicked = state
      let targets = view(state, state.size).targets
      let (x, y) = (target.area.x, target.area.y)
      guard targets.target(x: x, y: y, for: .press)?.action as? Action == .choosePoint(point)
      else { continue }
      _ = update(&clicked, .terminal(.mouse(MouseEvent(kind: .press, x: x, y: y))))
      #expect(clicked.presentPoint == point)
      // All of these are the policy's own masks.
      #expect(clicked.policyName == "spread")
      guard point != before.point else { continue }
      _ = update(&clicked, .terminal(.key("u")))
      #expect(clicked.choice == before)
    }
    #expect(points.count >= (kind == .compare ? 10 : 2), "\(points.count)")
    #expect(points.allSatisfy { state.measurements[$0] != nil })
  }
}
