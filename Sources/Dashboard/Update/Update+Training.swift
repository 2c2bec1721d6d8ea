// Trainings to watch: what comes in of them, and the player.

import Training

/// What a key or the mouse asks of the view Training.
package enum TrainingAction: Hashable, Sendable {
  case play
  case faster, slower
  case toBeginning, toEnd
  /// The training in the first place, and the one beside it: so many further in the list.
  case other(Int), beside(Int)
  /// Starts the lab, or stops it.
  case lab
  case labGates, labLearningRate(Int), labLambda(Int)
}

/// What is told of trainings.
package enum TrainingMessage: Sendable {
  /// The logs that came with the program, or why they are not there.
  case recorded([TrainingHistory], failure: String?)
  /// What is new in a log that is watched, by its place among them.
  case watched(Int, FollowedLog.News)
  /// Of the lab with this id.
  case lab(Int, LabNews)
}

/// What is wanted of them.
package enum TrainingEffect: Sendable, Equatable {
  /// Reads the logs that came with the program.
  case openRecorded
  /// Starts a lab, in place of the one before.
  case startLab(Int, LabSettings)
  case changeLab(LabSettings)
  case stopLab
}

extension Update {
  static func perform(_ action: TrainingAction, _ state: inout DashboardState) -> [Effect] {
    switch action {
    case .play:
      guard state.training.end > 0 else {
        state.notice = "there is no training to play"
        return []
      }
      state.training.togglePlaying()
      return [.setTicking(state.isMoving)]
    case .faster: state.training.changePace(by: 1)
    case .slower: state.training.changePace(by: -1)
    case .toBeginning: state.training.move(to: 0)
    case .toEnd: state.training.move(to: nil)
    case .other(let step): state.training.changeFirst(by: step)
    case .beside(let step): state.training.changeSecond(by: step)
    case .lab: return switchLab(&state)
    case .labGates: return turnLab(&state) { $0.settings.gates = $0.settings.gates.next }
    case .labLearningRate(let step): return turnLab(&state) { $0.changeLearningRate(by: step) }
    case .labLambda(let step): return turnLab(&state) { $0.changeLambda(by: step) }
    }
    return []
  }

  /// Both want all cores: measuring waits while the lab trains.
  private static func switchLab(_ state: inout DashboardState) -> [Effect] {
    if state.training.lab?.isBusy == true {
      state.training.lab?.phase = .done
      return [.training(.stopLab)]
    }
    let lab = state.training.beginLab()
    let isNew = !state.isPaused
    state.isPaused = true
    if isNew { state.notice = "measuring is paused while the lab trains: z goes on" }
    return (isNew ? [.rest] : []) + [.training(.startLab(lab.id, lab.settings))]
  }

  private static func turnLab(
    _ state: inout DashboardState, _ change: (inout LabState) -> Void
  ) -> [Effect] {
    guard var lab = state.training.lab else {
      state.notice = "that is for the lab: L starts it"
      return []
    }
    change(&lab)
    state.training.lab = lab
    return lab.isBusy ? [.training(.changeLab(lab.settings))] : []
  }

  static func take(_ message: TrainingMessage, _ state: inout DashboardState) {
    switch message {
    case .recorded(let runs, let failure): state.training.take(runs, failure: failure)
    case .watched(let index, let news): state.training.take(news, of: index)
    case .lab(let id, let news): state.training.take(news, ofLab: id)
    }
  }

  /// The player holds where nobody sees it.
  static func tickTraining(_ state: inout DashboardState) {
    if state.view == .training {
      state.training.play(1 / Demo.ticksPerSecond)
    } else {
      state.training.isPlaying = false
    }
  }

  /// Logs are read when the view is opened for the first time.
  static func lookForTrainings(_ state: inout DashboardState) -> [Effect] {
    guard state.view == .training, !state.training.isAsked else { return [] }
    state.training.isAsked = true
    return [.training(.openRecorded)]
  }
}
