// The one table of keys: what they do and where, what the help says, what the footer shows.

import TerminalUI

package struct KeyBinding: Sendable {
  package enum Group: String, CaseIterable, Sendable {
    case drop = "How much to drop"
    case layers = "Which layers"
    case utterances = "Utterances"
    case here = "In this view"
    case tour = "Tour"
    case screen = "Screen"
  }

  /// Each key with what it does; one row of the help may stand for several.
  package var actions: [(key: Key, action: Action)]
  /// The keys as people read them.
  package var label: String
  package var group: Group
  /// What it does, for the help page.
  package var help: String
  /// One or two words for the footer; nil: not there.
  package var hint: String?
  /// What it works on, where not every view has it.
  package var needs: ViewFeature?

  /// The arrows up and down and their letters: of whatever a view's cursor is on.
  static let upAndDown: [(key: Key, action: Action)] = [
    (.up, .up), (.down, .down), ("k", .up), ("j", .down),
  ]

  /// Whether a view has what it works on.
  package func works(in view: ViewKind) -> Bool {
    needs.map { view.type.features.contains($0) } ?? true
  }

  /// The label's words that are keys, as keys.
  var keyText: KeyText { KeyText(label, naming: actions.map(\.key)) }

  /// The first key, or pair of keys, for the footer.
  var shortLabel: String {
    let parts = label.split(separator: " ")
    let isPair = parts.count == 4 || parts.count > 1 && parts.allSatisfy { $0.count == 1 }
    return isPair ? parts[...1].joined() : String(parts[0])
  }

  package init(
    _ keys: [Key], _ label: String, _ action: Action, _ group: Group, _ help: String,
    hint: String? = nil, needs: ViewFeature? = nil
  ) {
    self.init(keys.map { ($0, action) }, label, group, help, hint: hint, needs: needs)
  }

  package init(
    _ actions: [(key: Key, action: Action)], _ label: String, _ group: Group, _ help: String,
    hint: String? = nil, needs: ViewFeature? = nil
  ) {
    self.actions = actions
    self.label = label
    self.group = group
    self.help = help
    self.hint = hint
    self.needs = needs
  }
}

package enum KeyBindings {
  /// What works in every view, or in those with a feature; keys of one view are in its file.
  package static let shared: [KeyBinding] = [
    KeyBinding(["."], ".", .tourNext, .tour, "next step"),
    KeyBinding([","], ",", .tourBack, .tour, "step before"),
    KeyBinding(["i"], "i", .tourHelp, .tour, "more, hint, answer"),
    KeyBinding(["G"], "G", .guess, .tour, "your guess"),
    KeyBinding(["0"], "0", .tourReset, .tour, "step from its start"),
    KeyBinding(["T"], "T", .openMenu(.tour), .tour, "chapters"),

    KeyBinding(
      [(.left, .dropLess), (.right, .dropMore), ("h", .dropLess), ("l", .dropMore)],
      "← → h l", .drop, "drop less, more", hint: "drop"),
    KeyBinding(["d"], "d", .typeDropRatio, .drop, "type a drop ratio"),
    KeyBinding([(.home, .drop(0)), (.end, .drop(100))], "Home End", .drop, "drop none, all"),
    KeyBinding(["b"], "b", .openMenu(.preset), .drop, "presets"),
    KeyBinding(["u"], "u", .undo, .drop, "undo"),
    KeyBinding(["U", .control("r")], "U Ctrl-R", .redo, .drop, "redo"),

    KeyBinding(
      KeyBinding.upAndDown, "↑ ↓ k j", .layers, "move the cursor", hint: "layer", needs: .layers),
    KeyBinding(
      [" ", .enter], "Space Enter", .toggleLayer, .layers, "run or skip a layer", hint: "run/skip",
      needs: .layers),
    KeyBinding(["P"], "P", .openMenu(.policy), .layers, "policy", hint: "policy"),
    KeyBinding(["r"], "r", .reseed, .layers, "random, drawn anew"),
    KeyBinding(["M"], "M", .openMenu(.model), .layers, "model", hint: "model"),
    KeyBinding(["C"], "C", .openMenu(.rival), .layers, "model to compare with"),
    KeyBinding(["W"], "W", .openAxes, .layers, "rank, width, precision"),
    KeyBinding(["A"], "A", .wholeCompute, .layers, "all of it, in float32"),
    KeyBinding(["F"], "F", .front(.open), .layers, "cheapest way, all axes"),
    KeyBinding(["D"], "D", .switchDecoding, .layers, "greedy or beam search"),
    KeyBinding(["p"], "p", .pin, .layers, "pin, to compare with", hint: "pin"),

    KeyBinding(
      [
        ("[", .previousUtterance), ("]", .nextUtterance), ("N", .previousUtterance),
        ("n", .nextUtterance),
      ], "[ ] N n", .utterances, "other utterances", needs: .utterance),
    KeyBinding(["w"], "w", .nextWorse, .utterances, "one made worse", needs: .utterance),
    KeyBinding(["y"], "y", .play, .utterances, "play its sound", needs: .utterance),
    KeyBinding(["z"], "z", .pause, .utterances, "pause measuring"),
    KeyBinding(["Z"], "Z", .step, .utterances, "measure one, then pause"),
    KeyBinding(["R"], "R", .restart, .utterances, "measure this anew"),

    KeyBinding(
      [(.tab, .nextView), (.backTab, .previousView)], "Tab Shift-Tab", .screen,
      "next, last view"),
    KeyBinding(["e"], "e", .nextZoom, .screen, "enlarge a panel", hint: "enlarge"),
    KeyBinding(["a"], "a", .changeAxis, .screen, "axis of the plot", needs: .plot),
    KeyBinding(["c"], "c", .openMenu(.theme), .screen, "colours"),
    KeyBinding(["s"], "s", .changeSymbols, .screen, "drawing symbols"),
    KeyBinding(["o"], "o", .openMenu(.options), .screen, "options"),
    KeyBinding(["x"], "x", .openMenu(.export), .screen, "export"),
    KeyBinding(["Y"], "Y", .copy, .screen, "copy transcript, table"),
    KeyBinding(["t"], "t", .tour, .screen, "tour", hint: "tour"),
    KeyBinding(["m"], "m", .releaseMouse, .screen, "mouse off, to copy"),
    KeyBinding(["?", .function(1)], "? F1", .help, .screen, "this page", hint: "help"),
    KeyBinding([.escape], "Esc", .back, .screen, "back"),
    KeyBinding([.control("z")], "Ctrl-Z", .suspend, .screen, "pause; fg resumes"),
    KeyBinding(["q", .control("c")], "q Ctrl-C", .quit, .screen, "quit", hint: "quit"),
  ]

  /// The number keys.
  private static func numbers(_ views: [ViewKind]) -> KeyBinding {
    let shown = views.prefix(9)
    return KeyBinding(
      shown.enumerated().map { (.character(Character("\($0 + 1)")), .show($1)) },
      "1 … \(shown.count)", .screen, "views")
  }

  /// All of all views, in no particular order.
  package static let all =
    ViewCatalog.all.flatMap { $0.type.keys } + [numbers(ViewCatalog.all)] + shared

  /// Groups in the order of the footer.
  private static let order: [KeyBinding.Group] = [
    .here, .tour, .drop, .layers, .utterances, .screen,
  ]

  /// Those that work in a view, without those that another binding of the view hides.
  package static func active(
    in view: ViewKind, of views: [ViewKind] = ViewCatalog.all
  ) -> [KeyBinding] {
    let own = view.type.keys
    let others =
      [numbers(views)] + shared.filter { $0.works(in: view) }
    let taken = Set((own + others.filter { $0.needs != nil }).flatMap { $0.actions.map(\.key) })
    let seen =
      own + others.filter { $0.needs != nil || !$0.actions.allSatisfy { taken.contains($0.key) } }
    return order.flatMap { group in seen.filter { $0.group == group } }
  }

  /// What each key does in a view: its own binding goes before one that needs a feature, and that before
  /// those that work everywhere.
  package static func actions(
    in view: ViewKind, of views: [ViewKind] = ViewCatalog.all
  ) -> [Key: Action] {
    let active = active(in: view, of: views)
    let special = view.type.keys + active.filter { $0.needs != nil }
    return Dictionary(
      (special + active).flatMap(\.actions).map { ($0.key, $0.action) },
      uniquingKeysWith: { first, _ in first })
  }

  package static func action(
    for key: Key, in view: ViewKind, of views: [ViewKind] = ViewCatalog.all
  ) -> Action? {
    actions(in: view, of: views)[key]
  }
}
