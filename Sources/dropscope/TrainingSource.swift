// Trainings for the dashboard: the logs that came with the program, and those that grow.

import Base
import Dashboard
import Foundation
import Synchronization
import Training

final class TrainingSource: Sendable {
  private let post: @Sendable (TrainingMessage) -> Void
  private let isClosed = Atomic<Bool>(false)
  private let lab = Mutex<Lab?>(nil)
  /// Those of labs that have not ended yet.
  private let labThreads = DispatchGroup()
  /// What a lab learns from, and what it is tried on.
  private let lesson: LabLesson

  /// Logs that are followed are looked at a few times a second, on a thread of their own, which sleeps
  /// meanwhile and says only what is new.
  init(
    watching logs: [URL], lesson: LabLesson,
    _ post: @escaping @Sendable (TrainingMessage) -> Void
  ) {
    self.post = post
    self.lesson = lesson
    guard !logs.isEmpty else { return }
    WorkerThread.start("watched trainings") { [self] in
      var followed = logs.map { (log: FollowedLog($0), last: FollowedLog.News?.none) }
      while !isClosed.load(ordering: .acquiring) {
        var isBehind = false
        for index in followed.indices {
          let news = followed[index].log.look()
          let last = followed[index].last
          if last == nil || news.startsOver || !news.events.isEmpty
            || news.complaint != last?.complaint || news.isBehind != last?.isBehind
          {
            post(.watched(index, news))
          }
          followed[index].last = news
          isBehind = isBehind || news.isBehind
        }
        if !isBehind { Thread.sleep(forTimeInterval: 0.3) }
      }
    }
  }

  /// Ends all threads; waits for a lab to end its step, but not for one that is still reading.
  func close() {
    isClosed.store(true, ordering: .releasing)
    lab.withLock { $0?.stop() }
    _ = labThreads.wait(timeout: .now() + 1)
  }

  /// On a thread of its own; the one before ends within a step.
  private func start(_ id: Int, _ settings: LabSettings) {
    let next = Lab(LabPlan(threads: lesson.threads), settings)
    lab.withLock {
      $0?.stop()
      $0 = next
    }
    labThreads.enter()
    WorkerThread.start("lab") { [self] in
      defer { labThreads.leave() }
      do {
        try study(next) { post(.lab(id, .trained($0, $1))) }
        post(.lab(id, .ended))
      } catch {
        post(.lab(id, .failed("\(error)")))
      }
      ProcessMemory.returnFreeBlocks()
    }
  }

  /// What it learns from is gone afterwards.
  private func study(
    _ lab: Lab, tell: (LabTraining, [TrainingEvent]) -> Void
  ) throws {
    let (corpus, heldOut) = try lesson.read()
    try lab.run(corpus, heldOut: heldOut, tell: tell)
  }

  func perform(_ effect: TrainingEffect) {
    switch effect {
    case .startLab(let id, let settings): start(id, settings)
    case .changeLab(let settings): lab.withLock { $0?.change(settings) }
    case .stopLab: lab.withLock { $0?.stop() }
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
  private static func recorded() throws -> [TrainingHistory] {
    let folder = try Assets.folder().appendingPathComponent("Results/training")
    let files =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
      ?? []
    let logs = files.filter { $0.pathExtension == "jsonl" }.sorted { $0.path < $1.path }
    guard !logs.isEmpty else {
      throw InputError(folder.path, expected: "logs of trainings", found: "none")
    }
    return logs.map { log in
      var run = TrainingHistory(
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
