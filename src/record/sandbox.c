/* SPDX-License-Identifier: Apache-2.0 */
#include "record/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define X32_BIT 0x40000000

#define REFUSE(number)                                                                             \
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                                            \
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static gboolean
install_filter (void)
{
#ifdef ARCHITECTURE
  struct sock_filter filter[] = {
      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, arch)),
      BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
      /* x32's numbers would pass what follows. */
      BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      REFUSE (SYS_socket),
      REFUSE (SYS_connect),
      REFUSE (SYS_bind),
      REFUSE (SYS_listen),
      REFUSE (SYS_execve),
      REFUSE (SYS_execveat),
      REFUSE (SYS_ptrace),
      REFUSE (SYS_process_vm_readv),
      REFUSE (SYS_process_vm_writev),
      REFUSE (SYS_mount),
      REFUSE (SYS_unshare),
      REFUSE (SYS_setns),
      REFUSE (SYS_bpf),
      REFUSE (SYS_keyctl),
      REFUSE (SYS_add_key),
      REFUSE (SYS_kill),
      REFUSE (SYS_tkill),
      REFUSE (SYS_rt_sigqueueinfo),
      REFUSE (SYS_rt_tgsigqueueinfo),
      REFUSE (SYS_pidfd_open),
      REFUSE (SYS_pidfd_getfd),
      REFUSE (SYS_pidfd_send_signal),
      REFUSE (SYS_io_uring_setup),
      REFUSE (SYS_io_uring_enter),
      REFUSE (SYS_io_uring_register),
      REFUSE (SYS_perf_event_open),
      /* parlord reads what lies there, perhaps as a user who may read more. */
      REFUSE (SYS_symlinkat),
      REFUSE (SYS_mknodat),
#ifdef SYS_symlink
      REFUSE (SYS_symlink),
      REFUSE (SYS_mknod),
#endif
      /* To its own threads only: abort () needs it. */
      BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3),
      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[0])),
      BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (guint32)getpid (), 1, 0),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {G_N_ELEMENTS (filter), filter};
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
  return TRUE;
#endif
}

gboolean
parlor_sandbox_enter (guint64 memory_bytes, GError **error)
{
  struct rlimit none = {0, 0};
  G_GNUC_UNUSED struct rlimit memory = {memory_bytes, memory_bytes};
  setrlimit (RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow alone is terabytes */
  if (memory_bytes != 0)
    setrlimit (RLIMIT_DATA, &memory);
#endif
  /* Not everywhere allowed, and the filter below refuses sockets anyway. */
  if (unshare (CLONE_NEWNET) < 0 && unshare (CLONE_NEWUSER | CLONE_NEWNET) < 0)
    g_debug ("no network namespace of our own: %s", g_strerror (errno));
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install_filter ())
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
               "the kernel takes no system call filter: %s", g_strerror (errno));
  return FALSE;
}

gboolean
parlor_sandbox_can_drop_files (void)
{
  return syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

/* All that the first version knows of; a newer kernel takes it too. */
gboolean
parlor_sandbox_drop_files (void)
{
  const struct landlock_ruleset_attr rules = {.handled_access_fs = (1ULL << 13) - 1};
  int fd = (int)syscall (SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  gboolean ok = fd >= 0 && syscall (SYS_landlock_restrict_self, fd, 0) == 0;
  if (fd >= 0)
    close (fd);
  return ok;
}
