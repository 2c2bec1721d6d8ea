// What opening a data set complains of.

import Foundation
import Speech

/// The error of a split, in words.
func message(_ root: URL, _ split: String) -> String {
  do {
    _ = try Dataset(contentsOf: root, split: split)
    return "no error"
  } catch {
    return "\(error)"
  }
}
