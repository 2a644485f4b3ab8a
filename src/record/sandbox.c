/* SPDX-License-Identifier: Apache-2.0 */
#include "record/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

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
      REFUSE (SYS_perf_event_open),
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
