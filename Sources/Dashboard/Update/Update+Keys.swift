// What a key does: in a prompt, in a menu, or as its binding says.

import TerminalUI

extension Update {
  static func handle(_ event: TerminalEvent, _ state: inout DashboardState) -> [Effect] {
    switch event {
    case .key(let key):
      state.notice = ""
      let leaves: [Key] = ["q", .control("c")]
      if state.demo != nil {
        return endDemo(&state) + (leaves.contains(key) ? [.quit] : [])
      }
      if !state.complaints.isEmpty {
        if [.enter, .escape, " "].contains(key) { state.complaints = [] }
        return leaves.contains(key) ? [.quit] : []
      }
      if state.prompt != nil { return type(key, &state) }
      if state.menu != nil { return walk(key, &state) }
      return KeyBindings.action(for: key, in: state.view).map { perform($0, &state) } ?? []
    case .mouse(let mouse):
      return handle(mouse, &state)
    case .resize(let size):
      state.size = size
      // What is held has gone elsewhere.
      state.held = []
      return []
    case .paste(let text):
      state.prompt?.text += text.filter { !$0.isNewline }
      return []
    case .interrupted:
      return [.quit]
    case .wakeUp, .focus:
      return []
    }
  }

  /// A key while a line is being typed.
  private static func type(_ key: Key, _ state: inout DashboardState) -> [Effect] {
    guard var prompt = state.prompt else { return [] }
    switch key {
    case .escape, .control("c"):
      state.prompt = nil
    case .enter:
      state.prompt = nil
      switch prompt.kind {
      case .filter:
        state.list.filter = prompt.text.trimmed
        moveIntoList(&state)
      case .file:
        listen(to: prompt.text.trimmed, &state)
      case .guess:
        guard let percent = Prompt.percent(prompt.text) else {
          state.notice = "expected a rate from 0 to 100 %, found \"\(prompt.text)\""
          return []
        }
        state.tour.guess = Double(percent)
      case .dropRatio:
        guard let percent = Prompt.percent(prompt.text) else {
          state.notice = "expected a drop ratio from 0 to 100 %, found \"\(prompt.text)\""
          return []
        }
        return perform(.drop(percent), &state)
      }
    case .backspace, .delete:
      if !prompt.text.isEmpty { prompt.text.removeLast() }
      state.prompt = prompt
    case .character(let character):
      prompt.text.append(character)
      state.prompt = prompt
    default:
      break
    }
    return []
  }

  /// A key while a menu is open.
  private static func walk(_ key: Key, _ state: inout DashboardState) -> [Effect] {
    guard var menu = state.menu else { return [] }
    switch key {
    case .escape, "q":
      closeMenu(menu, &state)
    case .control("c"):
      return [.quit]
    case .up, "k":
      menu.selection = (menu.selection + menu.rows.count - 1) % menu.rows.count
      state.menu = menu
    case .down, "j":
      menu.selection = (menu.selection + 1) % menu.rows.count
      state.menu = menu
    case .home: state.menu?.selection = 0
    case .end: state.menu?.selection = menu.rows.count - 1
    case .enter, " ":
      return perform(.menuRow(menu.selection), &state)
    case .character(let character):
      if let digit = character.wholeNumberValue, (1...menu.rows.count).contains(digit) {
        return perform(.menuRow(digit - 1), &state)
      }
    default:
      break
    }
    return []
  }

  /// Closes a menu; one of the options leads back to them, so that several can be changed.
  static func closeMenu(_ menu: Menu, _ state: inout DashboardState) {
    state.menu = nil
    if let row = menu.optionsRow { openOptions(at: row, &state) }
  }

  static func openOptions(at row: Int, _ state: inout DashboardState) {
    state.menu = Menus.open(.options, state)
    state.menu?.selection = row
  }
}
