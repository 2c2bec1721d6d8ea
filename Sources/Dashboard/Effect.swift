// What `update` wants done in the world; the composition root does it.

import Tradeoff

package enum Effect: Sendable, Equatable {
  /// Replaces whatever the evaluator is doing.
  case evaluate(EvaluationRequest)
  /// The same for a way of the front over all axes, on the split that choices are made on.
  case evaluateFront(EvaluationRequest)
  /// Stops the evaluator; what it has measured is kept.
  case rest
  /// Takes the times of every model anew while nothing else computes, then sends `.ready`.
  case measureTimes
  /// Takes the times of less of a model, as long as nothing else is asked for.
  case time(DashboardState.Thinned)
  /// Replaces the close look that is under way.
  case probe(ProbeRequest)
  /// Plays an utterance of the data set, by index.
  case play(Int)
  /// Starts a recording, or ends it and has it written.
  case record(Bool)
  /// Captions of the recording that is being made, in place of those that were wanted before.
  case caption(CaptionRequest)
  /// Looks how the path of a sound may go on.
  case complete(String)
  /// Writes a file of the export's name into the working folder.
  case export(Export, ExportContent)
  /// Keeps settings for the next start.
  case save(Settings)
  /// About trainings to watch.
  case training(TrainingEffect)
  /// Sends `.tick` five times a second, or no more.
  case setTicking(Bool)
  /// Stops the process as Ctrl-Z does, with the terminal given back first.
  case suspend
  /// Lets the terminal have the mouse, for copying text, or takes it back.
  case setMouse(Bool)
  /// Puts text on the clipboard; the name says what it is.
  case copy(String, name: String)
  case quit

  /// Whether what computes for it would be in the way of times, which are given up for it.
  var takesThePlaceOfTimes: Bool {
    switch self {
    case .evaluate, .evaluateFront, .rest, .measureTimes, .probe: true
    default: false
    }
  }
}
