// How a canvas gets on the screen: ncurses' cells, attributes and colour pairs.

internal import CNCurses
import Foundation

/// What is written over ncurses' cells. Safe without a lock: the main thread alone paints; a function that
/// C calls can have no context.
nonisolated(unsafe) private var overlayBytes: [UInt8] = []

/// Paints on ncurses' standard window, only what differs from what is there. ncurses would wait for a
/// terminal that takes nothing: what it writes goes to memory, and its owner passes it on.
@MainActor final class NCursesPainter {
  /// Colours in use: what the terminal has, cut down by what the user asked for.
  let colorDepth: ColorDepth
  private let window: UnsafeMutablePointer<WINDOW>
  /// Where ncurses writes to.
  private let output: Int32
  /// A file without a name or a disk.
  private let memory: Int32
  private let hasDefaultColors: Bool
  private let isUTF8: Bool
  /// Whether colours are numbers of red, green and blue, not places in a palette.
  private let isDirect: Bool
  /// What is on the screen; nil when unknown.
  private var painted: Canvas?
  /// Rows on the screen with text that ncurses does not know of.
  private var overlaid: Set<Int> = []
  private var delicate: [Character: Bool] = [:]
  private var looks: [Style: Look] = [:]
  private var pairs: [ColorPair: Int32] = [:]

  /// A style in ncurses' terms.
  private struct Look {
    var attributes: attr_t
    var pair: Int32
  }

  private struct ColorPair: Hashable { var foreground, background: Int32 }

  /// Call after newterm, which made `window` and writes to `output`, a copy of standard output.
  /// - Throws: `TerminalError` when no file descriptor is left.
  init(
    _ window: UnsafeMutablePointer<WINDOW>, output: Int32, color: ColorChoice,
    environment: [String: String]
  ) throws {
    self.window = window
    self.output = output
    memory = memfd_create("dropscope", 0)
    guard memory >= 0 else { throw TerminalError.noDescriptor }
    _ = fcntl(memory, F_SETFD, FD_CLOEXEC)
    var available = 0
    var defaults = false
    if has_colors() {
      start_color()
      defaults = use_default_colors() == OK
      available = Int(dropscope_colors())
    }
    colorDepth = color.depth(available: available, environment: environment)
    isUTF8 = String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8"
    isDirect = Self.takesNumbers(colors: available)
    hasDefaultColors = defaults
  }

  /// As on xterm-direct: more colours than any palette has, and the last of a palette's numbers does not
  /// choose it.
  private static func takesNumbers(colors: Int) -> Bool {
    guard colors >= 1 << 24, let bytes = dropscope_foreground(255) else { return false }
    return !String(cString: bytes).contains(#/5[;:]255/#)
  }

  /// The screen may show anything: the next canvas is painted whole.
  func forget() { painted = nil }

  func close() { Foundation.close(memory) }

  /// The bytes that show `canvas`. Cells outside `size`, the terminal's, are left out.
  func draw(_ canvas: Canvas, size: Size) -> [UInt8] {
    if painted?.size != canvas.size { painted = nil }
    if painted == nil {
      werase(window)
      if !overlaid.isEmpty { clearok(window, true) }
      overlaid = []
    }
    let width = min(size.width, canvas.size.width)
    var overlays: [(y: Int, row: [Cell], runs: [Range<Int>])] = []
    for y in 0..<min(size.height, canvas.size.height) {
      let row = Array(canvas.row(y).prefix(width))
      let before = painted.map { Array($0.row(y).prefix(width)) }
      if row == before { continue }
      let runs = delicateRuns(row)
      if runs.isEmpty, !overlaid.contains(y) {
        for x in row.indices where row[x] != before?[x] { put(row[x], x: x, y: y) }
        continue
      }
      // ncurses takes what it does not know of for blanks: the whole row is written.
      for x in row.indices {
        let isDelicate = runs.contains { $0.contains(x) }
        put(isDelicate ? Cell(" ", style: row[x].style) : row[x], x: x, y: y)
      }
      wredrawln(window, Int32(y), 1)
      if runs.isEmpty { overlaid.remove(y) } else { overlaid.insert(y) }
      overlays.append((y, row, runs))
    }
    painted = canvas
    // Where the cursor is after that, without attributes, is where ncurses will take it to be.
    wmove(window, 0, 0)
    let bytes = written {
      wnoutrefresh(window)
      doupdate()
    }
    guard overlays.contains(where: { !$0.runs.isEmpty }) else { return bytes }
    for overlay in overlays {
      for run in overlay.runs { write(overlay.row, run, y: overlay.y) }
    }
    setStyle(Look(attributes: 0, pair: 0))
    move(y: 0, x: 0)
    defer { overlayBytes = [] }
    return bytes + overlayBytes
  }

  // MARK: - Text of which terminals disagree how wide it is

  /// ncurses counts columns, and would be wrong about all that follows such text: it is written over
  /// blanks instead, each run of it in one go, so that a terminal can join what belongs together, and
  /// with the cursor put where it begins and where it ends.
  private func delicateRuns(_ row: [Cell]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for x in row.indices where isDelicate(row[x].character) {
      if let last = runs.last, last.contains(x) { continue }
      var (start, end) = (x, x + 1)
      while start > 0, isLetter(row[start - 1].character) { start -= 1 }
      while end < row.count, isLetter(row[end].character) { end += 1 }
      runs.append(start..<end)
    }
    return runs
  }

  /// Nothing that frames and charts are drawn with.
  private func isLetter(_ character: Character) -> Bool {
    guard let first = character.unicodeScalars.first, character != " " else { return false }
    return !(0x2000..<0x2E80).contains(first.value) || isDelicate(character)
  }

  private func isDelicate(_ character: Character) -> Bool {
    guard isUTF8, !character.isASCII, character != Cell.continuation else { return false }
    let scalars = character.unicodeScalars
    let first = scalars[scalars.startIndex]
    // What frames and charts are drawn with, which is most of what is not ASCII.
    if (0x2500..<0x2900).contains(first.value), scalars.count == 1 { return false }
    if let known = delicate[character] { return known }
    let isMark = first.properties.generalCategory == .spacingMark
    let isHalf = (0x1F1E6...0x1F1FF).contains(first.value) || first.properties.isEmojiModifier
    // A base and at most four marks fit a curses cell.
    let isPlain =
      !isMark && !isHalf && scalars.count <= 5
      && Int(wcwidth(wchar_t(first.value))) == CharacterWidth.of(character)
      && scalars.dropFirst().allSatisfy {
        wcwidth(wchar_t($0.value)) == 0 && $0.properties.generalCategory != .format
      }
    delicate[character] = !isPlain
    return !isPlain
  }

  /// A run, and after it again what a terminal that takes it for wider has written over.
  private func write(_ row: [Cell], _ run: Range<Int>, y: Int) {
    let widest = row[run].reduce(0) { $0 + 2 * $1.character.unicodeScalars.count }
    let beyond = min(row.count, run.upperBound + max(0, widest - run.count))
    for part in [run, run.upperBound..<beyond] where !part.isEmpty {
      move(y: y, x: part.lowerBound)
      for cell in row[part] where cell.character != Cell.continuation {
        setStyle(look(of: cell.style))
        overlayBytes += String(cell.character).utf8
      }
    }
  }

  private func move(y: Int, x: Int) {
    guard let bytes = dropscope_position(Int32(y), Int32(x)) else { return }
    overlayBytes += Terminfo.withoutPadding(String(cString: bytes))
  }

  private func setStyle(_ look: Look) {
    dropscope_style(look.attributes, look.pair) { byte in
      overlayBytes.append(UInt8(truncatingIfNeeded: byte))
      return byte
    }
  }

  // MARK: - Cells

  /// The bytes that clear the screen, which may show anything: the next canvas is painted whole.
  func clear() -> [UInt8] {
    painted = nil
    overlaid = []
    return written {
      clearok(window, true)
      wrefresh(window)
    }
  }

  private func written(_ body: () -> Void) -> [UInt8] {
    dup2(memory, output)
    body()
    dup2(STDOUT_FILENO, output)
    _ = fcntl(output, F_SETFD, FD_CLOEXEC)
    let count = Int(lseek(memory, 0, SEEK_CUR))
    lseek(memory, 0, SEEK_SET)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(memory, buffer.baseAddress, count, 0))
    }
  }

  private func put(_ cell: Cell, x: Int, y: Int) {
    if cell.character == Cell.continuation { return }
    let look = look(of: cell.style)
    // A base and at most four marks: more do not fit a curses cell.
    var text = cell.character.unicodeScalars.prefix(5).map { wchar_t($0.value) }
    let known = Int(wcwidth(text[0]))
    let wanted = CharacterWidth.of(cell.character)
    // The locale may not have the character, or the C library may think it wider than we do.
    if known < 1 || known > wanted { text = [wchar_t(UInt8(ascii: "?"))] }
    text.append(0)
    // The bottom right cell answers ERR although it is written; there is nothing else to check.
    _ = dropscope_put(window, Int32(y), Int32(x), text, look.attributes, look.pair)
    if wanted == 2, text[0] == wchar_t(UInt8(ascii: "?")) || known == 1 {
      _ = dropscope_put(window, Int32(y), Int32(x + 1), [32, 0], look.attributes, look.pair)
    }
  }

  private func look(of style: Style) -> Look {
    if let known = looks[style] { return known }
    var attributes: attr_t = 0
    if style.bold { attributes |= dropscope_bold() }
    if style.dim { attributes |= dropscope_dim() }
    if style.underline { attributes |= dropscope_underline() }
    if style.reverse { attributes |= dropscope_reverse() }
    if style.italic { attributes |= dropscope_italic() }
    let look = Look(
      attributes: attributes, pair: pair(style.foreground, on: style.background))
    looks[style] = look
    return look
  }

  /// The terminal's number of a colour; nil is its own.
  private func number(_ color: Color) -> Int32? {
    guard let index = colorDepth.index(of: color) else { return nil }
    // The first eight are a palette there too.
    guard isDirect, index >= 8 else { return Int32(index) }
    let (red, green, blue) = XtermPalette.rgb(UInt8(index))
    return Int32(red << 16 | green << 8 | blue)
  }

  private func pair(_ foreground: Color, on background: Color) -> Int32 {
    let front = number(foreground)
    let back = number(background)
    if front == nil, back == nil { return 0 }
    // Where the terminal cannot be told "your own colour", white on black is what it starts with.
    let wanted = ColorPair(
      foreground: front ?? (hasDefaultColors ? -1 : COLOR_WHITE),
      background: back ?? (hasDefaultColors ? -1 : COLOR_BLACK))
    if let known = pairs[wanted] { return known }
    let number = Int32(pairs.count + 1)
    guard number < dropscope_color_pairs(),
      init_extended_pair(number, wanted.foreground, wanted.background) == OK
    else {
      // Out of pairs (64 on the Linux console): the text's colour matters most.
      return back == nil ? 0 : pair(foreground, on: .default)
    }
    pairs[wanted] = number
    return number
  }
}
