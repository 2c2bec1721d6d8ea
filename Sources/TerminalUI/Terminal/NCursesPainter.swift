// How a canvas gets on the screen: ncurses' cells, attributes and colour pairs.

internal import CNCurses
import Foundation

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
  /// What is on the screen; nil when unknown.
  private var painted: Canvas?
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
    hasDefaultColors = defaults
  }

  /// The screen may show anything: the next canvas is painted whole.
  func forget() { painted = nil }

  func close() { Foundation.close(memory) }

  /// The bytes that show `canvas`. Cells outside `size`, the terminal's, are left out.
  func draw(_ canvas: Canvas, size: Size) -> [UInt8] {
    if painted?.size != canvas.size { painted = nil }
    if painted == nil { werase(window) }
    for y in 0..<min(size.height, canvas.size.height) {
      for x in 0..<min(size.width, canvas.size.width) {
        let cell = canvas[x, y]
        if cell.character == Cell.continuation { continue }
        if let painted, painted[x, y] == cell { continue }
        put(cell, x: x, y: y)
      }
    }
    painted = canvas
    return written {
      wnoutrefresh(window)
      doupdate()
    }
  }

  /// The bytes that clear the screen, which may show anything: the next canvas is painted whole.
  func clear() -> [UInt8] {
    painted = nil
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

  private func pair(_ foreground: Color, on background: Color) -> Int32 {
    let front = colorDepth.index(of: foreground).map(Int32.init)
    let back = colorDepth.index(of: background).map(Int32.init)
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
