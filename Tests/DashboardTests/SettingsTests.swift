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

  /// Saving changes what it saves: the rest of the file is somebody's own.
  @Test func whatIsNotUnderstoodStaysInTheFile() {
    var state = Scene.state()
    state.theme = .contrast
    let before = "# mine\ncolour = red\ntheme = purple  # sometimes\n\nnothing\n"
    let after = Settings(state).merged(into: before)
    #expect(
      after == """
        # mine
        colour = red
        theme = high-contrast  # sometimes

        nothing
        symbols = braille
        axis = compute
        mouse = on

        """)
    #expect(Settings(state).merged(into: after) == after)
  }

  @Test func themesGoByEitherSpelling() {
    for name in ["high-contrast", "high contrast"] {
      var complaints: [String] = []
      let settings = Settings(text: "theme = \(name)", complaints: &complaints)
      #expect(complaints == [] && settings.theme == "high-contrast")
      #expect(Theme.named(name) == .contrast)
    }
  }

  /// What was chosen on the screen since stays, unless the file now says otherwise.
  @Test func aChangedFileChangesWhatIsNewInIt() {
    var complaints: [String] = []
    let old = Settings(text: "theme = light\naxis = layers\n", complaints: &complaints)
    let new = Settings(
      text: "theme = light\naxis = latency\nmouse = off\n", complaints: &complaints)
    var state = Scene.state()
    old.apply(to: &state)
    state.theme = .contrast
    let changes = new.changes(since: old)
    #expect(update(&state, .settings(changes, complaints: [])) == [.setMouse(false)])
    #expect(state.theme == .contrast && state.plotAxis == .latency && state.isMouseReleased)
    #expect(new.changes(since: new) == Settings())
    #expect(update(&state, .settings(Settings(), complaints: ["no setting is called \"a\""])) == [])
    #expect(state.overlay == .complaints(["no setting is called \"a\""]))
  }

  /// The terminal's answer chooses the colours for who has not chosen.
  @Test func theTerminalsBackgroundIsFollowedUntilAThemeIsChosen() {
    var state = Scene.busy()
    _ = update(&state, .terminal(.background(isLight: true)))
    #expect(state.theme == .standard, "named on the command line")
    state.followsBackground = true
    let before = (state.choice, state.view, state.notice)
    _ = update(&state, .terminal(.background(isLight: true)))
    #expect(state.theme == .light)
    #expect((state.choice, state.view, state.notice) == before, "nothing was typed")
    #expect(Settings(state).theme == nil, "what one terminal says is not for all")
    var others = state
    _ = update(&others, .terminal(.background(isLight: false)))
    #expect(others.theme == .standard)

    var settings = Settings()
    settings.axis = "layers"
    settings.apply(to: &others)
    #expect(others.followsBackground)
    settings.theme = "mono"
    settings.apply(to: &others)
    for key in ["c", "3"] as [Key] { _ = update(&state, .terminal(.key(key))) }
    for (chosen, theme) in [(others, Theme.mono), (state, .contrast)] {
      var chosen = chosen
      _ = update(&chosen, .terminal(.background(isLight: true)))
      #expect(chosen.theme == theme && Settings(chosen).theme == theme.name)
    }
  }

  @Test func everyComplaintIsReadBeforeItGoes() {
    for size in [Size(width: 60, height: 15), Size(width: 120, height: 40)] {
      var state = Scene.busy()
      state.size = size
      let complaints = [
        "no setting is called \"colour\", in /home/somebody/with/a/name/.config/dropscope/settings",
        "line 3: expected NAME = VALUE, found \"nothing\", in /home/somebody/.config/dropscope/settings",
      ]
      state.overlay = .complaints(complaints)
      let shown = view(state, size).lines().joined(separator: " ")
      for word in ["\"colour\"", "\"nothing\"", "Enter goes on"] { #expect(shown.contains(word)) }
      #expect(shown.ranges(of: "dropscope/settings").count == 2)
      let choice = state.choice
      _ = update(&state, .terminal(.key(.right)))
      #expect(state.choice == choice && state.overlay == .complaints(complaints))
      #expect(update(&state, .terminal(.key("q"))) == [.quit])
      _ = update(&state, .terminal(.key(.enter)))
      #expect(state.overlay == nil)
    }
  }

  /// `o 1 3` and then the `5` that saves: the options stay until then.
  @Test func optionsStayOpenUntilSaved() {
    var state = Scene.busy()
    let theme = state.theme
    for key in ["o", "1", "3"] as [Key] { _ = update(&state, .terminal(.key(key))) }
    #expect(state.theme == .contrast && state.theme != theme && state.menu?.kind == .options)
    for key in ["2", "3", "1"] as [Key] { _ = update(&state, .terminal(.key(key))) }
    _ = update(&state, .terminal(.key(.escape)))
    #expect(state.menu?.kind == .options)
    #expect(update(&state, .terminal(.key("5"))) == [.save(Settings(state))])
    #expect(state.menu == nil && state.view == .explore)
    for key in ["o", .escape, "c", "1"] as [Key] { _ = update(&state, .terminal(.key(key))) }
    #expect(state.menu == nil)
  }
}
