// One operation's work shared by several threads: for a single recording that somebody waits for.

import Dispatch

/// How many threads an operation may use. One, unless the caller says otherwise: trainer shards and
/// evaluator workers run whole utterances side by side, which needs no meeting of threads. Applies to
/// forward passes; the order of every sum stays as with one thread.
package enum Parallel {
  @TaskLocal private static var threads = 1

  /// Runs `body`, whose operations may use that many threads.
  package static func with<Result>(threads: Int, _ body: () throws -> Result) rethrows -> Result {
    try $threads.withValue(threads, operation: body)
  }

  /// Multiplications below which waking a thread costs more than it saves: some 10 microseconds' worth.
  private static let worthSharing = 1 << 19

  /// Calls `body` with ranges that together are 0..<count, side by side where `work`, in multiplications
  /// or their like, is worth it. Ranges begin at multiples of `grain`.
  @inline(__always)
  static func split(_ count: Int, grain: Int = 1, work: Int, _ body: (Range<Int>) -> Void) {
    let parts = threads
    if parts == 1 || work < worthSharing || count <= grain { return body(0..<count) }
    share(count, grain: grain, parts: parts, body)
  }

  @inline(never)
  private static func share(
    _ count: Int, grain: Int, parts: Int, _ body: (Range<Int>) -> Void
  ) {
    let length = ((count + parts - 1) / parts + grain - 1) / grain * grain
    withoutActuallyEscaping(body) { body in
      let shared = SharedWork(body: body)
      DispatchQueue.concurrentPerform(iterations: (count + length - 1) / length) { part in
        shared.body(part * length..<min(count, (part + 1) * length))
      }
    }
  }

  /// @unchecked Sendable: operations write only to what belongs to their range, and the call returns
  /// after the last of them.
  private struct SharedWork: @unchecked Sendable {
    let body: (Range<Int>) -> Void
  }
}
