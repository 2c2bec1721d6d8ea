// Trainings to watch: what comes in of them, and the player.

import Training

/// What a key or the mouse asks of the view Training.
package enum TrainingAction: Hashable, Sendable {
  case play
  case faster, slower
  case toBeginning, toEnd
  /// The training in the first place, and the one beside it: so many further in the list.
  case other(Int), beside(Int)
}

/// What is told of trainings.
package enum TrainingMessage: Sendable {
  /// The logs that came with the program, or why they are not there.
  case recorded([TrainingHistory], failure: String?)
  /// What is new in a log that is watched, by its place among them.
  case watched(Int, FollowedLog.News)
}

/// What is wanted of them.
package enum TrainingEffect: Sendable, Equatable {
  /// Reads the logs that came with the program.
  case openRecorded
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
    }
    return []
  }

  static func take(_ message: TrainingMessage, _ state: inout DashboardState) {
    switch message {
    case .recorded(let runs, let failure): state.training.take(runs, failure: failure)
    case .watched(let index, let news): state.training.take(news, of: index)
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
