/* Counts every call that changes a disk and, at the call that it was armed for, kills the process or fails the call.
 *
 * Loaded with LD_PRELOAD. `shim_arm(at, error, lasting)`: at call number `at` die by SIGKILL (error 0) or return -1 with
 * that errno, once or from then on. `shim_count()`: calls since arming. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long armed_at = -1, calls = 0;
static int armed_error = 0, armed_lasting = 0;

void shim_arm(long at, int error, int lasting) {
    calls = 0;
    armed_error = error;
    armed_lasting = lasting;
    armed_at = at;
}

long shim_count(void) { return calls; }

/* Standard output and error are the test's own; everything else is counted. */
static int strikes(int descriptor) {
    if (armed_at < 0 || (descriptor >= 0 && descriptor <= 2)) return 0;
    calls++;
    if (calls != armed_at && !(armed_lasting && calls > armed_at)) return 0;
    if (armed_error == 0) {
        kill(getpid(), SIGKILL);
        pause();
    }
    errno = armed_error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(name, descriptor, parameters, ...)          \
    int name parameters {                                \
        static __typeof__(&name) real;                   \
        if (!real) real = REAL(name);                    \
        return strikes(descriptor) ? -1 : real(__VA_ARGS__); \
    }
#define WRAP_SIZE(name, descriptor, parameters, ...)     \
    ssize_t name parameters {                            \
        static __typeof__(&name) real;                   \
        if (!real) real = REAL(name);                    \
        return strikes(descriptor) ? -1 : real(__VA_ARGS__); \
    }

WRAP_SIZE(write, fd, (int fd, const void *body, size_t size), fd, body, size)
WRAP_SIZE(pwrite, fd, (int fd, const void *body, size_t size, off_t at), fd, body, size, at)
WRAP_SIZE(pwrite64, fd, (int fd, const void *body, size_t size, off64_t at), fd, body, size, at)
WRAP_SIZE(writev, fd, (int fd, const struct iovec *parts, int count), fd, parts, count)
WRAP(fsync, fd, (int fd), fd)
WRAP(fdatasync, fd, (int fd), fd)
WRAP(ftruncate, fd, (int fd, off_t size), fd, size)
WRAP(ftruncate64, fd, (int fd, off64_t size), fd, size)
WRAP(rename, -1, (const char *old, const char *new), old, new)
WRAP(link, -1, (const char *old, const char *new), old, new)
WRAP(unlink, -1, (const char *path), path)
WRAP(mkdir, -1, (const char *path, mode_t mode), path, mode)

#define WRAP_OPEN(name)                                              \
    int name(const char *path, int flags, ...) {                     \
        static __typeof__(&name) real;                               \
        va_list rest;                                                \
        va_start(rest, flags);                                       \
        mode_t mode = va_arg(rest, mode_t);                          \
        va_end(rest);                                                \
        if (!real) real = REAL(name);                                \
        if ((flags & O_CREAT) && strikes(-1)) return -1;             \
        return real(path, flags, mode);                              \
    }
WRAP_OPEN(open)
WRAP_OPEN(open64)
