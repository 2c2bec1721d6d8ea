// Looking something up by its name.

import Base
import Testing

@Suite struct CatalogueTests {
  private enum Fruit: String, CaseIterable { case apple, pear }

  private let numbers = Catalogue("number", [1, 2]) { ["zero", "one", "two", "three"][$0] }

  @Test func byName() throws {
    #expect(try numbers.named("two") == 2)
    #expect(numbers.find("three") == nil)
    #expect(numbers.names == ["one", "two"] && numbers.name(of: 2) == "two")
    #expect(Array(numbers) == [1, 2])
    #expect(try Catalogue<Fruit>("fruit").named("pear") == .pear)
  }

  @Test func oneComplaint() {
    #expect(throws: InputError("number: expected one of one, two, found \"ten\"")) {
      try numbers.named("ten")
    }
  }

  @Test func oneMore() throws {
    let more = numbers + [3]
    #expect(try more.named("three") == 3)
    #expect(more.expectation == "one of one, two, three")
  }
}
