/* SPDX-License-Identifier: Apache-2.0 */
/* How fast rows are kept and found: bench-store sqlite|postgres [ROWS], 3,000,000 by default, of a
 * kind with the shape of bindings. In a temporary folder; PostgreSQL is a server of its own, on a
 * Unix socket, with fsync and otherwise as installed. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "../store/pg_server.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#define CHUNK 50000
#define QUESTIONS 2000
#define REPS 15000

typedef struct
{
  char *id, *brand, *customer, *rep, *group_id, *state, *note;
  gint64 created_ms, changed_ms;
} Binding;

static const ParlorField fields[] = {
    PARLOR_TEXT (Binding, id),   PARLOR_TEXT (Binding, brand),     PARLOR_TEXT (Binding, customer),
    PARLOR_TEXT (Binding, rep),  PARLOR_TEXT (Binding, group_id),  PARLOR_TEXT (Binding, state),
    PARLOR_TEXT (Binding, note), PARLOR_INT (Binding, created_ms), PARLOR_INT (Binding, changed_ms),
};

static const ParlorRecordKind kind = {
    .table = "bench_bindings",
    .fields = fields,
    .n_fields = G_N_ELEMENTS (fields),
    .n_key = 1,
    .size = sizeof (Binding),
};

/* As embed.py makes them of sql/: the type of a number, and what a table is. */
static char *
make_table (const char *number, const char *end)
{
  return g_strdup_printf (
      "CREATE TABLE bench_bindings (id TEXT NOT NULL PRIMARY KEY, brand TEXT NOT NULL,"
      " customer TEXT NOT NULL, rep TEXT NOT NULL, group_id TEXT NOT NULL, state TEXT NOT NULL,"
      " note TEXT, created_ms %s NOT NULL, changed_ms %s NOT NULL)%s;"
      "CREATE INDEX bench_rep ON bench_bindings (rep, changed_ms)",
      number, number, end);
}

typedef struct
{
  ParlorStore *store;
  ParlorRecordSink *sink;
  GMutex mutex;
  GCond cond;
  gboolean woken;
  gboolean done;
  guint found;
  gint64 loaded;
} Bench;

static void
on_wake (gpointer user_data)
{
  Bench *bench = user_data;
  g_mutex_lock (&bench->mutex);
  bench->woken = TRUE;
  g_cond_signal (&bench->cond);
  g_mutex_unlock (&bench->mutex);
}

static void
wait_done (Bench *bench)
{
  while (!bench->done)
    {
      g_mutex_lock (&bench->mutex);
      while (!bench->woken)
        g_cond_wait (&bench->cond, &bench->mutex);
      bench->woken = FALSE;
      g_mutex_unlock (&bench->mutex);
      bench->store->ops->dispatch (bench->store);
    }
  bench->done = FALSE;
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  if (!durable)
    g_error ("something was lost");
  ((Bench *)user_data)->done = TRUE;
}

static void
flush (Bench *bench)
{
  bench->sink->flush (bench->sink, on_flushed, bench);
  wait_done (bench);
}

static void
on_found (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Bench *bench = user_data;
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  bench->found += n_rows;
  bench->done = TRUE;
}

static double
ms_since (gint64 begin_us)
{
  return (double)(g_get_monotonic_time () - begin_us) / 1e3;
}

static void
put (Bench *bench, guint number)
{
  char id[32], customer[32], rep[32];
  g_snprintf (id, sizeof id, "bnd_%08u", number * 2654435761u); /* as scattered as random ids */
  g_snprintf (customer, sizeof customer, "cus_%08u", number);
  g_snprintf (rep, sizeof rep, "rep_%05u", number % REPS);
  Binding row = {id,
                 (char *)"br_demo",
                 customer,
                 rep,
                 (char *)"grp_1",
                 (char *)"active",
                 number % 1000 == 7 ? (char *)"车门的间隙是三毫米" : (char *)"门店",
                 number,
                 number};
  bench->sink->put (bench->sink, &kind, &row);
}

static void
put_all (Bench *bench, guint n_rows)
{
  gint64 begin_us = g_get_monotonic_time (), slowest_us = 0;
  for (guint number = 0; number < n_rows; number++)
    {
      gint64 call_us = g_get_monotonic_time ();
      put (bench, number);
      slowest_us = MAX (slowest_us, g_get_monotonic_time () - call_us);
      if (number % CHUNK == CHUNK - 1)
        flush (bench);
    }
  flush (bench);
  double ms = ms_since (begin_us);
  g_print ("put: %u rows in %.1f s, %.0f rows/s; the slowest call %.1f ms\n", n_rows, ms / 1e3,
           n_rows / ms * 1e3, (double)slowest_us / 1e3);
}

static void
commit_one_by_one (Bench *bench, guint n_rows)
{
  gint64 begin_us = g_get_monotonic_time ();
  for (guint i = 0; i < 500; i++)
    {
      put (bench, n_rows + i);
      flush (bench);
    }
  g_print ("put and flush, one after another: %.2f ms each\n", ms_since (begin_us) / 500);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const double *)a < *(const double *)b ? -1 : 1;
}

/* `writing`: 10 rows are put before each question, and it waits for them. */
static void
ask_many (Bench *bench, const char *what, const ParlorFindTerm *term, guint limit, guint n_rows,
          gboolean writing)
{
  static double ms[QUESTIONS];
  char text[32];
  bench->found = 0;
  for (guint i = 0; i < QUESTIONS; i++)
    {
      ParlorFindTerm one = *term;
      guint number = (guint)rand () % n_rows;
      if (one.text == NULL)
        g_snprintf (text, sizeof text, strcmp (one.field, "id") ? "rep_%05u" : "bnd_%08u",
                    strcmp (one.field, "id") ? number % REPS : number * 2654435761u);
      one.text = text;
      for (guint k = 0; writing && k < 10; k++)
        put (bench, (guint)rand () % n_rows);
      gint64 begin_us = g_get_monotonic_time ();
      bench->sink->find (bench->sink, &(ParlorFind){&kind, &one, 1, NULL, FALSE, limit}, on_found,
                         bench);
      wait_done (bench);
      ms[i] = ms_since (begin_us);
    }
  qsort (ms, QUESTIONS, sizeof ms[0], compare);
  g_print ("find %s: p50 %.2f ms, p99 %.2f ms, %.1f rows each\n", what, ms[QUESTIONS / 2],
           ms[QUESTIONS * 99 / 100], (double)bench->found / QUESTIONS);
}

static void
search (Bench *bench, const char *text, guint limit)
{
  ParlorFindTerm term = {"note", PARLOR_FIND_CONTAINS, text, 0};
  bench->found = 0;
  gint64 begin_us = g_get_monotonic_time ();
  bench->sink->find (bench->sink, &(ParlorFind){&kind, &term, 1, NULL, FALSE, limit}, on_found,
                     bench);
  wait_done (bench);
  g_print ("find text inside text without an index: %.0f ms, %u rows\n", ms_since (begin_us),
           bench->found);
}

static void
count_row (gconstpointer record, gpointer user_data)
{
  ((Bench *)user_data)->loaded++;
}

static void
measure (Bench *bench, guint n_rows)
{
  bench->sink = parlor_store_records (bench->store);
  bench->store->ops->set_wake (bench->store, on_wake, bench);
  put_all (bench, n_rows);
  commit_one_by_one (bench, n_rows);
  ask_many (bench, "by key", &(ParlorFindTerm){"id", PARLOR_FIND_EQUAL}, 1, n_rows, FALSE);
  ask_many (bench, "by key behind 10 writes", &(ParlorFindTerm){"id", PARLOR_FIND_EQUAL}, 1, n_rows,
            TRUE);
  ask_many (bench, "by rep", &(ParlorFindTerm){"rep", PARLOR_FIND_EQUAL}, 100, n_rows, FALSE);
  search (bench, "间隙", 50);
  search (bench, "nowhere", 50);
  g_autoptr (GError) error = NULL;
  gint64 begin_us = g_get_monotonic_time ();
  if (!parlor_store_load_records (bench->store, &kind, count_row, bench, &error))
    g_error ("%s", error->message);
  g_print ("load: %" G_GINT64_FORMAT " rows in %.1f s\n", bench->loaded, ms_since (begin_us) / 1e3);
  bench->store->ops->close (bench->store, 5000);
}

static void
bench_sqlite (Bench *bench, guint n_rows)
{
  g_autofree char *folder = g_dir_make_tmp ("parlor-bench-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "parlor.db", NULL);
  g_autofree char *sql = make_table ("INTEGER", "STRICT, WITHOUT ROWID");
  sqlite3 *db = NULL;
  g_autoptr (GError) error = NULL;
  bench->store = parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = path}, &error);
  if (bench->store == NULL || sqlite3_open (path, &db) != SQLITE_OK
      || sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("cannot open");
  sqlite3_close (db);
  measure (bench, n_rows);
  GStatBuf info;
  if (g_stat (path, &info) == 0)
    g_print ("file: %.0f MB\n", (double)info.st_size / 1e6);
  g_unlink (path);
  g_rmdir (folder);
}

static void
bench_postgres (Bench *bench, guint n_rows)
{
  PgServer *server = pg_server_new (TRUE);
  g_autofree char *url = pg_server_make_database (server);
  g_autofree char *table = make_table ("BIGINT", "");
  g_autofree char *sql = g_strconcat ("SET search_path = parlor;", table, NULL);
  g_autoptr (GError) error = NULL;
  bench->store = parlor_store_postgres_new (&(ParlorStorePostgresSpec){.url = url}, &error);
  if (bench->store == NULL)
    g_error ("%s", error->message);
  pg_server_ask (url, sql);
  measure (bench, n_rows);
  pg_server_free (server);
}

int
main (int argc, char **argv)
{
  Bench bench = {0};
  setvbuf (stdout, NULL, _IOLBF, 0);
  guint n_rows = argc > 2 ? (guint)atoi (argv[2]) : 3000000;
  if (argc > 1 && strcmp (argv[1], "sqlite") == 0)
    bench_sqlite (&bench, n_rows);
  else if (argc > 1 && strcmp (argv[1], "postgres") == 0)
    bench_postgres (&bench, n_rows);
  else
    g_printerr ("bench-store sqlite|postgres [ROWS]\n");
  return 0;
}
