// The part of Python's pickles that a state_dict of plain tensors needs. Nothing is run: what is no
// tensor, and every opcode and global that makes none, is refused by name.
// (https://docs.python.org/3/library/pickletools.html; torch/serialization.py and torch/_utils.py)

import Base
import Foundation

/// A tensor as `torch._utils._rebuild_tensor_v2` is told to make it. Nothing of it is checked.
struct PickledTensor: Sendable {
  /// The entry with its storage, without the folder.
  var key: String
  /// By safetensors' names.
  var dtype: String
  /// Elements of the storage.
  var storageCount: Int
  var offset: Int
  var shape, strides: [Int]
}

/// Reads one pickle. A struct per pass, whose values are of a depth and number that the bytes bound.
struct PickleReader {
  private indirect enum Value {
    case none
    case bool(Bool)
    case integer(Int)
    case text(String)
    case global(String)
    case tuple([Value], depth: Int)
    /// Its place in `dictionaries`: a dictionary is filled after it was remembered.
    case dictionary(Int)
    case storage(key: String, dtype: String, count: Int)
    case tensor(PickledTensor)

    var depth: Int { if case .tuple(_, let depth) = self { depth } else { 0 } }

    var integer: Int? { if case .integer(let value) = self { value } else { nil } }

    var integers: [Int]? {
      guard case .tuple(let values, _) = self else { return nil }
      let numbers = values.compactMap(\.integer)
      return numbers.count == values.count ? numbers : nil
    }
  }

  /// What a global may be: a type of storage, or what makes a tensor or dictionary of its arguments.
  private static let storages = [
    "torch.FloatStorage": "F32", "torch.HalfStorage": "F16", "torch.BFloat16Storage": "BF16",
    "torch.DoubleStorage": "F64", "torch.LongStorage": "I64", "torch.IntStorage": "I32",
    "torch.ShortStorage": "I16", "torch.CharStorage": "I8", "torch.ByteStorage": "U8",
    "torch.BoolStorage": "BOOL",
  ]
  private static let (orderedDictionary, rebuildTensor, rebuildParameter) = (
    "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"
  )

  /// Longer pickles are of millions of tensors; each byte may cost some tens in memory.
  private static let longest = 16 << 20
  private static let (deepest, mostOnStack) = (8, 1 << 16)

  private let bytes: LittleEndianBytes
  private let path: String
  private var place = 0
  private var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]
  private var dictionaries: [[(key: String, value: Value)]] = []

  /// The tensors of a pickled dictionary, by name; the last of a name counts. Throws `InputError`, naming
  /// `path` and what stands in the way.
  static func tensors(_ bytes: Data, path: String) throws -> [String: PickledTensor] {
    guard bytes.count <= longest else {
      throw InputError(
        path, expected: "a pickle of at most \(longest) bytes", found: "\(bytes.count)")
    }
    var reader = PickleReader(bytes: LittleEndianBytes(Data(bytes)), path: path)
    return try reader.run()
  }

  private init(bytes: LittleEndianBytes, path: String) {
    self.bytes = bytes
    self.path = path
  }

  private func refusal(_ found: String) -> InputError {
    var error = InputError(path, expected: "a pickle of plain tensors", found: found)
    error.advice = "nothing of it was run"
    return error
  }

  private func broken() -> InputError { refusal("one that is damaged at byte \(place)") }

  // MARK: Opcodes

  private mutating func run() throws -> [String: PickledTensor] {
    while true {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { return try result() }
      try step(opcode)
      guard stack.count <= Self.mostOnStack, marks.count <= Self.mostOnStack else {
        throw refusal("one that puts more than \(Self.mostOnStack) values side by side")
      }
    }
  }

  private mutating func step(_ opcode: UInt8) throws {
    switch opcode {
    case 0x80:
      let version = try byte()
      guard (2...5).contains(version) else { throw refusal("protocol \(version)") }
    case 0x95: _ = try number(UInt64.self)
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.integer(try number(UInt8.self)))
    case UInt8(ascii: "M"): stack.append(.integer(try number(UInt16.self)))
    case UInt8(ascii: "J"): stack.append(.integer(try number(Int32.self)))
    case 0x8A: stack.append(.integer(try longInteger()))
    case UInt8(ascii: "X"): stack.append(.text(try text(number(UInt32.self))))
    case 0x8C: stack.append(.text(try text(number(UInt8.self))))
    case 0x8D: stack.append(.text(try text(number(UInt64.self))))
    case UInt8(ascii: ")"): try pushTuple([])
    case UInt8(ascii: "t"): try pushTuple(valuesFromMark())
    case 0x85...0x87: try pushTuple(values(Int(opcode - 0x84)))
    case UInt8(ascii: "}"): pushDictionary()
    case UInt8(ascii: "s"): try setItems(values(2))
    case UInt8(ascii: "u"): try setItems(valuesFromMark())
    case UInt8(ascii: "q"): memo[try number(UInt8.self)] = try top()
    case UInt8(ascii: "r"): memo[try number(UInt32.self)] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): stack.append(try remembered(number(UInt8.self)))
    case UInt8(ascii: "j"): stack.append(try remembered(number(UInt32.self)))
    case UInt8(ascii: "c"): try pushGlobal(module: line(), name: line())
    case 0x93:
      let names = try values(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw broken()
      }
      try pushGlobal(module: module, name: name)
    case UInt8(ascii: "Q"): try pushStorage()
    case UInt8(ascii: "R"): try call()
    case UInt8(ascii: "b"):
      // What a state_dict has besides its tensors: versions of modules.
      guard case .dictionary = try values(1)[0], case .dictionary = try top() else {
        throw refusal("BUILD of something that is no dictionary")
      }
    default:
      let name = PickleOpcode.names[opcode] ?? "0x" + String(opcode, radix: 16)
      throw refusal("the opcode \(name)")
    }
  }

  private mutating func pushTuple(_ values: [Value]) throws {
    let depth = 1 + (values.map(\.depth).max() ?? 0)
    guard depth <= Self.deepest else {
      throw refusal("tuples within each other, more than \(Self.deepest) deep")
    }
    stack.append(.tuple(values, depth: depth))
  }

  private mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([])
  }

  private mutating func setItems(_ values: [Value]) throws {
    guard case .dictionary(let place) = try top(), values.count % 2 == 0 else { throw broken() }
    for item in stride(from: 0, to: values.count, by: 2) {
      guard case .text(let key) = values[item] else {
        throw refusal("a dictionary with keys that are no text")
      }
      dictionaries[place].append((key, values[item + 1]))
    }
  }

  private mutating func pushGlobal(module: String, name: String) throws {
    let global = "\(module).\(name)"
    let known = [Self.orderedDictionary, Self.rebuildTensor, Self.rebuildParameter]
    guard known.contains(global) || Self.storages[global] != nil else {
      throw refusal("the global \(global)")
    }
    stack.append(.global(global))
  }

  /// A persistent id: ("storage", type, key, device, elements).
  private mutating func pushStorage() throws {
    guard case .tuple(let id, _) = try values(1)[0], id.count == 5,
      case .text("storage") = id[0], case .global(let type) = id[1],
      let dtype = Self.storages[type], case .text(let key) = id[2], let count = id[4].integer
    else { throw refusal("a persistent id that is no storage") }
    stack.append(.storage(key: key, dtype: dtype, count: count))
  }

  private mutating func call() throws {
    let pair = try values(2)
    guard case .global(let global) = pair[0], case .tuple(let arguments, _) = pair[1] else {
      throw refusal("REDUCE of something that is no global")
    }
    switch global {
    case Self.orderedDictionary where arguments.isEmpty: pushDictionary()
    case Self.rebuildTensor:
      guard (6...7).contains(arguments.count),
        case .storage(let key, let dtype, let count) = arguments[0],
        let offset = arguments[1].integer, let shape = arguments[2].integers,
        let strides = arguments[3].integers
      else { throw refusal("\(global) of arguments that are no plain tensor's") }
      stack.append(
        .tensor(
          PickledTensor(
            key: key, dtype: dtype, storageCount: count, offset: offset, shape: shape,
            strides: strides)))
    case Self.rebuildParameter:
      guard arguments.count == 3, case .tensor = arguments[0] else {
        throw refusal("\(global) of something that is no tensor")
      }
      stack.append(arguments[0])
    default: throw refusal("a call of \(global) with \(arguments.count) arguments")
    }
  }

  private func result() throws -> [String: PickledTensor] {
    guard case .dictionary(let place) = try top() else {
      throw refusal("something that is no dictionary")
    }
    var tensors: [String: PickledTensor] = [:]
    for (key, value) in dictionaries[place] {
      guard case .tensor(let tensor) = value else {
        throw refusal("\"\(key.prefix(80))\", which is no tensor")
      }
      tensors[key] = tensor
    }
    return tensors
  }

  // MARK: Stack and bytes

  private func top() throws -> Value {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw broken() }
    return value
  }

  /// The last values on the stack, taken off.
  private mutating func values(_ count: Int) throws -> [Value] {
    guard stack.count - (marks.last ?? 0) >= count else { throw broken() }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func valuesFromMark() throws -> [Value] {
    guard let mark = marks.popLast() else { throw broken() }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func remembered(_ number: Int) throws -> Value {
    guard let value = memo[number] else { throw broken() }
    return value
  }

  private mutating func byte() throws -> UInt8 { UInt8(try number(UInt8.self)) }

  private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Int {
    guard let value = bytes.number(type, at: place) else { throw broken() }
    place += MemoryLayout<Number>.size
    return value
  }

  /// Two's complement of so many bytes as the first says.
  private mutating func longInteger() throws -> Int {
    let count = try number(UInt8.self)
    guard count <= 8 else { throw refusal("a number of \(count) bytes") }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(try byte()) << (8 * UInt64(index)) }
    guard count > 0 else { return 0 }
    let unused = UInt64(64 - 8 * count)
    return Int(Int64(bitPattern: value << unused) >> Int64(unused))
  }

  private mutating func text(_ count: Int) throws -> String {
    guard let text = bytes.text(place, count: count) else { throw broken() }
    place += count
    return text
  }

  /// Up to a line feed, which is passed.
  private mutating func line() throws -> String {
    let start = place
    while try byte() != UInt8(ascii: "\n") {}
    guard let text = bytes.text(start, count: place - 1 - start) else { throw broken() }
    return text
  }
}

/// Opcodes that no plain tensor needs, by their names in pickletools.
private enum PickleOpcode {
  static let names: [UInt8: String] = [
    0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x47: "BINFLOAT", 0x49: "INT",
    0x4C: "LONG", 0x50: "PERSID", 0x53: "STRING", 0x54: "BINSTRING", 0x55: "SHORT_BINSTRING",
    0x56: "UNICODE", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES", 0x5D: "EMPTY_LIST", 0x61: "APPEND",
    0x64: "DICT", 0x65: "APPENDS", 0x67: "GET", 0x69: "INST", 0x6C: "LIST", 0x6F: "OBJ",
    0x70: "PUT", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4",
    0x8E: "BINBYTES8", 0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
    0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]
}
