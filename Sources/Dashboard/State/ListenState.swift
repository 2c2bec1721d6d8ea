// A recording and what was heard in it.

import Speech
import Tradeoff

package struct ListenState: Sendable, Equatable {
  package var isRecording = false
  /// What was recorded or opened last.
  package var file: String?
  /// Counts recordings, which all go by the same name.
  package var take = 0
  /// What was heard last and from what, which stays until something else is heard.
  package var heard: [Listening] = []
  package var heardFile: String?
  /// The take that it belongs to.
  package var heardTake = 0
  /// Which model heard it, and how words were found.
  package var model = 0
  package var decoding = Decoding.greedy
  /// Why there is no recording, or why the file that was opened last was not heard.
  package var failure: String?
  /// The first row to show, once the reader has scrolled.
  package var scroll: Int?

  package init() {}
}
