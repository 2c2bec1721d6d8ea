// What glibc has beyond malloc itself (malloc.h), which Swift's module of it leaves out.
#include <malloc.h>
