/* SPDX-License-Identifier: Apache-2.0 */
/* What only the database on disk can do wrong: crashes, locks, strange files, a full queue. */
#include "store/sqlite.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/audit.h"
#include "base/error.h"
#include "store/migrations.h"
#include "sqlite_ask.h"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("parlor-sqlite-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "parlor.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const ends[] = {"", "-wal", "-shm"};
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (f->path, ends[i], NULL);
      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->path);
}

/* Wakes a waiting thread when a flush was reported. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean woken;
  int durable; /* -1 = not reported */
} Waiter;

static void
on_wake (gpointer user_data)
{
  Waiter *waiter = user_data;
  g_mutex_lock (&waiter->mutex);
  waiter->woken = TRUE;
  g_cond_signal (&waiter->cond);
  g_mutex_unlock (&waiter->mutex);
}

static void
on_flushed (gboolean durable, gpointer user_data)
{
  ((Waiter *)user_data)->durable = durable;
}

static ParlorStore *
open_store (const char *path, guint busy_timeout_ms, guint queue_max, Waiter *waiter)
{
  ParlorStoreSqliteSpec spec = {path, busy_timeout_ms, queue_max};
  g_autoptr (GError) error = NULL;
  ParlorStore *store = parlor_store_sqlite_new (&spec, &error);
  g_assert_no_error (error);
  waiter->durable = -1;
  store->ops->set_wake (store, on_wake, waiter);
  return store;
}

static gboolean
wait_flushed (ParlorStore *store, Waiter *waiter)
{
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  while (waiter->durable == -1)
    {
      g_mutex_lock (&waiter->mutex);
      while (!waiter->woken)
        g_assert_true (g_cond_wait_until (&waiter->cond, &waiter->mutex, until));
      waiter->woken = FALSE;
      g_mutex_unlock (&waiter->mutex);
      store->ops->dispatch (store);
    }
  return waiter->durable;
}

static void
put_room (ParlorStore *store)
{
  store->ops->put_room (store, &(ParlorRoomRecord){.id = "rm_a",
                                                   .brand = "br_a",
                                                   .code = "abcdefghjk",
                                                   .kind = "meeting",
                                                   .title = "",
                                                   .created_ms = 1});
}

static void
put_chat (ParlorStore *store, guint number)
{
  g_autofree char *id = g_strdup_printf ("msg_%u", number);
  store->ops->put_chat (
      store,
      &(ParlorChatRecord){
          .room = "rm_a",
          .message = {
              .id = id, .client_id = id, .participant = "pt_1", .name = "Lin", .text = "text"}});
}

/* Writes message after message and tells each one that is durable, until it is killed. */
static void
write_until_killed (const char *path, guint first, int pipe_fd)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (path, 0, 0, &waiter);
  put_room (store);
  for (guint number = first;; number++)
    {
      put_chat (store, number);
      waiter.durable = -1;
      store->ops->flush (store, on_flushed, &waiter);
      if (!wait_flushed (store, &waiter)
          || write (pipe_fd, &number, sizeof number) != sizeof number)
        _exit (1);
    }
}

/* Kills a writer after it reported `reports` messages and some time more; returns the last one
 * reported. */
static guint
kill_writer (const char *path, guint first, guint reports, guint delay_us)
{
  int ends[2];
  guint last = 0;
  g_assert_cmpint (pipe (ends), ==, 0);
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    write_until_killed (path, first, ends[1]);
  close (ends[1]);
  for (guint i = 0; i < reports; i++)
    g_assert_cmpint (read (ends[0], &last, sizeof last), ==, sizeof last);
  g_usleep (delay_us);
  kill (child, SIGKILL);
  while (read (ends[0], &last, sizeof last) == sizeof last)
    ;
  close (ends[0]);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  return last;
}

static void
test_kill (Fixture *f, gconstpointer data)
{
  guint first = 1;
  for (guint round = 0; round < 8; round++)
    {
      guint last = kill_writer (f->path, first, 1 + round, g_test_rand_int_range (0, 3000));
      g_autofree char *sql = g_strdup_printf (
          "SELECT count(*) FROM chat WHERE CAST(substr(id, 5) AS INTEGER) BETWEEN %u AND %u", first,
          last);
      g_assert_cmpint (sqlite_ask (f->path, sql), ==, last - first + 1);
      first = last + 100;
    }
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM pragma_integrity_check"
                                        " WHERE integrity_check = 'ok'"),
                   ==, 1);
}

static void
test_locked (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  /* A wait for the lock of 20 ms stands for the 2 s of a server, so that a short lock outlasts
   * many. */
  ParlorStore *store = open_store (f->path, 20, 0, &waiter);
  put_room (store);
  sqlite3 *locker = NULL;
  g_assert_cmpint (sqlite3_open (f->path, &locker), ==, SQLITE_OK);
  sqlite3_busy_timeout (locker, 5000);
  g_assert_cmpint (sqlite3_exec (locker, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  for (guint number = 0; number < 5000; number++)
    put_chat (store, number);
  store->ops->flush (store, on_flushed, &waiter);
  store->ops->dispatch (store);
  /* Had any of these calls waited for the lock, the test would stand here: only it can let go. */
  g_assert_cmpint (waiter.durable, ==, -1);
  ParlorStoreStats stats = {0};
  while (stats.retried < 3)
    {
      g_usleep (1000);
      store->ops->stats (store, &stats);
    }
  g_assert_cmpuint (stats.queued, >=, 5000);
  g_assert_cmpint (sqlite3_exec (locker, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (locker);
  g_assert_true (wait_flushed (store, &waiter));
  store->ops->stats (store, &stats);
  g_assert_cmpuint (stats.dropped, ==, 0);
  store->ops->close (store, 5000);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM chat"), ==, 5000);
}

static void
test_full_queue (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 20, 50, &waiter);
  put_room (store);
  store->ops->flush (store, on_flushed, &waiter);
  g_assert_true (wait_flushed (store, &waiter));
  sqlite3 *locker = NULL;
  g_assert_cmpint (sqlite3_open (f->path, &locker), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (locker, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  for (guint number = 0; number < 1000; number++)
    put_chat (store, number);
  store->ops->put_ban (store, &(ParlorBanRecord){.room = "rm_a", .identity = "x", .by = ""});
  ParlorStoreStats stats;
  store->ops->stats (store, &stats);
  g_assert_cmpuint (stats.queued, <=, 2 * 50); /* being written, and waiting */
  g_assert_cmpuint (stats.dropped, >=, 1001 - 2 * 50);
  waiter.durable = -1;
  store->ops->flush (store, on_flushed, &waiter);
  g_assert_cmpint (sqlite3_exec (locker, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (locker);
  g_assert_false (wait_flushed (store, &waiter)); /* it does not claim what was dropped */
  waiter.durable = -1;
  store->ops->flush (store, on_flushed, &waiter);
  g_assert_true (wait_flushed (store, &waiter));
  store->ops->close (store, 5000);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM chat WHERE id = 'msg_999'"), ==, 1);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM bans"), ==, 1);
}

static void
put_records (ParlorStore *store, gint64 first, gint64 last)
{
  ParlorRecordSink *sink = parlor_store_records (store);
  for (gint64 number = first; number <= last; number++)
    {
      char *empty = (char *)"";
      ParlorAuditRow row = {(char *)"br_a", number, 1,     empty, (char *)"a",
                            empty,          empty,  empty, empty};
      sink->put (sink, &parlor_audit_kind, &row);
    }
}

static void
test_full_of_records (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 20, 50, &waiter);
  ParlorStoreStats stats;
  sqlite3 *locker = NULL;
  g_assert_cmpint (sqlite3_open (f->path, &locker), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (locker, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  put_records (store, 1, 40);
  store->ops->stats (store, &stats);
  g_assert_true (stats.healthy);
  put_records (store, 41, 400);
  store->ops->stats (store, &stats);
  g_assert_false (stats.healthy); /* and kept */
  g_assert_cmpuint (stats.queued, ==, 400);
  g_assert_cmpuint (stats.dropped + stats.lost, ==, 0);
  put_records (store, 401, 2000);
  store->ops->stats (store, &stats);
  g_assert_cmpuint (stats.lost, >, 0);
  g_assert_cmpuint (stats.queued + stats.lost, ==, 2000);
  store->ops->flush (store, on_flushed, &waiter);
  store->ops->dispatch (store);
  g_assert_cmpint (waiter.durable, ==, FALSE); /* there is no place for a flush either */
  g_assert_cmpint (sqlite3_exec (locker, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (locker);
  store->ops->close (store, 5000);
  /* What was kept are the first, in order, without a gap. */
  gint64 kept = sqlite_ask (f->path, "SELECT count(*) FROM audit");
  g_assert_cmpint (kept, ==, 2000 - (gint64)stats.lost);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT max(seq) FROM audit"), ==, kept);
}

static void
test_close_while_locked (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 60000, 0, &waiter);
  sqlite3 *locker = NULL;
  g_assert_cmpint (sqlite3_open (f->path, &locker), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (locker, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  put_room (store);
  store->ops->flush (store, on_flushed, &waiter);
  gint64 begin_us = g_get_monotonic_time ();
  store->ops->close (store, 100);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, <, 5 * G_USEC_PER_SEC);
  g_assert_cmpint (waiter.durable, ==, FALSE); /* told, and told the truth */
  sqlite3_close (locker);
}

static void
assert_unavailable (const char *path, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = path}, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, word));
}

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
test_strange_files (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (f->folder, "none", "parlor.db", NULL);
  assert_unavailable (missing, "open");
  g_assert_true (g_file_set_contents (f->path, "this is a text, and a long enough one", -1, NULL));
  assert_unavailable (f->path, "not a database");
  g_unlink (f->path);
  run_sql (f->path, "CREATE TABLE their_own (x); INSERT INTO their_own VALUES (1)");
  assert_unavailable (f->path, "another program");
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM sqlite_master"), ==, 1);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 0, 0, &waiter);
  store->ops->close (store, 1000);
  run_sql (f->path, "PRAGMA user_version = 1000");
  assert_unavailable (f->path, "newer");
}

/* A file of before migrations were listed: it has the first alone. */
static void
test_old_format (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  run_sql (f->path, parlor_store_migrations[0].sqlite);
  run_sql (f->path, "PRAGMA application_id = 0x5061726c; PRAGMA user_version = 1;"
                    "INSERT INTO rooms VALUES ('rm_old', 'abc', NULL, 'live', '', 0, 0, 1, 0, 0)");
  for (guint i = 0; i < 2; i++)
    {
      ParlorStore *store = open_store (f->path, 0, 0, &waiter);
      store->ops->close (store, 1000);
    }
  g_assert_cmpint (
      sqlite_ask (f->path,
                  "SELECT count(*) FROM rooms WHERE id = 'rm_old' AND brand = 'br_config'"),
      ==, 1);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT min(number) FROM parlor_migrations"), ==, 1);
}

static void
test_late_migration (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 0, 0, &waiter);
  store->ops->close (store, 1000);
  run_sql (f->path, "DROP TABLE audit; DROP TABLE audit_heads;"
                    "DELETE FROM parlor_migrations WHERE number = 3");
  store = open_store (f->path, 0, 0, &waiter);
  store->ops->close (store, 1000);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM audit"), ==, 0);
}

static void
test_unknown_migration (Fixture *f, gconstpointer data)
{
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 0, 0, &waiter);
  store->ops->close (store, 1000);
  run_sql (f->path, "INSERT INTO parlor_migrations VALUES (9999)");
  assert_unavailable (f->path, "newer");
}

static void
test_private (Fixture *f, gconstpointer data)
{
  GStatBuf info;
  Waiter waiter = {.durable = -1};
  ParlorStore *store = open_store (f->path, 0, 0, &waiter);
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 077, ==, 0);
  store->ops->close (store, 1000);
}

#define ADD(name, test) g_test_add ("/store/sqlite/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("what-was-reported-durable-survives-sigkill", test_kill);
  ADD ("a-locked-database-blocks-nobody-and-loses-nothing", test_locked);
  ADD ("a-full-queue-drops-old-chat-and-says-so", test_full_queue);
  ADD ("a-full-queue-keeps-records-and-is-unhealthy", test_full_of_records);
  ADD ("closing-does-not-wait-for-a-lock-for-ever", test_close_while_locked);
  ADD ("files-that-are-not-ours-are-left-alone", test_strange_files);
  ADD ("a-database-of-a-newer-version-is-refused", test_newer);
  ADD ("a-database-with-an-unknown-migration-is-refused", test_unknown_migration);
  ADD ("a-database-of-before-the-list-is-taken-over", test_old_format);
  ADD ("a-migration-that-comes-late-is-applied", test_late_migration);
  ADD ("nobody-else-may-read-the-file", test_private);
  return g_test_run ();
}
