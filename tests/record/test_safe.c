/* SPDX-License-Identifier: Apache-2.0 */
#include "record/safe.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODEL_MAX (6 * PARLOR_VAULT_TEXT)

static const guint8 key[PARLOR_VAULT_KEY] = {7}, other_key[PARLOR_VAULT_KEY] = {8};

typedef struct
{
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("safe-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "file", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_rmdir (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
expect_text (ParlorSafeFile *file, const guint8 *model, gsize size)
{
  g_autofree guint8 *out = g_malloc0 (MODEL_MAX);
  g_assert_cmpuint (parlor_safe_size (file), ==, size);
  g_assert_cmpint (parlor_safe_read (file, 0, out, MODEL_MAX), ==, (gssize)size);
  g_assert_cmpmem (out, size, model, size);
}

static void
write_some (ParlorSafeFile *file, GRand *dice, guint8 *model, gsize *size)
{
  gsize at = (gsize)g_rand_int_range (dice, 0, (gint32)*size + 1);
  gsize length = (gsize)g_rand_int_range (dice, 1, 9000);
  at = g_rand_boolean (dice) ? *size : at;
  length = MIN (length, MODEL_MAX - at);
  for (gsize i = 0; i < length; i++)
    model[at + i] = (guint8)g_rand_int (dice);
  g_assert_true (parlor_safe_write (file, at, model + at, length));
  *size = MAX (*size, at + length);
}

/* Operations in any order against bytes in memory; now and then it is closed and opened again. */
static void
test_model (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (1);
  for (guint round = 0; round < 40; round++)
    {
      const guint8 *mine = round % 4 == 3 ? NULL : key;
      guint8 *model = g_malloc0 (MODEL_MAX);
      gsize size = 0;
      ParlorSafeFile *file = parlor_safe_create (f->path, mine, NULL);
      for (guint i = 0; i < 40; i++)
        {
          guint dies = (guint)g_rand_int_range (dice, 0, 10);
          if (dies < 6 && size < MODEL_MAX)
            write_some (file, dice, model, &size);
          else if (dies == 6)
            {
              size = (gsize)g_rand_int_range (dice, 0, (gint32)size + 1);
              g_assert_true (parlor_safe_truncate (file, size));
            }
          else
            {
              if (dies == 7)
                g_assert_true (parlor_safe_finish (file));
              parlor_safe_close (file);
              file = parlor_safe_open (f->path, mine, TRUE, NULL);
              g_assert_nonnull (file);
            }
          expect_text (file, model, size);
        }
      parlor_safe_close (file);
      g_unlink (f->path);
      g_free (model);
    }
}

static void
make_file (Fixture *f, gsize size, gboolean finished)
{
  g_autofree guint8 *text = g_malloc (size);
  memset (text, 't', size);
  ParlorSafeFile *file = parlor_safe_create (f->path, key, NULL);
  g_assert_true (parlor_safe_write (file, 0, text, size));
  if (finished)
    g_assert_true (parlor_safe_finish (file));
  parlor_safe_close (file);
}

static goffset
size_on_disk (Fixture *f)
{
  GStatBuf info;
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  return info.st_size;
}

/* A crash cuts it off wherever it likes: what is whole is there. */
static void
test_torn (Fixture *f, gconstpointer data)
{
  make_file (f, 3 * PARLOR_VAULT_TEXT + 100, FALSE);
  goffset whole = size_on_disk (f);
  for (goffset cut = whole; cut >= PARLOR_VAULT_BLOCK; cut -= 511)
    {
      g_assert_cmpint (truncate (f->path, cut), ==, 0);
      g_autoptr (ParlorSafeFile) file = parlor_safe_open (f->path, key, TRUE, NULL);
      guint64 blocks = (guint64)cut / PARLOR_VAULT_BLOCK - 1;
      g_assert_nonnull (file);
      g_assert_cmpuint (parlor_safe_size (file), ==,
                        MIN (blocks * PARLOR_VAULT_TEXT, 3 * PARLOR_VAULT_TEXT + 100));
    }
}

/* A finished one that is shorter is no crash. */
static void
test_truncation (Fixture *f, gconstpointer data)
{
  make_file (f, 3 * PARLOR_VAULT_TEXT + 100, TRUE);
  for (goffset cut = size_on_disk (f) - PARLOR_VAULT_BLOCK; cut >= PARLOR_VAULT_BLOCK;
       cut -= PARLOR_VAULT_BLOCK)
    {
      g_autoptr (GError) error = NULL;
      g_assert_cmpint (truncate (f->path, cut), ==, 0);
      g_assert_null (parlor_safe_open (f->path, key, FALSE, &error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
    }
}

static void
test_keys (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL, none = NULL;
  make_file (f, 100, TRUE);
  g_assert_null (parlor_safe_open (f->path, other_key, FALSE, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_PERM);
  g_assert_null (parlor_safe_open (f->path, NULL, FALSE, &none));
  g_assert_error (none, G_FILE_ERROR, G_FILE_ERROR_PERM);
}

/* Two blocks change places: each is whole, neither is read. */
static void
test_swapped (Fixture *f, gconstpointer data)
{
  guint8 first[PARLOR_VAULT_BLOCK], second[PARLOR_VAULT_BLOCK], out[10];
  make_file (f, 3 * PARLOR_VAULT_TEXT, TRUE);
  int fd = open (f->path, O_RDWR);
  g_assert_cmpint (pread (fd, first, sizeof first, PARLOR_VAULT_BLOCK), ==, sizeof first);
  g_assert_cmpint (pread (fd, second, sizeof second, 2 * PARLOR_VAULT_BLOCK), ==, sizeof second);
  g_assert_cmpint (pwrite (fd, first, sizeof first, 2 * PARLOR_VAULT_BLOCK), ==, sizeof first);
  g_assert_cmpint (pwrite (fd, second, sizeof second, PARLOR_VAULT_BLOCK), ==, sizeof second);
  close (fd);
  g_autoptr (ParlorSafeFile) file = parlor_safe_open (f->path, key, FALSE, NULL);
  g_assert_cmpint (parlor_safe_read (file, 0, out, sizeof out), ==, -1);
  g_assert_cmpint (parlor_safe_read (file, PARLOR_VAULT_TEXT, out, sizeof out), ==, -1);
  /* The rest can be read all the same. */
  g_assert_cmpint (parlor_safe_read (file, 2 * PARLOR_VAULT_TEXT, out, sizeof out), ==, 10);
}

static void
test_store (Fixture *f, gconstpointer data)
{
  g_assert_true (parlor_safe_store (f->path, key, "old", 3, NULL));
  g_assert_true (parlor_safe_store (f->path, key, "newer", 5, NULL));
  g_autoptr (GBytes) bytes = parlor_safe_load (f->path, key, 5, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "newer", 5);
  g_assert_null (parlor_safe_load (f->path, key, 4, NULL));
}

static void
test_large (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd = open (f->path, O_RDWR | O_CREAT, 0600);
  g_assert_cmpint (ftruncate (fd, (off_t)PARLOR_SAFE_WHOLE_MAX + 1), ==, 0); /* takes no space */
  close (fd);
  g_assert_null (parlor_safe_map (f->path, key, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOMEM);
  g_autoptr (GBytes) bytes = parlor_safe_map (f->path, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, PARLOR_SAFE_WHOLE_MAX + 1);
}

#define ADD(name, func) g_test_add ("/record/safe/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("it-is-a-file-like-any-other", test_model);
  ADD ("a-torn-end-is-left-out", test_torn);
  ADD ("a-finished-one-cut-short-is-found-out", test_truncation);
  ADD ("it-opens-to-its-key-alone", test_keys);
  ADD ("blocks-that-changed-places-are-found-out", test_swapped);
  ADD ("what-is-stored-replaces-the-whole", test_store);
  ADD ("with-a-key-only-so-much-is-taken-into-memory", test_large);
  return g_test_run ();
}
