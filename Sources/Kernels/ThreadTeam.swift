// Threads that stay awake for the length of a pass and share its operations, chunk by chunk.

internal import CProcessor
import Base
import Foundation
import Synchronization

/// A caller and its helpers. An operation is cut into chunks, which whoever is free takes: a helper that the
/// system has put aside holds nothing up, and waking nobody, an operation costs a few hundred nanoseconds to
/// share. Helpers watch for work until `end`; those that find none for a while let others have the processor,
/// and sleep in between after a while more.
/// @unchecked Sendable: `body` changes only between operations, when no chunk is out.
final class ThreadTeam: @unchecked Sendable {
  /// Threads, the caller among them.
  let count: Int
  /// Of the operation, whether it goes on: only the caller reads and writes it.
  private var isBusy = false
  private var body: (Int) -> Void = { _ in }
  /// Which operation (32 bits), its chunks (16), and how many of them are taken (16).
  private let state = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let hasEnded = Atomic<Bool>(false)
  private static let mostChunks = 1 << 15

  init(count: Int) {
    self.count = count
    for helper in 1..<max(1, count) {
      WorkerThread.start("team \(helper)") { [self] in help() }
    }
  }

  /// Lets the helpers go.
  func end() { hasEnded.store(true, ordering: .releasing) }

  /// Calls `body` with each of 0..<chunks once, on any of the threads, and returns after the last.
  func share(_ chunks: Int, _ body: (Int) -> Void) {
    // An operation within another's chunk has nobody to share with.
    guard !isBusy, chunks > 1, chunks < Self.mostChunks else {
      for chunk in 0..<chunks { body(chunk) }
      return
    }
    isBusy = true
    defer { isBusy = false }
    withoutActuallyEscaping(body) { body in
      self.body = body
      done.store(0, ordering: .relaxed)
      let operation = (state.load(ordering: .relaxed) >> 32 &+ 1) << 32
      state.store(operation | UInt64(chunks) << 16, ordering: .releasing)
      while takeChunk() {}
      var patience = Patience()
      while done.load(ordering: .acquiring) < chunks { patience.wait() }
      self.body = { _ in }
    }
  }

  /// Does the next chunk of what goes on; false where there is none.
  private func takeChunk() -> Bool {
    var seen = state.load(ordering: .acquiring)
    while true {
      let (chunks, taken) = (seen >> 16 & 0xFFFF, seen & 0xFFFF)
      if taken >= chunks { return false }
      let (exchanged, original) = state.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if exchanged {
        body(Int(taken))
        done.wrappingAdd(1, ordering: .releasing)
        return true
      }
      seen = original
    }
  }

  private func help() {
    var patience = Patience()
    while !hasEnded.load(ordering: .acquiring) {
      if takeChunk() { patience = Patience() } else { patience.wait() }
    }
  }

  /// Waiting for another thread: first for as long as it takes to finish a chunk, awake.
  private struct Patience {
    private static let spins = 4_000
    private static let yields = 1_000
    private static let nap: UInt32 = 50  // microseconds
    private var waits = 0

    mutating func wait() {
      waits &+= 1
      if waits < Self.spins {
        dropscope_pause()
      } else if waits < Self.spins + Self.yields {
        sched_yield()
      } else {
        usleep(Self.nap)
      }
    }
  }
}
