// Bytes that terminals send, whole and torn apart.

import Base
import TerminalUI
import Testing

@Suite struct InputDecoderTests {
  private static let keys: [[UInt8]: Key] = [
    Array("\u{1B}[A".utf8): .up, Array("\u{1B}OA".utf8): .up, Array("\u{1B}OM".utf8): .enter,
    Array("\u{1B}[[A".utf8): .function(1), Array("\u{1B}[24~".utf8): .function(12),
  ]

  private func decoder() -> InputDecoder {
    InputDecoder(keys: Self.keys, escapeDelay: .milliseconds(25))
  }

  /// All that comes of bytes after which nothing more comes.
  private func events(_ pieces: some Sequence<[UInt8]>) -> [TerminalEvent] {
    var decoder = decoder()
    var events: [TerminalEvent] = []
    for piece in pieces {
      decoder.feed(piece)
      while let event = decoder.next() { events.append(event) }
    }
    while decoder.patience != nil {
      if let event = decoder.giveUp() { events.append(event) }
      while let event = decoder.next() { events.append(event) }
    }
    return events
  }

  private func events(_ text: String) -> [TerminalEvent] { events([Array(text.utf8)]) }

  @Test func whatIsTyped() {
    #expect(
      events("aé日\u{1F600} \r\n\t\u{7F}\u{8}\u{0}\u{12}\u{1C}")
        == [
          .character("a"), .character("é"), .character("日"), .character("\u{1F600}"),
          .character(" "), .enter, .enter, .tab, .backspace, .backspace, .control(" "),
          .control("r"), .control("\\"),
        ].map { TerminalEvent.key($0) })
    #expect(
      events("\u{1B}[A\u{1B}OA\u{1B}OM\u{1B}[[A\u{1B}[24~")
        == [.key(.up), .key(.up), .key(.enter), .key(.function(1)), .key(.function(12))])
    #expect(events("\u{1B}[I\u{1B}[O") == [.focus(true), .focus(false)])
    #expect(
      events("\u{1B}[<0;3;4M\u{1B}[<0;3;4m\u{1B}[<35;3;4M")
        == [
          .mouse(MouseEvent(kind: .press, x: 2, y: 3)),
          .mouse(MouseEvent(kind: .release, x: 2, y: 3)),
        ])
  }

  /// Of which no letter may be taken for a typed one: each is followed by one that was typed.
  @Test(arguments: [
    // The number pad in application mode, with and without modifiers.
    "\u{1B}Oq", "\u{1B}Oj", "\u{1B}OX", "\u{1B}O5q", "\u{1B}O1;2q", "\u{1B}O ",
    // Answers to questions, whoever asked.
    "\u{1B}]11;rgb:3030/3434/4646\u{1B}\\", "\u{1B}]11;rgb:3030/3434/4646\u{7}",
    "\u{1B}]52;c;cXFx\u{7}", "\u{1B}P>|tmux 3.3a\u{1B}\\", "\u{1B}P1+r544e=71\u{1B}\\",
    "\u{1B}_Gi=31;OK\u{1B}\\", "\u{1B}^q\u{1B}\\", "\u{1B}Xq\u{1B}\\", "\u{1B}]q\u{18}",
    "\u{1B}[?62;4;6q", "\u{1B}[>0;95;0c", "\u{1B}[24;80R", "\u{1B}[?2026;2$y", "\u{1B}[0n",
    "\u{1B}[8;40;120t",
    // Alt with a key, of several bytes too, and with an arrow.
    "\u{1B}q", "\u{1B}1", "\u{1B}é", "\u{1B}日", "\u{1B}\r", "\u{1B}\u{7F}", "\u{1B}\u{1B}[A",
    "\u{1B}\u{1B}OA", "\u{1B}[1;5A", "\u{1B}[27;5;113~", "\u{1B}[113;5u",
    // The mouse in the forms of X10 and urxvt, and reports of no use.
    "\u{1B}[M qq", "\u{1B}[M !!", "\u{1B}[M#q\u{1B}", "\u{1B}[32;81;81M", "\u{1B}[<0;0;1M",
    "\u{1B}[[q", "\u{1B}[3$q", "\u{1B}[?q", "\u{1B}[201~",
    // Controls of the second kind.
    "\u{9B}", "\u{85}",
  ]) func whatMeansNothingIsPassedOver(_ text: String) {
    #expect(events(text + "x") == [.key(.character("x"))], "\(text.harmless)")
    let bytes = Array((text + "x").utf8)
    #expect(events(bytes.map { [$0] }) == [.key(.character("x"))], "\(text.harmless), torn")
  }

  @Test func bytesThatAreNoText() {
    #expect(events([[0xFF, 0xC0, 0x80, 0xE2, 0x28, 0xF1]]) == [.key(.character("("))])
    let mouse = Array("\u{1B}[M".utf8) + [0x20, 0xF1, 0x9B]
    #expect(events([mouse + [0x78]]) == [.key(.character("x"))])
  }

  /// The answer to a question is an event while it is waited for: up to what the terminal says last.
  @Test func theBackgroundIsReported() {
    let answers: [(String, Bool)] = [
      ("\u{1B}]11;rgb:ffff/ffff/dddd\u{1B}\\", true), ("\u{1B}]11;rgb:fd/f6/e3\u{7}", true),
      ("\u{1B}]11;rgb:3030/3434/4646\u{1B}\\", false), ("\u{1B}]11;rgba:0/0/0/f\u{7}", false),
      ("\u{1B}]11;#ffffff\u{7}", true), ("\u{1B}]11;#000\u{7}", false),
    ]
    for (answer, isLight) in answers {
      let bytes = Array("a\(answer)\u{1B}[?62;4c\(answer)b".utf8)
      for pieces in [[bytes], bytes.map { [$0] }] {
        var decoder = decoder()
        decoder.awaitsAnswers = true
        var events: [TerminalEvent] = []
        for piece in pieces {
          decoder.feed(piece)
          while let event = decoder.next() { events.append(event) }
        }
        #expect(
          events == [
            .key(.character("a")), .background(isLight: isLight), .key(.character("b")),
          ], "\(answer.harmless)")
        #expect(!decoder.awaitsAnswers)
      }
    }
    // Something else, cut short, too long, or no answer to this.
    for text in [
      "\u{1B}]10;rgb:ffff/ffff/ffff\u{7}", "\u{1B}]11;rgb:ffff/ffff\u{7}", "\u{1B}]11;?\u{7}",
      "\u{1B}]11;rgb:ffff/ffff/fffff\u{7}", "\u{1B}]11;rgb:+f/ff/ff\u{7}", "\u{1B}]11;#ffff\u{7}",
      "\u{1B}]11;rgb:ffff/ffff/ffff\u{18}", "\u{1B}P11;rgb:ffff/ffff/ffff\u{1B}\\",
      "\u{1B}]11;rgb:ffff/ffff/ffff\(String(repeating: " ", count: 99))\u{7}", "\u{1B}[62;4c",
    ] {
      var decoder = decoder()
      decoder.awaitsAnswers = true
      decoder.feed((text + "x").utf8)
      #expect(decoder.next() == .key(.character("x")), "\(text.harmless)")
      #expect(decoder.next() == nil && decoder.awaitsAnswers)
    }
  }

  @Test func theEnvironmentMayNameTheBackground() {
    for (value, isLight) in [
      ("15;0", false), ("0;15", true), ("0;default;15", true), ("7;8", false), ("0;7", true),
      ("12;6", false), ("15;default", nil), ("0;99", nil), ("", nil),
    ] as [(String, Bool?)] {
      #expect(BackgroundReport.isLight(["COLORFGBG": value]) == isLight, "\(value)")
    }
    #expect(BackgroundReport.isLight([:]) == nil)
  }

  /// Only waiting tells Escape from the beginning of a sequence.
  @Test func escapeIsAKeyWhenNothingFollows() {
    var decoder = decoder()
    #expect(decoder.patience == nil)
    decoder.feed([0x1B])
    #expect(decoder.next() == nil && decoder.patience == .milliseconds(25))
    #expect(decoder.giveUp() == .key(.escape) && decoder.patience == nil)
    decoder.feed(Array("[A".utf8))
    #expect(decoder.next() == .key(.character("[")))
    #expect(events("\u{1B}\u{1B}") == [.key(.escape), .key(.escape)])
    #expect(
      events("\u{1B}\u{1B}[<0;1;1M")
        == [.key(.escape), .mouse(MouseEvent(kind: .press, x: 0, y: 0))])
  }

  /// Given up after a while, and what is typed then is heard.
  @Test(arguments: [
    "\u{1B}[", "\u{1B}[12;", "\u{1B}O", "\u{1B}]11;rgb", "\u{1B}Pq", "\u{1B}_", "\u{1B}[M q",
    "\u{1B}]0;\u{1B}", "\u{1B}\u{1B}[",
  ]) func theUnfinishedIsDropped(_ text: String) {
    var decoder = decoder()
    decoder.feed(text.utf8)
    while decoder.next() != nil {}
    while decoder.patience != nil { #expect(decoder.giveUp() == nil) }
    decoder.feed([UInt8(ascii: "x")])
    #expect(decoder.next() == .key(.character("x")))
  }

  @Test func whatCutsASequenceShortIsHeard() {
    #expect(events("\u{1B}[12\r") == [.key(.enter)])
    #expect(events("\u{1B}[12\u{1B}[A") == [.key(.up)])
    #expect(events("\u{1B}]0;title\u{1B}[A") == [.key(.up)])
    // Whatever has begun, Ctrl-C leaves.
    #expect(events("\u{1B}]0;title\u{3}") == [.key(.control("c"))])
    let long = "\u{1B}[" + String(repeating: "1;", count: 10_000)
    #expect(events(long + "qx") == [.key(.character("x"))])
  }

  @Test func pastes() {
    let text = "a\u{1B}[Ab\r\nc\u{1B}[20"
    let bytes = Array("\u{1B}[200~\(text)\u{1B}[201~x".utf8)
    let expected: [TerminalEvent] = [.paste("a[Ab\nc[20"), .key(.character("x"))]
    #expect(events([bytes]) == expected)
    #expect(events(bytes.map { [$0] }) == expected)
    // Its end is lost.
    #expect(events("\u{1B}[200~abc") == [.paste("abc")])
    let huge = String(repeating: "z", count: 3 << 20)
    let pasted = events("\u{1B}[200~\(huge)\u{1B}[201~x")
    #expect(pasted == [.paste(String(huge.prefix(1 << 20))), .key(.character("x"))])
  }

  /// However they are torn, the same bytes are the same events.
  @Test func tearingChangesNothing() {
    var random = RandomGenerator(seed: 11)
    let parts =
      [
        "\u{1B}", "[", "O", "]", "P", "M", "<", "~", ";", "1", "200", "201", "q", "A", "\\",
        "\u{7}",
        "\u{1B}[200~", "\u{1B}[201~", "\u{1B}\\", "é", "日", "\u{18}", "\u{3}", "\r",
      ].map { Array($0.utf8) } + [[0x9B], [0xFF], [0xE2]]
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 1...20, using: &random))
        .flatMap { _ in parts.randomElement(using: &random)! }
      var torn: [[UInt8]] = [[]]
      for byte in bytes {
        torn[torn.count - 1].append(byte)
        if Bool.random(using: &random) { torn.append([]) }
      }
      #expect(events([bytes]) == events(torn), "\(bytes)")
    }
  }
}
