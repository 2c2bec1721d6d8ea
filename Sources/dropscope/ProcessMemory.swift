// Memory that is free goes back to the system: a dashboard stays open for days.

import CMemory

enum ProcessMemory {
  /// From now on every block of 1 MiB or more is mapped by itself and unmapped when it is freed; glibc would
  /// raise that size to what was freed last (mallopt(3), M_MMAP_THRESHOLD), and keep such blocks.
  static func returnLargeBlocks() { mallopt(M_MMAP_THRESHOLD, 1 << 20) }

  /// Gives back what is free among the smaller ones, of all threads (malloc_trim(3)).
  static func returnFreeBlocks() { malloc_trim(0) }
}
