/* SPDX-License-Identifier: Apache-2.0 */
/* What only a database server can do wrong: die, come back, accept and never answer. */
#include "store/postgres.h"

#include <string.h>

#include "base/audit.h"
#include "base/error.h"
#include "pg_server.h"

static PgServer *server; /* one for all tests: it takes a second to make */

typedef struct
{
  char *url;
  ParlorStore *store;
  ParlorRecordSink *sink;
  GMutex mutex;
  GCond cond;
  gboolean woken;
  int durable; /* -1 = not reported */
  guint answers;
  guint found;
  gboolean failed;
} Fixture;

static void
on_wake (gpointer user_data)
{
  Fixture *f = user_data;
  g_mutex_lock (&f->mutex);
  f->woken = TRUE;
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->mutex);
}

static void
open_store (Fixture *f, guint answer_ms)
{
  g_autoptr (GError) error = NULL;
  ParlorStorePostgresSpec spec = {.url = f->url, .answer_ms = answer_ms};
  f->store = parlor_store_postgres_new (&spec, &error);
  g_assert_no_error (error);
  f->sink = parlor_store_records (f->store);
  f->store->ops->set_wake (f->store, on_wake, f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->url = pg_server_make_database (server);
  f->durable = -1;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->store != NULL)
    f->store->ops->close (f->store, 5000);
  g_free (f->url);
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  ((Fixture *)user_data)->durable = durable;
}

static void
on_found (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Fixture *f = user_data;
  f->answers++;
  f->found = n_rows;
  f->failed = error != NULL;
}

static void
step (Fixture *f)
{
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  g_mutex_lock (&f->mutex);
  while (!f->woken)
    g_assert_true (g_cond_wait_until (&f->cond, &f->mutex, until));
  f->woken = FALSE;
  g_mutex_unlock (&f->mutex);
  f->store->ops->dispatch (f->store);
}

static gboolean
flush (Fixture *f)
{
  f->durable = -1;
  f->sink->flush (f->sink, on_flushed, f);
  while (f->durable == -1)
    step (f);
  return f->durable;
}

static void
ask (Fixture *f)
{
  f->answers = 0;
  ParlorFind find = {.kind = &parlor_audit_kind, .limit = 1};
  f->sink->find (f->sink, &find, on_found, f);
}

static void
put (Fixture *f, gint64 number)
{
  ParlorAuditRow row = {(char *)"br_a", number,     1,          (char *)"", (char *)"a",
                        (char *)"",     (char *)"", (char *)"", (char *)""};
  f->sink->put (f->sink, &parlor_audit_kind, &row);
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  gint64 last_durable = 0, number = 0;
  open_store (f, 0);
  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 20; i++)
        {
          put (f, ++number);
          g_assert_true (flush (f));
          last_durable = number;
        }
      /* Put while it dies, and while it is dead: the calls return, nothing is lost. */
      for (guint i = 0; i < 500; i++)
        put (f, ++number);
      pg_server_kill (server);
      for (guint i = 0; i < 500; i++)
        put (f, ++number);
      ParlorStoreStats stats;
      f->store->ops->stats (f->store, &stats);
      g_assert_true (stats.healthy);
      pg_server_start (server);
      g_autofree char *sql = g_strdup_printf (
          "SELECT count(*) FROM parlor.audit WHERE seq <= %" G_GINT64_FORMAT, last_durable);
      g_assert_cmpint (pg_server_ask (f->url, sql), ==, last_durable);
      g_assert_true (flush (f));
      g_assert_cmpint (pg_server_ask (f->url, "SELECT count(*) FROM parlor.audit"), ==, number);
    }
}

static void
test_find_after_restart (Fixture *f, gconstpointer data)
{
  open_store (f, 0);
  put (f, 1);
  ask (f);
  while (f->answers == 0)
    step (f);
  g_assert_cmpuint (f->found, ==, 1);
  pg_server_kill (server);
  pg_server_start (server);
  /* Its connection is broken, and nobody has noticed yet. */
  g_assert_true (flush (f));
  ask (f);
  while (f->answers == 0)
    step (f);
  g_assert_false (f->failed);
  g_assert_cmpuint (f->found, ==, 1);
}

static void
test_frozen (Fixture *f, gconstpointer data)
{
  open_store (f, 300);
  put (f, 1);
  g_assert_true (flush (f));
  pg_server_freeze (server, TRUE);
  gint64 begin_us = g_get_monotonic_time ();
  for (gint64 number = 2; number <= 3000; number++)
    put (f, number);
  f->durable = -1;
  f->sink->flush (f->sink, on_flushed, f);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, G_USEC_PER_SEC);
  ParlorStoreStats stats = {0};
  while (stats.retried < 2)
    {
      g_usleep (10000);
      f->store->ops->stats (f->store, &stats);
    }
  g_assert_cmpint (f->durable, ==, -1);
  pg_server_freeze (server, FALSE);
  while (f->durable == -1)
    step (f);
  g_assert_true (f->durable);
  g_assert_cmpint (pg_server_ask (f->url, "SELECT count(*) FROM parlor.audit"), ==, 3000);
}

static void
test_close_while_frozen (Fixture *f, gconstpointer data)
{
  open_store (f, 60000);
  pg_server_freeze (server, TRUE);
  put (f, 1);
  ask (f);
  f->sink->flush (f->sink, on_flushed, f);
  gint64 begin_us = g_get_monotonic_time ();
  f->store->ops->close (f->store, 200);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, 3 * G_USEC_PER_SEC);
  f->store = NULL;
  pg_server_freeze (server, FALSE);
  g_assert_cmpint (f->durable, ==, FALSE); /* told, and told the truth */
  g_assert_cmpuint (f->answers, ==, 1);
  g_assert_true (f->failed);
}

typedef struct
{
  const char *url, *sql;
} Job;

static gpointer
run_job (gpointer data)
{
  const Job *job = data;
  pg_server_ask (job->url, job->sql);
  return NULL;
}

/* A table that somebody else holds is waited for again and again. */
static void
test_locked (Fixture *f, gconstpointer data)
{
  open_store (f, 200);
  Job job = {f->url, "BEGIN; LOCK TABLE parlor.audit IN ACCESS EXCLUSIVE MODE;"
                     "SELECT pg_sleep (1.5); COMMIT"};
  GThread *locker = g_thread_new ("locker", run_job, &job);
  while (pg_server_ask (f->url, "SELECT count(*) FROM pg_locks WHERE granted AND relation ="
                                " 'parlor.audit'::regclass AND mode = 'AccessExclusiveLock'")
         == 0)
    g_usleep (10000);
  put (f, 1);
  g_assert_true (flush (f));
  ParlorStoreStats stats;
  f->store->ops->stats (f->store, &stats);
  g_assert_cmpuint (stats.retried, >, 0);
  g_assert_cmpuint (stats.refused, ==, 0);
  g_thread_join (locker);
}

static void
test_late_migration (Fixture *f, gconstpointer data)
{
  open_store (f, 0);
  f->store->ops->close (f->store, 5000);
  pg_server_ask (f->url, "DROP TABLE parlor.audit, parlor.audit_heads");
  pg_server_ask (f->url, "DELETE FROM parlor.parlor_migrations WHERE number = 3");
  open_store (f, 0);
  put (f, 1);
  g_assert_true (flush (f));
}

static void
assert_unavailable (const char *url, const char *word)
{
  g_autoptr (GError) error = NULL;
  ParlorStorePostgresSpec spec = {.url = url, .wait_ms = 1};
  g_assert_null (parlor_store_postgres_new (&spec, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strstr (error->message, "hush"));
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  open_store (f, 0);
  pg_server_ask (f->url, "INSERT INTO parlor.parlor_migrations VALUES (9999)");
  assert_unavailable (f->url, "newer");
  assert_unavailable ("postgres://p:hush@127.0.0.1:1/none", "connect");
  assert_unavailable ("postgres://p:hush@127.0.0.1:port/none", "URL");
  assert_unavailable ("host=x password=hush", "URL");
  pg_server_ask (f->url, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  char *latin = g_strdup (f->url), *name = strstr (latin, "@/") + 2;
  g_autofree char *rest = g_strdup (strchr (name, '?'));
  *name = '\0';
  g_autofree char *url = g_strconcat (latin, "latin", rest, NULL);
  assert_unavailable (url, "UTF8");
  g_free (latin);
}

/* Texts compare byte by byte whatever the database's own language is. */
static void
test_collation (Fixture *f, gconstpointer data)
{
  open_store (f, 0);
  g_assert_cmpint (pg_server_ask (f->url, "SELECT count(*) FROM information_schema.columns"
                                          " WHERE table_schema = 'parlor' AND data_type = 'text'"
                                          " AND collation_name IS DISTINCT FROM 'C'"),
                   ==, 0);
}

#define ADD(name, test) g_test_add ("/store/postgres/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  server = pg_server_new (FALSE);
  ADD ("a-killed-server-loses-nothing-that-was-put", test_killed);
  ADD ("a-question-after-a-restart-is-answered", test_find_after_restart);
  ADD ("a-server-that-never-answers-blocks-nobody", test_frozen);
  ADD ("closing-does-not-wait-for-a-silent-server", test_close_while_frozen);
  ADD ("a-locked-table-is-tried-again", test_locked);
  ADD ("a-migration-that-comes-late-is-applied", test_late_migration);
  ADD ("what-cannot-be-used-is-refused-without-its-password", test_refusals);
  ADD ("every-text-compares-by-bytes", test_collation);
  int result = g_test_run ();
  pg_server_free (server);
  return result;
}
