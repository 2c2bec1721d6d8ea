// The keys that reach the tour's goals, worked out from where the reader is.

import Backbones
import TerminalUI
import Tradeoff

enum TourKeys {
  static func half(_ state: DashboardState) -> Int { state.layerCount / 2 }

  /// The layer in the middle of the list, zero-based.
  static func middle(_ state: DashboardState) -> Int { max(0, half(state) - 1) }

  static func open(_ view: ViewKind, _ state: DashboardState) -> [Key] {
    state.view == view ? [] : [.character(Character("\(state.number(of: view))"))]
  }

  static func dropHalf(_ state: DashboardState) -> [Key] {
    // A budget in charge would go on choosing.
    state.walk.keptCount == half(state) && !state.budget.isInCharge ? [] : ["d", "5", "0", .enter]
  }

  static func dropNothing(_ state: DashboardState) -> [Key] {
    state.isFull && !state.budget.isInCharge ? [] : ["d", "0", .enter]
  }

  /// A model by its number in the menu, which depends on what was opened.
  static func choose(_ name: String, _ state: DashboardState) -> [Key] {
    let index = state.subject.models.firstIndex { $0.name == name }
    guard let index, index != state.model else { return [] }
    return ["M", .character(Character("\(index + 1)"))]
  }

  /// The same, whichever is chosen.
  static func menuRow(_ name: String, _ state: DashboardState) -> [Key] {
    state.subject.models.firstIndex { $0.name == name }.map {
      ["M", .character(Character("\($0 + 1)"))]
    } ?? []
  }

  /// The model beside another one: the menu leaves that one out.
  static func rival(_ name: String, beside model: String, _ state: DashboardState) -> [Key] {
    let models = state.subject.models
    guard let mine = models.first(where: { $0.name == model }) else { return [] }
    let others = models.filter { $0.layerCount == mine.layerCount && $0.name != model }
    return others.firstIndex { $0.name == name }.map {
      ["C", .character(Character("\($0 + 1)"))]
    } ?? []
  }

  static func policy(_ name: String, _ state: DashboardState) -> [Key] {
    guard let index = PolicyCatalog.names.firstIndex(of: name) else { return [] }
    return ["P", .character(Character("\(index + 1)"))]
  }

  /// Until the list of utterances has an order, in its view.
  static func sort(_ order: UtteranceList.Order, _ state: DashboardState) -> [Key] {
    let orders = UtteranceList.Order.allCases
    let place = orders.firstIndex(of: state.list.order) ?? 0
    let wanted = orders.firstIndex(of: order) ?? 0
    return Array(repeating: "S", count: (wanted - place + orders.count) % orders.count)
  }

  /// Of the cursor in the list of layers.
  static func move(from start: Int, to end: Int) -> [Key] {
    Array(repeating: end < start ? .up : .down, count: abs(end - start))
  }

  /// The layer under the cursor, which a policy may have skipped already.
  static func skipByHand(_ state: DashboardState) -> [Key] {
    state.mask[state.layerCursor] ? [" "] : state.isManual ? [] : [" ", " "]
  }

  /// Half of the layers, the last change made by hand: one swapped where half of them run already.
  static func halfByHand(_ state: DashboardState) -> [Key] {
    let layers = 0..<state.layerCount
    let running = layers.filter { state.mask[$0] }
    let skipped = layers.filter { !state.mask[$0] }
    let excess = running.count - half(state)
    if state.isManual, excess == 0 { return [] }
    let swapped = excess == 0 ? 1 : 0
    let toggled =
      running.prefix(max(swapped, excess)) + skipped.prefix(max(swapped, -excess))
    var cursor = state.layerCursor
    return toggled.flatMap { layer in
      defer { cursor = layer }
      return move(from: cursor, to: layer) + [" "]
    }
  }

  /// Whether what the budget chooses fits and is at most half of the layers.
  static func fitsHalf(_ rows: [Budget.Row], _ state: DashboardState) -> Bool {
    Budget.choice(rows).map { $0.fits && $0.walk.keptCount <= half(state) } ?? false
  }

  /// As few presses of `-`, or of `+` where the budget is too small, as do it.
  static func budgetForHalf(_ state: DashboardState) -> [Key] {
    if state.budget.isInCharge, fitsHalf(Budget.rows(state), state) { return [] }
    for (key, isMore) in [("-", false), ("+", true)] as [(Key, Bool)] {
      var tried = state
      for presses in 1...60 {
        tried.budget.percent = Budget.next(tried.budget.percent, isMore: isMore)
        if fitsHalf(Budget.rows(tried), tried) { return Array(repeating: key, count: presses) }
      }
    }
    return []
  }

  // MARK: - As people read them

  /// `↓ x 5, Space`: keys that follow each other unchanged are counted.
  static func words(_ keys: [Key]) -> String {
    var groups: [(key: Key, count: Int)] = []
    for key in keys {
      if groups.last?.key == key {
        groups[groups.count - 1].count += 1
      } else {
        groups.append((key, 1))
      }
    }
    return groups.map { $0.key.name + ($0.count > 1 ? " x \($0.count)" : "") }
      .joined(separator: ", ")
  }
}
