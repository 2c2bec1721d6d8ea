// Everything that can happen to the dashboard.

import Backbones
import Base
import Speech
import TerminalUI
import Tradeoff

package enum Message: Sendable {
  /// A key, the mouse, a new size, a signal.
  case terminal(TerminalEvent)
  /// From the evaluator's thread.
  case evaluator(EvaluationEvent)
  /// From the thread that looks closely at single utterances.
  case probed(ProbeResult)
  /// What is being made ready before measuring can start, as a sentence without its full stop.
  case preparing(String)
  /// The audio was read, but for that of the utterances at these indices: what to say of it.
  case leftOut(Set<Int>, String)
  /// The evaluator takes requests from now on.
  case ready
  /// This machine's speed with a model (by its index) has been measured; and what it costs at every other
  /// compute, as far as that is known.
  case calibrated(model: Int, CostModel, thinned: [Compute: CostModel] = [:])
  /// The same of less of it.
  case timed(DashboardState.Thinned, LatencyModel)
  /// What the front over all axes is measured on.
  case frontGround(FrontState.Ground)
  /// Measuring is impossible, and why, in one sentence.
  case failed(String)
  /// How something that was asked for went, in one sentence: an export, a sound, a recording.
  case notice(String)
  /// The settings file was changed: what is new in it, and what is wrong.
  case settings(Settings, complaints: [String])
  /// A fifth of a second has passed, while ticking was asked for.
  case tick
  /// How a path that is being typed goes on: as far as all names agree, and the names where there are
  /// several.
  case completed(String, to: String, names: [String])
  /// A recording is there to be heard.
  case recorded(String)
  /// Whether a recording is being made.
  case recording(Bool)
  /// What is heard in it so far.
  case caption(CaptionEvent)
  /// There is none, and why.
  case recordingFailed(String)
  /// About trainings to watch.
  case training(TrainingMessage)
}

/// What a key or the mouse asks for.
package enum Action: Hashable, Sendable {
  // How much to drop.
  case dropLess, dropMore
  /// Percent of the layers to drop: the nearest number of layers is taken.
  case drop(Int)
  /// Layers to keep: what the slider's handle points at.
  case keep(Int)
  case typeDropRatio

  // Which layers, by which model.
  /// The layer cursor, or the row of a list.
  case up, down
  case toggleLayer
  /// Moves the cursor to a layer (zero-based) and toggles it.
  case toggle(Int)
  case openMenu(MenuKind)
  case choosePolicy(String), reseed
  case chooseModel(Int)
  /// The model beside the present one, by its index.
  case chooseRival(Int)
  case choosePreset(Int)
  /// What a mark of a plot stands for.
  case choosePoint(OperatingPoint)
  case switchDecoding
  /// The sliders of rank, width and precision, at one of them.
  case openAxes, chooseAxis(ComputeAxis)
  /// One of them to a stop, counted from the least.
  case compute(ComputeAxis, Int)
  /// All of the model, in float32.
  case wholeCompute
  /// The front over all axes.
  case front(FrontAction)
  case undo, redo
  case pin

  // Utterances.
  case previousUtterance, nextUtterance, nextWorse
  case utterance(Int)
  case filter, changeOrder, play
  /// The chosen utterance's transcripts or the view's table, to the clipboard.
  case copy

  // The evaluator.
  case pause, step, restart
  /// This machine's speed, anew.
  case measureTimes

  // Views and the screen.
  case show(ViewKind), nextView, previousView
  case nextZoom
  case enlarge(PanelKind)
  case changeAxis, changeSymbols
  case chooseTheme(String)
  case releaseMouse, help, back
  /// So many pages of the help on.
  case turnHelp(Int)
  /// A row of the open menu.
  case menuRow(Int)
  /// A key, for what lies over the panels.
  case key(Key)

  case compareBy

  // Budget.
  case budgetLess, budgetMore, budgetUnit
  case chooseTrace(Int), chooseDevice(Int)
  case playScenario, resetScenario

  // Atlas.
  case frontDearer, frontCheaper
  case takeNeighbour

  // Training.
  case training(TrainingAction)

  // Tour.
  case tour, tourNext, tourBack, tourHelp, tourReset, guess
  case chooseChapter(Int)

  // Listen.
  case record, openFile
  /// By its index.
  case chooseClip(Int)
  case export(Export)
  case saveSettings
  case suspend, quit
}
