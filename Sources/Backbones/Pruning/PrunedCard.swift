// The README of a model whose layers or hidden units were cut out.

/// What it was made from, and what became of it.
struct PrunedCard {
  let name: String
  let source: String
  let mask: LayerMask
  let origin: PrunedModel.Origin
  let before, after: PrunedModel.Sizes
  /// The largest between log-probabilities of the two.
  let difference: Float
  /// Names of the source's own cards beside this one.
  let sourceCards: [String]

  /// Before and after; nil where all stay.
  private var hiddenUnits: (Int, Int)? {
    guard let old = before.hiddenUnits, let new = after.hiddenUnits, old != new else { return nil }
    return (old, new)
  }

  var text: String {
    let units =
      hiddenUnits.map { " and \($0.1) of \($0.0) hidden units of each feed-forward part" } ?? ""
    var lines = [
      "# \(name)", "",
      "`\(source)` with \(after.layers) of its \(before.layers) layers\(units); the others were cut "
        + "out by Dropscope.",
      "", "| | before | after |", "|---|---|---|",
    ]
    func row(_ key: String, _ values: Any...) {
      lines.append("| " + ([key] + values.map { "\($0)" }).joined(separator: " | ") + " |")
    }
    row("layers", before.layers, after.layers)
    if let (old, new) = hiddenUnits { row("hidden units of a feed-forward part", old, new) }
    row("parameters", before.parameters, after.parameters)
    row("bytes of weights", before.weightBytes, after.weightBytes)
    lines += ["", "| | |", "|---|---|"]
    row("made from", "`\(source)`")
    row("layers kept", "`\(mask)`, layer 1 first")
    row("chosen by", origin.chosenBy)
    if hiddenUnits != nil {
      row(
        "hidden units kept",
        "the norms of whose incoming and outgoing weights have the largest product")
    }
    row(
      "same output",
      "log-probabilities of a second of noise differ from `\(source)`'s with that mask by at most "
        + "\(difference)")
    lines += ["", "Command:", "", "```", origin.command, "```", ""]
    if !sourceCards.isEmpty {
      let cards = sourceCards.map { "[\($0)](\($0))" }.joined(separator: ", ")
      lines += [
        "What `\(source)` is, and its licence: \(cards). What is measured there is measured of the "
          + "model before.", "",
      ]
    }
    return lines.joined(separator: "\n")
  }
}
