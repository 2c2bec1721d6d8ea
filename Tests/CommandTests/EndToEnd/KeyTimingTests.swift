// How long a key takes to the screen of the built program. Runs by itself: the name says so to the test command.

import Foundation
import TestSupport
import Testing

@Suite struct KeyTimingTests {
  /// In every view a key is on the screen within 16 ms (99th percentile) while the evaluator uses every
  /// core, and a step of the slider changes little of the screen: no flicker.
  @Test func keysAreAnsweredWhileMeasuring() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, width: 192, utterances: 60, seconds: 6)
      let terminal = try PseudoTerminal(
        dropscope,
        ["--model", world.model.path, "--data", world.data.path, "--split", "test"],
        width: 80, height: 24)
      #expect(terminal.read(until: Array("measuring".utf8), seconds: 20))
      // The handle: drawn anew at each move of the slider and, while measuring, by nothing else.
      let handle = Array("●".utf8)
      for view in 1...9 {
        terminal.write("\(view)")
        var latencies: [Double] = []
        var bytes = 0
        for press in 0..<100 {
          while true {
            let more = terminal.read(milliseconds: 5)
            bytes += more.count
            if more.isEmpty { break }
          }
          let start = DispatchTime.now().uptimeNanoseconds
          terminal.write(press / 10 % 2 == 0 ? "l" : "h")
          guard terminal.read(until: handle, seconds: 2, count: &bytes) else {
            Issue.record("key \(press) was not answered within 2 s in view \(view)")
            return
          }
          latencies.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
          usleep(useconds_t(1000 * (press % 17)))
        }
        latencies.sort()
        let p99 = latencies[98]
        print(
          "view \(view): key to screen median \(latencies[50]) ms, 99 % \(p99) ms, "
            + "\(bytes / 100) bytes a key")
        #expect(p99 < 16, "view \(view)")
        // The whole screen would be 1,920 cells and their colours.
        #expect(bytes / 100 < 4000, "view \(view)")
      }
      terminal.write("q")
    }
  }
}
