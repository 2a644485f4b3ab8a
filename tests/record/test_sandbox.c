/* SPDX-License-Identifier: Apache-2.0 */
#include "record/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process says of itself by its status. */
enum
{
  FINE,
  NO_SANDBOX,
  NO_LANDLOCK,
  WRONG
};

static gboolean
is_refused (long number, long a, long b, long c)
{
  errno = 0;
  return syscall (number, a, b, c, 0, 0, 0) == -1 && errno == EPERM;
}

/* Signal 0 asks only whether one might be sent. */
static int
try_calls (void)
{
  long parent = getppid (), self = getpid ();
  if (!parlor_sandbox_enter (0, NULL))
    return NO_SANDBOX;
  gboolean refused = is_refused (SYS_kill, parent, 0, 0) && is_refused (SYS_tkill, parent, 0, 0)
                     && is_refused (SYS_tgkill, parent, parent, 0)
                     && is_refused (SYS_rt_sigqueueinfo, parent, 0, 0)
                     && is_refused (SYS_rt_tgsigqueueinfo, parent, parent, 0)
                     && is_refused (SYS_pidfd_open, parent, 0, 0)
                     && is_refused (SYS_pidfd_send_signal, -1, 0, 0)
                     && is_refused (SYS_pidfd_getfd, -1, 0, 0)
                     && is_refused (SYS_io_uring_setup, 1, 0, 0)
                     && is_refused (SYS_io_uring_enter, -1, 0, 0)
                     && is_refused (SYS_io_uring_register, -1, 0, 0)
                     && is_refused (SYS_symlinkat, 0, -1, 0)
                     && is_refused (SYS_mknodat, -1, 0, S_IFIFO);
  return refused && syscall (SYS_tgkill, self, self, 0) == 0 ? FINE : WRONG;
}

static int
try_files (void)
{
  int before = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  char byte;
  if (!parlor_sandbox_enter (0, NULL))
    return NO_SANDBOX;
  if (!parlor_sandbox_drop_files ())
    return NO_LANDLOCK;
  return open ("/dev/null", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES
                 && open ("/", O_RDONLY | O_CLOEXEC) < 0 && read (before, &byte, 1) == 0
             ? FINE
             : WRONG;
}

/* As in a container, or before 5.13. */
static gboolean
take_landlock_away (int number)
{
  struct sock_filter filter[] = {
      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
      BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (guint32)number),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {G_N_ELEMENTS (filter), filter};
  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
         && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int
try_without (int number)
{
  if (!take_landlock_away (number) || !parlor_sandbox_enter (0, NULL))
    return NO_SANDBOX;
  return !parlor_sandbox_can_drop_files () && !parlor_sandbox_drop_files ()
                 && open ("/dev/null", O_RDONLY | O_CLOEXEC) >= 0
             ? FINE
             : WRONG;
}

static int
try_old_kernel (void)
{
  return try_without (ENOSYS);
}

static int
try_container (void)
{
  return try_without (EPERM);
}

static int
try_abort (void)
{
  if (!parlor_sandbox_enter (0, NULL))
    return NO_SANDBOX;
  signal (SIGABRT, SIG_DFL); /* not the sanitizer's */
  abort ();
}

static int
end_of (int (*func) (void))
{
  int status = -1;
  pid_t pid = fork ();
  if (pid == 0)
    _exit (func ());
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return status;
}

static int
status_of (int (*func) (void))
{
  int status = end_of (func);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_calls (void)
{
  g_assert_cmpint (status_of (try_calls), ==, FINE);
}

static void
test_files (void)
{
  int status = status_of (try_files);
  g_assert_cmpint (status == NO_LANDLOCK, ==, !parlor_sandbox_can_drop_files ());
  if (status == NO_LANDLOCK)
    g_test_skip ("this kernel has no Landlock");
  else
    g_assert_cmpint (status, ==, FINE);
}

static void
test_without (void)
{
  g_assert_cmpint (status_of (try_old_kernel), ==, FINE);
  g_assert_cmpint (status_of (try_container), ==, FINE);
}

static void
test_abort (void)
{
  int status = end_of (try_abort);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGABRT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/sandbox/others-get-no-signal-and-there-is-no-io-uring", test_calls);
  g_test_add_func ("/record/sandbox/no-file-is-opened-any-more", test_files);
  g_test_add_func ("/record/sandbox/without-landlock-it-goes-on-with-files", test_without);
  g_test_add_func ("/record/sandbox/who-gives-up-ends-by-his-own-signal", test_abort);
  return g_test_run ();
}
