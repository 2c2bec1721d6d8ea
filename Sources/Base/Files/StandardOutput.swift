// What a command prints: the one door to standard output and standard error, which says when it cannot
// be written and lets nothing through that a terminal obeys.

import Foundation

package enum StandardOutput {
  /// Prints lines at once and to the last byte. Throws `InputError` where they cannot be written: a
  /// result that is lost must not look like one.
  package static func show(_ text: HarmlessText) throws {
    try write(text.text + "\n", to: STDOUT_FILENO, named: "standard output")
  }

  /// One line on standard error; nobody is left to tell when that fails.
  package static func complain(_ sentence: String) {
    try? write(sentence.harmless + "\n", to: STDERR_FILENO, named: "standard error")
  }

  /// A line on standard error, which is a terminal, in place of the last that was shown so.
  package static func showProgress(_ line: String) {
    try? write("\r\(line.harmless)\u{1B}[K", to: STDERR_FILENO, named: "standard error")
  }

  /// Takes the places of standard descriptors that are closed. The next file to be opened would get
  /// them, and what is printed would end up in it.
  package static func reserve() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest that is free; for reading only, so that writing fails.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  static func write(_ text: String, to descriptor: Int32, named name: String) throws {
    try Array(text.utf8).withUnsafeBytes { bytes in
      do throws(SystemError) {
        try Descriptor.write(bytes, to: descriptor)
      } catch {
        throw InputError(
          name, expected: "a place to write \(bytes.count) bytes", found: error.reason)
      }
    }
  }
}
