// The checksums against published values.
import Foundation
import Testing

@testable import Speech

struct ChecksumTests {
  /// RFC 1321, appendix A.5.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"),
    ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
    (
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      "d174ab98d277d9f5a5611c2c9f419d9f"
    ),
    (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
  ])
  func md5(text: String, digest: String) {
    let bytes = Array(text.utf8)
    #expect(hexadecimal(MD5.digest(bytes)) == digest)
    // In pieces of every size, so that blocks fill up in every way.
    for piece in 1...70 {
      var md5 = MD5()
      for start in stride(from: 0, to: bytes.count, by: piece) {
        Array(bytes[start..<min(start + piece, bytes.count)]).withUnsafeBytes { md5.update($0) }
      }
      #expect(hexadecimal(md5.digest()) == digest)
    }
  }

  /// The check values of the CRC catalogue: CRC-8/SMBUS and CRC-16/UMTS of "123456789".
  @Test func checkValues() {
    Array("123456789".utf8).withUnsafeBytes {
      #expect(CRC8.checksum($0) == 0xf4)
      #expect(CRC16.checksum($0) == 0xfee8)
    }
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }
}
