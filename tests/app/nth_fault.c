/* SPDX-License-Identifier: Apache-2.0 */
/* One call that fails, to be put in front of libc by LD_PRELOAD: in the program
 * PARLOR_CHILD_NTH_PROGRAM the n-th call of the kind PARLOR_CHILD_NTH_KIND ("memory", "write",
 * "sync", "send"), n as the file PARLOR_CHILD_NTH_FILE says: two numbers of 64 bits, calls so far
 * and the one that fails (0 = none). It is mapped, so that whoever plays sees how many there were,
 * and what comes after. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum
{
  NONE,
  MEMORY,
  WRITE,
  SYNC,
  SEND,
};

static int kind;
static volatile uint64_t *shared; /* [0] calls, [1] which fails */

static int
kind_from_name (const char *name)
{
  static const char *const names[] = {"", "memory", "write", "sync", "send"};
  for (int i = MEMORY; i <= SEND; i++)
    if (strcmp (name, names[i]) == 0)
      return i;
  return NONE;
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *program = getenv ("PARLOR_CHILD_NTH_PROGRAM"),
             *name = getenv ("PARLOR_CHILD_NTH_KIND");
  const char *file = getenv ("PARLOR_CHILD_NTH_FILE");
  if (program == NULL || name == NULL || file == NULL
      || strcmp (program, program_invocation_short_name) != 0)
    return;
  int fd = open (file, O_RDWR | O_CLOEXEC);
  void *map = fd < 0 ? MAP_FAILED
                     : mmap (NULL, 2 * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED)
    abort (); /* a run that counts nothing would pass */
  close (fd);
  shared = map;
  kind = kind_from_name (name);
}

static int
fails (int of)
{
  return kind == of && __atomic_add_fetch (&shared[0], 1, __ATOMIC_RELAXED) == shared[1];
}

/* ---- memory: what glibc's own names for it are ---- */

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *old, size_t size);

void *
malloc (size_t size)
{
  if (fails (MEMORY))
    {
      errno = ENOMEM;
      return NULL;
    }
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  if (fails (MEMORY))
    {
      errno = ENOMEM;
      return NULL;
    }
  return __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  if (size > 0 && fails (MEMORY))
    {
      errno = ENOMEM;
      return NULL;
    }
  return __libc_realloc (old, size);
}

/* ---- files and sockets ---- */

#define REAL(name) ((__typeof__ (&(name)))dlsym (RTLD_NEXT, #name))
#define REFUSE(of, why)                                                                            \
  do                                                                                               \
    if (fails (of))                                                                                \
      {                                                                                            \
        errno = why;                                                                               \
        return -1;                                                                                 \
      }                                                                                            \
  while (0)

ssize_t
write (int fd, const void *bytes, size_t length)
{
  REFUSE (WRITE, EIO);
  return REAL (write) (fd, bytes, length);
}

ssize_t
pwrite (int fd, const void *bytes, size_t length, off_t at)
{
  REFUSE (WRITE, EIO);
  return REAL (pwrite) (fd, bytes, length, at);
}

ssize_t
writev (int fd, const struct iovec *parts, int n)
{
  REFUSE (WRITE, EIO);
  return REAL (writev) (fd, parts, n);
}

int
fsync (int fd)
{
  REFUSE (SYNC, EIO);
  return REAL (fsync) (fd);
}

int
fdatasync (int fd)
{
  REFUSE (SYNC, EIO);
  return REAL (fdatasync) (fd);
}

ssize_t
send (int fd, const void *bytes, size_t length, int flags)
{
  REFUSE (SEND, ENOBUFS);
  return REAL (send) (fd, bytes, length, flags);
}

ssize_t
sendto (int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
        socklen_t to_length)
{
  REFUSE (SEND, ENOBUFS);
  return REAL (sendto) (fd, bytes, length, flags, to, to_length);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  REFUSE (SEND, ENOBUFS);
  return REAL (sendmsg) (fd, message, flags);
}

int
sendmmsg (int fd, struct mmsghdr *messages, unsigned int n, int flags)
{
  REFUSE (SEND, ENOBUFS);
  return REAL (sendmmsg) (fd, messages, n, flags);
}
