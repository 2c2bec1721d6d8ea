// What runs of the program leave and read again: sweeps, logs, traces, settings.

import Backbones
import Base
import Dashboard
import Foundation
import Tradeoff
import Training

extension FuzzedParsers {
  static let runs: [FuzzedParser] = [
    FuzzedParser("sweep", file: "a.jsonl", [sweepLine + "\n"]) { folder in
      let points = try SweepFile.read(folder.appendingPathComponent("a.jsonl"))
      let merged = try SweepFile.merge([("a", points)])
      _ = SweepPoint.csv(merged)
      _ = SavedSweep.of(SweepGroup.of(merged)).map(\.points)
      _ = SweepGroup.of(merged).map { ($0.range, $0.deviation) }
    },
    FuzzedParser("trace", file: "a.csv", ["seconds,speed\n10,0.5\r\n2.5,1\n"]) { folder in
      let trace = try ComputeTrace(csv: folder.appendingPathComponent("a.csv"))
      for time in [0, 1e-3, 12.4, 1e9] {
        try FuzzFault.unless(
          (0...1).contains(trace.speed(at: time)), "a speed of \(trace.speed(at: time))")
      }
    },
    FuzzedParser("training-log", file: "train.jsonl", [logLines]) { folder in
      let url = folder.appendingPathComponent("train.jsonl")
      // As a run that goes on reads it, which cuts it; then as the curves are drawn from it.
      defer { _ = try? TrainingLog(url, keepingStepsTo: 120) }
      _ = try TrainingLog.read(url)
    },
    FuzzedParser(
      "settings",
      text: ["# mine\ntheme = high-contrast  # sometimes\nsymbols=ascii\n\nmouse = off\n"]
    ) { data in
      let text = String(decoding: data, as: UTF8.self)
      var complaints: [String] = []
      let settings = Settings(text: text, complaints: &complaints)
      let saved = settings.merged(into: text)
      try FuzzFault.unless(
        settings.merged(into: saved) == saved, "settings that change when they are saved again")
    },
    FuzzedParser("mask", text: ["110110110111"]) { data in
      let mask = try LayerMask(String(decoding: data, as: UTF8.self), layerCount: 12)
      try FuzzFault.unless(mask.description.count == 12, "a mask of \(mask)")
    },
    FuzzedParser("training-data", text: ["/proc:train:kaldi@2.5", "/proc/self:x"]) {
      _ = try TrainingData(String(decoding: $0, as: UTF8.self))
    },
  ]

  private static let sweepLine = """
    {"cer":0.01,"dataset":"d","deletions":6,"drop_ratio":0,"gflop_per_audio_second":0.25,\
    "insertions":5,"kept_layers":4,"latency_ms":{"p50":23.5,"p95":30.75},"machine":"m",\
    "mask":"1111","model":"dld","point":0,"points":1,"policy":"random",\
    "real_time_factor":0.06,"seed":1,"split":"t","substitutions":56,"sweep":"1a",\
    "threads":2,"utterances":258,"wer":0.25,"wer_ci95":[0.125,0.375],"words":1550}
    """

  private static let logLines = """
    {"audio_seconds":2882.5,"audio_seconds_per_second":50.5,"ctc":2.75,"elapsed_seconds":57.25,\
    "epoch":1,"event":"train","gradient_norm":5.5,"hidden":4.5,"kept_layers":22.25,"kl":1.125,\
    "learning_rate":0.0009765625,"loss":8.375,"step":100}
    {"dataset":"corpus/dev","deletions":17,"elapsed_seconds":120.5,"epoch":2,"event":"validation",\
    "insertions":14,"kept_layers":2,"mask":"100000000001","step":153,"substitutions":149,\
    "utterances":130,"wer":0.25,"words":720}

    """
}
