// A recording that fails is told and costs nothing; the list can be read whole.

import Foundation
import Speech
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct ListenTests {
  private func heard(_ size: Size) -> DashboardState {
    var state = Scene.state()
    state.size = size
    Scene.serve(update(&state, .ready), &state)
    Scene.serve(update(&state, .terminal(.key("7"))), &state)
    Scene.serve(update(&state, .recorded("/tmp/recording.wav")), &state)
    return state
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  private func open(_ file: String, _ state: inout DashboardState) -> [Effect] {
    var effects = update(&state, .terminal(.key("f")))
    for character in file { effects += update(&state, .terminal(.key(.character(character)))) }
    return effects + update(&state, .terminal(.key(.enter)))
  }

  @Test func aFileThatCannotBeReadLeavesWhatWasHeard() throws {
    var state = heard(Size(width: 80, height: 24))
    let before = state.listening.heard
    #expect(before.count == 12 && screen(state).contains("heard: /tmp/recording.wav"))
    let effects = open("/nope.wav", &state)
    #expect(screen(state).contains("reading: /nope.wav"))
    let request = effects.compactMap { effect -> ProbeRequest? in
      if case .probe(let request) = effect { request } else { nil }
    }
    _ = update(&state, .probed(.failed(try #require(request.first), "/nope.wav: not there")))
    #expect(screen(state).contains("× not heard: /nope.wav: not there"))
    #expect(screen(state).contains("below: what was heard before, /tmp/recording.wav"))
    #expect(!screen(state).contains("heard: /nope.wav\n") && state.listening.heard == before)
    // Nothing asks for it again, until the reader does; then the other file counts.
    #expect(state.wantedProbe == nil)
    Scene.serve(open("/nope.wav", &state), &state)
    #expect(screen(state).contains("heard: /nope.wav") && !screen(state).contains("not heard"))
  }

  @Test func aLongReasonIsReadWholeAboveWhatWasHeard() throws {
    var state = heard(Size(width: 80, height: 24))
    let reason =
      "no recording: arecord ended: "
      + Array(repeating: "no such card", count: 9)
      .joined(separator: ", ") + ", the end"
    _ = update(&state, .recordingFailed(reason))
    let lines = view(state, state.size).lines()
    let told = lines.drop { !$0.contains("× no recording") }.prefix { !$0.contains("below:") }
      .map { $0.trimmingCharacters(in: ["│", " "]) }.joined(separator: " ")
    #expect(told == "× \(reason)")
    #expect(lines.contains { $0.contains("below: what was heard before, /tmp/recording.wav") })
    #expect(lines.contains { $0.firstMatch(of: /^│ +12 +[\d.]+ please/) != nil })
  }

  @Test func aRecorderThatEndsIsTold() {
    var state = heard(Size(width: 80, height: 24))
    _ = update(&state, .recording(true))
    #expect(screen(state).contains("recording: speak now"))
    #expect(view(state, state.size).lines().last?.contains("Space stop") == true)
    _ = update(&state, .recordingFailed("no recording: arecord ended: no such device"))
    #expect(!state.listening.isRecording && state.listening.heard.count == 12)
    #expect(screen(state).contains("× no recording: arecord ended: no such device"))
    #expect(update(&state, .terminal(.key(" "))) == [.record(true)])
    _ = update(&state, .recording(true))
    #expect(state.listening.failure == nil)
  }

  @Test func everyRowCanBeReached() {
    var state = heard(Size(width: 60, height: 15))
    func depths() -> [Int] {
      view(state, state.size).lines().compactMap { line in
        line.firstMatch(of: /^│ +(\d+) +[\d.]+ please/).flatMap { Int($0.1) }
      }
    }
    #expect(depths().first == 12)
    for _ in 0..<3 { _ = update(&state, .terminal(.key(.down))) }
    #expect(depths().first == 9 && state.mask.keptCount == 12)
    for _ in 0..<20 {
      _ = update(&state, .terminal(.mouse(MouseEvent(kind: .wheelDown, x: 9, y: 8))))
    }
    #expect(depths().last == 1)
    _ = update(&state, .terminal(.mouse(MouseEvent(kind: .wheelUp, x: 9, y: 8))))
    #expect(depths().last == 2)
    // The slider brings its own row into sight again; a mask by hand its neighbourhood.
    Scene.serve(update(&state, .terminal(.key(.right))), &state)
    #expect(depths().contains(11))
    // Layers are switched where they are on the screen.
    state.size = Size(width: 80, height: 24)
    for key in ["1", " ", "7"] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    state.size = Size(width: 60, height: 15)
    #expect(state.isManual && depths().contains(state.mask.keptCount))
  }

  @Test func theFirstPageTellsBothWays() {
    for size in [Size(width: 60, height: 15), Size(width: 80, height: 24)] {
      var state = Scene.state()
      state.size = size
      state.view = .listen
      #expect(screen(state).contains("Press Space") && screen(state).contains("f opens a file"))
    }
  }

  // MARK: - The race

  private func lines(_ state: DashboardState) -> [String] { view(state, state.size).lines() }

  /// Two models that hear the same recording, half of the layers of each.
  private func race(clips: [Clip] = []) -> DashboardState {
    var state = Scene.twoModels()
    state.clips = clips
    state.size = Size(width: 100, height: 30)
    Scene.serve(update(&state, .ready), &state)
    for _ in 0..<6 { Scene.serve(update(&state, .terminal(.key(.right))), &state) }
    Scene.serve(update(&state, .terminal(.key("7"))), &state)
    return state
  }

  @Test func twoModelsHearTheSameWordUnderWord() throws {
    var state = race()
    #expect(screen(state).contains("Two ways of hearing one recording"))
    Scene.serve(update(&state, .recorded("/tmp/recording.wav")), &state)
    let first = try #require(lines(state).first { $0.contains("dld 6 ") })
    let second = try #require(lines(state).first { $0.contains("reference 6 ") })
    #expect(first.contains("dld 6       7.50 ms  please turn off the"))
    #expect(second.contains("reference 6 7.50 ms  please turn ≠of the"))
    #expect(screen(state).contains("they differ in 1 word   ≠ another"))
    // Without colour the sign tells; with it both words stand out.
    let y = try #require(lines(state).firstIndex { $0.contains("≠of") })
    let canvas = view(state, state.size)
    let x = try #require(lines(state)[y].firstIndex(of: "≠")).utf16Offset(in: lines(state)[y])
    #expect(canvas[x, y].style == state.theme.error && canvas[x, y - 1].style == state.theme.error)
    #expect(canvas[x - 3, y].style == state.theme.text)
    // Every depth of both is known: the slider asks for nothing.
    #expect(state.wantedProbe == nil)
    Scene.serve(update(&state, .terminal(.key(.left))), &state)
    #expect(screen(state).contains("dld 7 ") && screen(state).contains("reference 7 "))
    #expect(state.wantedProbe == nil)
    // The table is of the present model alone.
    #expect(state.listening.heard.count == 12)
  }

  @Test func thePinnedDepthOfAnyModelTakesTheOtherLane() throws {
    var state = race()
    Scene.serve(update(&state, .recorded("/tmp/recording.wav")), &state)
    // The second model at 6, against the first at 2.
    for key in ["M", "2", "p", "M", "1", .right, .right, .right, .right] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    #expect(screen(state).contains("dld 2       3.93 ms  please turn"))
    #expect(screen(state).contains("reference 6 7.50 ms  please turn +of +the"))
    #expect(screen(state).contains("they differ in 2 words"))
  }

  @Test func oneModelRunsAgainstItsFullDepth() {
    var state = heard(Size(width: 100, height: 30))
    #expect(!screen(state).contains("they differ"))
    for _ in 0..<6 { Scene.serve(update(&state, .terminal(.key(.right))), &state) }
    #expect(screen(state).contains("dld 6  7.50 ms  please turn off the"))
    #expect(screen(state).contains("dld 12 12.9 ms  please turn off the +kitchen +light"))
  }

  @Test func aClipIsPickedAndScoredByWhatIsSaidInIt() throws {
    var state = race(clips: Scene.clips)
    _ = update(&state, .terminal(.key("g")))
    #expect(state.menu?.rows.map(\.label) == ["100-1-1000", "100-1-1001"])
    #expect(screen(state).contains("heldout/test-clean: please turn off the kitchen light"))
    Scene.serve(update(&state, .terminal(.key("1"))), &state)
    #expect(state.listening.heardFile == "/clips/0.wav")
    #expect(screen(state).contains("said                 please turn off the kitchen light"))
    #expect(screen(state).contains("dld 6       7.50 ms  please turn off the −−−−−−− −−−−−"))
    #expect(screen(state).contains("reference 6 7.50 ms  please turn ≠of the −−−−−−− −−−−−"))
    #expect(screen(state).contains("dld 6: 2 of 6 words wrong   reference 6: 3 of 6 words wrong"))
    // Without clips the key says what there is instead.
    var bare = race()
    _ = update(&bare, .terminal(.key("g")))
    #expect(bare.menu == nil && bare.notice == "there are no clips: f opens a file")
  }

  /// Several depths come one by one: none of them makes the rest be asked for again.
  @Test func whatIsBeingHeardIsNotAskedForAgain() throws {
    var state = race()
    let effects = update(&state, .recorded("/tmp/recording.wav"))
    guard case .probe(let request)? = effects.first,
      case .file(_, _, 1, 0, let walks, _, _) = request
    else {
      Issue.record("nothing is to be heard: \(effects)")
      return
    }
    #expect(walks.map(\.keptCount) == Array((1...12).reversed()))
    for (index, walk) in walks.enumerated() {
      let listening = Listening(
        walk: walk, mask: try #require(walk.mask), looks: [],
        transcript: Transcript(tokens: [], words: []), seconds: 0.001, audioSeconds: 1)
      let next = update(&state, .probed(.depth(request, listening)))
      guard index == walks.count - 1 else {
        #expect(next == [])
        continue
      }
      // Then the other model.
      guard case .probe(.file(_, _, 1, 1, let others, _, _))? = next.first else {
        Issue.record("the other model hears nothing: \(next)")
        return
      }
      #expect(others.count == 12)
    }
  }

  @Test func theSoundIsDrawnAsLoudAsItIs() throws {
    var state = race()
    state.symbols = .ascii
    Scene.serve(update(&state, .recorded("/tmp/recording.wav")), &state)
    state.size = Size(width: 100, height: 40)
    // Three rows of bars under the frame; the second half is twice as loud as the first.
    let top = try #require(lines(state).firstIndex { $0.contains(" Race ") })
    let bars = lines(state)[top + 1...top + 3].map { line in Array(line).map { $0 == "|" } }
    func count(_ columns: Range<Int>) -> Int {
      bars.reduce(0) { sum, row in sum + row[columns].count { $0 } }
    }
    #expect(count(3..<45) > 20 && count(46..<90) > count(3..<45) * 3 / 2)
    #expect(lines(state)[top + 3].contains("2.0 s"))
  }

  // MARK: - Names of files

  @Test func tabCompletesThePath() {
    var state = heard(Size(width: 100, height: 30))
    _ = update(&state, .terminal(.key("f")))
    for character in "/tmp/re" { _ = update(&state, .terminal(.key(.character(character)))) }
    #expect(update(&state, .terminal(.key(.tab))) == [.complete("/tmp/re")])
    #expect(state.view == .listen)
    _ = update(
      &state, .completed("/tmp/re", to: "/tmp/rec", names: ["recital/", "record.wav"]))
    #expect(screen(state).contains("file: /tmp/rec_  recital/  record.wav"))
    // What was typed since goes before a late answer.
    _ = update(&state, .terminal(.key("o")))
    #expect(!screen(state).contains("recital/"))
    _ = update(&state, .completed("/tmp/rec", to: "/tmp/recital/", names: []))
    #expect(state.prompt?.text == "/tmp/reco")
    _ = update(&state, .completed("/tmp/reco", to: "/tmp/record.wav", names: []))
    Scene.serve(update(&state, .terminal(.key(.enter))), &state)
    #expect(state.listening.file == "/tmp/record.wav")
    // Elsewhere Tab is no file's.
    _ = update(&state, .terminal(.key("d")))
    #expect(update(&state, .terminal(.key(.tab))) == [])
  }

  // MARK: - Captions

  private func asked(_ effects: [Effect]) -> CaptionRequest? {
    effects.lazy.compactMap { if case .caption(let request) = $0 { request } else { nil } }.first
  }

  /// What a captioner would say to a request.
  private func say(
    _ words: [String], of request: CaptionRequest, _ place: Int, in seconds: Double = 0.023,
    _ state: inout DashboardState
  ) {
    _ = update(
      &state,
      .caption(
        .present(
          recording: request.recording, place: place, request.hearers[place], words: words,
          seconds: seconds)))
  }

  @Test(arguments: [(60, 15), (80, 24), (120, 40)])
  func captionsFollowWhoSpeaks(width: Int, height: Int) throws {
    var state = race()
    state.size = Size(width: width, height: height)
    let request = try #require(asked(update(&state, .recording(true))))
    #expect(request.recording == 1 && request.hearers.map(\.model) == [0, 1])
    #expect(request.hearers.map(\.walk.keptCount) == [6, 6])
    #expect(screen(state).contains("● Captions") && screen(state).contains("Space stops"))
    #expect(screen(state).contains("dld 6 of 12") && screen(state).contains("reference 6 of 12"))
    let samples = [Float](repeating: 0.5, count: 1000)
    _ = update(
      &state,
      .caption(
        .sound(
          recording: 1, SoundOutline(Waveform(samples: samples, sampleRate: 1000)), seconds: 7.4)))
    say(["please", "turn", "off"], of: request, 0, &state)
    // Nothing is marked before both have heard something.
    #expect(!screen(state).contains("+please"))
    say(["and", "please", "turn", "of"], of: request, 1, in: 0.0118, &state)
    #expect(screen(state).contains("please turn off"))
    #expect(screen(state).contains("+and please turn ≠of"))
    #expect(screen(state).contains("23.0 ms an update"))
    #expect(screen(state).contains("11.8 ms an update") && screen(state).contains("7.4 s"))
    // A window ends: its words stay, in another style, and others follow them.
    for place in 0..<2 {
      _ = update(
        &state, .caption(.final(recording: 1, place: place, words: ["please", "turn", "off"])))
    }
    say(["now"], of: request, 0, &state)
    #expect(screen(state).contains("please turn off now"))
    let y = try #require(lines(state).firstIndex { $0.contains("please turn off now") })
    let x = Array(lines(state)[y]).firstIndex(of: "n") ?? 0
    let canvas = view(state, state.size)
    #expect(canvas[x, y].style == state.theme.muted)
    // What somebody else's recording brings is late.
    _ = update(&state, .caption(.final(recording: 0, place: 0, words: ["old"])))
    #expect(!screen(state).contains("old"))
  }

  @Test func theSliderChangesTheCaptionWhileSomebodySpeaks() throws {
    var state = race()
    let first = try #require(asked(update(&state, .recording(true))))
    say(["please", "turn", "off"], of: first, 0, &state)
    // Once for each change, and nothing is measured meanwhile.
    #expect(update(&state, .terminal(.focus(true))) == [])
    let effects = update(&state, .terminal(.key(.right)))
    let second = try #require(asked(effects))
    #expect(effects == [.caption(second)] && second.recording == 1)
    #expect(second.hearers.map(\.walk.keptCount) == [5, 5])
    #expect(screen(state).contains("recording; measuring waits meanwhile"))
    // What stands there is of its own depth until the next one is heard.
    #expect(screen(state).contains("dld 6 of 12"))
    say(["please"], of: second, 0, &state)
    #expect(screen(state).contains("dld 5 of 12"))
    // Then it is measured, and the recording is heard at every depth.
    let after = update(&state, .recording(false))
    #expect(after.contains { if case .evaluate = $0 { true } else { false } })
    #expect(screen(state).contains("please") && !screen(state).contains("● Captions"))
    Scene.serve(after + update(&state, .recorded("/tmp/recording.wav")), &state)
    #expect(screen(state).contains("dld 5 ") && screen(state).contains(" Race "))
  }

  @Test func whatIsMeasuredWaitsForWhoSpeaks() throws {
    var state = Scene.twoModels()
    state.view = .listen
    _ = update(&state, .ready)
    #expect(state.activity == .measuring)
    let id = state.newest?.id ?? 0
    let effects = update(&state, .recording(true))
    #expect(effects.contains(.rest))
    let ended = update(&state, .recordingFailed("no recording: no microphone"))
    guard case .evaluate(let request)? = ended.first else {
      Issue.record("measuring does not go on: \(ended)")
      return
    }
    #expect(request.id == id + 1 && request.point.walk == state.walk)
    #expect(screen(state).contains("× no recording: no microphone"))
    #expect(!screen(state).contains("Captions"))
  }

  /// Hours of talk are not kept word by word.
  @Test func oldWordsAreForgotten() throws {
    var state = race()
    _ = update(&state, .recording(true))
    for number in 0..<500 {
      let words = (0..<10).map { "w\(number)-\($0)" }
      _ = update(&state, .caption(.final(recording: 1, place: 0, words: words)))
    }
    let lane = try #require(state.listening.captions?.lanes.first)
    #expect(lane.final.count == 2000)
    #expect(lane.final.first == "w300-0" && lane.final.last == "w499-9")
    #expect(screen(state).contains("w499-9"))
  }
}
