/* SPDX-License-Identifier: Apache-2.0 */
/* How long an admin waits for a search: bench-recordings [RECORDINGS] [BYTES of markers and chat in
 * each], by default 5,000 of 8,000. First as the portal does it (rows in memory), then what the
 * databases would need for the same by LIKE, each started for it. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "../store/pg_server.h"
#include "room/recordings.h"
#include "room/store.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#define ROUNDS 200
#define RARE 500 /* one in so many has the rare word */

static const char *const chatter[] = {"今天的会议先看装配的进度，下周交付样件",
                                      "The torque of the second bolt is twelve newton metres",
                                      "图纸第三版已经上传，请大家确认公差",
                                      "Who sends the drawing to the supplier?", "好的，收到"};

static char *
words_of (guint number, gsize bytes)
{
  GString *words = g_string_new (NULL);
  if (number % RARE == 7)
    g_string_append (words, "车门的间隙是三毫米\n");
  for (guint i = number; words->len < bytes; i++)
    g_string_append_printf (words, "%s %u\n", chatter[i % G_N_ELEMENTS (chatter)], i * 7919);
  return g_string_free (words, FALSE);
}

typedef void (*Take) (const ParlorRecordingRow *row, gpointer user_data);

static void
make_all (guint n, gsize bytes, Take take, gpointer user_data)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("rec_%08u", i), *words = words_of (i, bytes);
      g_autofree char *room = g_strdup_printf ("rm_%u", i % 100);
      ParlorRecordingRow row = {.id = id,
                                .brand = (char *)"br_1",
                                .room = room,
                                .title = (char *)"每周例会",
                                .state = (char *)"ready",
                                .mode = (char *)"ask",
                                .started_by = (char *)"",
                                .started_ms = i * 60000,
                                .people = i % 50 ? (char *)"Lin\nMara" : (char *)"王建国\nAda",
                                .words = words};
      take (&row, user_data);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return *(const double *)a < *(const double *)b ? -1 : 1;
}

static void
report (const char *what, double *ms, guint rounds, guint found)
{
  qsort (ms, rounds, sizeof ms[0], compare);
  g_print ("  %-44s p50 %8.2f ms  p99 %8.2f ms  %u rows\n", what, ms[rounds / 2],
           ms[rounds * 99 / 100], found);
}

static double
ms_since (gint64 begin_us)
{
  return (double)(g_get_monotonic_time () - begin_us) / 1e3;
}

static gint64
rss_kib (void)
{
  g_autofree char *text = NULL;
  gint64 pages = 0, resident = 0;
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    (void)sscanf (text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &pages, &resident);
  return resident * 4;
}

/* ---- in memory ------------------------------------------------------------------------------ */

static void
take_in (const ParlorRecordingRow *row, gpointer user_data)
{
  parlor_recordings_put (user_data, row);
}

static void
ask_memory (const ParlorRecordings *all, const char *what, ParlorRecordingQuery query)
{
  static double ms[ROUNDS];
  gboolean more;
  guint found = 0;
  query.brand = "br_1";
  query.limit = 50;
  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 begin_us = g_get_monotonic_time ();
      g_autoptr (GPtrArray) rows = parlor_recordings_list (all, &query, &more);
      ms[i] = ms_since (begin_us);
      found = rows->len;
    }
  report (what, ms, ROUNDS, found);
}

static void
in_memory (guint n, gsize bytes)
{
  g_autoptr (ParlorRecordings) all = parlor_recordings_new (NULL);
  gint64 before_kib = rss_kib (), begin_us = g_get_monotonic_time ();
  make_all (n, bytes, take_in, all);
  g_print ("in memory: %u rows in %.0f ms, %" G_GINT64_FORMAT " MiB\n", n, ms_since (begin_us),
           (rss_kib () - before_kib) / 1024);
  ask_memory (all, "the first page", (ParlorRecordingQuery){0});
  ask_memory (all, "the last page", (ParlorRecordingQuery){.after = "rec_00000051"});
  ask_memory (all, "间隙, one in 500 has it", (ParlorRecordingQuery){.text = "间隙"});
  ask_memory (all, "间距, nobody has it", (ParlorRecordingQuery){.text = "间距"});
  ask_memory (all, "TORQUE, everybody has it", (ParlorRecordingQuery){.text = "TORQUE"});
  ask_memory (all, "zeppelin, nobody has it", (ParlorRecordingQuery){.text = "zeppelin"});
  ask_memory (all, "a person, one in 50", (ParlorRecordingQuery){.person = "王建国"});
}

/* ---- in a database -------------------------------------------------------------------------- */

typedef struct
{
  ParlorStore *store;
  ParlorRecordSink *sink;
  GMutex mutex;
  GCond cond;
  gboolean woken, done;
  guint found, since_flush;
} Base;

static void
on_wake (gpointer user_data)
{
  Base *base = user_data;
  g_mutex_lock (&base->mutex);
  base->woken = TRUE;
  g_cond_signal (&base->cond);
  g_mutex_unlock (&base->mutex);
}

static void
wait_done (Base *base)
{
  while (!base->done)
    {
      g_mutex_lock (&base->mutex);
      while (!base->woken)
        g_cond_wait (&base->cond, &base->mutex);
      base->woken = FALSE;
      g_mutex_unlock (&base->mutex);
      base->store->ops->dispatch (base->store);
    }
  base->done = FALSE;
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  if (!durable)
    g_error ("something was lost");
  ((Base *)user_data)->done = TRUE;
}

static void
flush (Base *base)
{
  base->sink->flush (base->sink, on_flushed, base);
  wait_done (base);
}

static void
put (const ParlorRecordingRow *row, gpointer user_data)
{
  Base *base = user_data;
  base->sink->put (base->sink, &parlor_recording_kind, row);
  if (++base->since_flush % 500 == 0)
    flush (base);
}

static void
on_found (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Base *base = user_data;
  if (error != NULL)
    g_error ("%s", error->message);
  base->found = n_rows;
  base->done = TRUE;
}

static void
ask_base (Base *base, const char *what, const char *word)
{
  static double ms[ROUNDS];
  guint rounds = ROUNDS / 10;
  const ParlorFindTerm terms[] = {{"brand", PARLOR_FIND_EQUAL, "br_1", 0},
                                  {"words", PARLOR_FIND_CONTAINS, word, 0}};
  const ParlorFind find = {&parlor_recording_kind, terms, 2, "started_ms", TRUE, 50};
  for (guint i = 0; i < rounds; i++)
    {
      gint64 begin_us = g_get_monotonic_time ();
      base->sink->find (base->sink, &find, on_found, base);
      wait_done (base);
      ms[i] = ms_since (begin_us);
    }
  report (what, ms, rounds, base->found);
}

static void
in_base (const char *name, ParlorStore *store, guint n, gsize bytes)
{
  Base base = {.store = store, .sink = parlor_store_records (store)};
  store->ops->set_wake (store, on_wake, &base);
  make_all (n, bytes, put, &base);
  flush (&base);
  g_print ("%s\n", name);
  ask_base (&base, "间隙, one in 500 has it", "间隙");
  ask_base (&base, "间距, nobody has it", "间距");
  ask_base (&base, "TORQUE, everybody has it", "TORQUE");
  ask_base (&base, "zeppelin, nobody has it", "zeppelin");
  store->ops->close (store, 3000);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  guint n = argc > 1 ? (guint)atoi (argv[1]) : 5000;
  gsize bytes = argc > 2 ? (gsize)atol (argv[2]) : 8000;
  g_autofree char *folder = g_dir_make_tmp ("parlor-bench-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "parlor.db", NULL);
  in_memory (n, bytes);
  in_base ("SQLite", parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = file}, NULL), n,
           bytes);
  remove_all (folder);
  PgServer *server = pg_server_new (FALSE);
  g_autofree char *url = pg_server_make_database (server);
  in_base ("PostgreSQL", parlor_store_postgres_new (&(ParlorStorePostgresSpec){.url = url}, NULL),
           n, bytes);
  pg_server_free (server);
  return 0;
}
