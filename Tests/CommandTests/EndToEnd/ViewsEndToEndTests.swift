// Every view, menu and page of the built program in a real terminal.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite(.serialized) struct ViewsEndToEndTests {
  /// What each view shows once it has what it asks for.
  private static let marks: [(key: String, texts: [String])] = [
    ("2", ["Utterances 1/12", "Utterance 1 of 12", "how sure"]),
    ("3", ["What the head would say", "audio", "said", "KL"]),
    ("4", ["Output distributions", "mean"]),
    ("5", ["Error rate over depth", "WER %, all models"]),
    ("6", ["Budget", "Scenario: commuting phone", "always 12 layers"]),
    ("7", ["Listen", "Space records"]),
    ("9", ["Error rate while training", "random-drop, recorded", "not computed now"]),
    ("1", ["Trade-off", "Transcript 1 of 12"]),
  ]

  @Test func everyViewOpensByKeyAndByMouse() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.settle()
      for (key, texts) in Self.marks {
        try tmux.press(key)
        try tmux.wait("view \(key)") { screen in texts.allSatisfy { screen.contains($0) } }
      }
      // The tabs: " 1 Explore  2 Transcripts  3 Layers ...".
      let screen = try tmux.screen()
      let tabs = try #require(screen.split(separator: "\n").first)
      for (key, texts) in Self.marks {
        let column = try #require(Array(tabs).firstIndex(of: Character(key)))
        try tmux.mouse(0, x: column, y: 0)
        try tmux.wait("view \(key) by the mouse") { screen in
          texts.allSatisfy { screen.contains($0) }
        }
      }
      try tmux.press("Tab")
      try tmux.wait("the next view") { $0.contains("Utterances 1/12") }
      try tmux.press("e")
      try tmux.wait("one panel") { $0.contains("Utterances") && !$0.contains("Utterance 1 of 12") }
      // Right before another key it would be Alt.
      try tmux.press("Escape")
      try tmux.wait("all panels") { $0.contains("Utterance 1 of 12") }
      try tmux.press("/", "b", "i", "r", "d", "Enter")
      try tmux.wait("the filter") { $0.contains("Utterances 1/4") }
      try tmux.press("Escape")
      try tmux.wait("no filter") { $0.contains(#/Utterances \d+\/12 /#) }
      try tmux.press("BTab", "q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Trade-off") }
    }
  }

  /// Less of each layer, from the command line and by keys, and the cheapest way over all axes.
  @Test func lessOfEachLayerAndTheCheapestWay() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(line: "\(dropscope.path) \(world.arguments) --rank 50%")
      try tmux.settle()
      try tmux.wait("the rank asked for") { $0.contains("model small, rank 50 %") }
      try tmux.press("W", "Home", "Down", "Down", "Home")
      try tmux.wait("the sliders") {
        $0.contains("How much of each layer") && $0.contains("model small, rank 25 %, int8")
      }
      // Times come once the error rate is known.
      try tmux.wait("its time") { $0.contains(#/FLOPs, and [\d.]+ % of its time/#) }
      try tmux.press("A", "Escape")
      try tmux.wait("all of it") {
        $0.contains("rank, width, precision (W)") && !$0.contains("int8")
          && !$0.contains("How much of each layer")
      }
      // The only split: there is no other to choose on.
      try tmux.press("F")
      try tmux.wait("every way") {
        $0.contains("60 of 60 ways, 60 of them on all 12 utterances of test")
      }
      try tmux.press("q", "q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Trade-off") }
    }
  }

  /// It trains while the screen answers, and ends when the program does.
  @Test func theLabTrainsAndStops() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, seconds: 2)
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.settle()
      try tmux.press("9", "L")
      try tmux.wait("the lab") { $0.contains("lab trains: gates bernoulli") }
      try tmux.wait("its steps") { $0.contains(#/step [1-9]\d* of static start/#) }
      try tmux.press("g")
      try tmux.wait("other gates") { $0.contains("gates linear (g)") }
      try tmux.press("L")
      try tmux.wait("its end") { $0.contains("lab rests") }
      try tmux.press("L")
      try tmux.wait("another one") { $0.contains("lab trains") }
      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("lab trains") }
    }
  }

  @Test func everyMenuOpensAndTakesAChoice() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(
        width: 100, height: 30, environment: ["XDG_CONFIG_HOME": folder.path])
      try tmux.type(line: "cd \(folder.path); \(dropscope.path) \(world.arguments)")
      try tmux.settle()
      for (view, key, title) in [
        ("1", "P", "Which layers stay"), ("1", "M", "Model"), ("1", "b", "Presets"),
        ("1", "c", "Colours"), ("1", "x", "Write to the working folder"), ("1", "o", "Options"),
        ("1", "T", "Chapters of the tour"), ("6", "g", "Speed, scaled"),
        ("6", "v", "Available compute"),
      ] {
        try tmux.press(view, key)
        try tmux.wait(title) { $0.contains(title) && $0.contains("Enter takes") }
        try tmux.press("Escape")
        try tmux.wait("no menu") { !$0.contains("Enter takes") }
      }
      // A click on a row: the fourth preset is half.
      try tmux.press("b")
      let screen = try tmux.wait("presets") { $0.contains("half, as the paper trains") }
      let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
      let row = try #require(lines.firstIndex { $0.contains("half, as the paper trains") })
      try tmux.mouse(0, x: 50, y: row)
      try tmux.wait("half") { $0.contains("6 of 12 layers run") }
      try tmux.settle(requests: 2)

      try tmux.press("x", "4")
      try tmux.wait("the export") { $0.contains("wrote ") }
      let points = try String(
        contentsOf: folder.appending(path: "dropscope-points.jsonl"), encoding: .utf8)
      // Budget has measured others besides.
      let depths = points.split(separator: "\n").filter { $0.contains("\"policy\"") }
      #expect(depths.count >= 2 && points.contains("\"kept_layers\":6,"))
      for (key, file) in [
        ("1", "dropscope-screen.txt"), ("2", "dropscope-screen.svg"), ("3", "dropscope-points.csv"),
        ("5", "dropscope-plot.svg"),
      ] {
        try tmux.press("x", key)
        try tmux.wait(file) { $0.contains(file) }
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: file).path))
      }

      try tmux.press("c", "2", "o", "5")
      try tmux.wait("the settings") { $0.contains("saved in") }
      let settings = try String(
        contentsOf: folder.appending(path: "dropscope/settings"), encoding: .utf8)
      #expect(settings.contains("theme = light"))
      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Trade-off") }
      try "colour = red\n".write(
        to: folder.appending(path: "dropscope/settings"), atomically: true, encoding: .utf8)
      try tmux.type(line: "\(dropscope.path) \(world.arguments)")
      try tmux.wait("the complaint") { $0.contains("no setting is called \"colour\"") }
      try tmux.press("Enter")
      try tmux.wait("it is gone") { !$0.contains("no setting is called") }
      try tmux.press("q")
      try tmux.wait("the complaint again, in the shell") {
        $0.contains("dropscope: no setting is called \"colour\"") && $0.contains("ready>")
      }
      // Somebody edits the file while the program runs.
      try "symbols = ascii\n".write(
        to: folder.appending(path: "dropscope/settings"), atomically: true, encoding: .utf8)
      try tmux.type(line: "clear; \(dropscope.path) \(world.arguments)")
      try tmux.settle()
      #expect(try !tmux.screen().contains("┌"))
      try "symbols = braille\nmood = good\n".write(
        to: folder.appending(path: "dropscope/settings"), atomically: true, encoding: .utf8)
      try tmux.wait("the new symbols, and what is wrong") {
        $0.contains("┌") && $0.contains("no setting is called \"mood\"")
      }
      try tmux.press("Enter")
      try tmux.press("q")
    }
  }

  /// A recorder without a microphone ends at once, and says so.
  @Test(arguments: ["arecord", "pw-record", "parecord", "rec", "ffmpeg"])
  func aRecorderThatFailsIsTold(name: String) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let recorder = folder.appending(path: "bin/\(name)")
      try FileManager.default.createDirectory(
        at: recorder.deletingLastPathComponent(), withIntermediateDirectories: true)
      try writeProgram(
        "#!/bin/sh\necho 'audio open error: no such device' >&2\nexit 1\n", to: recorder)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(
        line: "PATH=\(folder.path)/bin \(dropscope.path) \(world.arguments) --view listen")
      try tmux.settle()
      try tmux.press("Space")
      try tmux.wait("why there is no recording") {
        $0.contains("no recording: \(name) ended: audio open error: no such device")
          && $0.contains("Space records")
      }
      try tmux.press("q")
    }
  }

  /// Somebody speaks: the recorder's file is read along, and captions follow the slider.
  @Test func captionsFollowARecordingAsItGrows() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let bin = folder.appending(path: "bin")
      try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
      // A minute of noise, a tenth of a second of it at a time, into the file that is named last.
      var random = RandomGenerator(seed: 4)
      let samples = (0..<60 * 16000).map { _ in random.uniform(-0.3...0.3) as Float }
      let speech = folder.appending(path: "speech.wav")
      try writeWAV(Waveform(samples: samples, sampleRate: 16000), to: speech)
      try writeProgram(
        """
        #!/bin/sh
        for file; do :; done
        trap 'exit 0' INT
        n=0
        while [ $n -lt 600 ]; do
          /bin/dd if=\(speech.path) bs=3200 skip=$n count=1 >> "$file" 2>/dev/null
          n=$((n + 1))
          /bin/sleep 0.1
        done

        """, to: bin.appending(path: "arecord"))
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(
        line:
          "cd \(folder.path); PATH=\(bin.path) \(dropscope.path) \(world.arguments) --view listen")
      try tmux.settle()
      try tmux.press("Right")
      try tmux.settle(requests: 2)
      try tmux.press("Space")
      try tmux.wait("captions at two depths, with their times") {
        $0.contains("● Captions") && $0.contains(#/small 11 of 12 +[\d.]+ ms an update/#)
          && $0.contains(#/small 12 of 12 +[\d.]+ ms an update/#)
      }
      try tmux.press("Right")
      try tmux.wait("the next depth") {
        $0.contains("● Captions") && $0.contains(#/small 10 of 12 +[\d.]+ ms an update/#)
      }
      try tmux.wait("what has been heard in all") {
        ($0.firstMatch(of: #/ (\d+)\.\d s /#).flatMap { Int($0.1) } ?? 0) >= 2
      }
      try tmux.press("Space")
      try tmux.wait("the recording at every depth") {
        $0.contains(" Race ") && $0.contains(#/small 10 +[\d.]+ ms/#)
          && $0.contains(#/│ +1 +[\d.]+/#)
      }
      for place in ["dropscope-heard", "dropscope-heard-2"] {
        try tmux.press("x", "6")
        try tmux.wait("the export") { $0.contains("wrote \(place) in ") }
        let kept = folder.appending(path: place)
        let lines = try String(
          contentsOf: kept.appending(path: "transcripts.jsonl"), encoding: .utf8
        ).split(separator: "\n")
        #expect(lines.count == 12 && lines.allSatisfy { $0.contains("\"model\":\"small\"") })
        let sound = try AudioFile.read(kept.appending(path: "recording.wav"))
        // 2.0 s on screen may have been 1.95.
        #expect(sound.samples.count >= 1950 * 16)
        #expect(
          sound.samples == PCM.samples(PCM.numbers(Array(samples.prefix(sound.samples.count)))))
      }
      // What is there already: by a path that is completed, or by a menu, where it is known what is said.
      try tmux.press("f")
      try tmux.type("\(folder.path)/spee")
      try tmux.press("Tab")
      try tmux.wait("the whole path") { $0.contains("/speech.wav_") }
      try tmux.press("Escape")
      try tmux.wait("no prompt") { !$0.contains("speech.wav_") }
      try tmux.press("g")
      try tmux.wait("the clips") { $0.contains("Clips to listen to") }
      try tmux.press("1")
      try tmux.wait("what is wrong with it") { $0.contains("small 10: ") && $0.contains(" wrong") }
      try tmux.press("q")
    }
  }

  /// The tour's own answers, in the terminal; and the demo, until a key takes over.
  @Test func tourAndDemo() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let models = try ["dld", "reference", "random-drop"].enumerated().map {
        try world.addModel($0.element, seed: UInt64($0.offset + 1)).path
      }
      let arguments =
        models.map { "--model \($0)" }.joined(separator: " ")
        + " --data \(world.data.path) --split test"
      let tmux = try Tmux(width: 120, height: 40)
      try tmux.type(line: "\(dropscope.path) \(arguments)")
      try tmux.settle()
      try tmux.press("t")
      // Chapter and step, the title, and the keys; those after a nil wait for a close look.
      let steps: [(place: String, keys: [String?])] = [
        ("1.1 Look inside", ["3"]),
        ("1.2 Go down the list", Array(repeating: "Down", count: 5)),
        ("1.3 Skip one", ["Space"]),
        ("2.1 Start from everything", ["1", "Home"]),
        ("2.2 Guess first", ["3", "0", "Enter"]),
        ("2.3 And look", ["d", "5", "0", "Enter"]),
        ("2.4 Who pays", ["2", "S", "S"]),
        ("2.5 Strange words", ["?", "End", "Escape"]),
        ("3.1 Guess again", ["9", "9", "Enter"]),
        ("3.2 A model that was not", ["d", "5", "0", "Enter", "M", "2"]),
        ("3.3 One that was", ["M", "3"]),
        ("3.4 At the other end", ["d", "0", "Enter"]),
        ("4.1 Who teaches", ["4", "M", "1"]),
        ("4.2 Why soft targets", ["3", "d", "5", "0", "Enter"]),
        ("4.3 What is it worth?", ["5", "0", "Enter"]),
        ("4.4 With and without", ["5"]),
        ("4.5 Closer, and better?", ["4", "d", "7", "5", "Enter", "M", "3", nil, "M", "1"]),
        ("4.6 Hear it", ["7", "g", "1"]),
        // Who has no time.
        ("4.7 Two minutes to spare?", []),
        ("5.1 Keep the first ones", ["1", "d", "5", "0", "Enter", "P", "2"]),
        ("5.2 Pin it, spread them", ["p", "P", "1"]),
        ("5.3 Your own mask", Array(repeating: "k", count: 11) + ["Space", "j", "Space"]),
        ("6.1 Think in milliseconds", ["6", "+"]),
        ("6.2 Make it tight", ["-"]),
        ("6.3 Let it vary", ["Space"]),
      ]
      for step in steps {
        try tmux.wait(step.place) { $0.contains("Tour \(step.place)") && !$0.contains("● done.") }
        for key in step.keys {
          if let key {
            try tmux.press(key)
          } else {
            try tmux.wait("the divergence of random-drop") {
              $0.contains("model random-drop") && $0.contains("3 of 12 layers run")
                && $0.contains(#/mean +[\d.]+ +median/#)
            }
            try tmux.wait("its error rate") { $0.contains(#/WER +[\d.]+ %/#) }
          }
        }
        if !step.keys.isEmpty {
          try tmux.wait("the goal of \(step.place)") { screen in
            if screen.contains("● done."), !screen.contains("Help ") { return true }
            // How far the budget has to go depends on the machine.
            if screen.contains("Make it tight") {
              try tmux.press(screen.contains("nothing fits: 1 layer") ? "+" : "-")
            }
            return false
          }
        }
        try tmux.press(".")
      }
      try tmux.wait("the card at the end") {
        $0.contains("What you have seen") && $0.contains("that was the tour")
      }
      try tmux.press("Enter")
      try tmux.wait("the view below") { !$0.contains("What you have seen") }
      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Budget") }

      try tmux.type(line: "\(dropscope.path) \(arguments) --demo --demo-pace 6")
      try tmux.wait("the demo") { $0.contains("Demo 1/16") && $0.contains("any key takes over") }
      let signs = [
        2: "9 of 12 layers run", 3: "6 of 12 layers run", 4: "3 of 12 layers run",
        5: "model reference", 6: "model random-drop", 7: "model dld", 8: "Error rate over depth",
        9: "What the head would say", 10: "Output distributions", 11: "Who pays",
        12: "Race", 13: "Space holds", 14: "Error rate while training",
        15: "Error rate while training", 16: "One network", 17: "12 of 12 layers run",
      ]
      for step in 2...17 {
        try tmux.wait("step \(step) of the demo") {
          $0.contains("Demo \((step - 1) % 16 + 1)/16") && $0.contains(signs[step]!)
        }
      }
      try tmux.press("Right")
      try tmux.wait("the reader's turn") { !$0.contains("Demo") }
      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("ready>") && !$0.contains("Trade-off") }
    }
  }

  @Test(arguments: [
    ("xterm-256color", "C.UTF-8"), ("tmux-256color", "C.UTF-8"), ("screen", "C.UTF-8"),
    ("linux", "C.UTF-8"), ("vt100", "C.UTF-8"), ("xterm-256color", "C"), ("tmux-256color", "C"),
    ("screen", "C"), ("linux", "C"), ("vt100", "C"),
  ]) func terminalsAndLocales(terminal: String, locale: String) throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let tmux = try Tmux(width: 100, height: 30)
      try tmux.type(
        line: "export TERM=\(terminal) LANG=\(locale) LC_ALL=\(locale); "
          + "\(dropscope.path) \(world.arguments); echo status $?")
      let screen = try tmux.settle()
      #expect(screen.contains("12 of 12 layers run"))
      #expect(screen.allSatisfy { $0.isASCII || $0.isNewline } == (locale == "C"))
      for key in ["2", "3", "4", "5", "6", "7", "1", "Right"] { try tmux.press(key) }
      try tmux.wait("the slider moved") { $0.contains("11 of 12 layers run") }
      try tmux.press("q")
      try tmux.wait("the shell") { $0.contains("status 0") }
      #expect(try tmux.ask("#{alternate_on}#{mouse_any_flag}#{cursor_flag}") == "001")
    }
  }
}
