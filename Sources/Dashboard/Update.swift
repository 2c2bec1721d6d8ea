// The only function that changes the state.

import Backbones
import TerminalUI
import Tradeoff

/// Takes in one message; what must happen outside comes back as effects.
package func update(_ state: inout DashboardState, _ message: Message) -> [Effect] {
  switch message {
  case .terminal(let event):
    return handle(event, &state)
  case .evaluator(let event):
    return take(event, &state)
  case .preparing(let step):
    state.activity = .preparing(step)
    return []
  case .ready:
    state.activity = .idle
    return request(state.presentSetting, &state)
  case .calibrated(let model, let costs):
    state.modelCosts[model] = costs
    return []
  case .failed(let reason):
    state.activity = .unavailable(reason)
    return []
  }
}

// MARK: - The terminal

private func handle(_ event: TerminalEvent, _ state: inout DashboardState) -> [Effect] {
  switch event {
  case .key(let key):
    return KeyBindings.action(for: key).map { perform($0, &state) } ?? []
  case .mouse(let mouse):
    return handle(mouse, &state)
  case .resize(let size):
    state.size = size
    return []
  case .interrupted:
    return [.quit]
  case .wakeUp, .focus, .paste:
    return []
  }
}

private func handle(_ mouse: MouseEvent, _ state: inout DashboardState) -> [Effect] {
  guard let layout = Layout(state, state.size) else { return [] }
  if mouse.kind == .release {
    state.isSliderHeld = false
    return []
  }
  if state.isHelpShown {
    return mouse.kind == .press ? perform(.back, &state) : []
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

// MARK: - Actions

private func perform(_ action: Action, _ state: inout DashboardState) -> [Effect] {
  switch action {
  case .dropLess: return keep(state.mask.keptCount + 1, &state)
  case .dropMore: return keep(state.mask.keptCount - 1, &state)
  case .drop(let percent):
    let dropped = (Double(state.layerCount * percent) / 100).rounded()
    return keep(state.layerCount - Int(dropped), &state)
  case .keep(let count): return keep(count, &state)
  case .previousLayer:
    state.layerCursor = max(0, state.layerCursor - 1)
  case .nextLayer:
    state.layerCursor = min(state.layerCount - 1, state.layerCursor + 1)
  case .toggleLayer: return toggle(state.layerCursor, &state)
  case .toggle(let layer):
    state.layerCursor = layer
    return toggle(layer, &state)
  case .nextPolicy:
    let names = PolicyCatalog.names
    let index = names.firstIndex(of: state.policy) ?? 0
    // Back from manual the same policy first: the reader sees what was changed by hand.
    if !state.isManual { state.policy = names[(index + 1) % names.count] }
    return choose(state.mask.keptCount, &state)
  case .reseed:
    state.policy = "random"
    state.seed += 1
    return choose(state.mask.keptCount, &state)
  case .nextModel: return chooseModel((state.model + 1) % state.subject.models.count, &state)
  case .previousUtterance: moveUtterance(by: -1, &state)
  case .nextUtterance: moveUtterance(by: 1, &state)
  case .nextWorse: findWorseUtterance(&state)
  case .enlarge:
    let order = PanelKind.enlargeable
    let next = state.enlarged.flatMap { order.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
    state.enlarged = next < order.count ? order[next] : nil
  case .changeSymbols:
    let index = Symbols.all.firstIndex(of: state.symbols) ?? 0
    state.symbols = Symbols.all[(index + 1) % Symbols.all.count]
  case .releaseMouse:
    state.isMouseReleased.toggle()
    state.isSliderHeld = false
    return [.setMouse(!state.isMouseReleased)]
  case .help: state.isHelpShown.toggle()
  case .back:
    if state.isHelpShown { state.isHelpShown = false } else { state.enlarged = nil }
  case .suspend: return [.suspend]
  case .quit: return [.quit]
  }
  return []
}

/// Moves the slider: the policy decides which layers stay.
private func keep(_ count: Int, _ state: inout DashboardState) -> [Effect] {
  let count = min(state.layerCount, max(0, count))
  guard count != state.mask.keptCount else { return [] }
  return choose(count, &state)
}

private func choose(_ count: Int, _ state: inout DashboardState) -> [Effect] {
  state.isManual = false
  return change(
    PolicyCatalog.mask(
      state.policy, seed: state.seed, keeping: count, of: state.layerCount), &state)
}

private func toggle(_ layer: Int, _ state: inout DashboardState) -> [Effect] {
  guard (0..<state.layerCount).contains(layer) else { return [] }
  state.isManual = true
  var mask = state.mask
  mask[layer].toggle()
  return change(mask, &state)
}

private func change(_ mask: LayerMask, _ state: inout DashboardState) -> [Effect] {
  guard mask != state.mask else { return [] }
  state.mask = mask
  return request(state.presentSetting, &state)
}

/// Another model at the same mask; with another number of layers, at the same drop ratio.
private func chooseModel(_ index: Int, _ state: inout DashboardState) -> [Effect] {
  guard index != state.model else { return [] }
  let ratio = state.mask.dropRatio
  let before = state.layerCount
  state.model = index
  if state.layerCount != before {
    state.isManual = false
    state.layerCursor = min(state.layerCursor, state.layerCount - 1)
    state.mask = PolicyCatalog.mask(
      state.policy, seed: state.seed,
      keeping: PolicyCatalog.keptCount(dropRatio: ratio, layerCount: state.layerCount),
      of: state.layerCount)
  }
  return request(state.presentSetting, &state)
}

private func moveUtterance(by step: Int, _ state: inout DashboardState) {
  let count = state.subject.utterances.count
  guard count > 0 else { return }
  state.utterance = (state.utterance + step + count) % count
}

/// The next utterance with more errors now than at full depth; at full depth, with any error.
private func findWorseUtterance(_ state: inout DashboardState) {
  guard let present = state.present else { return }
  let count = present.results.count
  let allowed = state.mask == state.fullMask ? nil : state.fullDepth
  for step in 1..<max(2, count) {
    let index = (state.utterance + step) % count
    guard let result = present.results[index] else { continue }
    if result.counts.errors > allowed?.results[index]?.counts.errors ?? 0 {
      state.utterance = index
      return
    }
  }
}

// MARK: - The evaluator

/// Asks for a setting under a new id, which makes every event of older ids stale. Before the evaluator
/// is ready nothing is asked: `.ready` asks for whatever mask is chosen by then.
private func request(
  _ setting: DashboardState.Setting, _ state: inout DashboardState
) -> [Effect] {
  switch state.activity {
  case .preparing, .unavailable: return []
  case .idle, .measuring, .failed: break
  }
  let request = EvaluationRequest(
    id: (state.newest?.id ?? 0) + 1, mask: setting.mask, model: setting.model)
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
    state.measurements[
      DashboardState.Setting(model: newest.model, mask: newest.mask),
      default: Measurement(mask: newest.mask, utteranceCount: state.subject.utterances.count)
    ].add(result, speakers: state.subject.speakers)
    return []
  case .finished(let id):
    guard id == newest.id else { return [] }
    state.doneID = id
    state.activity = .idle
    // What numbers are compared with is measured as soon as nothing else waits: full depth, then
    // the other model at this mask.
    let full = DashboardState.Setting(model: state.model, mask: state.fullMask)
    let next = [full, state.rival?.setting].compactMap { $0 }.first {
      !(state.measurements[$0]?.isComplete ?? false)
    }
    // An empty data set is complete without a measurement: asked for once.
    let asked = DashboardState.Setting(model: newest.model, mask: newest.mask)
    return next.map { $0 == asked ? [] : request($0, &state) } ?? []
  case .failed(let id, let reason):
    guard id == newest.id else { return [] }
    state.doneID = id
    state.activity = .failed(reason)
    return []
  }
}
