// Sums of products of whole numbers, tile by tile: by the widest instructions that the processor has.

internal import CProcessor

/// How products of bytes are added up. All ways give the same sums, which are exact.
package enum IntegerTile: CaseIterable, Sendable {
  /// Four bytes at a time: AVX-512 VNNI.
  case quads
  /// Two at a time, as 16 bits: AVX2.
  case pairs
  /// The same by what Swift makes of a loop.
  case plain

  /// Those that this processor can do, the fastest first.
  package static let available = allCases.filter {
    switch $0 {
    case .quads: dropscope_has_quads() != 0
    case .pairs: dropscope_has_pairs() != 0
    case .plain: true
    }
  }

  /// Rows and channels of a tile.
  var rows: Int {
    switch self {
    case .quads: dropscope_quad_rows
    case .pairs: dropscope_pair_rows
    case .plain: 4
    }
  }
  var channels: Int {
    switch self {
    case .quads: dropscope_quad_channels
    case .pairs: dropscope_pair_channels
    case .plain: 16
    }
  }
  /// How many of so many numbers of a row or channel lie together.
  func depth(of inputs: Int) -> Int {
    switch self {
    case .quads: dropscope_quad_depth
    case .pairs: dropscope_pair_depth
    case .plain: max(1, inputs)
    }
  }
  /// Of each number, on either side.
  var byteCount: Int { self == .quads ? 1 : 2 }

  /// sums[row, channel] = sum over g and i of a[g, row, i] w[g, channel, i], each contiguous.
  /// - Parameters:
  ///   - a: from 0 to 255: UInt8 for quads, else Int16.
  ///   - w: from -127 to 127: Int8 for quads, else Int16.
  func add(
    _ a: UnsafeRawPointer, _ w: UnsafeRawPointer, groups: Int, depth: Int,
    into sums: UnsafeMutablePointer<Int32>
  ) {
    switch self {
    case .quads:
      dropscope_quad_tile(
        a.assumingMemoryBound(to: UInt8.self), w.assumingMemoryBound(to: Int8.self), groups, sums)
    case .pairs:
      dropscope_pair_tile(
        a.assumingMemoryBound(to: Int16.self), w.assumingMemoryBound(to: Int16.self), groups, sums)
    case .plain:
      let (a, w) = (a.assumingMemoryBound(to: Int16.self), w.assumingMemoryBound(to: Int16.self))
      for row in 0..<rows {
        for channel in 0..<channels {
          sums[row &* channels &+ channel] = dot(a + row &* depth, w + channel &* depth, depth)
        }
      }
    }
  }

  /// Puts a row's numbers where tiles look for them: a[g, row, i] of a block.
  /// - Parameter q: whole groups.
  func place(
    _ q: UnsafePointer<UInt8>, row: Int, groups: Int, depth: Int,
    into block: UnsafeMutableRawPointer
  ) {
    switch self {
    case .quads:
      let (target, source) = (block.assumingMemoryBound(to: UInt32.self), UnsafeRawPointer(q))
      for g in 0..<groups {
        target[g &* rows &+ row] = source.loadUnaligned(fromByteOffset: 4 &* g, as: UInt32.self)
      }
    case .pairs:
      let target = block.assumingMemoryBound(to: UInt32.self)
      for g in 0..<groups {
        target[g &* rows &+ row] = UInt32(q[2 &* g]) | UInt32(q[2 &* g &+ 1]) &<< 16
      }
    case .plain:
      let target = block.assumingMemoryBound(to: Int16.self) + row &* depth
      for i in 0..<depth { target[i] = Int16(q[i]) }
    }
  }
}

/// A loop that becomes vectors. Products of numbers of 9 and 8 bits fit in Int32, and so do the sums of as many
/// as a layer may have.
private func dot(_ a: UnsafePointer<Int16>, _ w: UnsafePointer<Int16>, _ count: Int) -> Int32 {
  var sum: Int32 = 0
  for i in 0..<count { sum &+= Int32(a[i]) &* Int32(w[i]) }
  return sum
}
