// The README of a model whose layers were cut out.

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

  var text: String {
    var lines = [
      "# \(name)", "",
      "`\(source)` with \(after.layers) of its \(before.layers) layers; the others were cut out by "
        + "Dropscope.",
      "", "| | before | after |", "|---|---|---|",
    ]
    func row(_ key: String, _ values: Any...) {
      lines.append("| " + ([key] + values.map { "\($0)" }).joined(separator: " | ") + " |")
    }
    row("layers", before.layers, after.layers)
    row("parameters", before.parameters, after.parameters)
    row("bytes of weights", before.weightBytes, after.weightBytes)
    lines += ["", "| | |", "|---|---|"]
    row("made from", "`\(source)`")
    row("layers kept", "`\(mask)`, layer 1 first")
    row("chosen by", origin.chosenBy)
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
