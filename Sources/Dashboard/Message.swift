// Everything that can happen to the dashboard.

import TerminalUI
import Tradeoff

package enum Message: Sendable {
  /// A key, the mouse, a new size, a signal.
  case terminal(TerminalEvent)
  /// From the evaluator's thread.
  case evaluator(EvaluationEvent)
  /// What is being made ready before measuring can start, as a sentence without its full stop.
  case preparing(String)
  /// The evaluator takes requests from now on.
  case ready
  /// This machine's speed with a model (by its index) has been measured.
  case calibrated(model: Int, CostModel)
  /// Measuring is impossible, and why, in one sentence.
  case failed(String)
}

/// What a key or the mouse asks for.
package enum Action: Hashable, Sendable {
  case dropLess, dropMore
  /// Percent of the layers to drop: the nearest number of layers is taken.
  case drop(Int)
  /// Layers to keep: what the slider's handle points at.
  case keep(Int)
  case previousLayer, nextLayer, toggleLayer
  /// Moves the cursor to a layer (zero-based) and toggles it.
  case toggle(Int)
  case nextPolicy, reseed, nextModel
  case previousUtterance, nextUtterance, nextWorse
  case enlarge, changeSymbols, releaseMouse, help, back
  case suspend, quit
}
