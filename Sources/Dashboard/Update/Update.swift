// The only function that changes the state, and what each message sets off.

import TerminalUI

/// Takes in one message; what must happen outside comes back as effects.
package func update(_ state: inout DashboardState, _ message: Message) -> [Effect] {
  let effects = Update.react(to: message, &state) + Update.look(&state)
  // Times are taken beside nothing else: they wait for what has come between.
  if effects.contains(where: \.takesThePlaceOfTimes) { state.timed = nil }
  switch message {
  // These come by the hundred, and complete nothing.
  case .evaluator(.utterance), .tick, .caption: break
  default: Update.compareDraws(&state)
  }
  Update.watchTour(&state)
  return effects
}

/// What the messages set off, a file for each concern.
enum Update {
  static func react(to message: Message, _ state: inout DashboardState) -> [Effect] {
    switch message {
    case .terminal(let event):
      return handle(event, &state)
    case .evaluator(let event):
      return take(event, &state)
    case .probed(let result):
      take(result, &state)
    case .preparing(let step):
      state.activity = .preparing(step)
    case .leftOut(let indices, let sentence):
      state.subject.leftOut = indices
      state.notice = sentence
      if indices.contains(state.utterance) {
        state.utterance =
          state.subject.utterances.indices.first { !indices.contains($0) } ?? state.utterance
      }
    case .ready:
      state.activity = .idle
      return request(state.presentPoint, &state)
    case .calibrated(let model, let costs, let thinned):
      state.modelCosts[model] = costs
      if !thinned.isEmpty { state.thinCosts[model] = thinned }
      state.surveys[model]?.setCosts(costs)
    case .timed(let thinned, let latency):
      state.thinCosts[thinned.model][thinned.compute]?.latency = latency
      if state.timed == thinned { state.timed = nil }
      return state.budget.isInCharge ? chooseByBudget(&state) : []
    case .frontGround(let ground):
      state.front.ground = ground
    case .failed(let reason):
      state.activity = .unavailable(reason)
    case .notice(let text):
      state.notice = text
    case .settings(let settings, let complaints):
      return take(settings, complaints, &state)
    case .tick:
      return tick(&state)
    case .completed(let text, let completed, let names):
      complete(text, to: completed, names, &state)
    case .recording(let isOn):
      return isOn ? beginRecording(&state) : endRecording(&state)
    case .recordingFailed(let reason):
      return endRecording(&state, failure: reason)
    case .caption(let event):
      take(event, &state)
    case .training(let message):
      take(message, &state)
    case .recorded(let file):
      listen(to: file, &state)
    }
    return []
  }

  /// The file says so now; what was chosen here and is not in the file's change stays.
  static func take(
    _ settings: Settings, _ complaints: [String], _ state: inout DashboardState
  ) -> [Effect] {
    let before = Settings(state)
    settings.apply(to: &state)
    complain(complaints, &state)
    let after = Settings(state)
    // What was saved from here comes back as it is.
    if after != before { state.notice = "settings read again" }
    return after.mouse == before.mouse ? [] : [.setMouse(!state.isMouseReleased)]
  }

  /// What was wrong before is wrong no longer; a show goes on.
  private static func complain(_ complaints: [String], _ state: inout DashboardState) {
    if case .demo(var demo) = state.overlay {
      demo.complaints = complaints
      state.overlay = .demo(demo)
    } else if !complaints.isEmpty {
      state.overlay = .complaints(complaints)
    } else if case .complaints = state.overlay {
      state.overlay = nil
    }
  }
}
