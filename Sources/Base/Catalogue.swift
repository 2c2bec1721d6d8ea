// What can be chosen by name: one list, one look-up, one complaint.

/// Entries in the order in which they are offered, each with a name of its own.
package struct Catalogue<Entry>: RandomAccessCollection {
  /// What an entry is called, as a complaint begins: "recipe".
  package let kind: String
  private let entries: [Entry]
  private let name: @Sendable (Entry) -> String

  package init(
    _ kind: String, _ entries: [Entry], name: @escaping @Sendable (Entry) -> String
  ) {
    self.kind = kind
    self.entries = entries
    self.name = name
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { entries.count }
  package subscript(position: Int) -> Entry { entries[position] }

  package var names: [String] { entries.map(name) }

  package func name(of entry: Entry) -> String { name(entry) }

  /// "one of a, b, c"
  package var expectation: String { "one of \(names.joined(separator: ", "))" }

  /// nil for a name that no entry has.
  package func find(_ name: String) -> Entry? { entries.first { self.name($0) == name } }

  /// The entry of that name, or one sentence with the names there are.
  package func named(_ name: String) throws -> Entry {
    guard let entry = find(name) else {
      throw InputError(kind, expected: expectation, found: "\"\(name)\"")
    }
    return entry
  }

  /// The same and more, as if they had been listed.
  package static func + (catalogue: Catalogue, more: [Entry]) -> Catalogue {
    Catalogue(catalogue.kind, catalogue.entries + more, name: catalogue.name)
  }
}

extension Catalogue: Sendable where Entry: Sendable {}

extension Catalogue
where Entry: CaseIterable & RawRepresentable & Sendable, Entry.RawValue == String {
  /// The cases of an enumeration by their raw values.
  package init(_ kind: String) {
    self.init(kind, Array(Entry.allCases)) { $0.rawValue }
  }
}
