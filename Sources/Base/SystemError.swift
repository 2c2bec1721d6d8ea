// What the system says when it will not do something.

import Foundation

/// An `errno`, in the system's words.
package struct SystemError: Error, Sendable, Equatable {
  package let code: Int32

  package init(_ code: Int32 = errno) { self.code = code }

  package var reason: String { String(cString: strerror(code)) }
}
