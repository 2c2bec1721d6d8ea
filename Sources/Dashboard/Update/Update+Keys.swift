// What a key does: in a prompt, in a menu, or as its binding says.

import TerminalUI

extension Update {
  static func handle(_ event: TerminalEvent, _ state: inout DashboardState) -> [Effect] {
    switch event {
    case .key(let key):
      state.notice = ""
      return press(key, &state)
    case .mouse(let mouse):
      return handle(mouse, &state)
    case .resize(let size):
      state.size = size
      // What is held has gone elsewhere.
      state.held = []
      return []
    case .paste(let text):
      if case .prompt(var prompt) = state.overlay {
        prompt.text += text.filter { !$0.isNewline }
        prompt.choices = []
        state.overlay = .prompt(prompt)
      }
      return []
    case .background(let isLight):
      if state.followsBackground { state.theme = .on(lightBackground: isLight) }
      return []
    case .interrupted:
      return [.quit]
    case .wakeUp, .focus:
      return []
    }
  }

  private static func press(_ key: Key, _ state: inout DashboardState) -> [Effect] {
    let leaves = ["q", .control("c")].contains(key)
    let isHabit = state.tookDigit && key == .enter && state.overlay == nil
    state.tookDigit = false
    if isHabit {
      state.notice = "the digit has chosen it already"
      return []
    }
    switch state.overlay {
    case .demo:
      return endDemo(&state) + (leaves ? [.quit] : [])
    case .complaints:
      if [.enter, .escape, " "].contains(key) { state.overlay = nil }
      return leaves ? [.quit] : []
    case .card(let sentences):
      if [.enter, " ", "."].contains(key) {
        let rest = sentences.dropFirst(CardPage.fitting(sentences, state.size))
        state.overlay = rest.isEmpty ? nil : .card(Array(rest))
      } else if key == .escape {
        state.overlay = nil
      }
      return leaves ? [.quit] : []
    case .prompt(let prompt): return type(key, prompt, &state)
    case .menu(let menu): return walk(key, menu, &state)
    case .help: return read(key, &state)
    case .axes(let axis): return slide(key, axis, &state)
    case .front: return presentFront(key, &state)
    case nil: return act(on: key, &state)
    }
  }

  /// What a key does where nothing lies over the view.
  static func act(on key: Key, _ state: inout DashboardState) -> [Effect] {
    let action = KeyBindings.action(for: key, in: state.view, of: state.views)
    return action.map { perform($0, &state) } ?? []
  }

  /// A key while the help is open: it turns its pages, and what else it would do waits.
  private static func read(_ key: Key, _ state: inout DashboardState) -> [Effect] {
    switch key {
    case .pageDown, .right, .down, " ": return perform(.turnHelp(1), &state)
    case .pageUp, .left, .up, .backspace: return perform(.turnHelp(-1), &state)
    case .home: return perform(.turnHelp(-HelpPage.pageCount(state)), &state)
    case .end: return perform(.turnHelp(HelpPage.pageCount(state)), &state)
    case .enter: return perform(.back, &state)
    default:
      let action = KeyBindings.action(for: key, in: state.view, of: state.views)
      guard let action else { return [] }
      if [.help, .back, .quit, .suspend].contains(action) { return perform(action, &state) }
      if action == .tourNext, state.tour.isShown { return perform(action, &state) }
      state.notice = "the help holds the keys: Esc leaves it"
      return []
    }
  }

  /// A key while a line is being typed.
  private static func type(
    _ key: Key, _ prompt: Prompt, _ state: inout DashboardState
  ) -> [Effect] {
    var prompt = prompt
    prompt.choices = []
    switch key {
    case .tab where prompt.kind == .file:
      return [.complete(prompt.text)]
    case .escape, .control("c"):
      state.overlay = nil
      if prompt.kind == .guess { state.notice = "G asks for your guess again" }
    case .enter:
      state.overlay = nil
      switch prompt.kind {
      case .filter:
        state.list.filter = prompt.text.trimmed
        moveIntoList(&state)
      case .file:
        listen(to: prompt.text.trimmed, &state)
      case .guess:
        guard let percent = Prompt.percent(prompt.text) else {
          state.notice = "expected a rate from 0 to 100 %, found \"\(prompt.text)\""
          // What is typed next is another try.
          state.overlay = .prompt(Prompt(.guess))
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
      state.overlay = .prompt(prompt)
    case "i" where prompt.kind == .guess:
      turnTourPage(&state)
    case .character(let character)
    where prompt.kind == .guess && !(character.isWholeNumber || ".,% ".contains(character)):
      state.notice = "a guess is a number from 0 to 100; Esc leaves it"
    case .character(let character):
      prompt.text.append(character)
      state.overlay = .prompt(prompt)
    default:
      break
    }
    return []
  }

  /// The path that is being typed goes on; not where something else was typed since.
  static func complete(
    _ text: String, to completed: String, _ names: [String], _ state: inout DashboardState
  ) {
    guard case .prompt(var prompt) = state.overlay, prompt.kind == .file, prompt.text == text else {
      return
    }
    (prompt.text, prompt.choices) = (completed, names)
    state.overlay = .prompt(prompt)
  }

  /// A key while a menu is open.
  private static func walk(_ key: Key, _ menu: Menu, _ state: inout DashboardState) -> [Effect] {
    func select(_ row: Int) {
      var menu = menu
      menu.selection = (row + menu.rows.count) % menu.rows.count
      state.overlay = .menu(menu)
    }
    switch key {
    case .escape, "q":
      closeMenu(menu, &state)
    case .control("c"):
      return [.quit]
    case .up, "k": select(menu.selection - 1)
    case .down, "j": select(menu.selection + 1)
    case .pageUp: select(max(0, menu.selection - 10))
    case .pageDown: select(min(menu.rows.count - 1, menu.selection + 10))
    case .home: select(0)
    case .end: select(menu.rows.count - 1)
    case .enter, " ":
      return perform(.menuRow(menu.selection), &state)
    case .character(let character):
      if let digit = character.wholeNumberValue, (1...menu.rows.count).contains(digit) {
        state.tookDigit = true
        return perform(.menuRow(digit - 1), &state)
      }
    default:
      break
    }
    return []
  }

  /// Closes a menu; one of the options leads back to them, so that several can be changed.
  static func closeMenu(_ menu: Menu, _ state: inout DashboardState) {
    state.overlay = nil
    if let row = menu.optionsRow { openOptions(at: row, &state) }
  }

  static func openOptions(at row: Int, _ state: inout DashboardState) {
    var options = Menus.open(.options, state)
    options.selection = row
    state.overlay = .menu(options)
  }
}
