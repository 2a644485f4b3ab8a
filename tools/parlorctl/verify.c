/* SPDX-License-Identifier: Apache-2.0 */
/* parlorctl verify: a recording's folder against its manifest, and the manifest against its
 * signature. Needs no daemon and no network. Whoever gives the folder may have put anything into
 * it: ordinary files alone are opened, those that are read whole have a bound, and what they say is
 * shown without what a terminal would obey. */
#include "ctl.h"

#include "record/digest.h"
#include "record/keeper.h"
#include "record/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* As the server reads them (src/record/redact.c); a signature has some 200 bytes, a wrapped key 84.
 */
#define MANIFEST_MAX ((gint64)64 << 20)
#define SIGNATURE_MAX 4096
#define KEY_MAX 256

/* No link, no pipe, no device: they lead elsewhere or never end. */
static gboolean
is_ordinary (const char *path, gint64 max)
{
  struct stat info;
  return lstat (path, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= max;
}

/* FALSE: it was said what is wrong. */
static gboolean
check_signature (const char *folder, const char *manifest, gsize length, const char *key)
{
  g_autofree char *path = g_build_filename (folder, "manifest.sig", NULL), *signature = NULL;
  g_autofree char *named = NULL;
  if (!is_ordinary (path, SIGNATURE_MAX) || !g_file_get_contents (path, &signature, NULL, NULL))
    {
      ctl_fail ("%s cannot be read", path);
      return FALSE;
    }
  if (!parlor_seal_verify (manifest, length, signature, key, &named))
    {
      ctl_fail ("the manifest is not what %s signed", key != NULL ? key : "anybody");
      return FALSE;
    }
  g_autofree char *shown = g_strescape (named, NULL);
  printf ("manifest.json  signed by %s%s\n", shown,
          key != NULL ? "" : " (compare this key with the server's)");
  return TRUE;
}

static gboolean
is_name (const char *name)
{
  return name != NULL && name[0] != '.'
         && name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-")] == '\0';
}

/* Without a key as many bytes lie there as the manifest says; with one they lie in blocks. */
static gboolean
has_its_size (const char *path, const json_t *file, const guint8 *vault_key)
{
  const json_t *bytes = json_object_get (file, "bytes");
  struct stat info;
  return vault_key != NULL || bytes == NULL
         || (lstat (path, &info) == 0 && info.st_size == json_integer_value (bytes));
}

static gboolean
check_file (const char *folder, const json_t *file, const guint8 *vault_key)
{
  const char *name = json_string_value (json_object_get (file, "path"));
  const char *expected = json_string_value (json_object_get (file, "sha256"));
  char sha[PARLOR_SHA256_TEXT];
  if (!is_name (name) || expected == NULL)
    {
      ctl_fail ("the manifest names a file without its sum, or one that no recording has");
      return FALSE;
    }
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean ok = is_ordinary (path, G_MAXINT64) && has_its_size (path, file, vault_key)
                && parlor_sha256_safe (path, vault_key, sha, NULL, NULL)
                && strcmp (sha, expected) == 0;
  printf ("%s  %s\n", name, ok ? "ok" : "DIFFERS");
  return ok;
}

static gboolean
check_list (const char *folder, const json_t *list, const guint8 *vault_key)
{
  gboolean ok = TRUE;
  gsize i;
  json_t *file;
  json_array_foreach (list, i, file) ok = check_file (folder, file, vault_key) && ok;
  return ok;
}

/* The master key is named by the environment, as the server's own option is. FALSE: it was said
 * why. */
static gboolean
find_vault_key (const char *folder, guint8 key[PARLOR_VAULT_KEY], gboolean *is_vault)
{
  const char *file = g_getenv ("PARLOR_RECORDING_KEY_FILE");
  const char *command = g_getenv ("PARLOR_RECORDING_KEY_COMMAND");
  g_autofree char *wrapped = g_build_filename (folder, PARLOR_KEY_NAME, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorKeeper) keeper = NULL;
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);
  g_autofree char *recording = g_path_get_basename (whole);
  if (g_file_test (wrapped, G_FILE_TEST_EXISTS) && !is_ordinary (wrapped, KEY_MAX))
    {
      ctl_fail ("%s is no key", wrapped);
      return FALSE;
    }
  if (file != NULL || command != NULL)
    keeper = parlor_keeper_new (file, command, &error);
  ParlorKeeperResult result = parlor_keeper_get (keeper, folder, recording, key);
  *is_vault = result == PARLOR_KEEPER_FOUND;
  if (result == PARLOR_KEEPER_LOCKED)
    ctl_fail ("the recording is enciphered: PARLOR_RECORDING_KEY_FILE must name the file of its "
              "master key%s%s",
              error != NULL ? "; " : "", error != NULL ? error->message : "");
  return result != PARLOR_KEEPER_LOCKED;
}

/* What was taken out with a person; the file's bytes have been compared by now. */
static void
say_erasures (const json_t *manifest)
{
  gsize i;
  json_t *one;
  json_array_foreach (json_object_get (manifest, "erasures"), i, one)
  {
    const json_t *removed = json_object_get (one, "removed");
    g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (
        json_integer_value (json_object_get (one, "at")) / 1000);
    g_autofree char *date = at != NULL ? g_date_time_format (at, "%Y-%m-%d %H:%M UTC") : NULL;
    const char *id = json_string_value (json_object_get (one, "id"));
    g_autofree char *shown = id != NULL ? g_strescape (id, NULL) : NULL;
    printf ("%s  %s: removed %u files, %u stills, %u messages; %u markers lost their words\n",
            shown != NULL ? shown : "?", date != NULL ? date : "?",
            (guint)json_array_size (json_object_get (removed, "files")),
            (guint)json_integer_value (json_object_get (removed, "stills")),
            (guint)json_integer_value (json_object_get (removed, "chat")),
            (guint)json_integer_value (json_object_get (removed, "markers")));
  }
}

int
ctl_verify (const char *folder, const char *key)
{
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "manifest.json", NULL) : NULL;
  guint8 bytes[PARLOR_VAULT_KEY];
  gboolean is_vault = FALSE;
  if (folder == NULL)
    return ctl_fail ("verify needs the folder of a recording");
  if (!find_vault_key (folder, bytes, &is_vault))
    return EXIT_FAILURE;
  const guint8 *vault_key = is_vault ? bytes : NULL;
  g_autoptr (GBytes) all = is_ordinary (path, 2 * MANIFEST_MAX)
                               ? parlor_safe_load (path, vault_key, MANIFEST_MAX, NULL)
                               : NULL;
  if (all == NULL)
    return ctl_fail ("%s cannot be read: is the recording sealed?", path);
  gsize length = 0;
  const char *text = g_bytes_get_data (all, &length);
  gboolean ok = text != NULL && check_signature (folder, text, length, key);
  json_t *manifest = json_loadb (text != NULL ? text : "", length, JSON_REJECT_DUPLICATES, NULL);
  ok = json_is_array (json_object_get (manifest, "files")) && ok;
  ok = check_list (folder, json_object_get (manifest, "files"), vault_key) && ok;
  ok = check_list (folder, json_object_get (manifest, "stills"), vault_key) && ok;
  say_erasures (manifest);
  json_decref (manifest);
  return ok ? EXIT_SUCCESS : ctl_fail ("this is not what was recorded");
}
