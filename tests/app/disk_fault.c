/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails on demand, to be put in front of libc by LD_PRELOAD: below
 * $PARLOR_CHILD_FAULT_UNDER what changes anything fails as the file $PARLOR_CHILD_FAULT_FILE says
 * at that moment: "eio", "erofs", "enospc", or "sync" (writes are taken, fdatasync () fails). Empty
 * or missing: the disk is well. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int
fault_now (int sync)
{
  const char *file = getenv ("PARLOR_CHILD_FAULT_FILE");
  char word[8] = "";
  long fd = file != NULL ? syscall (SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0)
    return 0;
  if (read ((int)fd, word, sizeof word - 1) < 0)
    word[0] = '\0';
  close ((int)fd);
  if (strncmp (word, "sync", 4) == 0)
    return sync ? EIO : 0;
  return strncmp (word, "eio", 3) == 0      ? EIO
         : strncmp (word, "erofs", 5) == 0  ? EROFS
         : strncmp (word, "enospc", 6) == 0 ? ENOSPC
                                            : 0;
}

static int
is_under (const char *path)
{
  const char *under = getenv ("PARLOR_CHILD_FAULT_UNDER");
  return under != NULL && path != NULL && strncmp (path, under, strlen (under)) == 0;
}

static int
is_ours (int fd)
{
  char name[32], path[4096];
  snprintf (name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t n = readlink (name, path, sizeof path - 1);
  path[n > 0 ? n : 0] = '\0';
  return is_under (path);
}

#define REAL(name) ((__typeof__ (&(name)))dlsym (RTLD_NEXT, #name))
#define REFUSE(condition, sync)                                                                    \
  do                                                                                               \
    {                                                                                              \
      int why = (condition) ? fault_now (sync) : 0;                                                \
      if (why != 0)                                                                                \
        {                                                                                          \
          errno = why;                                                                             \
          return -1;                                                                               \
        }                                                                                          \
    }                                                                                              \
  while (0)

ssize_t
pwrite (int fd, const void *bytes, size_t length, off_t offset)
{
  REFUSE (is_ours (fd), 0);
  return REAL (pwrite) (fd, bytes, length, offset);
}

ssize_t
write (int fd, const void *bytes, size_t length)
{
  REFUSE (is_ours (fd), 0);
  return REAL (write) (fd, bytes, length);
}

int
ftruncate (int fd, off_t length)
{
  REFUSE (is_ours (fd), 0);
  return REAL (ftruncate) (fd, length);
}

int
fdatasync (int fd)
{
  REFUSE (is_ours (fd), 1);
  return REAL (fdatasync) (fd);
}

int
rename (const char *from, const char *to)
{
  REFUSE (is_under (to), 0);
  return REAL (rename) (from, to);
}

int
mkdir (const char *path, mode_t mode)
{
  REFUSE (is_under (path), 0);
  return REAL (mkdir) (path, mode);
}

int
unlink (const char *path)
{
  REFUSE (is_under (path), 0);
  return REAL (unlink) (path);
}

int
open (const char *path, int flags, ...)
{
  mode_t mode = 0;
  va_list list;
  va_start (list, flags);
  if ((flags & O_CREAT) != 0)
    mode = va_arg (list, mode_t);
  va_end (list);
  REFUSE (is_under (path) && (flags & (O_CREAT | O_WRONLY | O_RDWR | O_TRUNC)) != 0, 0);
  return REAL (open) (path, flags, mode);
}
