/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pictures.h"

#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
is_known (const char *id, gpointer known)
{
  return g_str_equal (id, known);
}

static void
test_sweep (void)
{
  g_autofree char *folder = g_dir_make_tmp ("parlor-pictures-XXXXXX", NULL);
  g_autofree char *inside = g_build_filename (folder, "pictures", NULL);
  g_autofree char *apart = g_build_filename (folder, "stills", NULL);
  g_autofree char *other = g_build_filename (apart, "mk_b", NULL);
  g_autofree char *half = g_build_filename (inside, "upl_c.X1Y2Z3", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 size = 0;
  g_byte_array_append (bytes, (const guint8 *)"x", 1);
  g_assert_true (parlor_pictures_write (folder, "upl_a", bytes, NULL));
  g_assert_true (parlor_pictures_write (folder, "upl_b", bytes, NULL));
  g_assert_true (g_file_set_contents (half, "x", 1, NULL)); /* a write that was cut off */
  g_assert_true (parlor_pictures_write (folder, "mk_b", bytes, NULL));
  g_assert_cmpuint (parlor_pictures_sweep (folder, "upl_", is_known, (gpointer) "upl_a"), ==, 2);
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS)); /* a marker's: not looked at */
  g_assert_cmpuint (parlor_pictures_sweep (folder, "mk_", is_known, (gpointer) "upl_a"), ==, 1);
  g_assert_cmpint (parlor_pictures_open (folder, "upl_b", &size), ==, -1);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
  int fd = parlor_pictures_open (folder, "upl_a", &size);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  parlor_pictures_remove (folder, "upl_a");
  g_assert_cmpint (g_rmdir (inside), ==, 0);
  g_assert_cmpint (g_rmdir (apart), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_room (void)
{
  g_assert_false (parlor_pictures_has_room (g_get_tmp_dir (), G_GUINT64_CONSTANT (1) << 60));
  g_assert_false (parlor_pictures_has_room ("/nonexistent/parlor", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/pictures/a-file-that-nobody-knows-goes", test_sweep);
  g_test_add_func ("/app/pictures/a-disk-that-is-full-takes-none", test_room);
  return g_test_run ();
}
