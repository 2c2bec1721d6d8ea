// Options that older checkpoints and model cards lack.

/// What runs did before an option existed.
package protocol EarlierValue: Sendable {
  associatedtype Value: Codable & Sendable & Equatable
  static var value: Value { get }
}

package enum Off: EarlierValue {
  package static let value = false
}

package enum Zero<Value: Numeric & Codable & Sendable>: EarlierValue {
  package static var value: Value { .zero }
}

package enum One: EarlierValue {
  package static let value = 1
}

/// A property that files of before its time lack: decoded, it then says what was done at that time,
/// which is also what it starts with.
@propertyWrapper
package struct AddedLater<Earlier: EarlierValue>: Codable, Sendable, Equatable {
  package var wrappedValue: Earlier.Value

  package init() { wrappedValue = Earlier.value }

  package init(from decoder: any Decoder) throws {
    wrappedValue = try decoder.singleValueContainer().decode(Earlier.Value.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue)
  }
}

extension KeyedDecodingContainer {
  /// The overload that synthesised decoding finds for such a property.
  package func decode<Earlier>(
    _ type: AddedLater<Earlier>.Type, forKey key: Key
  ) throws -> AddedLater<Earlier> {
    try decodeIfPresent(type, forKey: key) ?? AddedLater()
  }
}
