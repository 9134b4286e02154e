/* Loaded before the C library: fdatasync fails, once, while the file that FAILING_SYNC names is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int fdatasync(int handle) {
  const char *name = getenv("FAILING_SYNC");
  if (name && unlink(name) == 0) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return real(handle);
}
