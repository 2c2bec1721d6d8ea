// Frames as text. `DROPSCOPE_UPDATE_SCREENS=1 swift test --filter FrameTests` rewrites the files in
// Screens; look at what changed before committing it.

import Foundation
import TerminalUI
import Testing

import Dashboard

@Suite struct FrameTests {
  static let sizes = [
    Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 120, height: 40),
    Size(width: 200, height: 60),
  ]
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Screens")

  /// Compares with Screens/name.txt, or writes it when asked. The row of tabs is left out: it has screens
  /// of its own, or every other one would change with a new view.
  func check(_ canvas: Canvas, _ name: String) throws {
    try check(canvas.lines().dropFirst(), name)
  }

  private func check(_ lines: some Sequence<String>, _ name: String) throws {
    let text = lines.joined(separator: "\n") + "\n"
    let file = Self.folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["DROPSCOPE_UPDATE_SCREENS"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "\(name) changed; see the top of FrameTests.swift")
  }

  @Test(arguments: sizes, Symbols.all.filter { $0 != .block })
  func explore(size: Size, symbols: Symbols) throws {
    var state = Scene.busy(symbols: symbols)
    state.size = size
    let canvas = view(state, size)
    #expect(canvas.size == size)
    if symbols == .ascii {
      #expect(canvas.lines().allSatisfy { $0.allSatisfy(\.isASCII) })
    }
    try check(canvas, "explore-\(size.width)x\(size.height)-\(symbols.name)")
  }

  @Test(arguments: sizes) func tabs(size: Size) throws {
    var state = Scene.busy()
    state.size = size
    try check(view(state, size).lines().prefix(1), "tabs-\(size.width)x\(size.height)")
  }

  @Test(arguments: sizes) func start(size: Size) throws {
    var state = Scene.state()
    state.modelCosts[0].latency = nil
    _ = update(&state, .preparing("reading the held-out audio"))
    state.size = size
    try check(view(state, size), "start-\(size.width)x\(size.height)")
  }

  @Test(arguments: [sizes[0], sizes[2]]) func help(size: Size) throws {
    var state = Scene.busy()
    state.size = size
    state.overlay = .help(page: 0)
    try check(view(state, size), "help-\(size.width)x\(size.height)")
  }

  @Test(arguments: [PanelKind.plot, .layers, .transcript]) func enlarged(panel: PanelKind) throws {
    var state = Scene.busy()
    state.size = Self.sizes[1]
    state.zoomed = panel
    try check(view(state, Self.sizes[1]), "enlarged-\(panel.type.name)-80x24")
  }

  @Test(arguments: ViewCatalog.all.dropFirst(), sizes) func views(kind: ViewKind, size: Size)
    throws
  {
    for symbols in [Symbols.braille, .ascii] {
      var state = Scene.shown(kind, symbols: symbols)
      state.size = size
      let canvas = view(state, size)
      if symbols == .ascii { #expect(canvas.lines().allSatisfy { $0.allSatisfy(\.isASCII) }) }
      try check(canvas, "\(kind)-\(size.width)x\(size.height)-\(symbols.name)")
    }
  }

  @Test(arguments: MenuKind.allCases) func menus(kind: MenuKind) throws {
    var state = kind == .rival ? Scene.allModels() : Scene.busy()
    state.size = Self.sizes[1]
    _ = update(&state, .terminal(.key(.character("o"))))
    _ = update(&state, .terminal(.key(.escape)))
    state.overlay = nil
    for view in ViewCatalog.all where state.menu == nil {
      for binding in KeyBindings.active(in: view) {
        for (key, action) in binding.actions where action == .openMenu(kind) {
          state.view = view
          _ = update(&state, .terminal(.key(key)))
        }
      }
    }
    #expect(state.menu?.kind == kind)
    try check(view(state, Self.sizes[1]), "menu-\(kind.rawValue)-80x24")
  }

  @Test func twoModels() throws {
    var state = Scene.twoModels()
    state.size = Self.sizes[2]
    _ = update(&state, .ready)
    Scene.answer(&state)
    Scene.answer(&state)
    for _ in 0..<4 { _ = update(&state, .terminal(.key(.right))) }
    for _ in 0..<2 { Scene.answer(&state) }
    try check(view(state, state.size), "two-models-120x40")
  }

  @Test func tooSmall() throws {
    let size = Size(width: 50, height: 10)
    try check(view(Scene.busy(), size), "too-small-50x10")
  }
}
