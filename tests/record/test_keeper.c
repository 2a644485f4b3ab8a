/* SPDX-License-Identifier: Apache-2.0 */
#include "record/keeper.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define HEX_A "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define BASE64_B "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE="

typedef struct
{
  char *top, *folder, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->top = g_dir_make_tmp ("keeper-XXXXXX", NULL);
  f->folder = g_build_filename (f->top, "rec_1", NULL);
  f->path = g_build_filename (f->folder, PARLOR_KEY_NAME, NULL);
  g_mkdir (f->folder, 0700);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_rmdir (f->folder);
  g_rmdir (f->top);
  g_free (f->path);
  g_free (f->folder);
  g_free (f->top);
}

static void
test_rotation (Fixture *f, gconstpointer data)
{
  g_autoptr (ParlorKeeper) old = parlor_keeper_new_from_text (HEX_A "\n", NULL);
  g_autoptr (ParlorKeeper) both = parlor_keeper_new_from_text ("# new\n" BASE64_B "\n" HEX_A, NULL);
  g_autoptr (ParlorKeeper) new = parlor_keeper_new_from_text (BASE64_B, NULL);
  guint8 key[PARLOR_VAULT_KEY], found[PARLOR_VAULT_KEY];
  guint locked;
  g_assert_cmpint (parlor_keeper_get (old, f->folder, "rec_1", found), ==, PARLOR_KEEPER_NONE);
  g_autofree char *text = parlor_keeper_make (old, "rec_1", key);
  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
  g_assert_cmpint (parlor_keeper_get (new, f->folder, "rec_1", found), ==, PARLOR_KEEPER_LOCKED);
  g_assert_cmpint (parlor_keeper_get (NULL, f->folder, "rec_1", found), ==, PARLOR_KEEPER_LOCKED);
  g_assert_cmpuint (parlor_keeper_rewrap (new, f->top, &locked), ==, 0);
  g_assert_cmpuint (locked, ==, 1);
  g_assert_cmpint (parlor_keeper_get (both, f->folder, "rec_1", found), ==, PARLOR_KEEPER_FOUND);
  g_assert_cmpuint (parlor_keeper_rewrap (both, f->top, &locked), ==, 1);
  g_assert_cmpuint (parlor_keeper_rewrap (both, f->top, &locked), ==, 0);
  g_assert_cmpuint (locked, ==, 0);
  g_assert_cmpint (parlor_keeper_get (new, f->folder, "rec_1", found), ==, PARLOR_KEEPER_FOUND);
  g_assert_cmpmem (found, sizeof found, key, sizeof key);
  g_assert_cmpint (parlor_keeper_get (old, f->folder, "rec_1", found), ==, PARLOR_KEEPER_LOCKED);
}

static void
write_large (const char *path, gsize length)
{
  g_autofree char *text = g_strnfill (length, '#');
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* What is too large to hold a key is refused by its size, and nothing but its own recording. */
static void
test_large (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ParlorKeeper) keeper = parlor_keeper_new_from_text (HEX_A "\n", NULL);
  g_autofree char *other = g_build_filename (f->top, "rec_2", NULL);
  g_autofree char *whole = g_build_filename (other, PARLOR_KEY_NAME, NULL);
  guint8 key[PARLOR_VAULT_KEY], found[PARLOR_VAULT_KEY];
  guint locked;
  g_autofree char *text = parlor_keeper_make (keeper, "rec_2", key);
  g_mkdir (other, 0700);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
  write_large (f->path, 1 << 20);
  g_assert_cmpint (parlor_keeper_get (keeper, f->folder, "rec_1", found), ==, PARLOR_KEEPER_LOCKED);
  g_assert_cmpint (parlor_keeper_get (keeper, other, "rec_2", found), ==, PARLOR_KEEPER_FOUND);
  g_assert_cmpuint (parlor_keeper_rewrap (keeper, f->top, &locked), ==, 0);
  g_assert_cmpuint (locked, ==, 1);
  g_assert_null (parlor_keeper_new (f->path, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_assert_nonnull (strstr (error->message, "larger than 64 KiB"));
  g_clear_error (&error);
  g_assert_null (parlor_keeper_new ("/dev/zero", NULL, &error)); /* without an end */
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  g_unlink (whole);
  g_rmdir (other);
}

/* 64 KiB are not too many, and a link leads to them. */
static void
test_largest (Fixture *f, gconstpointer data)
{
  g_autofree char *remarks = g_strnfill ((64 << 10) - strlen (HEX_A) - 1, '#');
  g_autofree char *text = g_strconcat (HEX_A, "\n", remarks, NULL);
  g_autofree char *link = g_build_filename (f->top, "link", NULL);
  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
  g_assert_cmpint (symlink (f->path, link), ==, 0);
  g_autoptr (ParlorKeeper) keeper = parlor_keeper_new (link, NULL, NULL);
  g_assert_nonnull (keeper);
  g_unlink (link);
}

static void
test_texts (void)
{
  static const char *const bad[] = {"", "# nothing\n", "short", HEX_A "00", HEX_A "\nodd"};
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_clear_error (&error);
      g_assert_null (parlor_keeper_new_from_text (bad[i], &error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
    }
}

static void
test_command (void)
{
  g_autoptr (ParlorKeeper) keeper = parlor_keeper_new (NULL, "echo " HEX_A, NULL);
  g_assert_nonnull (keeper);
  g_assert_null (parlor_keeper_new (NULL, "echo " HEX_A "; exit 3", NULL));
  g_assert_null (parlor_keeper_new ("/nowhere/key", NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/record/keeper/a-master-key-is-rotated", Fixture, NULL, set_up, test_rotation,
              tear_down);
  g_test_add ("/record/keeper/what-is-too-large-for-a-key-is-refused", Fixture, NULL, set_up,
              test_large, tear_down);
  g_test_add ("/record/keeper/a-file-of-64-kib-is-read-through-a-link", Fixture, NULL, set_up,
              test_largest, tear_down);
  g_test_add_func ("/record/keeper/what-is-no-key-is-refused", test_texts);
  g_test_add_func ("/record/keeper/a-command-says-it", test_command);
  return g_test_run ();
}
