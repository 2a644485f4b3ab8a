/* SPDX-License-Identifier: Apache-2.0 */
/* parlorctl verify: a recording's folder against its manifest, and the manifest against its
 * signature. Needs no daemon and no network. */
#include "ctl.h"

#include "record/digest.h"
#include "record/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FALSE: it was said what is wrong. */
static gboolean
check_signature (const char *folder, const char *manifest, gsize length, const char *key)
{
  g_autofree char *path = g_build_filename (folder, "manifest.sig", NULL), *signature = NULL;
  g_autofree char *named = NULL;
  if (!g_file_get_contents (path, &signature, NULL, NULL))
    {
      ctl_fail ("%s cannot be read", path);
      return FALSE;
    }
  if (!parlor_seal_verify (manifest, length, signature, key, &named))
    {
      ctl_fail ("the manifest is not what %s signed",
                key != NULL ? key : (named != NULL ? named : "anybody"));
      return FALSE;
    }
  printf ("manifest.json  signed by %s%s\n", named,
          key != NULL ? "" : " (compare this key with the server's)");
  return TRUE;
}

static gboolean
check_file (const char *folder, const json_t *file)
{
  const char *name = json_string_value (json_object_get (file, "path"));
  const char *expected = json_string_value (json_object_get (file, "sha256"));
  char sha[PARLOR_SHA256_TEXT];
  if (name == NULL || expected == NULL || strchr (name, '/') != NULL)
    {
      ctl_fail ("the manifest names a file without its sum");
      return FALSE;
    }
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean ok = parlor_sha256_file (path, sha, NULL, NULL) && strcmp (sha, expected) == 0;
  printf ("%s  %s\n", name, ok ? "ok" : "DIFFERS");
  return ok;
}

static gboolean
check_list (const char *folder, const json_t *list)
{
  gboolean ok = TRUE;
  gsize i;
  json_t *file;
  json_array_foreach (list, i, file) ok = check_file (folder, file) && ok;
  return ok;
}

int
ctl_verify (const char *folder, const char *key)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "manifest.json", NULL) : NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  if (folder == NULL)
    return ctl_fail ("verify needs the folder of a recording");
  if (!g_file_get_contents (path, &text, &length, NULL))
    return ctl_fail ("%s cannot be read: is the recording sealed?", path);
  gboolean ok = check_signature (folder, text, length, key);
  json_t *manifest = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  ok = check_list (folder, json_object_get (manifest, "files")) && ok;
  ok = check_list (folder, json_object_get (manifest, "stills")) && ok && manifest != NULL;
  json_decref (manifest);
  return ok ? EXIT_SUCCESS : ctl_fail ("this is not what was recorded");
}
