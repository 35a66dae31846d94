/* Preloaded into a server: counts each fsync in the file that FSYNC_COUNT names, and makes it
 * FSYNC_DELAY_US slower. Virtual disks answer in 0.1 ms what real ones do in 2 to 10. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static long *count;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FSYNC_COUNT");
  int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
  if (file < 0 || ftruncate(file, sizeof *count)) return;
  count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (count == MAP_FAILED) count = NULL;
}

static int slowed(const char *name, int file) {
  const char *delay = getenv("FSYNC_DELAY_US");
  struct timespec wait = {0, delay ? atol(delay) * 1000 : 0};
  if (wait.tv_nsec) nanosleep(&wait, NULL);
  if (count) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return slowed("fsync", file); }
int fdatasync(int file) { return slowed("fdatasync", file); }
