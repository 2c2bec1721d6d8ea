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
  /// Where it works; nil: everywhere. What hides another binding in a view comes before it.
  package var views: Set<ViewKind>?

  /// The label's words that are keys, as keys.
  var keyText: KeyText { KeyText(label, naming: actions.map(\.key)) }

  /// The first key, or pair of keys, for the footer.
  var shortLabel: String {
    let parts = label.split(separator: " ")
    let isPair = parts.count == 4 || parts.count > 1 && parts.allSatisfy { $0.count == 1 }
    return isPair ? parts[...1].joined() : String(parts[0])
  }

  init(
    _ keys: [Key], _ label: String, _ action: Action, _ group: Group, _ help: String,
    hint: String? = nil, in views: Set<ViewKind>? = nil
  ) {
    self.init(keys.map { ($0, action) }, label, group, help, hint: hint, in: views)
  }

  init(
    _ actions: [(key: Key, action: Action)], _ label: String, _ group: Group, _ help: String,
    hint: String? = nil, in views: Set<ViewKind>? = nil
  ) {
    self.actions = actions
    self.label = label
    self.group = group
    self.help = help
    self.hint = hint
    self.views = views
  }
}

package enum KeyBindings {
  /// Views that are about one utterance.
  private static let withUtterance: Set<ViewKind> = [.explore, .transcripts, .layers]

  package static let all: [KeyBinding] = [
    KeyBinding(
      [("+", .budgetMore), ("=", .budgetMore), ("-", .budgetLess)], "+ - =", .here,
      "more, less budget", hint: "budget", in: [.budget]),
    KeyBinding(
      ["v"], "v", .compareBy, .here, "models or policies", hint: "models/policies", in: [.compare]),
    KeyBinding(["f"], "f", .openFile, .here, "open a file", hint: "file", in: [.listen]),
    KeyBinding(
      [(.up, .up), (.down, .down), ("k", .up), ("j", .down)], "↑ ↓ k j", .here,
      "move in the table", hint: "scroll", in: [.listen]),
    KeyBinding(
      [" ", .enter], "Space Enter", .playScenario, .here, "play the scenario", hint: "play",
      in: [.budget]),
    KeyBinding(
      ["f"], "f", .budgetUnit, .here, "time or FLOPs", hint: "ms/FLOPs", in: [.budget]),
    KeyBinding(["B"], "B", .resetScenario, .here, "from its beginning", in: [.budget]),
    KeyBinding(
      ["g"], "g", .openMenu(.device), .here, "another device", hint: "device", in: [.budget]),
    KeyBinding(
      ["v"], "v", .openMenu(.trace), .here, "another scenario", hint: "scenario", in: [.budget]),
    KeyBinding(
      [" ", .enter], "Space Enter", .record, .here, "record, and stop", hint: "record",
      in: [.listen]),
    KeyBinding(
      ["/"], "/", .filter, .here, "filter by text or id", hint: "filter",
      in: [.transcripts]),
    KeyBinding(
      ["S"], "S", .changeOrder, .here, "another order", hint: "order", in: [.transcripts]),

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
      [(.up, .up), (.down, .down), ("k", .up), ("j", .down)],
      "↑ ↓ k j", .layers, "move the cursor", hint: "layer", in: [.explore, .layers]),
    KeyBinding(
      [" ", .enter], "Space Enter", .toggleLayer, .layers, "run or skip a layer", hint: "run/skip",
      in: [.explore, .layers]),
    KeyBinding(["P"], "P", .openMenu(.policy), .layers, "policy", hint: "policy"),
    KeyBinding(["r"], "r", .reseed, .layers, "random, drawn anew"),
    KeyBinding(["M"], "M", .openMenu(.model), .layers, "model", hint: "model"),
    KeyBinding(["C"], "C", .openMenu(.rival), .layers, "model to compare with"),
    KeyBinding(["p"], "p", .pin, .layers, "pin, to compare with", hint: "pin"),

    KeyBinding(
      [(.up, .up), (.down, .down), ("k", .up), ("j", .down)],
      "↑ ↓ k j", .utterances, "move in the list", hint: "utterance", in: [.transcripts]),
    KeyBinding(
      [
        ("[", .previousUtterance), ("]", .nextUtterance), ("N", .previousUtterance),
        ("n", .nextUtterance),
      ], "[ ] N n", .utterances, "other utterances", in: withUtterance),
    KeyBinding(["w"], "w", .nextWorse, .utterances, "one made worse", in: withUtterance),
    KeyBinding(["y"], "y", .play, .utterances, "play its sound", in: withUtterance),
    KeyBinding(["z"], "z", .pause, .utterances, "pause measuring"),
    KeyBinding(["Z"], "Z", .step, .utterances, "measure one, then pause"),
    KeyBinding(["R"], "R", .restart, .utterances, "measure this anew"),

    KeyBinding(
      ViewKind.allCases.map { (.character(Character("\($0.number)")), .show($0)) },
      "1 … 7", .screen, "views"),
    KeyBinding(
      [(.tab, .nextView), (.backTab, .previousView)], "Tab Shift-Tab", .screen,
      "next, last view"),
    KeyBinding(["e"], "e", .nextZoom, .screen, "enlarge a panel", hint: "enlarge"),
    KeyBinding(["a"], "a", .changeAxis, .screen, "axis of the plot", in: [.explore]),
    KeyBinding(["c"], "c", .openMenu(.theme), .screen, "colours"),
    KeyBinding(["s"], "s", .changeSymbols, .screen, "drawing symbols"),
    KeyBinding(["o"], "o", .openMenu(.options), .screen, "options"),
    KeyBinding(["x"], "x", .openMenu(.export), .screen, "export"),
    KeyBinding(["t"], "t", .tour, .screen, "tour", hint: "tour"),
    KeyBinding(["m"], "m", .releaseMouse, .screen, "mouse off, to copy"),
    KeyBinding(["?", .function(1)], "? F1", .help, .screen, "this page", hint: "help"),
    KeyBinding([.escape], "Esc", .back, .screen, "back"),
    KeyBinding([.control("z")], "Ctrl-Z", .suspend, .screen, "pause; fg resumes"),
    KeyBinding(["q", .control("c")], "q Ctrl-C", .quit, .screen, "quit", hint: "quit"),
  ]

  /// Those that work in a view, without those that another binding of the view hides.
  package static func active(in view: ViewKind) -> [KeyBinding] {
    let special = all.filter { $0.views?.contains(view) ?? false }
    let taken = Set(special.flatMap { $0.actions.map(\.key) })
    return all.filter { binding in
      binding.views?.contains(view) ?? !binding.actions.allSatisfy { taken.contains($0.key) }
    }
  }

  package static func action(for key: Key, in view: ViewKind) -> Action? {
    for binding in all where binding.views?.contains(view) ?? true {
      if let action = binding.actions.first(where: { $0.key == key })?.action { return action }
    }
    return nil
  }
}
