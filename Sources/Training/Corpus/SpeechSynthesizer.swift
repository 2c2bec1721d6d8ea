// Speaking sentences with the installed synthesisers.

import Base
import Foundation
import Kernels
import Speech

/// What is to be said, by whom and how.
struct SpokenLine: Sendable {
  let text: String
  let voice: Voice
  /// Words a minute relative to the voice's own.
  let speed: Double
  /// Pitch relative to the voice's own.
  let pitch: Double
}

/// The synthesisers of this machine: which are there, in which versions, with which voices.
package struct SpeechSynthesizer: Sendable {
  /// Path of each program.
  private let programs: [Voice.Engine: String]
  private let neural: NeuralVoices?
  private static let debian: [Voice.Engine] = [.espeak, .flite, .festival]
  /// One line for each program, for the data card.
  package let versions: [String]
  /// The catalogue's voices that this machine can speak with.
  package let voices: [Voice]

  /// Looks for the programs (in PATH unless `locate` finds them elsewhere) and asks them for their
  /// voices. Throws `InputError` naming the Debian package when one is missing. `neural`: what speaks
  /// as well, if anything does.
  package init(
    neural: NeuralVoices? = nil,
    locate: (String) -> String? = OutsideProgram.find
  ) throws {
    self.neural = neural
    var programs: [Voice.Engine: String] = [:]
    for engine in Self.debian {
      guard let path = locate(engine.rawValue) else {
        throw InputError(
          """
          the speech synthesiser \(engine.rawValue) is not installed: \
          run 'apt-get install espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k \
          festvox-us-slt-hts' (Debian package \(engine.rawValue))
          """)
      }
      programs[engine] = path
    }
    self.programs = programs
    func ask(_ engine: Voice.Engine, _ arguments: String...) throws -> String {
      try ChildProcess.output(programs[engine]!, arguments)
    }
    // "2  en-us  --/M  English_(America)  gmw/en-US  (en 3)", "5  variant  --/M  Adam  !v/adam"
    let accents = Set(
      try ask(.espeak, "--voices=en").split(separator: "\n").dropFirst().compactMap { line in
        line.split(separator: " ").dropFirst().first.map(String.init)
      })
    let variants = Set(
      try ask(.espeak, "--voices=variant").split(separator: "\n").compactMap { line in
        line.range(of: "!v/").map { String(line[$0.upperBound...]) }
          .map { $0.split(separator: " ").first.map(String.init) ?? "" }
      })
    // "Voices available: kal awb_time kal16 awb rms slt"
    let flite = Set(try ask(.flite, "-lv").split(whereSeparator: \.isWhitespace).map(String.init))
    let festival = Set(
      try ask(.festival, "-b", "(begin (print (voice.list)) (quit))")
        .split { " ()\n".contains($0) }.map(String.init))
    voices = VoiceCatalog.all.filter { voice in
      switch voice.engine {
      case .espeak:
        let parts = voice.name.split(separator: "+").map(String.init)
        return accents.contains(parts[0]) && (parts.count == 1 || variants.contains(parts[1]))
      case .flite: return flite.contains(voice.name)
      case .festival: return festival.contains(voice.name)
      case .hibari, .piper: return neural?.versions[voice.engine] != nil
      }
    }
    func tidy(_ text: String, line containing: String) -> String? {
      text.split(separator: "\n").first { $0.contains(containing) }.map {
        $0.trimmingCharacters(in: .whitespaces).components(separatedBy: "  Data at").first ?? ""
      }
    }
    versions =
      [
        tidy(try ask(.espeak, "--version"), line: "eSpeak") ?? "eSpeak NG",
        tidy(try ask(.flite, "--version"), line: "version").map { "flite, \($0)" } ?? "flite",
        tidy(try ask(.festival, "--version"), line: "Festival") ?? "festival",
      ] + NeuralVoices.engines.map { neural?.versions[$0] ?? "no \($0.rawValue)" }
    for use in [Voice.Use.seen, .unseenDev, .unseenTest]
    where !voices.contains(where: { $0.use == use }) {
      throw InputError("the installed synthesisers have no voice for '\(use.rawValue)'")
    }
    guard voices.contains(where: { $0.engine == .festival }) else {
      throw InputError(
        "festival has no voice: run 'apt-get install festvox-kallpc16k festvox-kdlpc16k'")
    }
  }

  /// Speaks `lines`, all of one engine, in the calling thread; files go to `folder`, which only
  /// this call uses meanwhile. Returns each line's speech at 16 kHz as the synthesiser left it
  /// (silence at the ends included). Throws `InputError`: of a disk that is full, and not of what a
  /// synthesiser makes of it.
  func speak(_ lines: [SpokenLine], folder: URL) throws -> [[Float]] {
    let files = lines.indices.map { folder.appendingPathComponent("line-\($0).wav") }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    do {
      return try speak(lines, to: files, folder: folder)
    } catch {
      // As long as what filled it is there.
      throw OutputFile.reason(of: error, writingTo: folder)
    }
  }

  private func speak(_ lines: [SpokenLine], to files: [URL], folder: URL) throws -> [[Float]] {
    let errors = folder.appendingPathComponent("errors.txt")
    switch lines.first?.voice.engine {
    case nil: return []
    case .espeak:
      for (line, file) in zip(lines, files) {
        // Half the amplitude: some variants clip at the whole.
        try ChildProcess.run(
          programs[.espeak]!,
          [
            "-v", line.voice.name, "-a", "50", "-s", "\(Int((165 * line.speed).rounded()))",
            "-p", "\(min(max(Int((50 + 100 * (line.pitch - 1)).rounded()), 5), 95))",
            "-w", file.path, line.text,
          ], errors: errors)
      }
    case .flite:
      for (line, file) in zip(lines, files) {
        try ChildProcess.run(
          programs[.flite]!,
          [
            "-voice", line.voice.name, "--setf", "duration_stretch=\(Self.stretch(line))",
            "--setf", "int_f0_target_mean=\(Self.fundamental(line))", "-t", line.text,
            "-o", file.path,
          ], errors: errors)
      }
    case .festival:
      let script = folder.appendingPathComponent("script.scm")
      try OutputFile.write(Self.festivalScript(lines, files: files), to: script)
      defer { try? FileManager.default.removeItem(at: script) }
      try ChildProcess.run(programs[.festival]!, ["-b", script.path], errors: errors)
    case .hibari, .piper:
      guard let neural else { return [] }
      try neural.speak(lines, to: files, folder: folder, errors: errors)
    }
    return try zip(lines, files).map { line, file in
      let wave = try AudioFile.read(file)
      if let remark = wave.remarks.first { throw InputError(remark) }
      let rate = wave.sampleRate * line.voice.warp / 100
      return Resampler.resample(wave.samples, from: rate, to: 16000)
    }
  }

  /// How much longer than usual the synthesiser is to speak.
  private static func stretch(_ line: SpokenLine) -> String {
    String(format: "%.3f", Double(line.voice.warp) / 100 / line.speed)
  }

  /// The pitch to ask for, in hertz.
  private static func fundamental(_ line: SpokenLine) -> String {
    // Mean pitch of the voices as recorded.
    let means: [String: Double] = ["slt": 176, "awb": 123, "rms": 98, "kal": 95, "kal16": 95]
    let own = means[line.voice.name] ?? 105
    return String(format: "%.1f", own * line.pitch)
  }

  /// Scheme for one festival process that speaks every line to its file.
  static func festivalScript(_ lines: [SpokenLine], files: [URL]) -> String {
    var script = """
      (define (say text file)
        (let ((utt (utt.synth (eval (list 'Utterance 'Text text)))))
          (utt.save.wave utt file 'riff)))

      """
    for (line, file) in zip(lines, files) {
      script += "(voice_\(line.voice.name))\n"
      if line.voice.name.hasSuffix("_hts") {
        // The HTS engine takes its own speech rate and knows no pitch.
        let rate = String(format: "%.3f", 100 / Double(line.voice.warp) * line.speed)
        script += """
          (set! hts_engine_params (append \(line.voice.name)::hts_engine_params \
          (list (list "-r" \(rate)))))

          """
      } else {
        script += """
          (Parameter.set 'Duration_Stretch \(stretch(line)))
          (set! int_lr_params '((target_f0_mean \(fundamental(line))) (target_f0_std 15) \
          (model_f0_mean 170) (model_f0_std 34)))

          """
      }
      script += "(say \"\(line.text)\" \"\(file.path)\")\n"
    }
    return script
  }
}
