// Numbers as samples and back, at the ends of the range and between two numbers.

import Foundation
import Speech
import Testing

@Suite struct PCMTests {
  @Test func everyNumberComesBack() {
    let all = (Int16.min...Int16.max).map { $0 }
    let samples = PCM.samples(all)
    #expect(samples.first == -1 && samples.last == 1 - 1 / 32768)
    #expect(samples == all.map { Float($0) / 32768 })
    #expect(PCM.numbers(samples) == all)
  }

  /// One rule for all: ties away from 0, in 16 bits as in fewer.
  @Test func samplesBetweenTwoNumbersBecomeTheNearest() {
    let halves: [Float] = [-2.5, -1.5, -0.5, -0.4, 0.4, 0.5, 1.5, 2.5]
    let nearest: [Float] = [-3, -2, -1, 0, 0, 1, 2, 3]
    #expect(PCM.numbers(halves.map { $0 / 32768 }) == nearest.map { Int16($0) })
    #expect(PCM.rounded(halves.map { $0 / 2048 }, bits: 12) == nearest.map { $0 / 2048 })
  }

  @Test func whatIsTooLoudIsLimited() {
    #expect(PCM.numbers([1, 1.5, -1, -2]) == [32767, 32767, -32768, -32768])
    #expect(PCM.rounded([1, -2], bits: 12) == [2047.0 / 2048, -1])
  }

  /// Rounded to 12 bits, the lowest four of 16 are zero and 16 bits round nothing more.
  @Test func twelveBitsAreSixteenWithFourZeros() {
    let samples = (0..<5000).map { sin(Float($0) * 0.7) * 0.9 }
    let numbers = PCM.numbers(PCM.rounded(samples, bits: 12))
    #expect(numbers.allSatisfy { $0 % 16 == 0 })
    #expect(PCM.samples(numbers) == PCM.rounded(samples, bits: 12))
    for (number, sample) in zip(PCM.samples(numbers), samples) {
      #expect(abs(number - sample) <= 1 / 4096)
    }
  }

  @Test func rawNumbersAreLittleEndianAndWhole() {
    let bytes: [UInt8] = [0x00, 0x80, 0xFF, 0x7F, 0x01, 0x00, 0x55]
    #expect(PCM.samples(littleEndian: Data(bytes)) == [-1, 32767.0 / 32768, 1.0 / 32768])
  }
}
