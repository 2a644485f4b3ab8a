/* SPDX-License-Identifier: Apache-2.0 */
#include "record/seal.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

static void
test_life (void)
{
  g_autofree char *folder = g_dir_make_tmp ("seal-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "key", NULL);
  g_autoptr (ParlorSealer) first = parlor_sealer_new (path, NULL);
  g_autoptr (ParlorSealer) again = parlor_sealer_new (path, NULL);
  struct stat info;
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpstr (parlor_sealer_key (first), ==, parlor_sealer_key (again));
  const char *text = "{\"version\":1}";
  g_autofree char *signature = parlor_sealer_sign (first, text, strlen (text));
  g_autofree char *key = NULL;
  g_assert_true (parlor_seal_verify (text, strlen (text), signature, NULL, &key));
  g_assert_cmpstr (key, ==, parlor_sealer_key (first));
  g_assert_true (parlor_seal_verify (text, strlen (text), signature, key, NULL));
  g_assert_false (parlor_seal_verify ("{\"version\":2}", strlen (text), signature, NULL, NULL));
  g_assert_false (parlor_seal_verify (text, strlen (text), signature, "AAAA", NULL));
  g_assert_false (parlor_seal_verify (text, strlen (text), "{}", NULL, NULL));
  g_assert_false (parlor_seal_verify (text, strlen (text), "no JSON", NULL, NULL));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_short_key (void)
{
  g_autofree char *folder = g_dir_make_tmp ("seal-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "key", NULL);
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_set_contents (path, "too short", -1, NULL));
  g_assert_null (parlor_sealer_new (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/seal/what-is-signed-verifies-and-nothing-else", test_life);
  g_test_add_func ("/record/seal/a-damaged-key-is-not-replaced", test_short_key);
  return g_test_run ();
}
