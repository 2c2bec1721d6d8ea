// Whether the processor has the instructions that this binary was compiled to use.
#include <string.h>
#include <unistd.h>

// Compiled for every processor of its kind, and kept apart from what calls it.
#if defined(__x86_64__)
#define DROPSCOPE_PLAIN __attribute__((noinline, unused, target("arch=x86-64")))
#else
#define DROPSCOPE_PLAIN __attribute__((noinline, unused))
#endif

// What is missing, by the name that -march= has for it; null where nothing is. Levels: x86-64 psABI, 3.1.1.
// arm64 binaries are compiled for the machine they are on, or for what all have.
DROPSCOPE_PLAIN static const char *dropscope_missing_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#if defined(__SSE4_2__)
  if (!__builtin_cpu_supports("x86-64-v2")) return "x86-64-v2";
#endif
#if defined(__AVX2__)
  if (!__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
#if defined(__AVX512F__)
  if (!__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
#endif
#if defined(__AVX512VNNI__)
  if (!__builtin_cpu_supports("avx512vnni")) return "AVX-512 VNNI";
#endif
#endif
  return 0;
}

// Tells the processor that this thread waits for another.
static inline void dropscope_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Ends the process with a sentence instead of an illegal instruction later on. In C: nothing here may be
// compiled to what the processor lacks.
DROPSCOPE_PLAIN static void dropscope_refuse_other_processors(void) {
  const char *missing = dropscope_missing_level();
  if (!missing) return;
  const char *parts[] = {
      "dropscope: this binary was built for a processor with ", missing,
      ", which this one lacks; DROPSCOPE_PROCESSOR=x86-64 swift build -c release builds one for all\n"};
  for (int i = 0; i < 3; i++) {
    if (write(2, parts[i], strlen(parts[i])) < 0) break;
  }
  _exit(1);
}
