// What is shown to who knows nothing yet: what this is, and what the present choice means.

import TerminalUI

enum Meaning {
  /// What the program is, from long to short.
  static let subtitles = [
    "skip layers of a speech recogniser, see what it costs", "what skipping layers costs",
    "layer dropping",
  ]

  /// The present choice in a sentence, from long to short. What is not measured to the end says so, and
  /// errors are compared over the same utterances.
  static func forms(_ state: DashboardState) -> [KeyText] {
    if state.isFull { return fullDepth(state) }
    let share = compute(share(state))
    let all = state.compute == .full ? "all layers" : "all of the model"
    guard let (now, full) = state.compare(with: state.fullDepth) else {
      return [
        "\(share); how many more words go wrong is being measured",
        "\(share); its errors are being measured",
      ]
    }
    let isComplete = state.present?.isComplete == true && state.fullDepth?.isComplete == true
    let mark = isComplete ? "" : " so far"
    let (change, short) = words((now.rate - full.rate) * 100)
    return [
      "\(share); \(change) than with \(all)\(mark)", "\(share); \(change)\(mark)",
      "\(share); \(short)\(mark)",
    ]
  }

  private static func fullDepth(_ state: DashboardState) -> [KeyText] {
    guard let rate = state.present?.errorRate else {
      return ["every layer runs; what skipping some costs is being measured", "every layer runs"]
    }
    let mark = state.present?.isComplete == true ? "" : " so far"
    return [
      "every layer runs; \(amount(rate * 100)) words in 100 are wrong\(mark)",
      "every layer runs; \(amount(rate * 100)) % wrong\(mark)",
    ]
  }

  /// Of full depth's compute, 0 to 1.
  private static func share(_ state: DashboardState) -> Double {
    let full = state.gflopPerAudioSecond(state.fullPoint)
    return full > 0 ? state.gflopPerAudioSecond(state.presentPoint) / full : 1
  }

  /// In words where it is that to the point, so that no percentage elsewhere says another thing.
  private static func compute(_ share: Double) -> String {
    let fractions: [(Double, String)] = [
      (0.25, "a quarter of"), (1 / 3, "a third of"), (0.5, "half"), (2 / 3, "two thirds of"),
      (0.75, "three quarters of"),
    ]
    let near = fractions.first { abs($0.0 - share) < 0.005 }?.1
    if share > 0.9995 { return "all of the FLOPs" }
    return "\(near ?? "\(percent(share, decimals: 0)) of") the compute"
  }

  /// A difference of error rates in percentage points.
  private static func words(_ points: Double) -> (long: String, short: String) {
    let amount = amount(abs(points))
    if amount == "0" { return ("no more words wrong", "no more wrong") }
    let kind = points > 0 ? "more" : "fewer"
    let noun = amount == "1" ? "word" : "words"
    return ("\(amount) \(kind) \(noun) in 100 wrong", "\(amount) \(kind) in 100 wrong")
  }

  /// To one decimal, as everywhere, without a zero there.
  private static func amount(_ value: Double) -> String {
    let text = fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
