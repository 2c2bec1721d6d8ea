// Settings survive being written, and what is wrong in them is told by name.

import TerminalUI
import Testing

import Dashboard

@Suite struct SettingsTests {
  @Test func whatIsSavedComesBack() {
    var state = Scene.state()
    state.theme = .light
    state.symbols = .block
    state.plotAxis = .layers
    state.isMouseReleased = true
    var complaints: [String] = []
    let settings = Settings(text: Settings(state).text, complaints: &complaints)
    #expect(complaints == [] && settings == Settings(state))
    var fresh = Scene.state()
    settings.apply(to: &fresh)
    #expect(fresh.theme == .light && fresh.symbols == .block && fresh.plotAxis == .layers)
    #expect(fresh.isMouseReleased)
    // A terminal without Unicode keeps its letters.
    var plain = Scene.state(symbols: .ascii)
    settings.apply(to: &plain)
    #expect(plain.symbols == .ascii)
  }

  @Test func rubbishIsNamedAndTheRestTaken() {
    var complaints: [String] = []
    let settings = Settings(
      text: "theme = purple\n# a remark\nspeed = 9\nmouse=off # here\nnothing\n",
      complaints: &complaints)
    #expect(settings.mouse == false && settings.theme == nil)
    #expect(complaints.count == 3)
    #expect(complaints[0].hasPrefix("theme: expected one of standard, light"))
    #expect(complaints[1] == "no setting is called \"speed\"")
    #expect(complaints[2].hasPrefix("line 5"))
  }
}
