// How long a frame takes to draw. Runs by itself: the name says so to the test command.

import TerminalUI
import Testing

import Dashboard

@Suite struct FrameTimingTests {
  @Test(arguments: ViewCatalog.all) func frameTime(kind: ViewKind) {
    var state = kind == .explore ? Scene.busy() : Scene.shown(kind)
    state.size = Size(width: 200, height: 60)
    var times: [Duration] = []
    for _ in 0..<50 {
      let clock = ContinuousClock()
      times.append(clock.measure { _ = view(state, state.size) })
    }
    // The best of many: other work on the machine is not what is tested.
    let best = times.min() ?? .zero
    print("frame of \(kind) at 200x60: best \(best), median \(times.sorted()[25])")
    #if !DEBUG
      #expect(best < .milliseconds(5))
    #endif
  }
}
