// What every action does.

import TerminalUI
import Tradeoff

extension Update {
  static func perform(_ action: Action, _ state: inout DashboardState) -> [Effect] {
    if state.isReadOnly, writes(action) {
      state.notice = "read-only: nothing is written or recorded"
      return []
    }
    switch action {
    case .dropLess: return keep(state.walk.keptCount + 1, &state)
    case .dropMore: return keep(state.walk.keptCount - 1, &state)
    case .drop(let percent):
      let dropped = (Double(state.layerCount * percent) / 100).rounded()
      return keep(state.layerCount - Int(dropped), &state)
    case .keep(let count): return keep(count, &state)
    case .typeDropRatio: state.overlay = .prompt(Prompt(.dropRatio))
    case .up: state.view.type.moveCursor(by: -1, &state)
    case .down: state.view.type.moveCursor(by: 1, &state)
    case .toggleLayer:
      guard isCursorShown(&state) else { return [] }
      return toggle(state.layerCursor, &state)
    case .toggle(let layer):
      state.layerCursor = layer
      return toggle(layer, &state)
    case .openMenu(let kind):
      let menu = Menus.open(kind, state)
      if menu.rows.isEmpty {
        state.notice =
          kind == .clip
          ? "there are no clips: f opens a file" : "there is no other model of as many layers"
      } else {
        state.overlay = .menu(menu)
      }
    case .menuRow(let index):
      guard let menu = state.menu, menu.rows.indices.contains(index) else { return [] }
      let action = menu.rows[index].action
      state.overlay = nil
      let effects = perform(action, &state)
      if menu.kind == .options, var opened = state.menu {
        opened.optionsRow = index
        state.overlay = .menu(opened)
      } else if menu.kind == .options, ![.saveSettings, .measureTimes].contains(action) {
        openOptions(at: index, &state)
      } else if state.prompt == nil {
        closeMenu(menu, &state)
      }
      return effects
    case .choosePolicy(let name): return choosePolicy(name, &state)
    case .reseed:
      let policies = state.policies
      return change(&state) {
        if !PolicyCatalog.isDrawn($0.policy) { $0.policy = RandomPolicy.name }
        $0.seed += 1
        $0.keep($0.walk.keptCount, by: policies)
      }
    case .chooseModel(let index): return chooseModel(index, &state)
    case .chooseRival(let index): state.chosenRival = index
    case .choosePoint(let point): return choose(point, &state)
    case .choosePreset(let index): return perform(.drop(Menus.presets[index].percent), &state)
    case .switchDecoding: return switchDecoding(&state)
    case .openAxes: openAxes(&state)
    case .chooseAxis(let axis): state.overlay = .axes(axis)
    case .compute(let axis, let position): return move(axis, to: position, &state)
    case .wholeCompute:
      if state.compute == .full { state.notice = "all of the model is computed, in float32" }
      return computeAll(&state)
    case .front(let action): return perform(action, &state)
    case .undo: return goBack(from: \.past, to: \.future, &state)
    case .redo: return goBack(from: \.future, to: \.past, &state)
    case .pin:
      state.pinned = state.pinned == state.presentPoint ? nil : state.presentPoint
      state.notice = state.pinned == nil ? "nothing is pinned" : "pinned: \(pinName(state))"
    case .previousUtterance: moveUtterance(by: -1, &state)
    case .nextUtterance: moveUtterance(by: 1, &state)
    case .utterance(let index): (state.utterance, state.seeksChange) = (index, false)
    case .nextWorse: findWorseUtterance(&state)
    case .filter: state.overlay = .prompt(Prompt(.filter, text: state.list.filter))
    case .changeOrder:
      state.list.order = state.list.order.next
      if let first = state.listedUtterances.first { state.utterance = first }
      state.seeksChange = false
    case .play:
      guard state.subject.utterances.indices.contains(state.utterance) else { return [] }
      state.seeksChange = false
      return [.play(state.utterance)]
    case .copy:
      guard let (name, text) = Copying.chosen(state) else {
        state.notice = "this view has neither a transcript nor a table to copy"
        return []
      }
      return [.copy(text, name: name)]
    case .pause:
      state.isPaused.toggle()
      if state.isPaused { return [.rest] }
      if state.isFrontMeasured { (state.front.asked, state.activity) = (nil, .idle) }
      return state.present?.isComplete == true ? [] : request(state.presentPoint, &state)
    case .step: return step(&state)
    case .restart:
      state.isPaused = false
      state.measurements[state.presentPoint] = nil
      return request(state.presentPoint, &state, isAnew: true)
    case .measureTimes: return measureTimes(&state)
    case .show(let view): show(view, &state)
    case .nextView: showView(1, &state)
    case .previousView: showView(-1, &state)
    case .nextZoom:
      let order = state.view.type.panels
      let next = state.zoomed.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
      state.zoomed = next < order.count ? order[next] : nil
    case .enlarge(let panel): state.zoomed = panel
    case .changeAxis: state.plotAxis = state.plotAxis.next
    case .changeSymbols:
      let index = Symbols.all.firstIndex(of: state.symbols) ?? 0
      state.symbols = Symbols.all[(index + 1) % Symbols.all.count]
    case .chooseTheme(let name): state.choose(Theme.named(name) ?? state.theme)
    case .releaseMouse:
      state.isMouseReleased.toggle()
      state.held = []
      return [.setMouse(!state.isMouseReleased)]
    case .help:
      // Through its pages, then away.
      let page = state.helpPage.map { $0 + 1 } ?? 0
      state.overlay = page < HelpPage.pageCount(state) ? .help(page: page) : nil
    case .turnHelp(let pages):
      guard let page = state.helpPage else { return [] }
      state.overlay = .help(page: min(max(0, page + pages), HelpPage.pageCount(state) - 1))
    case .back:
      switch state.overlay {
      case .demo: return endDemo(&state)
      case .menu(let menu): closeMenu(menu, &state)
      case .complaints, .card, .prompt, .axes, .front, .help: state.overlay = nil
      case nil:
        if state.zoomed != nil {
          state.zoomed = nil
        } else {
          state.view.type.goBack(&state)
        }
      }
    case .key(let key): return handle(.key(key), &state)
    case .compareBy: state.comparesPolicies.toggle()
    case .budgetLess: return changeBudget(isMore: false, &state)
    case .budgetMore: return changeBudget(isMore: true, &state)
    case .budgetUnit:
      state.budget.unit = state.budget.unit.next
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
      return [.setTicking(state.isMoving)]
    case .resetScenario: state.budget.played = 0
    case .frontDearer: return moveAlongFront(dearer: true, &state)
    case .frontCheaper: return moveAlongFront(dearer: false, &state)
    case .takeNeighbour: return takeNeighbour(&state)
    case .training(let action): return perform(action, &state)
    case .tour:
      state.tour.isShown.toggle()
      if !state.tour.isShown { return leaveStep(&state) }
      if state.tour.start == nil { return begin(&state) }
      askForGuess(&state)
    case .tourNext: return moveTour(by: 1, &state)
    case .tourBack: return moveTour(by: -1, &state)
    case .tourHelp: turnTourPage(&state)
    case .tourReset: return resetStep(&state)
    case .guess: state.overlay = .prompt(Prompt(.guess))
    case .chooseChapter(let index):
      guard Tour.chapters[index].isAvailable(state) else {
        state.notice = "needs the models \(Tour.chapters[index].models.joined(separator: ", "))"
        return []
      }
      let effects = leaveStep(&state)
      state.tour.isShown = true
      (state.tour.chapter, state.tour.step, state.tour.guess) = (index, 0, nil)
      return effects + begin(&state)
    case .chooseClip(let index):
      if state.clips.indices.contains(index) { listen(to: state.clips[index].path, &state) }
    case .openFile: state.overlay = .prompt(Prompt(.file))
    case .record: return [.record(!state.listening.isRecording)]
    case .export(let what):
      guard let content = what.content(state) else {
        state.notice = "nothing was heard yet: Listen records, or opens a file"
        return []
      }
      return [.export(what, content)]
    case .saveSettings: return [.save(Settings(state))]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    }
    return []
  }

  /// Whether something would be left behind.
  private static func writes(_ action: Action) -> Bool {
    switch action {
    case .export, .openMenu(.export), .saveSettings, .record: true
    default: false
    }
  }
}
