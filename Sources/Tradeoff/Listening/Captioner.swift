// The thread that writes captions while a recording is made.

import Backbones
import Base
import Foundation
import Speech
import Synchronization

/// Reads a recording along and hears it six times a second, or as often as there is time for; at once where
/// something else is wanted of it.
/// @unchecked Sendable: what is not atomic is touched only under `condition`.
package final class Captioner: @unchecked Sendable {
  /// Seconds from one look to the next. Two of the bundled models need 0.11 s for the longest window at full
  /// depth, on a core of an AMD EPYC: together less than 0.3 s.
  private static let interval = 0.15

  private let recognizers: [Recognizer]
  private let report: @Sendable (CaptionEvent) -> Void
  private let condition = NSCondition()
  private var wanted: (request: CaptionRequest, file: URL)?
  private var isNew = false
  private var due = Date.distantPast
  private var isRunning = false
  private var isClosed = false
  private let newest = Atomic<Int>(0)

  package init(_ recognizers: [Recognizer], report: @escaping @Sendable (CaptionEvent) -> Void) {
    self.recognizers = recognizers
    self.report = report
  }

  /// Captions of what is being written to a file, from now on or instead of what was wanted before.
  package func follow(_ request: CaptionRequest, in file: URL) {
    change { wanted = (request, file) }
  }

  /// No more captions of this recording.
  package func stop() { change { wanted = nil } }

  /// Ends the thread.
  package func close() { change { (wanted, isClosed) = (nil, true) } }

  /// Whatever is being done is no longer wanted.
  private func change(_ body: () -> Void) {
    condition.lock()
    defer { condition.unlock() }
    newest.add(1, ordering: .relaxed)
    body()
    isNew = true
    condition.signal()
    guard wanted != nil, !isRunning else { return }
    isRunning = true
    WorkerThread.start("captions", run)
  }

  @Sendable private func run() {
    var hearing = LiveHearing(recognizers, named: "")
    var reader: (recording: Int, file: GrowingRecording)?
    while let (request, file, number) = next() {
      if reader?.recording != request.recording {
        hearing = LiveHearing(recognizers, named: Walk.utterance(file: file.path))
        reader = (request.recording, GrowingRecording(file))
      }
      do {
        let new = try reader?.file.next()
        hearing.hear(
          new, request,
          isCancelled: { newest.load(ordering: .relaxed) != number }, report: report)
      } catch {
        report(.failed(recording: request.recording, "no captions: \(error)"))
        change { if wanted?.request.recording == request.recording { wanted = nil } }
      }
    }
  }

  /// What is wanted when it is time for it, and its number; nil at the end.
  private func next() -> (CaptionRequest, URL, Int)? {
    condition.lock()
    defer { condition.unlock() }
    while !isClosed {
      guard let wanted else {
        condition.wait()
        continue
      }
      let now = Date()
      if isNew || now >= due {
        isNew = false
        due = now.addingTimeInterval(Self.interval)
        return (wanted.request, wanted.file, newest.load(ordering: .relaxed))
      }
      _ = condition.wait(until: due)
    }
    return nil
  }
}
