// Measured points as comma-separated values.

import Foundation

extension SweepPoint {
  /// A table with a heading, a row a point.
  package static func csv(_ points: [SweepPoint]) -> String {
    let always: [(String, (SweepPoint) -> String)] = [
      ("model", { quoted($0.summary.model) }), ("dataset", { quoted($0.summary.dataset) }),
      ("split", { quoted($0.summary.split) }), ("policy", { $0.summary.policy }),
      ("seed", { $0.seed.map(String.init) ?? "" }), ("mask", { $0.summary.mask ?? "" }),
      ("kept_layers", { "\($0.summary.keptLayers)" }),
      ("drop_ratio", { "\($0.summary.dropRatio)" }),
      ("utterances", { "\($0.summary.utterances)" }), ("words", { "\($0.summary.words)" }),
      ("wer", { "\($0.summary.wer)" }),
      ("wer_low", { $0.summary.werInterval?.first.map { "\($0)" } ?? "" }),
      ("wer_high", { $0.summary.werInterval?.last.map { "\($0)" } ?? "" }),
      ("substitutions", { "\($0.summary.substitutions)" }),
      ("deletions", { "\($0.summary.deletions)" }), ("insertions", { "\($0.summary.insertions)" }),
      ("gflop_per_audio_second", { "\($0.summary.gflopPerAudioSecond)" }),
      ("real_time_factor", { "\($0.summary.realTimeFactor)" }),
      ("latency_ms_p50", { "\($0.summary.latency.p50)" }),
      ("latency_ms_p95", { "\($0.summary.latency.p95)" }),
      ("threads", { "\($0.summary.threads)" }), ("machine", { quoted($0.summary.machine) }),
    ]
    // Tables of whole models and greedy decoding, which most are, have no columns about others.
    let decoding: [(String, (SweepPoint) -> String)] =
      points.contains { $0.summary.decoder != nil }
      ? [
        ("decoding", { quoted($0.summary.decoding) }),
        ("decode_ms_p50", { $0.summary.decodeLatency.map { "\($0.p50)" } ?? "" }),
        ("decode_ms_p95", { $0.summary.decodeLatency.map { "\($0.p95)" } ?? "" }),
      ] : []
    let compute: [(String, (SweepPoint) -> String)] =
      points.contains { $0.summary.compute != .full }
      ? [
        ("rank", { "\($0.summary.compute.rank)" }), ("width", { "\($0.summary.compute.width)" }),
        ("precision", { $0.summary.compute.precision.rawValue }),
      ] : []
    // Nor have those of masks alone any about utterances that have their own.
    let own: [(String, (SweepPoint) -> String)] =
      points.contains { $0.summary.mask == nil }
      ? [
        ("mean_kept_layers", { $0.summary.meanKeptLayers.map { "\($0)" } ?? "" }),
        (
          "layer_shares",
          { ($0.summary.layerShares ?? []).map { "\($0)" }.joined(separator: " ") }
        ),
      ] : []
    let columns = always + compute + decoding + own
    let rows = points.map { point in columns.map { $0.1(point) }.joined(separator: ",") }
    return ([columns.map(\.0).joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
  }

  /// RFC 4180.
  private static func quoted(_ text: String) -> String {
    text.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
      ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
  }
}
