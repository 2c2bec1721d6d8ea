// What lies in the place of a file is named; what only looks a little like it is not.

import Base
import Testing

@Suite struct ImpostorTests {
  @Test func pointersAndPagesAreNamed() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    #expect(Impostor.name(Array(pointer.utf8))?.contains("git lfs pull") == true)
    for page in [
      "<!DOCTYPE html><html>", "\u{FEFF}\r\n  <!doctype HTML>", "<html lang=\"en\">",
      "<HTML>" + String(repeating: "é", count: 1000),
    ] {
      #expect(
        Impostor.name(Array(page.utf8))?.contains("an HTML page") == true, "\(page.prefix(20))")
    }
  }

  @Test func otherBytesAreNot() {
    let others: [[UInt8]] = [
      [], Array("version 2".utf8), Array("{\"a\": 1}".utf8), Array("RIFF".utf8),
      Array("<pad>\n<s>\n".utf8), Array(repeating: 0xFF, count: 600), [0x3C, 0x68, 0x74],
    ]
    for bytes in others { #expect(Impostor.name(bytes) == nil) }
  }
}
