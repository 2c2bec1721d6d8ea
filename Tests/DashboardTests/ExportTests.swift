// What is written is made from the state of the moment, and goes with the effect.

import Backbones
import Foundation
import Speech
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct ExportTests {
  /// What the rows of the export menu ask for, in order.
  private func contents(_ state: DashboardState) -> [(Export, ExportContent)] {
    Export.allCases.indices.flatMap { row -> [Effect] in
      var state = state
      _ = update(&state, .terminal(.key("x")))
      return update(&state, .terminal(.key(.character(Character("\(row + 1)")))))
    }.compactMap { effect in
      if case .export(let what, let content) = effect { (what, content) } else { nil }
    }
  }

  @Test func everyExportCarriesWhatItIsMadeOf() throws {
    var state = Scene.busy()
    state.size = Size(width: 100, height: 30)
    let contents = contents(state)
    // Nothing was heard.
    #expect(contents.map(\.0) == Export.allCases.filter { $0 != .heard })
    // The screen without the menu that asked for it.
    #expect(
      contents[0].1 == .text(view(state, state.size).lines().joined(separator: "\n") + "\n"))
    #expect(
      contents[1].1 == .text(view(state, state.size).svg(title: "Dropscope", colors: .dark)))
    for ((_, content), format) in zip(contents[2...], [PointsFormat.csv, .json, .plot]) {
      guard case .points(format, let visited) = content else {
        Issue.record("no points as \(format)")
        continue
      }
      // Only what was measured to the end, the deepest first.
      let complete = state.measurements.values.filter(\.isComplete)
      #expect(visited.count == complete.count && visited.count < state.measurements.count)
      #expect(visited.map(\.walk.keptCount) == visited.map(\.walk.keptCount).sorted(by: >))
      for one in visited {
        #expect(one.model == "dld" && one.results.map(\.index) == Array(0..<40))
      }
    }
  }

  @Test func whatWasHeardIsKeptWithTheRecording() throws {
    var state = Scene.shown(.explore)
    let row = try #require(Export.allCases.firstIndex(of: .heard)) + 1
    let keys = [.character("x"), .character(Character("\(row)"))] as [Key]
    let nothing = keys.flatMap { update(&state, .terminal(.key($0))) }
    #expect(nothing == [])
    #expect(state.notice == "nothing was heard yet: Listen records, or opens a file")
    state = Scene.shown(.listen)
    let effects = keys.flatMap { update(&state, .terminal(.key($0))) }
    guard case .export(.heard, .heard(let heard))? = effects.first else {
      Issue.record("nothing to keep: \(effects)")
      return
    }
    // Two models at twelve depths each, the deepest first.
    #expect(heard.file == "/tmp/recording.wav" && heard.said == nil)
    #expect(heard.entries.map(\.model) == (0..<24).map { $0 < 12 ? "dld" : "reference" })
    #expect(heard.entries.map(\.listening.mask.keptCount) == (0..<24).map { 12 - $0 % 12 })
    let lines = try heard.lines(recording: "recording.wav", machine: "Example CPU")
      .split(separator: "\n")
    #expect(lines.count == 24)
    let last = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[23].utf8)) as? [String: Any])
    #expect(
      last.keys.sorted() == [
        "audio_seconds", "file", "kept_layers", "machine", "mask", "model", "seconds", "text",
        "threads", "words",
      ])
    #expect(last["file"] as? String == "recording.wav" && last["kept_layers"] as? Int == 1)
    #expect(last["model"] as? String == "reference" && last["text"] as? String == "please")
    #expect(last["seconds"] as? Double == 0.001 && last["audio_seconds"] as? Double == 2)
    #expect((last["words"] as? [[String: Any]])?.first?["word"] as? String == "please")
    // Of a clip it is known what was said.
    state.clips = [
      Clip(path: "/tmp/recording.wav", id: "1", source: "heldout", said: ["please", "stop"])
    ]
    _ = update(&state, .terminal(.key("x")))
    guard
      case .export(_, .heard(let known))? = update(&state, .terminal(.key(keys[1]))).first
    else {
      Issue.record("nothing to keep")
      return
    }
    #expect(try known.lines(recording: "r", machine: "m").contains(#""reference":"please stop""#))
  }

  private func copied(_ state: inout DashboardState) -> (name: String, text: String)? {
    let effects = update(&state, .terminal(.key("Y")))
    return effects.compactMap { effect -> (name: String, text: String)? in
      if case .copy(let text, let name) = effect { (name, text) } else { nil }
    }.first
  }

  /// What is chosen, word under word, whatever the size of the screen.
  @Test func theChosenTranscriptIsCopied() throws {
    for size in [Size(width: 60, height: 15), Size(width: 200, height: 60)] {
      for kind in [ViewKind.explore, .transcripts, .layers] {
        var state = Scene.twoModels()
        state.size = size
        Scene.serve(update(&state, .ready), &state)
        for key in [.right, .right, .right, .right] as [Key] {
          Scene.serve(update(&state, .terminal(.key(key))), &state)
        }
        state.view = kind
        state.utterance = 0
        let (name, text) = try #require(copied(&state))
        #expect(name == "the transcript")
        #expect(
          text == """
            100-1-1000  speaker 100  dld
            said        please  turn off the kitchen light
            8 of 12     ≠esaelp turn off the kitchen light
            full depth  please  turn off the kitchen light
            reference   ≠esaelp turn off the kitchen light

            """)
      }
    }
  }

  /// All rows of it, without the frame.
  @Test func theTableIsCopied() throws {
    for (kind, parts) in [
      (.compare, ["layers", "reference", "P: probability", "31.0"]),
      (.budget, ["layers", "31.0"]), (.listen, ["recording.wav", "please turn off"]),
    ] as [(ViewKind, [String])] {
      var state = Scene.shown(kind)
      state.size = Size(width: 60, height: 15)
      let (name, text) = try #require(copied(&state))
      #expect(name == "the table" && !text.contains("│") && !text.contains("─ "))
      for part in parts { #expect(text.contains(part), "\(part) in \(text)") }
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last != "")
      #expect(text.split(separator: "\n").allSatisfy { $0.last != " " })
    }
    var state = Scene.shown(.embeddings)
    #expect(copied(&state)?.name == nil)
    #expect(state.notice == "this view has neither a transcript nor a table to copy")
  }

  /// A picture of the screen has the light of its colours.
  @Test(arguments: Theme.all.map(\.name)) func aPictureIsAsLightAsItsTheme(name: String) throws {
    var state = Scene.busy()
    state.theme = try #require(Theme.named(name))
    let picture = svg(state, Size(width: 80, height: 24))
    let paper = ["light": "#ffffff", "high-contrast": "#000000"][name] ?? "#16181d"
    #expect(picture.contains("rx=\"6\" fill=\"\(paper)\""))
    // The paper is there already: what is not reversed needs no rectangle.
    #expect(picture.ranges(of: "<rect").count < 60)
  }

  @Test func pointsAreATableLinesOrAPicture() throws {
    let dataset = Dataset(
      name: "heldout", split: "test-clean",
      utterances: Scene.subject.utterances.map {
        Utterance(
          id: $0.id, speaker: $0.speaker, audio: URL(fileURLWithPath: "/nowhere/\($0.id).wav"),
          transcript: $0.words.joined(separator: " "))
      })
    let visited = [12, 6].map { kept in
      let walk = ModelPolicies(layerCount: 12).walk("spread", seed: 1, keeping: kept)
      return VisitedWalk(
        model: "dld", walk: walk, results: (0..<40).map { Scene.result($0, walk) })
    }
    let points = SweepPoint.of(visited, dataset: dataset, threads: 2, machine: "Example CPU")
    #expect(try PointsFormat.csv.text(points) == SweepPoint.csv(points))
    let lines = try PointsFormat.json.text(points).split(separator: "\n")
    #expect(
      try lines.map { try JSONDecoder().decode(SweepPoint.self, from: Data($0.utf8)) } == points)
    let picture = try PointsFormat.plot.text(points)
    #expect(picture.hasPrefix("<svg") && picture.contains("dld visited"))
    #expect(picture.contains("heldout test-clean: word error rate against compute"))
  }
}
