// The only door to ncurses: wide characters on, and C globals and macros as functions Swift 6 accepts.
#ifndef DROPSCOPE_CNCURSES_SHIM_H
#define DROPSCOPE_CNCURSES_SHIM_H
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
#endif
