// A progress bar with the time left, on standard error and only when that is a terminal.

import Base
import Foundation

/// Redraws one line at most ten times a second; silent when standard error is no terminal.
/// Used by one thread.
struct ProgressBar {
  private let title: String
  private let visible: Bool
  private let start = ContinuousClock.now
  private var lastDraw: ContinuousClock.Instant?

  init(_ title: String) {
    self.title = title
    visible = isatty(STDERR_FILENO) == 1
  }

  /// Shows `fraction` (0...1) done and a short note behind it.
  mutating func update(_ fraction: Double, note: String = "") {
    guard visible else { return }
    let now = ContinuousClock.now
    if let lastDraw, now - lastDraw < .milliseconds(100), fraction < 1 { return }
    lastDraw = now
    let elapsed = (now - start) / .seconds(1)
    let left = fraction > 0.01 && elapsed > 1 ? elapsed / fraction * (1 - fraction) : nil
    let line = Self.line(title: title, fraction: fraction, secondsLeft: left, note: note)
    StandardOutput.showProgress(line)
  }

  /// Removes the line.
  mutating func finish() {
    guard visible, lastDraw != nil else { return }
    StandardOutput.showProgress("")
  }

  /// The text of the line, without escape sequences.
  static func line(title: String, fraction: Double, secondsLeft: Double?, note: String) -> String {
    let width = 30
    let filled = Int((min(max(fraction, 0), 1) * Double(width)).rounded(.down))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    let percent = String(format: "%3.0f", fraction * 100)
    var line = "\(title) [\(bar)] \(percent) %"
    if let secondsLeft { line += ", \(duration(secondsLeft)) left" }
    if !note.isEmpty { line += ", \(note)" }
    return line
  }

  /// "42 s", "3 min 05 s" or "2 h 07 min".
  static func duration(_ seconds: Double) -> String {
    let whole = Int(max(seconds, 0).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }
}
