// What is presented over the panels: one thing at a time.

import Foundation

/// Takes the keys and the mouse before the view does.
package enum Overlay: Sendable, Equatable {
  /// The show that runs by itself, until a key is pressed.
  case demo(DemoState)
  /// What is wrong in the settings file, until it is confirmed.
  case complaints([String])
  /// What the tour came to, until it is confirmed.
  case card([String])
  /// A line that is being typed, in the footer.
  case prompt(Prompt)
  case menu(Menu)
  /// The sliders of rank, width and precision; the keys that move them are theirs, all others work on.
  case axes(ComputeAxis)
  /// The front over all axes; keys that are not its own work on.
  case front
  /// A page of the help, from 0; all keys work on.
  case help(page: Int)
}

extension DashboardState {
  package var demo: DemoState? { if case .demo(let demo) = overlay { demo } else { nil } }
  package var prompt: Prompt? { if case .prompt(let prompt) = overlay { prompt } else { nil } }
  package var menu: Menu? { if case .menu(let menu) = overlay { menu } else { nil } }
  package var axis: ComputeAxis? { if case .axes(let axis) = overlay { axis } else { nil } }
  package var isFrontShown: Bool { overlay == .front }
  package var helpPage: Int? { if case .help(let page) = overlay { page } else { nil } }
}

/// What a menu is about.
package enum MenuKind: String, CaseIterable, Hashable, Sendable {
  case policy, model, rival, preset, theme, export, options, trace, device, tour, clip
}

/// A menu over the screen.
package struct Menu: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package var label: String
    package var detail: String
    package var action: Action
    /// Whether it is what is chosen now.
    package var isCurrent: Bool
    /// Whether it can be chosen; what is not says why when it is tried.
    package var isAvailable: Bool

    package init(
      _ label: String, detail: String = "", action: Action, isCurrent: Bool = false,
      isAvailable: Bool = true
    ) {
      self.label = label
      self.detail = detail
      self.action = action
      self.isCurrent = isCurrent
      self.isAvailable = isAvailable
    }
  }

  package var kind: MenuKind
  package var title: String
  package var rows: [Row]
  package var selection: Int
  /// The row of the options that this menu was opened from and goes back to.
  package var optionsRow: Int?
}

/// A line that is being typed.
package struct Prompt: Sendable, Equatable {
  package enum Kind: Sendable, Equatable { case dropRatio, filter, guess, file }

  package var kind: Kind
  package var text: String
  /// Names that the text may go on with, where it was to be completed and there are several.
  package var choices: [String] = []

  package init(_ kind: Kind, text: String = "") {
    self.kind = kind
    self.text = text
  }
}

extension Prompt {
  /// `45`, `45 %`, `0.45`: a percentage; nil for anything else.
  static func percent(_ text: String) -> Int? {
    let number = text.trimmed.filter { $0 != "%" }.trimmed
    guard let value = Double(number.replacingOccurrences(of: ",", with: ".")), value >= 0 else {
      return nil
    }
    let isFraction = value <= 1 && number.contains { $0 == "." || $0 == "," }
    let percent = isFraction ? value * 100 : value
    return percent <= 100 ? Int(percent.rounded()) : nil
  }
}
