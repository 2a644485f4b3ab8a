/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "pg_server.h"
#include "store/memory.h"
#include "store/postgres.h"
#include "store/sqlite.h"

static ParlorStore *
open_memory (const char *folder)
{
  return parlor_store_memory_new ();
}

static ParlorStore *
open_sqlite (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "parlor.db", NULL);
  g_autoptr (GError) error = NULL;
  ParlorStore *store = parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = path}, &error);
  g_assert_no_error (error);
  return store;
}

static void
run_sqlite (const char *folder, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, "parlor.db", NULL);
  sqlite3 *db = NULL;
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* One server for all tests of a program, a database for each. */
static PgServer *server;

static char *
url_in (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "url", NULL);
  char *url = NULL;
  if (g_file_get_contents (path, &url, NULL, NULL))
    return url;
  if (server == NULL)
    server = pg_server_new (FALSE);
  url = pg_server_make_database (server);
  g_assert_true (g_file_set_contents (path, url, -1, NULL));
  return url;
}

static ParlorStore *
open_postgres (const char *folder)
{
  g_autofree char *url = url_in (folder);
  g_autoptr (GError) error = NULL;
  ParlorStore *store = parlor_store_postgres_new (&(ParlorStorePostgresSpec){.url = url}, &error);
  g_assert_no_error (error);
  return store;
}

static void
run_postgres (const char *folder, const char *sql)
{
  g_autofree char *url = url_in (folder);
  g_autofree char *there = g_strdup_printf ("SET search_path = parlor; %s", sql);
  pg_server_ask (url, there);
}

int
harness_run (void)
{
  int result = g_test_run ();
  g_clear_pointer (&server, pg_server_free);
  return result;
}

static const Backend backends[] = {
    {"memory", open_memory, NULL, FALSE},
    {"sqlite", open_sqlite, run_sqlite, TRUE},
    {"postgres", open_postgres, run_postgres, TRUE},
};

static void
on_wake (gpointer user_data)
{
  Fixture *f = user_data;
  g_mutex_lock (&f->mutex);
  f->woken = TRUE;
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->mutex);
}

void
harness_set_up (Fixture *f, gconstpointer backend)
{
  f->backend = backend;
  f->folder = g_dir_make_tmp ("parlor-store-XXXXXX", NULL);
  f->store = f->backend->open (f->folder);
  f->store->ops->set_wake (f->store, on_wake, f);
  f->found = g_string_new (NULL);
}

void
harness_tear_down (Fixture *f, gconstpointer backend)
{
  static const char *const names[] = {"parlor.db", "parlor.db-wal", "parlor.db-shm", "url"};
  f->store->ops->close (f->store, 5000);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->folder, names[i], NULL);
      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_string_free (f->found, TRUE);
}

void
harness_step (Fixture *f)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  g_mutex_lock (&f->mutex);
  while (!f->woken)
    g_assert_true (g_cond_wait_until (&f->cond, &f->mutex, until));
  f->woken = FALSE;
  g_mutex_unlock (&f->mutex);
  f->store->ops->dispatch (f->store);
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  ((Fixture *)user_data)->flushed = durable;
}

gboolean
harness_wait_flushed (Fixture *f)
{
  f->flushed = -1;
  f->store->ops->flush (f->store, on_flushed, f);
  g_assert_cmpint (f->flushed, ==, -1); /* never from inside the call */
  while (f->flushed == -1)
    harness_step (f);
  return f->flushed;
}

void
harness_flush (Fixture *f)
{
  g_assert_true (harness_wait_flushed (f));
}

void
harness_reopen (Fixture *f)
{
  harness_flush (f);
  if (!f->backend->persistent)
    return;
  f->store->ops->close (f->store, 5000);
  f->store = f->backend->open (f->folder);
  f->store->ops->set_wake (f->store, on_wake, f);
}

void
harness_add (const char *name, void (*test) (Fixture *f, gconstpointer data))
{
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    {
      g_autofree char *path = g_strdup_printf ("/store/%s/%s", backends[i].name, name);
      g_test_add (path, Fixture, &backends[i], harness_set_up, test, harness_tear_down);
    }
}
