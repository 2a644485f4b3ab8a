/* SPDX-License-Identifier: Apache-2.0 */
#include "record/childenv.h"

/* With the sign of equality: that name; without: what begins so. */
static const char *const passed[] = {
    "PATH=",
    "HOME=",
    "USER=",
    "LANG=",
    "LANGUAGE=",
    "TZ=",
    "TMPDIR=",
    "G_DEBUG=",
    "G_SLICE=",
    "G_MESSAGES_DEBUG=",
    "ASAN_OPTIONS=",
    "LSAN_OPTIONS=",
    "TSAN_OPTIONS=",
    "UBSAN_OPTIONS=",
    "GLIBC_TUNABLES=",
    "LLVM_PROFILE_FILE=",
    "LC_",
    "LD_",
    "XDG_",
    "GST_",
    "ORC_",
    "FONTCONFIG_",
    "GCOV_",
    "MALLOC_",
    "OPENSSL_",
    "PARLOR_CHILD_",
    NULL,
};

static gboolean
is_passed (const char *line)
{
  for (guint i = 0; passed[i] != NULL; i++)
    if (g_str_has_prefix (line, passed[i]))
      return TRUE;
  return FALSE;
}

char **
parlor_child_environment_of (const char *const *environment)
{
  GPtrArray *lines = g_ptr_array_new ();
  for (guint i = 0; environment[i] != NULL; i++)
    if (is_passed (environment[i]))
      g_ptr_array_add (lines, g_strdup (environment[i]));
  g_ptr_array_add (lines, NULL);
  return (char **)g_ptr_array_free (lines, FALSE);
}

char **
parlor_child_environment (void)
{
  g_auto (GStrv) all = g_get_environ ();
  return parlor_child_environment_of ((const char *const *)all);
}
