// What `update` wants done in the world; the composition root does it.

import Tradeoff

package enum Effect: Sendable, Equatable {
  /// Replaces whatever the evaluator is doing.
  case evaluate(EvaluationRequest)
  /// Stops the process as Ctrl-Z does, with the terminal given back first.
  case suspend
  /// Lets the terminal have the mouse, for copying text, or takes it back.
  case setMouse(Bool)
  case quit
}
