// TED-LIUM: talks in SPHERE files, what was said when in STM files.

import Base
import Foundation

/// Release 3: root/data and root/legacy/{train,dev,test}, releases 1 and 2: root/{train,dev,test}, each
/// with `stm/TALK.stm` ("TALK CHANNEL SPEAKER START END <LABEL> WORDS" a line, the label being optional:
/// NIST's sclite, infmts.htm) and `sph/TALK.sph`.
/// Cleaned as Kaldi's recipe does: lines to be ignored are left out, and so are names in brackets and
/// {NOISE}, variants "(2)" and <tags>; "it 's" becomes "it's".
package enum TEDLIUMLayout: DatasetLayout {
  package static let name = "tedlium"
  package static let summary = "legacy/SPLIT or SPLIT, with stm/TALK.stm and sph/TALK.sph"

  /// Where each split is.
  private static func places(_ root: URL) -> [(split: String, folder: URL)] {
    func isSplit(_ folder: URL) -> Bool {
      DatasetFiles.isFolder(folder.appendingPathComponent("stm"))
    }
    let legacy = root.appendingPathComponent("legacy")
    let data = root.appendingPathComponent("data")
    var result = DatasetFiles.folders(in: root).filter { isSplit($0) && $0 != data }
      .map { (split: $0.lastPathComponent, folder: $0) }
    result += DatasetFiles.folders(in: legacy).filter(isSplit)
      .map { (split: $0.lastPathComponent, folder: $0) }
    // Release 3's own training data, which has more talks than the legacy split of that name.
    if isSplit(data) {
      result.removeAll { $0.split == "train" }
      result.append((split: "train", folder: data))
    }
    return result.sorted { $0.split < $1.split }
  }

  package static func recognizes(_ root: URL) -> Bool { !places(root).isEmpty }

  package static func splits(_ root: URL) -> [String] { places(root).map(\.split) }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    guard let folder = places(root).first(where: { $0.split == split })?.folder else { return [] }
    let lists = folder.appendingPathComponent("stm")
    return try DatasetFiles.names(in: lists).filter { $0.hasSuffix(".stm") }.flatMap { name in
      let file = lists.appendingPathComponent(name)
      return try DatasetFiles.lines(of: file).compactMap { number, line in
        try utterance(line, file, number, folder: folder)
      }
    }
  }

  private static func utterance(
    _ line: Substring, _ file: URL, _ number: Int, folder: URL
  ) throws -> Utterance? {
    if line.hasPrefix(";;") || line.contains("ignore_time_segment_in_scoring") { return nil }
    let place = DatasetFiles.place(file, number)
    let fields = line.split(maxSplits: 5, whereSeparator: \.isWhitespace)
    guard fields.count >= 5, let side = DatasetFiles.side(fields[1]),
      let start = Double(fields[3]), let end = Double(fields[4]),
      let times = DatasetFiles.segment(from: start, to: end)
    else {
      throw InputError(
        place,
        expected: "TALK CHANNEL SPEAKER START END <LABEL> WORDS, "
          + DatasetFiles.sideSentence,
        found: "\"\(line.prefix(60))\"")
    }
    var said = fields.count > 5 ? fields[5] : ""
    if said.hasPrefix("<"), let end = said.firstIndex(of: ">") {
      said = said[said.index(after: end)...]
    }
    let words = cleaned(said)
    // Laughter and applause alone are no utterance.
    guard !words.isEmpty else { return nil }
    let talk = String(fields[0])
    let audio = folder.appendingPathComponent("sph/\(talk).sph")
    func hundredths(_ seconds: Double) -> String {
      String(format: "%07d", Int((seconds * 100).rounded()))
    }
    // Both sides of a call may speak at once.
    let part = side == .side(1) ? talk : "\(talk)-\(fields[1])"
    return Utterance(
      id: "\(part)-\(hundredths(start))-\(hundredths(end))", speaker: String(fields[2]),
      audio: try DatasetFiles.checked(audio, at: place), transcript: words, segment: times,
      channel: side)
  }

  static func cleaned(_ text: Substring) -> String {
    var words: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word.hasPrefix("<") && word.hasSuffix(">") { continue }
      if word.hasPrefix("(") && word.hasSuffix(")") { continue }
      if word.hasPrefix("["), word.hasSuffix("]") { continue }
      if word.hasPrefix("{"), word.hasSuffix("}") { continue }
      // "the(2)" is another way to say "the".
      let plain = word.firstIndex(of: "(").map { word[..<$0] } ?? word
      if plain.isEmpty { continue }
      if plain.hasPrefix("'"), plain.count > 1, let last = words.last {
        words[words.count - 1] = last + plain
      } else {
        words.append(String(plain))
      }
    }
    return words.joined(separator: " ").lowercased()
  }
}
