// Trainings for the dashboard: the logs that came with the program.

import Base
import Dashboard
import Foundation
import Training

final class TrainingSource: Sendable {
  private let post: @Sendable (TrainingMessage) -> Void

  init(_ post: @escaping @Sendable (TrainingMessage) -> Void) { self.post = post }

  func perform(_ effect: TrainingEffect) {
    switch effect {
    case .openRecorded:
      WorkerThread.start("recorded trainings") { [post] in
        do {
          post(.recorded(try Self.recorded(), failure: nil))
        } catch {
          post(.recorded([], failure: "\(error)"))
        }
      }
    }
  }

  /// One that cannot be read says so in its place.
  private static func recorded() throws -> [TrainingRun] {
    let folder = try Assets.folder().appendingPathComponent("Results/training")
    let files =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
      ?? []
    let logs = files.filter { $0.pathExtension == "jsonl" }.sorted { $0.path < $1.path }
    guard !logs.isEmpty else {
      throw InputError(folder.path, expected: "logs of trainings", found: "none")
    }
    return logs.map { log in
      var run = TrainingRun(
        name: log.deletingPathExtension().lastPathComponent, origin: .recorded)
      do {
        run.add(try TrainingLog.events(log))
      } catch {
        run.complaint = "\(error)"
      }
      return run
    }
  }
}
