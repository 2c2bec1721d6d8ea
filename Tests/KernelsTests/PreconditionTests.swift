// Kernels is compiled with its checks.

import Kernels
import Testing

@Suite struct PreconditionTests {
  @Test func aShapeThatItsValuesDoNotFillEndsTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3], shape: [2, 2]) }
  }

  @Test func rowsThatATensorDoesNotHaveEndTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: 2, 3).rows(1..<4) }
  }

  @Test func anOverflowEndsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor([], shape: [Int.max, 2])
    }
  }
}
