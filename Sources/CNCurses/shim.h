// The only door to ncurses: wide characters on, and C globals and macros as functions Swift 6 accepts.
// Functions only, no variables: a header's variable would be another one in every object file.
#ifndef DROPSCOPE_CNCURSES_SHIM_H
#define DROPSCOPE_CNCURSES_SHIM_H
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

// wchar.h hides it without _XOPEN_SOURCE, which Swift's own Glibc module was built without.
extern int wcwidth(wchar_t);
// Hidden in sys/mman.h in the same way.
extern int memfd_create(const char *name, unsigned flags);

// Swift refuses to name stdin and the variables of curses: they are mutable globals.
static inline SCREEN *dropscope_newterm(const char *type, FILE *output) {
  return newterm(type, output, stdin);
}
static inline WINDOW *dropscope_stdscr(void) { return stdscr; }
static inline int dropscope_colors(void) { return COLORS; }
static inline int dropscope_color_pairs(void) { return COLOR_PAIRS; }
static inline const char *dropscope_capability(const char *name) {
  const char *value = tigetstr(name);
  return value == (const char *)-1 ? NULL : value;
}

// What terminfo knows of a type: 1 an entry, which capabilities are then asked of, 0 none, -1 nothing of
// any type.
static inline int dropscope_setupterm(const char *type) {
  int found = 0;
  setupterm(type, 1, &found);
  return found;
}
// The bytes that choose a colour for text; nil where the terminal has none.
static inline const char *dropscope_foreground(int color) {
  const char *value = dropscope_capability("setaf");
  return value == NULL ? NULL : tiparm(value, color);
}
// The bytes that put the cursor somewhere.
static inline const char *dropscope_position(int y, int x) {
  return tiparm(dropscope_capability("cup"), y, x);
}
// Hands the bytes that change to a look on to `put`; ncurses knows of it.
static inline void dropscope_style(attr_t attributes, int pair, int (*put)(int)) {
  vid_puts(attributes, 0, &pair, put);
}

// Macros with casts and shifts do not cross into Swift.
static inline attr_t dropscope_bold(void) { return A_BOLD; }
static inline attr_t dropscope_dim(void) { return A_DIM; }
static inline attr_t dropscope_underline(void) { return A_UNDERLINE; }
static inline attr_t dropscope_reverse(void) { return A_REVERSE; }
static inline attr_t dropscope_italic(void) { return A_ITALIC; }

// One character, with up to four marks that combine with it. `pair` may exceed 255, which only the
// extended form of setcchar's last argument can hold.
static inline int dropscope_put(
    WINDOW *window, int y, int x, const wchar_t *text, attr_t attributes, int pair) {
  cchar_t cell;
  if (setcchar(&cell, text, attributes, 0, &pair) == ERR) return ERR;
  return mvwadd_wch(window, y, x, &cell);
}
#endif
