// Keys as the program sees them, whatever bytes the terminal sent.

package enum Key: Hashable, Sendable {
  /// A typed character, upper case when typed so. Space is `.character(" ")`.
  case character(Character)
  case up, down, left, right
  case pageUp, pageDown, home, end
  case enter, escape, tab, backTab, backspace, delete
  /// F1 is 1.
  case function(Int)
  /// With Ctrl held; the letter is lower case: Ctrl-R is `.control("r")`.
  case control(Character)
}
