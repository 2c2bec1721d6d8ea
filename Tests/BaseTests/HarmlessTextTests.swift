// Text that may come from anywhere, on its way to a terminal.

import Base
import Testing

@Suite struct HarmlessTextTests {
  @Test func plainTextStays() {
    for text in ["", "a.wav: È un caffè ▁ 日本 👩🏽‍🚀", #"\u{1B} as text"#] {
      #expect(text.harmless == text)
    }
  }

  /// C0, DEL, C1, separators and everything that turns the direction of reading.
  @Test func whatATerminalObeysIsShown() {
    let harmful =
      Array(0...0x1F) + Array(0x7F...0x9F) + Array(0x202A...0x202E) + Array(0x2066...0x2069)
      + [0x2028, 0x2029, 0x061C, 0x200E, 0x200F]
    for value in harmful.map(UInt32.init) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = "a\(Character(scalar))b".harmless
      #expect(shown == "a\\u{\(String(value, radix: 16, uppercase: true))}b")
    }
    #expect("\u{1B}[2Jx\r\n".harmless == #"\u{1B}[2Jx\u{D}\u{A}"#)
    #expect("abc".dropFirst().harmless == "bc")
  }

  /// The program's own line breaks stay, and nothing that is put in makes one.
  @Test func whatIsPutIntoATextIsHarmless() {
    let name = "a\u{1B}[2J\nforged"
    let row: HarmlessText = "row \(name)"
    let text: HarmlessText = """
      model \(name), \(3) layers
      \(row)
      """
    #expect(
      text.text == #"""
        model a\u{1B}[2J\u{A}forged, 3 layers
        row a\u{1B}[2J\u{A}forged
        """#)
    #expect(HarmlessText(lines: [name, "b"]).text == #"a\u{1B}[2J\u{A}forged"# + "\nb")
  }
}
