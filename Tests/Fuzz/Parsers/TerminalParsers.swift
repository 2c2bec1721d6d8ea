// Bytes of a terminal, and text on its way to one.

import Foundation
import TerminalUI

extension FuzzedParsers {
  static let terminal: [FuzzedParser] = [
    FuzzedParser(
      "terminal-input",
      text: [
        "\u{1B}[A\u{1B}OA\u{1B}[<0;3;4M\u{1B}[<0;3;4m\u{1B}[Ia\u{1B}[200~x\r\ny\u{1B}[201~q",
        "\u{1B}]11;rgb:3030/3434\u{7}\u{1B}P1+r54\u{1B}\\\u{1B}_G\u{1B}\\\u{1B}[24;80R\u{1B}é\u{3}",
        "\u{1B}[M qq\u{1B}[[A\u{1B}[12;5;1~日\u{1F600}\u{1B}\u{1B}[A\u{1B}",
      ]
    ) { data in
      let bytes = Array(data)
      let (whole, torn) = (events([bytes]), events(bytes.map { [$0] }))
      try FuzzFault.unless(whole == torn, "torn apart they are other events: \(bytes)")
    },
    FuzzedParser("mouse-report", text: ["0;3;4M", "64;120;40M", "32;1;1m"]) {
      _ = MouseEvent(sgr: String(decoding: $0, as: UTF8.self))
    },
    FuzzedParser(
      "shown-text",
      text: ["தமிழ் दुनिया \u{1F468}\u{200D}\u{1F469}\u{1F1E9}\u{1F1EA} 日本 e\u{301}\u{1B}[31m\u{202E}x"]
    ) { data in
      let text = String(decoding: data, as: UTF8.self)
      var canvas = Canvas(Size(width: 30, height: 2))
      canvas.text(text, x: -3, y: 0)
      canvas.text(text, x: 11, y: 1, width: 12)
      let svg = canvas.svg(title: text)
      try FuzzFault.unless(
        svg.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control },
        "controls in a picture")
      for line in canvas.lines() {
        try FuzzFault.unless(
          line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
          "controls on the screen")
      }
    },
  ]

  private static let keys: [[UInt8]: Key] = [
    Array("\u{1B}[A".utf8): .up, Array("\u{1B}OA".utf8): .up, Array("\u{1B}OM".utf8): .enter,
    Array("\u{1B}[[A".utf8): .function(1), Array("\u{1B}[24~".utf8): .function(12),
  ]

  /// All that comes of bytes after which nothing more comes.
  private static func events(_ pieces: [[UInt8]]) -> [TerminalEvent] {
    var decoder = InputDecoder(keys: keys, escapeDelay: .milliseconds(25))
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
}
