/* SPDX-License-Identifier: Apache-2.0 */
/* parlorctl verify on folders that somebody made to harm whoever looks. Argument: parlorctl. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/seal.h"

static const char *parlorctl;

typedef struct
{
  char *folder;
  ParlorSealer *sealer;
} Fixture;

#define TEXT "what was said"
/* Of TEXT. */
static char *sum;

static char *
beside (const Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

static void
put (const Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = beside (f, name);
  g_unlink (path);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put_manifest (const Fixture *f, const char *manifest)
{
  g_autofree char *signature = parlor_sealer_sign (f->sealer, manifest, strlen (manifest));
  put (f, "manifest.json", manifest);
  put (f, "manifest.sig", signature);
}

static void
put_good (const Fixture *f)
{
  g_autofree char *manifest = g_strdup_printf (
      "{\"version\":1,\"files\":[{\"n\":1,\"path\":\"1.webm\",\"bytes\":%d,\"sha256\":\"%s\"}],"
      "\"stills\":[]}",
      (int)strlen (TEXT), sum);
  put_manifest (f, manifest);
  put (f, "1.webm", TEXT);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  f->folder = g_dir_make_tmp ("verify-XXXXXX", NULL);
  path = beside (f, "secret");
  f->sealer = parlor_sealer_new (path, NULL);
  g_assert_nonnull (f->sealer);
  put_good (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = beside (f, name);
      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  parlor_sealer_free (f->sealer);
  g_free (f->folder);
}

/* The exit status; what does not end is ended after a minute, by a signal. */
static int
verify (const Fixture *f, char **said)
{
  const char *const words[] = {"timeout", "60", parlorctl, "verify", f->folder, NULL};
  g_autofree char *out = NULL, *wrong = NULL;
  int status = 0;
  g_assert_true (g_spawn_sync (NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                               &wrong, &status, NULL));
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), !=, 124); /* timeout's own */
  if (said != NULL)
    *said = g_strconcat (out, wrong, NULL);
  return WEXITSTATUS (status);
}

static void
refuse (const Fixture *f)
{
  g_autofree char *said = NULL;
  int status = verify (f, &said);
  g_assert_cmpint (status, ==, 1); /* said, not crashed */
  g_assert_nonnull (strstr (said, "parlorctl"));
}

static void
replace_by_link (const Fixture *f, const char *name, const char *target)
{
  g_autofree char *path = beside (f, name);
  g_unlink (path);
  g_assert_cmpint (symlink (target, path), ==, 0);
  refuse (f);
  put_good (f);
}

static void
replace_by_pipe (const Fixture *f, const char *name)
{
  g_autofree char *path = beside (f, name);
  g_unlink (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  refuse (f);
  g_unlink (path);
  put_good (f);
}

/* 4 TiB of holes. */
static void
replace_by_giant (const Fixture *f, const char *name)
{
  g_autofree char *path = beside (f, name);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, (off_t)4 << 40), ==, 0);
  close (fd);
  refuse (f);
  g_unlink (path);
  put_good (f);
}

static void
replace_by_folder (const Fixture *f, const char *name)
{
  g_autofree char *path = beside (f, name);
  g_unlink (path);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  refuse (f);
  g_assert_cmpint (g_rmdir (path), ==, 0);
  put_good (f);
}

static void
test_not_files (Fixture *f, gconstpointer data)
{
  static const char *const names[] = {"manifest.json", "manifest.sig", "1.webm", "key"};
  g_assert_cmpint (verify (f, NULL), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key = beside (f, "key");
      replace_by_link (f, names[i], "/dev/zero");
      replace_by_link (f, names[i], "/etc/hostname");
      replace_by_link (f, names[i], names[i]);
      g_unlink (key);
      replace_by_pipe (f, names[i]);
      replace_by_folder (f, names[i]);
      replace_by_giant (f, names[i]);
      g_unlink (key);
    }
  g_assert_cmpint (verify (f, NULL), ==, 0);
}

/* A link to the very bytes is refused too: what it leads to may change once it was looked at. */
static void
test_link_to_the_same (Fixture *f, gconstpointer data)
{
  g_autofree char *path = beside (f, "1.webm");
  put (f, "2.webm", TEXT);
  g_unlink (path);
  g_assert_cmpint (symlink ("2.webm", path), ==, 0);
  refuse (f);
}

static void
test_cut_and_grown (Fixture *f, gconstpointer data)
{
  g_autofree char *path = beside (f, "manifest.json"), *whole = NULL;
  gsize length;
  put (f, "1.webm", "what was sai");
  refuse (f);
  put (f, "1.webm", TEXT "?");
  refuse (f);
  put (f, "1.webm", "");
  refuse (f);
  put_good (f);
  g_assert_true (g_file_get_contents (path, &whole, &length, NULL));
  for (gsize n = 0; n < length; n += 7)
    {
      g_assert_true (g_file_set_contents (path, whole, (gssize)n, NULL));
      refuse (f);
    }
}

/* Signed by whoever made them: it is data all the same. */
static void
test_odd_manifests (Fixture *f, gconstpointer data)
{
  static const char *const odd[] = {
      "",
      "[]",
      "null",
      "{}",
      "{\"files\":7}",
      "{\"files\":{}}",
      "{\"files\":[7]}",
      "{\"files\":[{}]}",
      "{\"files\":[{\"path\":\"1.webm\"}]}",
      "{\"files\":[{\"path\":7,\"sha256\":\"x\"}]}",
      "{\"files\":[{\"path\":\"../1.webm\",\"sha256\":\"x\"}]}",
      "{\"files\":[{\"path\":\"..\",\"sha256\":\"x\"}]}",
      "{\"files\":[{\"path\":\"\",\"sha256\":\"x\"}]}",
      "{\"files\":[{\"path\":\"/etc/passwd\",\"sha256\":\"x\"}]}",
      "{\"files\":[],\"files\":[]}",
  };
  g_autoptr (GString) deep = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      put_manifest (f, odd[i]);
      refuse (f);
    }
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  put_manifest (f, deep->str);
  refuse (f);
}

/* Names and ids that would move a terminal's cursor, or write its title. */
static void
test_what_is_shown (Fixture *f, gconstpointer data)
{
  g_autofree char *said = NULL;
  put_manifest (f, "{\"files\":[{\"path\":\"\\u001b]0;x\\u0007\",\"sha256\":\"x\"}],"
                   "\"erasures\":[{\"id\":\"\\u001b[2J\\u009b\",\"at\":9223372036854775807,"
                   "\"removed\":7}]}");
  g_assert_cmpint (verify (f, &said), ==, 1);
  g_assert_nonnull (strstr (said, "removed 0 files"));
  for (const char *each = said; *each != '\0'; each++)
    g_assert_true (g_ascii_isprint (*each) || *each == '\n');
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  parlorctl = argv[1];
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, TEXT, -1);
#define ADD(name, test) g_test_add ("/app/verify/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("pipes-links-devices-and-giants-are-refused", test_not_files);
  ADD ("a-link-to-the-same-is-refused", test_link_to_the_same);
  ADD ("what-was-cut-or-has-grown-is-refused", test_cut_and_grown);
  ADD ("odd-manifests-are-refused-whoever-signed-them", test_odd_manifests);
  ADD ("what-is-shown-moves-no-cursor", test_what_is_shown);
  int result = g_test_run ();
  g_free (sum);
  return result;
}
