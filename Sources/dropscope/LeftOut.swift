// What of a data set is left out, said on standard error.

import Base
import Speech
import Tradeoff

enum LeftOut {
  private static let most = 3

  /// Names the first few, then says how many there are; nothing of none.
  static func complain(_ errors: [InputError], of place: String) {
    guard !errors.isEmpty else { return }
    for error in errors.prefix(most) { Dropscope.complain("left out: \(error)") }
    Dropscope.complain(
      "\(errors.count) of \(place) left out; with --strict the first one ends the command")
  }

  /// The same of a split, what ought to be said of its audio, and a word where no reference has any.
  static func complain(_ data: LoadedDataset) {
    Dropscope.remark(data.remarks)
    let place = "\(data.dataset.name) \(data.dataset.split)"
    complain(data.leftOut, of: place)
    if data.readable.allSatisfy({ data.dataset.utterances[$0].words.isEmpty }) {
      Dropscope.complain(
        "\(place): no reference has a word, so that no word error rate is defined: all that is "
          + "recognised is inserted, and 100 % stands for any, 0 % for none")
    }
  }
}
