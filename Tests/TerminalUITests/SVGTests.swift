// The exported picture is well-formed and shows what the canvas holds.

import Foundation
import TerminalUI
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

private final class Reader: NSObject, XMLParserDelegate {
  var text = ""
  var elements: [String: Int] = [:]

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    elements[name, default: 0] += 1
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

@Suite struct SVGTests {
  @Test func wellFormedWithEverythingInIt() {
    var canvas = Canvas(Size(width: 40, height: 6))
    canvas.box(canvas.area, title: "a < b & \"c\"")
    canvas.text("plain 漢字 ⣿⡇ é", x: 2, y: 1)
    canvas.text(
      "loud", x: 2, y: 2,
      style: Style(foreground: .palette(214), bold: true, underline: true, italic: true))
    canvas.text("chosen", x: 2, y: 3, style: Style(reverse: true))
    canvas.text("]]> \u{1B}[0m \u{FFFF}", x: 2, y: 4)
    for colors in [SVGColors.dark, .light] {
      let svg = canvas.svg(title: "A <frame>", colors: colors)
      let reader = Reader()
      let parser = XMLParser(data: Data(svg.utf8))
      parser.delegate = reader
      #expect(parser.parse(), "\(String(describing: parser.parserError))")
      for part in ["A <frame>", "a < b & \"c\"", "plain ", "漢", "⣿", "loud", "chosen", "]]>"] {
        #expect(reader.text.contains(part), "\(part)")
      }
      #expect(reader.elements["svg"] == 1)
      // The background and one reversed run.
      #expect(reader.elements["rect"] == 2)
      #expect(svg.contains("fill=\"#ffaf00\""))
      #expect(!svg.contains("\u{1B}"))
    }
  }

  /// Names from files, in every place where one can stand.
  @Test func hostileNamesStayText() {
    let name = "<a> & \"b\"\u{0}\u{1B}[2J\u{7F}\u{9B}\u{202E}\u{2028}\u{FFFE}\u{FFFF}\n]]>"
    let point = LinePlot.Point(x: 1, y: 2, range: 1...3, note: name)
    let plot = LinePlot(
      title: name, xLabel: name, yLabel: name,
      curves: [LinePlot.Curve(name: name, points: [point], colour: 0)])
    for svg in [plot.svg, Canvas(Size(width: 9, height: 2)).svg(title: name)] {
      let reader = Reader()
      let parser = XMLParser(data: Data(svg.utf8))
      parser.delegate = reader
      #expect(parser.parse(), "\(String(describing: parser.parserError))")
      #expect(reader.text.contains(#"<a> & "b"\u{0}\u{1B}[2J\u{7F}\u{9B}\u{202E}\u{2028}"#))
    }
  }

  @Test func emptyCanvas() {
    let svg = Canvas(Size(width: 0, height: 0)).svg(title: "")
    #expect(XMLParser(data: Data(svg.utf8)).parse())
  }
}
