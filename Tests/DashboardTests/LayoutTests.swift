// What must hold at every size, and in every state.

import Backbones
import Foundation
import Synchronization
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct LayoutTests {
  /// Every small size, and a sample of the others up to 250x80.
  static let sizes =
    (1...70).flatMap { width in (1...20).map { Size(width: width, height: $0) } }
    + stride(from: 71, through: 250, by: 13).flatMap { width in
      [1, 2, 14, 15, 16, 19, 20, 21, 22, 24, 27, 28, 33, 40, 55, 80].map {
        Size(width: width, height: $0)
      }
    }

  /// At every size from 1x1 to 250x80, in every view, with any panel enlarged and with the tour open:
  /// panels lie within the screen, cover it and do not overlap.
  @Test(arguments: ViewCatalog.all) func panelsFillTheScreenWithoutOverlap(kind: ViewKind) {
    var state = Scene.shown(kind)
    var wrong: [String] = []
    for width in 1...250 {
      for height in 1...80 {
        let size = Size(width: width, height: height)
        for zoomed in [nil] + kind.type.panels.map(Optional.some) {
          state.zoomed = zoomed
          state.tour.isShown = (width + height) % 2 == 0
          guard let layout = Layout(state, size) else {
            if width >= 60, height >= 15 { wrong.append("nothing at \(size)") }
            continue
          }
          if width < 60 || height < 15 { wrong.append("something at \(size)") }
          let areas = Array(layout.areas.values)
          let whole = Rect(x: 0, y: 0, width: width, height: height)
          for (index, area) in areas.enumerated() {
            if area.isEmpty || area.intersection(whole) != area {
              wrong.append("\(area) at \(size), \(zoomed.map { "\($0)" } ?? "all")")
            }
            for other in areas[..<index] where !area.intersection(other).isEmpty {
              wrong.append("\(area) over \(other) at \(size)")
            }
          }
          if areas.reduce(0, { $0 + $1.width * $1.height }) != width * height {
            wrong.append("a gap at \(size), \(zoomed.map { "\($0)" } ?? "all")")
          }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))")
  }

  /// Every view at every width up to 250 and every height up to 80, a quarter of their pairs.
  @Test(arguments: ViewCatalog.all) func sizesDraw(kind: ViewKind) {
    let shown = Scene.shown(kind)
    let wrong = Mutex<[Size]>([])
    DispatchQueue.concurrentPerform(iterations: 250) { column in
      var state = shown
      let width = column + 1
      for height in stride(from: 1 + width % 4, through: 80, by: 4) {
        state.size = Size(width: width, height: height)
        state.tour.isShown = width % 3 == 0
        state.layerCursor = width % state.layerCount
        if view(state, state.size).size != state.size { wrong.withLock { $0.append(state.size) } }
      }
    }
    #expect(wrong.withLock { $0 }.isEmpty)
  }

  @Test func everySizeDraws() {
    var busy = Scene.busy()
    var empty = Scene.state()
    var help = busy
    help.overlay = .help(page: 0)
    for size in Self.sizes {
      busy.size = size
      empty.size = size
      help.size = size
      for state in [busy, empty, help] {
        for shown in ViewCatalog.all {
          var state = state
          state.view = shown
          #expect(view(state, size).size == size)
        }
      }
    }
    for size in [Size(width: 0, height: 0), Size(width: -1, height: 5)] { _ = view(busy, size) }
  }

  /// One layer, and more than the screen has rows.
  @Test(arguments: [1, 2, 24, 64]) func otherDepths(layers: Int) {
    let costs = CostModel(
      stages: StageValues(
        frontEnd: 1e8, layers: Array(repeating: 5e7, count: layers),
        skipped: Array(repeating: 0, count: layers), head: 1e7))
    var state = DashboardState(
      subject: Subject(
        models: [.init(name: "m", layerCount: layers)], dataset: "d", split: "s", utterances: [],
        machine: "machine", threads: 1), walk: .full(layers), policy: "spread", costs: [costs])
    for size in Self.sizes where size.width % 7 == 0 {
      state.size = size
      state.layerCursor = size.width % layers
      _ = view(state, size)
    }
    for key in ["l", "l", " ", "n", "N", "w", "e", "4", "p", "r", "1"] as [Key] {
      _ = update(&state, .terminal(.key(key)))
    }
    _ = view(state, Size(width: 80, height: 24))
  }

  /// Every control works at every size: no mouse position is without an answer or crashes.
  @Test func clicksEverywhere() {
    for size in [
      Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 131, height: 37),
    ] {
      var state = Scene.busy()
      state.size = size
      for y in -1...size.height {
        for x in stride(from: -1, through: size.width, by: 3) {
          for kind in [MouseEvent.Kind.press, .drag, .release, .wheelUp, .wheelDown] {
            _ = update(&state, .terminal(.mouse(MouseEvent(kind: kind, x: x, y: y))))
          }
        }
      }
    }
  }

  @Test func smallScreensSayWhatIsHidden() throws {
    for (size, hidden) in [
      (Size(width: 60, height: 15), ["layers", "plot"]),
      (Size(width: 80, height: 24), ["plot"]),
    ] {
      var state = Scene.busy()
      state.size = size
      let last = try #require(view(state, size).lines().last)
      #expect(last.contains("hidden: \(hidden.joined(separator: ", ")) (e)"))
    }
    var state = Scene.busy()
    state.size = Size(width: 120, height: 40)
    #expect(!view(state, state.size).lines().contains { $0.contains("hidden") })
  }

  @Test func tooSmallSaysWhatIsNeededAndStillQuits() {
    var state = Scene.busy()
    let size = Size(width: 40, height: 8)
    _ = update(&state, .terminal(.resize(size)))
    let text = view(state, size).lines().joined(separator: "\n")
    #expect(text.contains("40x8") && text.contains("60x15") && text.contains("q quit"))
    #expect(update(&state, .terminal(.key("q"))) == [.quit])
  }

  @Test(arguments: ViewCatalog.all) func helpListsEveryBinding(kind: ViewKind) {
    for size in [Size(width: 60, height: 15), Size(width: 120, height: 40)] {
      var state = Scene.busy()
      state.size = size
      state.view = kind
      var text = ""
      _ = update(&state, .terminal(.key("?")))
      while state.helpPage != nil {
        text += view(state, size).lines().joined(separator: "\n")
        _ = update(&state, .terminal(.key("?")))
      }
      for binding in KeyBindings.active(in: kind) {
        #expect(text.contains(binding.label) && text.contains(binding.help), "\(binding.label)")
      }
      for kind in ViewCatalog.all {
        #expect(text.contains("\(state.number(of: kind)) \(kind.type.name)"))
      }
    }
  }

  @Test func keysAreBoundOnceAndDescribed() {
    for binding in KeyBindings.all { #expect(!binding.label.isEmpty && !binding.help.isEmpty) }
    var general: Set<Key> = []
    for (key, _) in KeyBindings.shared.filter({ $0.needs == nil }).flatMap(\.actions) {
      #expect(general.insert(key).inserted, "\(key)")
    }
    for kind in ViewCatalog.all {
      var special: Set<Key> = []
      let needed = KeyBindings.shared.filter { $0.needs != nil && $0.works(in: kind) }
      for binding in kind.type.keys + needed {
        for (key, action) in binding.actions {
          #expect(special.insert(key).inserted, "\(key) in \(kind)")
          #expect(KeyBindings.action(for: key, in: kind) == action)
        }
      }
      for (key, action) in KeyBindings.active(in: kind).flatMap(\.actions) {
        #expect(KeyBindings.action(for: key, in: kind) == action, "\(key) in \(kind)")
      }
    }
  }

  /// Nobody should need the colours: without styles, states of the screen still differ.
  @Test func layersDifferWithoutColour() {
    var state = Scene.state()
    let size = Size(width: 80, height: 24)
    let before = view(state, size).lines()
    _ = update(&state, .terminal(.key(" ")))
    #expect(view(state, size).lines() != before)
  }
}
