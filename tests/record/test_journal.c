/* SPDX-License-Identifier: Apache-2.0 */
#include "record/journal.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
collect (const char *text, gsize length, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strndup (text, length));
  return TRUE;
}

static GPtrArray *
entries_of (const char *path)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (ParlorJournal) journal = parlor_journal_open (path, NULL, collect, entries, NULL);
  g_assert_nonnull (journal);
  return entries;
}

static char *
make_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("journal-XXXXXX", NULL);
  return g_build_filename (folder, "journal", NULL);
}

static void
remove_path (char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
}

static void
write_two (const char *path)
{
  g_autoptr (ParlorJournal) journal = parlor_journal_open (path, NULL, NULL, NULL, NULL);
  g_assert_true (parlor_journal_append (journal, "{\"t\":\"one\"}", 11));
  g_assert_true (parlor_journal_append (journal, "{\"t\":\"two\"}", 11));
  g_assert_true (parlor_journal_sync (journal));
}

static void
test_again (void)
{
  char *path = make_path ();
  write_two (path);
  g_autoptr (GPtrArray) entries = entries_of (path);
  g_assert_cmpuint (entries->len, ==, 2);
  g_assert_cmpstr (entries->pdata[0], ==, "{\"t\":\"one\"}");
  g_assert_cmpstr (entries->pdata[1], ==, "{\"t\":\"two\"}");
  remove_path (path);
}

/* Wherever a crash cuts it off: whole entries stay, and what is appended next is read again. */
static void
test_torn (void)
{
  char *path = make_path ();
  g_autofree char *bytes = NULL;
  gsize length = 0;
  write_two (path);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize cut = 0; cut < length; cut++)
    {
      g_assert_true (g_file_set_contents (path, bytes, (gssize)cut, NULL));
      {
        g_autoptr (ParlorJournal) journal = parlor_journal_open (path, NULL, NULL, NULL, NULL);
        g_assert_true (parlor_journal_append (journal, "{\"t\":\"three\"}", 13));
      }
      g_autoptr (GPtrArray) entries = entries_of (path);
      g_assert_cmpuint (entries->len, ==, (cut >= length / 2 ? 1 : 0) + 1);
      g_assert_cmpstr (entries->pdata[entries->len - 1], ==, "{\"t\":\"three\"}");
    }
  remove_path (path);
}

static void
test_flipped (void)
{
  char *path = make_path ();
  g_autofree char *bytes = NULL;
  gsize length = 0;
  write_two (path);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize i = 0; i < length; i++)
    {
      g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);
      bytes[i] ^= 0x10;
      gsize whole = parlor_journal_scan ((const guint8 *)bytes, length, collect, entries);
      g_assert_cmpuint (whole, <, length);
      g_assert_cmpuint (entries->len, ==, i < length / 2 ? 0 : 1);
      bytes[i] ^= 0x10;
    }
  remove_path (path);
}

static void
test_crc (void)
{
  g_assert_cmphex (parlor_crc32 ((const guint8 *)"123456789", 9), ==, 0xcbf43926);
}

static void
test_bounds (void)
{
  char *path = make_path ();
  {
    g_autoptr (ParlorJournal) journal = parlor_journal_open (path, NULL, NULL, NULL, NULL);
    g_autofree char *large = g_malloc0 (PARLOR_JOURNAL_ENTRY_MAX + 1);
    g_assert_false (parlor_journal_append (journal, large, PARLOR_JOURNAL_ENTRY_MAX + 1));
    g_assert_false (parlor_journal_append (journal, large, 0));
    g_assert_true (parlor_journal_append (journal, large, PARLOR_JOURNAL_ENTRY_MAX));
  }
  g_autoptr (GPtrArray) entries = entries_of (path);
  g_assert_cmpuint (entries->len, ==, 1);
  remove_path (path);
}

static gpointer
let_go (gpointer journal)
{
  parlor_journal_append (journal, "{\"last\":1}", 10);
  parlor_journal_free (journal);
  return NULL;
}

/* An old process may still write its last entry when the new one opens. */
static void
test_one_writer (void)
{
  char *path = make_path ();
  ParlorJournal *first = parlor_journal_open (path, NULL, NULL, NULL, NULL);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);
  GThread *thread = g_thread_new ("old", let_go, first);
  ParlorJournal *second = parlor_journal_open (path, NULL, collect, entries, NULL);
  g_thread_join (thread);
  g_assert_nonnull (second);
  g_assert_cmpuint (entries->len, ==, 1);
  parlor_journal_free (second);
  remove_path (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/journal/what-was-appended-is-read-again", test_again);
  g_test_add_func ("/record/journal/a-torn-end-is-cut-off-wherever-it-is", test_torn);
  g_test_add_func ("/record/journal/no-flipped-bit-is-believed", test_flipped);
  g_test_add_func ("/record/journal/the-checksum-is-that-of-ethernet", test_crc);
  g_test_add_func ("/record/journal/it-has-one-writer", test_one_writer);
  g_test_add_func ("/record/journal/entries-have-a-bound", test_bounds);
  return g_test_run ();
}
