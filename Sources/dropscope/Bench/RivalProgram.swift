// Scripts of `Assets/Benchmarks`: a rival's side of a measurement, in a process of its own.

import Base
import Foundation

/// One script at work in a folder of its own, which goes with it.
final class RivalProgram {
  let chosen: ChosenRival
  let script: URL
  private let folder: TemporaryFolder
  private let program: AnsweringProgram

  /// Puts `plan` as run.json and what `write` adds into a new folder and starts the script on it. Throws
  /// `InputError` where there is no such interpreter.
  /// - Parameter name: of a file in `Assets/Benchmarks`.
  init(
    _ chosen: ChosenRival, _ name: String, _ plan: some Encodable, _ write: (URL) throws -> Void
  ) throws {
    self.chosen = chosen
    script = try Assets.folder().appendingPathComponent("Benchmarks/\(name)")
    let executable = try chosen.executable()
    folder = try TemporaryFolder()
    let url = folder.url
    try OutputFile.write(try JSON.line(plan), to: url.appendingPathComponent("run.json"))
    try write(url)
    do {
      program = try AnsweringProgram(
        executable, [script.path, url.path], errors: url.appendingPathComponent("errors.txt"))
    } catch let failure as OutsideProgram.Failure {
      throw Self.error(chosen, script, failure)
    }
  }

  /// What it says next.
  func hear<Answer: Decodable>(_ answer: Answer.Type) throws -> Answer {
    try answered(answer) { try program.hear() }
  }

  /// What it answers.
  func ask<Answer: Decodable>(_ request: some Encodable, _ answer: Answer.Type) throws -> Answer {
    let line = try JSON.line(request)
    return try answered(answer) { try program.ask(line) }
  }

  private func answered<Answer: Decodable>(
    _ type: Answer.Type, _ line: () throws -> String
  ) throws -> Answer {
    let text: String
    do {
      text = try line()
    } catch let failure as OutsideProgram.Failure {
      throw Self.error(chosen, script, failure)
    }
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw InputError(script.path, expected: "its answer as JSON", found: error.summary)
    }
  }

  private static func error(
    _ chosen: ChosenRival, _ script: URL, _ failure: OutsideProgram.Failure
  ) -> InputError {
    InputError(
      "--\(chosen.rival.option) \(chosen.interpreter): \(script.path) failed with \(failure.reason)"
    )
  }
}
