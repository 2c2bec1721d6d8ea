// The one table of keys: what they do, what the help says, what the footer shows.

import TerminalUI

package struct KeyBinding: Sendable {
  package enum Group: String, CaseIterable, Sendable {
    case drop = "How much to drop"
    case layers = "Which layers"
    case utterances = "Transcripts"
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

  /// The first key, or pair of keys, for the footer.
  var shortLabel: String {
    let parts = label.split(separator: " ")
    return parts.count == 4 ? parts[...1].joined() : String(parts[0])
  }

  init(
    _ keys: [Key], _ label: String, _ action: Action, _ group: Group, _ help: String,
    hint: String? = nil
  ) {
    self.init(keys.map { ($0, action) }, label, group, help, hint: hint)
  }

  init(
    _ actions: [(key: Key, action: Action)], _ label: String, _ group: Group, _ help: String,
    hint: String? = nil
  ) {
    self.actions = actions
    self.label = label
    self.group = group
    self.help = help
    self.hint = hint
  }
}

package enum KeyBindings {
  package static let all: [KeyBinding] = [
    KeyBinding(
      [(.left, .dropLess), (.right, .dropMore), ("h", .dropLess), ("l", .dropMore)],
      "← → h l", .drop, "drop less, more", hint: "drop"),
    KeyBinding(
      (0...9).map { (.character(Character("\($0)")), .drop($0 * 10)) },
      "0 … 9", .drop, "drop 0 … 90 %"),
    KeyBinding(
      [(.home, .drop(0)), (.end, .drop(100))], "Home End", .drop, "drop none, all"),
    KeyBinding(
      ["p"], "p", .nextPolicy, .layers, "next policy", hint: "policy"),
    KeyBinding(["r"], "r", .reseed, .layers, "random, drawn anew"),
    KeyBinding(["M"], "M", .nextModel, .layers, "next model"),
    KeyBinding(
      [(.up, .previousLayer), (.down, .nextLayer), ("k", .previousLayer), ("j", .nextLayer)],
      "↑ ↓ k j", .layers, "move to a layer", hint: "layer"),
    KeyBinding(
      [" ", .enter], "Space", .toggleLayer, .layers, "run or skip it", hint: "run/skip"),
    KeyBinding(
      [
        ("[", .previousUtterance), ("]", .nextUtterance), ("N", .previousUtterance),
        ("n", .nextUtterance),
      ], "[ ] N n", .utterances, "other utterances", hint: "utterance"),
    KeyBinding(["w"], "w", .nextWorse, .utterances, "one made worse"),
    KeyBinding(
      ["e", .tab], "e Tab", .enlarge, .screen, "enlarge a panel", hint: "enlarge"),
    KeyBinding(["s"], "s", .changeSymbols, .screen, "drawing symbols"),
    KeyBinding(["m"], "m", .releaseMouse, .screen, "mouse off, to copy"),
    KeyBinding(["?", .function(1)], "?", .help, .screen, "this page", hint: "help"),
    KeyBinding([.escape], "Esc", .back, .screen, "back"),
    KeyBinding([.control("z")], "Ctrl-Z", .suspend, .screen, "pause; fg resumes"),
    KeyBinding(["q", .control("c")], "q", .quit, .screen, "quit", hint: "quit"),
  ]

  private static let actions = Dictionary(
    uniqueKeysWithValues: all.flatMap(\.actions).map { ($0.key, $0.action) })

  package static func action(for key: Key) -> Action? { actions[key] }
}

/// So that the table above reads like the keyboard.
extension Key: ExpressibleByUnicodeScalarLiteral {}
extension Key: ExpressibleByExtendedGraphemeClusterLiteral {
  package init(extendedGraphemeClusterLiteral character: Character) { self = .character(character) }
}
