/* SPDX-License-Identifier: Apache-2.0 */
#include "record/ledger.h"

#include <glib/gstdio.h>

static gboolean
collect (const char *text, gsize length, gpointer user_data)
{
  g_string_append_len (user_data, text, (gssize)length);
  return TRUE;
}

/* The folder is not there yet: the disk that takes nothing. */
static void
test_patience (void)
{
  g_autofree char *top = g_dir_make_tmp ("ledger-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (top, "rec", NULL);
  g_autofree char *path = g_build_filename (folder, "journal", NULL);
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  ParlorLedger *ledger = parlor_ledger_new (path, NULL);
  parlor_ledger_add (ledger, json_pack ("[i]", 1));
  g_assert_false (parlor_ledger_open (ledger, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_false (parlor_ledger_is_open (ledger));
  g_assert_false (parlor_ledger_put (ledger, json_pack ("[i]", 2)));
  g_assert_false (parlor_ledger_flush (ledger));
  parlor_ledger_add (ledger, json_pack ("[i]", 3));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (parlor_ledger_open (ledger, NULL, NULL, NULL));
  g_assert_true (parlor_ledger_put (ledger, json_pack ("[i]", 4)));
  parlor_ledger_add (ledger, json_pack ("[i]", 5));
  g_assert_true (parlor_ledger_flush (ledger));
  g_assert_true (parlor_ledger_sync (ledger));
  parlor_ledger_free (ledger);
  parlor_journal_free (parlor_journal_open (path, NULL, collect, found, NULL));
  g_assert_cmpstr (found->str, ==, "[1][3][4][5]");
  g_unlink (path);
  g_rmdir (folder);
  g_rmdir (top);
}

/* What no journal takes does not stop what follows. */
static void
test_too_large (void)
{
  g_autofree char *top = g_dir_make_tmp ("ledger-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (top, "journal", NULL);
  g_autofree char *large = g_strnfill (PARLOR_JOURNAL_ENTRY_MAX + 1, 'x');
  ParlorLedger *ledger = parlor_ledger_new (path, NULL);
  g_assert_true (parlor_ledger_open (ledger, NULL, NULL, NULL));
  parlor_ledger_add (ledger, json_pack ("[s]", large));
  g_assert_true (parlor_ledger_put (ledger, json_pack ("[i]", 1)));
  parlor_ledger_free (ledger);
  g_unlink (path);
  g_rmdir (top);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/ledger/what-cannot-be-written-waits-in-order", test_patience);
  g_test_add_func ("/record/ledger/what-no-journal-takes-is-dropped", test_too_large);
  return g_test_run ();
}
