// The only function that changes the state.

import Backbones
import Speech
import TerminalUI
import Tradeoff

/// Takes in one message; what must happen outside comes back as effects.
package func update(_ state: inout DashboardState, _ message: Message) -> [Effect] {
  let effects = react(to: message, &state) + look(&state)
  watchTour(&state)
  return effects
}

private func react(to message: Message, _ state: inout DashboardState) -> [Effect] {
  switch message {
  case .terminal(let event):
    return handle(event, &state)
  case .evaluator(let event):
    return take(event, &state)
  case .probed(let result):
    take(result, &state)
  case .preparing(let step):
    state.activity = .preparing(step)
  case .ready:
    state.activity = .idle
    return request(state.presentSetting, &state)
  case .calibrated(let model, let costs):
    state.modelCosts[model] = costs
  case .failed(let reason):
    state.activity = .unavailable(reason)
  case .notice(let text):
    state.notice = text
  case .settings(let settings, let complaints):
    return take(settings, complaints, &state)
  case .tick:
    return tick(&state)
  case .recording(let isOn):
    state.listening.isRecording = isOn
    if isOn { state.listening.failure = nil }
  case .recordingFailed(let reason):
    state.listening.isRecording = false
    state.listening.failure = reason
  case .recorded(let file):
    listen(to: file, &state)
  }
  return []
}

// MARK: - The terminal

private func handle(_ event: TerminalEvent, _ state: inout DashboardState) -> [Effect] {
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

private func handle(_ mouse: MouseEvent, _ state: inout DashboardState) -> [Effect] {
  guard let layout = Layout(state, state.size) else { return [] }
  // The other buttons are the terminal's, for its menu and for pasting.
  if mouse.kind == .press, mouse.button != 0 { return [] }
  if mouse.kind == .release {
    state.isSliderHeld = false
    state.isHoldRemembered = false
    return []
  }
  if state.demo != nil { return endDemo(&state) }
  if !state.complaints.isEmpty {
    if mouse.kind == .press { state.complaints = [] }
    return []
  }
  if state.menu != nil {
    guard mouse.kind == .press else { return [] }
    let row = MenuPage.row(at: mouse, state)
    return perform(row.map { .menuRow($0) } ?? .back, &state)
  }
  if mouse.kind == .press, let action = printedAction(mouse, state, layout) {
    return perform(action, &state)
  }
  if state.isHelpShown {
    return mouse.kind == .press ? clickHelp(mouse, &state, layout) : []
  }
  // A held handle follows the pointer wherever it goes, like every other slider.
  if state.isSliderHeld, mouse.kind == .drag, let area = layout[.slider] {
    return perform(SliderPanel.action(x: mouse.x, state, area), &state)
  }
  guard let panel = layout.panel(x: mouse.x, y: mouse.y), let area = layout[panel],
    let action = panel.type.action(mouse, state, area)
  else { return [] }
  if panel == .slider, mouse.kind == .press { state.isSliderHeld = true }
  return perform(action, &state)
}

/// What a key that is printed under the pointer does.
private func printedAction(
  _ mouse: MouseEvent, _ state: DashboardState, _ layout: Layout
) -> Action? {
  let frame = draw(state, state.size)
  guard let key = PrintedKeys.key(x: mouse.x, y: mouse.y, in: frame),
    let action = KeyBindings.action(for: key, in: state.view)
  else { return nil }
  if state.isHelpShown { return [.help, .back].contains(action) ? action : nil }
  guard action == .nextZoom, let panel = layout.panel(x: mouse.x, y: mouse.y) else { return action }
  // More of a panel is to be had by enlarging that one, and what is hidden likewise.
  if state.view.type.panels.contains(panel) { return .enlarge(panel) }
  return layout.hidden.first.map { .enlarge($0) } ?? action
}

/// A row of the help does what its key does, a key of the footer too; anywhere else it is left.
private func clickHelp(
  _ mouse: MouseEvent, _ state: inout DashboardState, _ layout: Layout
) -> [Effect] {
  let isFooter = layout.panel(x: mouse.x, y: mouse.y) == .footer
  let action =
    HelpPage.action(mouse, state)
    ?? (isFooter ? layout[.footer].flatMap { FooterPanel.action(mouse, state, $0) } : nil)
  if action != .help { state.isHelpShown = false }
  return action.map { $0 == .back ? [] : perform($0, &state) } ?? []
}

/// A key while a line is being typed.
private func type(_ key: Key, _ state: inout DashboardState) -> [Effect] {
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

private func listen(to file: String, _ state: inout DashboardState) {
  guard !file.isEmpty else { return }
  state.listening.file = file
  state.listening.take += 1
  state.listening.failure = nil
}

/// A key while a menu is open.
private func walk(_ key: Key, _ state: inout DashboardState) -> [Effect] {
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

// MARK: - Actions

private func perform(_ action: Action, _ state: inout DashboardState) -> [Effect] {
  if state.isReadOnly, writes(action) {
    state.notice = "read-only: nothing is written or recorded"
    return []
  }
  switch action {
  case .dropLess: return keep(state.mask.keptCount + 1, &state)
  case .dropMore: return keep(state.mask.keptCount - 1, &state)
  case .drop(let percent):
    let dropped = (Double(state.layerCount * percent) / 100).rounded()
    return keep(state.layerCount - Int(dropped), &state)
  case .keep(let count): return keep(count, &state)
  case .typeDropRatio: state.prompt = Prompt(.dropRatio)
  case .up: return moveCursor(by: -1, &state)
  case .down: return moveCursor(by: 1, &state)
  case .toggleLayer:
    guard isCursorShown(state) else { return sayCursorIsHidden(&state) }
    return toggle(state.layerCursor, &state)
  case .toggle(let layer):
    state.layerCursor = layer
    return toggle(layer, &state)
  case .openMenu(let kind):
    let menu = Menus.open(kind, state)
    if menu.rows.isEmpty { state.notice = "there is no other model of as many layers" }
    state.menu = menu.rows.isEmpty ? nil : menu
  case .menuRow(let index):
    guard let menu = state.menu, menu.rows.indices.contains(index) else { return [] }
    let action = menu.rows[index].action
    state.menu = nil
    let effects = perform(action, &state)
    if menu.kind == .options, state.menu != nil {
      state.menu?.optionsRow = index
    } else if menu.kind == .options, action != .saveSettings {
      openOptions(at: index, &state)
    } else {
      closeMenu(menu, &state)
    }
    return effects
  case .choosePolicy(let name):
    return change(&state) {
      $0.policy = name
      $0.isManual = false
      $0.mask = PolicyCatalog.mask(
        name, seed: $0.seed, keeping: $0.mask.keptCount, of: $0.mask.layerCount)
    }
  case .reseed:
    return change(&state) {
      $0.policy = RandomPolicy.name
      $0.isManual = false
      $0.seed += 1
      $0.mask = PolicyCatalog.mask(
        $0.policy, seed: $0.seed, keeping: $0.mask.keptCount, of: $0.mask.layerCount)
    }
  case .chooseModel(let index): return chooseModel(index, &state)
  case .chooseRival(let index): state.chosenRival = index
  case .choosePreset(let index): return perform(.drop(Menus.presets[index].percent), &state)
  case .undo: return goBack(from: \.past, to: \.future, &state)
  case .redo: return goBack(from: \.future, to: \.past, &state)
  case .pin:
    state.pinned = state.pinned == state.presentSetting ? nil : state.presentSetting
    state.notice = state.pinned == nil ? "nothing is pinned" : "pinned: \(pinName(state))"
  case .previousUtterance: moveUtterance(by: -1, &state)
  case .nextUtterance: moveUtterance(by: 1, &state)
  case .utterance(let index): state.utterance = index
  case .nextWorse: findWorseUtterance(&state)
  case .filter: state.prompt = Prompt(.filter, text: state.list.filter)
  case .changeOrder:
    state.list.order = state.list.order.next
    if let first = state.listedUtterances.first { state.utterance = first }
  case .play:
    guard state.subject.utterances.indices.contains(state.utterance) else { return [] }
    return [.play(state.utterance)]
  case .pause:
    state.isPaused.toggle()
    if state.isPaused { return [.rest] }
    return state.present?.isComplete == true ? [] : request(state.presentSetting, &state)
  case .step: return step(&state)
  case .restart:
    state.isPaused = false
    state.measurements[state.presentSetting] = nil
    return request(state.presentSetting, &state, isAnew: true)
  case .show(let view): show(view, &state)
  case .nextView: show(state.view.next, &state)
  case .previousView: show(state.view.previous, &state)
  case .nextZoom:
    let order = state.view.type.panels
    let next = state.zoomed.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    state.zoomed = next < order.count ? order[next] : nil
  case .enlarge(let panel): state.zoomed = panel
  case .changeAxis: state.plotAxis = state.plotAxis.next
  case .changeSymbols:
    let index = Symbols.all.firstIndex(of: state.symbols) ?? 0
    state.symbols = Symbols.all[(index + 1) % Symbols.all.count]
  case .chooseTheme(let name): state.theme = Theme.named(name) ?? state.theme
  case .releaseMouse:
    state.isMouseReleased.toggle()
    state.isSliderHeld = false
    return [.setMouse(!state.isMouseReleased)]
  case .help:
    // Through its pages, then away.
    state.helpPage = state.isHelpShown ? state.helpPage + 1 : 0
    state.isHelpShown = state.helpPage < HelpPage.pageCount(state)
  case .back:
    if let menu = state.menu {
      closeMenu(menu, &state)
    } else if state.isHelpShown {
      state.isHelpShown = false
    } else if state.zoomed != nil {
      state.zoomed = nil
    } else if state.view == .transcripts {
      state.list.filter = ""
    }
  case .compareBy: state.comparesPolicies.toggle()
  case .budgetLess: return setBudget(state.budget.amount / 1.25, &state)
  case .budgetMore: return setBudget(state.budget.amount * 1.25, &state)
  case .budgetUnit:
    state.budget.unit = state.budget.unit.next
    // What the present mask takes, in the other unit.
    state.budget.amount = Budget.amount(state.mask, state) ?? 1
    return state.budget.isInCharge ? chooseByBudget(&state) : []
  case .chooseTrace(let index):
    state.budget.trace = index
    state.budget.played = nil
  case .chooseDevice(let index):
    state.budget.device = index
    return state.budget.isInCharge ? chooseByBudget(&state) : []
  case .playScenario:
    state.budget.isPlaying.toggle()
    state.budget.isPlayedForTour = state.budget.isPlaying && state.tour.isShown
    if state.budget.played == nil { state.budget.played = 0 }
    return [.setTicking(state.budget.isPlaying)]
  case .resetScenario: state.budget.played = 0
  case .tour:
    state.tour.isShown.toggle()
    if !state.tour.isShown { leaveStep(&state) }
    if state.tour.isShown, state.tour.start == nil { begin(&state) }
  case .tourNext: moveTour(by: 1, &state)
  case .tourBack: moveTour(by: -1, &state)
  case .tourHelp: turnTourPage(&state)
  case .tourReset: return resetStep(&state)
  case .guess: state.prompt = Prompt(.guess)
  case .chooseChapter(let index):
    guard Tour.chapters[index].isAvailable(state) else {
      state.notice = "needs the models \(Tour.chapters[index].models.joined(separator: ", "))"
      return []
    }
    leaveStep(&state)
    state.tour.isShown = true
    (state.tour.chapter, state.tour.step) = (index, 0)
    begin(&state)
  case .openFile: state.prompt = Prompt(.file)
  case .record: return [.record(!state.listening.isRecording)]
  case .export(let what): return [.export(what, what.content(state))]
  case .saveSettings: return [.save(Settings(state))]
  case .suspend: return [.suspend]
  case .quit: return [.quit]
  }
  return []
}

/// Whether something would be left behind.
private func writes(_ action: Action) -> Bool {
  switch action {
  case .export, .openMenu(.export), .saveSettings, .record: true
  default: false
  }
}

/// Closes a menu; one of the options leads back to them, so that several can be changed.
private func closeMenu(_ menu: Menu, _ state: inout DashboardState) {
  state.menu = nil
  if let row = menu.optionsRow { openOptions(at: row, &state) }
}

private func openOptions(at row: Int, _ state: inout DashboardState) {
  state.menu = Menus.open(.options, state)
  state.menu?.selection = row
}

/// Moves the slider: the policy decides which layers stay.
private func keep(_ count: Int, _ state: inout DashboardState) -> [Effect] {
  let count = min(state.layerCount, max(0, count))
  state.budget.isInCharge = false
  guard count != state.mask.keptCount || state.isManual else { return [] }
  return change(&state) {
    $0.isManual = false
    $0.mask = PolicyCatalog.mask(
      $0.policy, seed: $0.seed, keeping: count, of: $0.mask.layerCount)
  }
}

private func toggle(_ layer: Int, _ state: inout DashboardState) -> [Effect] {
  guard (0..<state.layerCount).contains(layer) else { return [] }
  state.budget.isInCharge = false
  return change(&state) {
    $0.isManual = true
    $0.mask[layer].toggle()
  }
}

/// Changes what is chosen, so that it can be undone, and asks for its numbers.
private func change(
  _ state: inout DashboardState, _ body: (inout DashboardState.Choice) -> Void
) -> [Effect] {
  let before = state.choice
  var after = before
  body(&after)
  guard after != before else { return [] }
  // A drag of the slider is one change.
  if !(state.isSliderHeld && state.isHoldRemembered) {
    state.past.append(before)
    if state.past.count > 200 { state.past.removeFirst() }
  }
  state.isHoldRemembered = state.isSliderHeld
  state.future = []
  return adopt(after, &state)
}

private func adopt(_ choice: DashboardState.Choice, _ state: inout DashboardState) -> [Effect] {
  let before = state.presentSetting
  state.choice = choice
  state.listening.scroll = nil
  state.layerCursor = min(state.layerCursor, state.layerCount - 1)
  return state.presentSetting == before ? [] : request(state.presentSetting, &state)
}

private func goBack(
  from: WritableKeyPath<DashboardState, [DashboardState.Choice]>,
  to: WritableKeyPath<DashboardState, [DashboardState.Choice]>, _ state: inout DashboardState
) -> [Effect] {
  guard let choice = state[keyPath: from].popLast() else { return [] }
  state.budget.isInCharge = false
  state[keyPath: to].append(state.choice)
  return adopt(choice, &state)
}

/// Another model at the same mask; with another number of layers, at the same drop ratio.
private func chooseModel(_ index: Int, _ state: inout DashboardState) -> [Effect] {
  let models = state.subject.models
  guard models.indices.contains(index) else { return [] }
  return change(&state) { choice in
    choice.model = index
    let count = models[index].layerCount
    guard count != choice.mask.layerCount else { return }
    choice.isManual = false
    choice.mask = PolicyCatalog.mask(
      choice.policy, seed: choice.seed,
      keeping: PolicyCatalog.keptCount(dropRatio: choice.mask.dropRatio, layerCount: count),
      of: count)
  }
}

/// The file says so now; what was chosen here and is not in the file's change stays.
private func take(
  _ settings: Settings, _ complaints: [String], _ state: inout DashboardState
) -> [Effect] {
  let before = Settings(state)
  settings.apply(to: &state)
  state.complaints = complaints
  let after = Settings(state)
  // What was saved from here comes back as it is.
  if after != before { state.notice = "settings read again" }
  return after.mouse == before.mouse ? [] : [.setMouse(!state.isMouseReleased)]
}

private func pinName(_ state: DashboardState) -> String {
  state.pinned.map {
    "\(state.subject.models[$0.model].name), \($0.mask.keptCount) layers"
  } ?? ""
}

private func show(_ view: ViewKind, _ state: inout DashboardState) {
  guard view != state.view else { return }
  state.view = view
  state.zoomed = nil
}

private func moveCursor(by step: Int, _ state: inout DashboardState) -> [Effect] {
  if state.view == .transcripts {
    moveUtterance(by: step, &state)
  } else if state.view == .listen {
    state.listening.scroll = RecordingPanel.scroll(state, by: step)
  } else if isCursorShown(state) {
    state.layerCursor = min(state.layerCount - 1, max(0, state.layerCursor + step))
  } else {
    return sayCursorIsHidden(&state)
  }
  return []
}

/// Nobody should switch a layer that is not on the screen.
private func isCursorShown(_ state: DashboardState) -> Bool {
  guard let layout = Layout(state, state.size) else { return false }
  return [PanelKind.layers, .lens, .posteriors].contains { layout[$0] != nil }
}

private func sayCursorIsHidden(_ state: inout DashboardState) -> [Effect] {
  state.notice = "the layers are not on the screen: e enlarges them"
  return []
}

/// The next utterance; in its own view in the order and under the filter of the list.
private func moveUtterance(by step: Int, _ state: inout DashboardState) {
  let rows = state.browsedUtterances
  guard !rows.isEmpty else { return }
  guard let place = rows.firstIndex(of: state.utterance) else {
    state.utterance = rows[0]
    return
  }
  state.utterance = rows[(place + step + rows.count) % rows.count]
}

private func moveIntoList(_ state: inout DashboardState) {
  let rows = state.listedUtterances
  if let first = rows.first, !rows.contains(state.utterance) { state.utterance = first }
}

/// The next utterance with more errors now than at full depth; at full depth, with any error.
private func findWorseUtterance(_ state: inout DashboardState) {
  guard let present = state.present else { return }
  let rows = state.browsedUtterances
  let allowed = state.mask == state.fullMask ? nil : state.fullDepth
  let place = rows.firstIndex(of: state.utterance).map { $0 + 1 } ?? 0
  let worse = (rows[place...] + rows[..<place]).first { index in
    present.results[index].map {
      $0.counts.errors > allowed?.results[index]?.counts.errors ?? 0
    } ?? false
  }
  guard let worse else {
    state.notice =
      allowed == nil
      ? "no measured utterance has an error" : "no measured utterance is worse than at full depth"
    return
  }
  state.utterance = worse
}

/// Another budget takes charge of the mask.
private func setBudget(_ amount: Double, _ state: inout DashboardState) -> [Effect] {
  state.budget.amount = min(1e6, max(1e-4, amount))
  return chooseByBudget(&state)
}

/// The budget chooses the deepest mask of the policy that meets it.
private func chooseByBudget(_ state: inout DashboardState) -> [Effect] {
  let choice = Budget.choice(Budget.rows(state))
  let effects = keep(choice?.mask.keptCount ?? state.mask.keptCount, &state)
  state.budget.isInCharge = true
  return effects
}

private func tick(_ state: inout DashboardState) -> [Effect] {
  var effects = state.demo == nil ? [] : tickDemo(&state)
  if state.budget.isPlaying, state.budget.played != nil {
    if Budget.isMeasured(state) { state.budget.played? += 1 }
  } else if state.demo == nil {
    effects.append(.setTicking(false))
  }
  return effects
}

/// Goes on when a step has been seen, complete, for as long as it takes.
private func tickDemo(_ state: inout DashboardState) -> [Effect] {
  guard var demo = state.demo else { return [] }
  let step = Demo.steps[demo.step]
  demo.ticks += 1
  if state.activity == .idle, state.probes.asked == nil { demo.settledTicks += 1 }
  let isSeen =
    Double(demo.settledTicks) * state.demoPace >= step.seconds * Demo.ticksPerSecond
  let isLate = Double(demo.ticks) >= Demo.patience * Demo.ticksPerSecond
  guard isSeen || isLate else {
    state.demo = demo
    return []
  }
  (demo.ticks, demo.settledTicks) = (0, 0)
  demo.step = (demo.step + 1) % Demo.steps.count
  let effects = demo.step == 0 ? restore(demo.start, &state) : []
  return effects + play(demo, &state)
}

/// Every round of the show begins alike.
private func restore(_ start: DemoState.Start, _ state: inout DashboardState) -> [Effect] {
  show(start.view, &state)
  (state.layerCursor, state.utterance, state.list) = (
    start.layerCursor, start.utterance, start.list
  )
  state.budget = start.budget
  return adopt(start.choice, &state)
}

/// What takes over does nothing else.
private func endDemo(_ state: inout DashboardState) -> [Effect] {
  state.demo = nil
  return [.setTicking(false)]
}

/// Presses a step's keys.
private func play(_ demo: DemoState, _ state: inout DashboardState) -> [Effect] {
  state.demo = nil
  let effects = Demo.steps[demo.step].keys(state).flatMap { handle(.key($0), &state) }
  state.demo = demo
  // The scenario's own ticking must not end the show's.
  return effects.filter { $0 != .setTicking(false) }
}

package func startDemo(_ state: inout DashboardState) -> [Effect] {
  play(DemoState(state), &state) + [.setTicking(true)]
}

// MARK: - The tour

/// Remembers what a step starts from. What is so already is said to be so, not done.
private func begin(_ state: inout DashboardState) {
  (state.tour.help, state.tour.page) = (.none, 0)
  state.tour.start = TourState.Start(
    choice: state.choice, view: state.view, pinned: state.pinned, budget: state.budget)
  state.tour.isReached = false
  watchTour(&state)
  state.tour.wasAlreadySo = state.tour.isReached
}

/// A scenario that was played for the tour ends with its step.
private func leaveStep(_ state: inout DashboardState) {
  guard state.budget.isPlayedForTour else { return }
  (state.budget.isPlaying, state.budget.isPlayedForTour) = (false, false)
}

/// The rest of what does not fit; then the hint, the answer, and the text again.
private func turnTourPage(_ state: inout DashboardState) {
  if TourPanel.hasMore(state) {
    state.tour.page += 1
    return
  }
  state.tour.page = 0
  if !state.tour.isReached { state.tour.help = state.tour.help.next }
}

/// To the next step that can be done; after the last the tour is over.
private func moveTour(by step: Int, _ state: inout DashboardState) {
  guard state.tour.isShown else { return }
  leaveStep(&state)
  var (chapter, place) = (state.tour.chapter, state.tour.step + step)
  while !(Tour.chapters[chapter].isAvailable(state)
    && Tour.chapters[chapter].steps.indices.contains(place))
  {
    chapter += step
    guard Tour.chapters.indices.contains(chapter) else {
      if step > 0 {
        state.tour = TourState()
        state.notice = "that was the tour; t starts it again"
      }
      return
    }
    place = step > 0 ? 0 : Tour.chapters[chapter].steps.count - 1
  }
  if chapter != state.tour.chapter { state.tour.guess = nil }
  (state.tour.chapter, state.tour.step) = (chapter, place)
  begin(&state)
}

private func resetStep(_ state: inout DashboardState) -> [Effect] {
  guard state.tour.isShown, let start = state.tour.start else { return [] }
  leaveStep(&state)
  state.tour.guess = nil
  show(start.view, &state)
  let effects = change(&state) { $0 = start.choice }
  (state.pinned, state.budget) = (start.pinned, start.budget)
  begin(&state)
  return effects
}

/// A goal once reached stays reached until the next step, and so does what was said about it.
private func watchTour(_ state: inout DashboardState) {
  guard state.tour.isShown, !state.tour.isReached else { return }
  let step = Tour.step(state)
  guard step.isReached(state) else { return }
  state.tour.reveal = step.reveal(state)
  (state.tour.isReached, state.tour.wasAlreadySo, state.tour.page) = (true, false, 0)
}

// MARK: - The evaluator

/// Asks for a setting under a new id, which makes every event of older ids stale. Before the evaluator
/// is ready nothing is asked: `.ready` asks for whatever mask is chosen by then.
private func request(
  _ setting: DashboardState.Setting, _ state: inout DashboardState, limit: Int? = nil,
  isAnew: Bool = false
) -> [Effect] {
  switch state.activity {
  case .preparing, .unavailable: return []
  case .idle, .measuring, .failed: break
  }
  if state.isPaused, limit == nil { return [] }
  let request = EvaluationRequest(
    id: (state.newest?.id ?? 0) + 1, mask: setting.mask, model: setting.model, limit: limit,
    isAnew: isAnew)
  state.newest = request
  state.activity = .measuring
  return [.evaluate(request)]
}

private func take(_ event: EvaluationEvent, _ state: inout DashboardState) -> [Effect] {
  guard let newest = state.newest else { return [] }
  switch event {
  case .started:
    return []
  case .utterance(let id, let result):
    guard id == newest.id else { return [] }
    let setting = DashboardState.Setting(model: newest.model, mask: newest.mask)
    // Who goes step by step wants to see each.
    if newest.limit != nil, state.measurements[setting]?.results[result.index] == nil {
      state.utterance = result.index
    }
    state.measurements[
      setting,
      default: Measurement(mask: newest.mask, utteranceCount: state.subject.utterances.count)
    ].add(result, speakers: state.subject.speakers)
    return []
  case .finished(let id):
    guard id == newest.id else { return [] }
    state.doneID = id
    state.activity = .idle
    let asked = DashboardState.Setting(model: newest.model, mask: newest.mask)
    compare(asked, &state)
    if state.budget.isInCharge, state.view == .budget {
      let effects = chooseByBudget(&state)
      if !effects.isEmpty { return effects }
    }
    return measureNext(&state, besides: asked)
  case .failed(let id, let reason):
    guard id == newest.id else { return [] }
    state.doneID = id
    state.activity = .failed(reason)
    return []
  }
}

/// Works out how what the view Compare shows does against what has just been completed.
private func compare(_ setting: DashboardState.Setting, _ state: inout DashboardState) {
  func counts(_ setting: DashboardState.Setting) -> [ErrorCounts]? {
    guard let known = state.measurements[setting], known.isComplete else { return nil }
    return known.results.compactMap { $0?.counts }
  }
  guard let mine = counts(setting) else { return }
  // Settings of one cost: the same number of layers, by another model or another policy.
  for (other, _) in state.measurements
  where other != setting && other.mask.keptCount == setting.mask.keptCount {
    guard let theirs = counts(other) else { continue }
    for (a, b, x, y) in [(setting, other, mine, theirs), (other, setting, theirs, mine)] {
      state.comparisons[DashboardState.Pair(mine: a, other: b)] = ErrorRate.compare(
        y, x, groups: state.subject.speakers)
    }
  }
}

/// What numbers are compared with is measured as soon as nothing else waits: full depth, the pinned
/// setting, the other model at this mask, then what the view wishes for. An empty data set is complete
/// without a measurement, so what was just asked for is not asked for again.
private func measureNext(
  _ state: inout DashboardState, besides asked: DashboardState.Setting? = nil
) -> [Effect] {
  guard let next = unmeasured(state, besides: asked) else { return [] }
  return request(next, &state)
}

private func unmeasured(
  _ state: DashboardState, besides asked: DashboardState.Setting? = nil
) -> DashboardState.Setting? {
  guard !state.subject.utterances.isEmpty else { return nil }
  let full = DashboardState.Setting(model: state.model, mask: state.fullMask)
  let wanted =
    [state.presentSetting, full, state.pinned, state.rival?.setting].compactMap { $0 }
    + state.view.type.wishes(state)
  return wanted.first { $0 != asked && !(state.measurements[$0]?.isComplete ?? false) }
}

/// Pauses, and measures one utterance of what would come next. While that is going on, it is enough.
private func step(_ state: inout DashboardState) -> [Effect] {
  let isStepping = state.isPaused && state.newest?.limit != nil && state.activity == .measuring
  if isStepping { return [] }
  state.isPaused = true
  guard let next = unmeasured(state) else {
    state.notice = "all of this is measured: R measures it anew"
    return []
  }
  return request(next, &state, limit: 1)
}

// MARK: - Close looks

/// What the present view needs and nobody has asked for: a close look, or more measurements.
private func look(_ state: inout DashboardState) -> [Effect] {
  switch state.activity {
  case .preparing, .unavailable: return []
  case .idle, .measuring, .failed: break
  }
  var effects: [Effect] = []
  if let wanted = state.wantedProbe, state.probes.asked != wanted, !state.probes.knows(wanted) {
    state.probes.asked = wanted
    effects.append(.probe(wanted))
  }
  if state.activity == .idle, !state.isPaused { effects += measureNext(&state) }
  return effects
}

private func take(_ result: ProbeResult, _ state: inout DashboardState) {
  state.probes.take(result)
  switch result {
  case .depth(let request, let heard):
    // Only what was asked for last: an older take or another model may still come in.
    guard request == state.probes.asked,
      case .file(let file, let take, let model, let masks) = request
    else { return }
    // What was heard before stays on the screen until now.
    if heard.mask == masks.first { state.listening.heard = [] }
    (state.listening.heardFile, state.listening.heardTake) = (file, take)
    state.listening.model = model
    state.listening.heard.append(heard)
    if state.listening.heard.count == masks.count { state.probes.asked = nil }
  case .failed(.file(_, let take, _, _), let reason):
    guard take == state.listening.take else { return }
    state.listening.failure = "not heard: \(reason)"
    // Back to what was heard before.
    state.listening.file = state.listening.heardFile
    state.listening.heardTake = take
  case .failed(_, let reason): state.notice = reason
  case .lens, .cloud: break
  }
}
