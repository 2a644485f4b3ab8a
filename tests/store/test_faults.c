/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails: the n-th write or fsync of SQLite, for all n, once or from then on. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "base/audit.h"
#include "base/error.h"
#include "store/sqlite.h"
#include "sqlite_ask.h"

/* --- the disk --- */

typedef enum
{
  FAULT_WRITE,
  FAULT_SYNC,
} Where;

/* Between SQLite and its own methods; used by one store at a time, on its threads. */
static struct
{
  sqlite3_io_methods methods[2];
  int (*write) (sqlite3_file *file, const void *data, int size, sqlite3_int64 at);
  int (*sync) (sqlite3_file *file, int flags);
  Where where;
  int error;        /* what SQLite is told */
  gint calls;       /* atomic: of `where` since arm () */
  gint first, last; /* the calls that fail, from 1; 0 = none */
} disk;

static gboolean
fails (Where where)
{
  if (where != disk.where || disk.first == 0)
    return FALSE;
  gint call = g_atomic_int_add (&disk.calls, 1) + 1;
  return call >= disk.first && call <= disk.last;
}

static int
faulty_write (sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
  /* Half of it reaches the disk: what is torn must not be taken for whole. */
  if (!fails (FAULT_WRITE))
    return disk.write (file, data, size, at);
  disk.write (file, data, size / 2, at);
  return disk.error;
}

static int
faulty_sync (sqlite3_file *file, int flags)
{
  return fails (FAULT_SYNC) ? disk.error : disk.sync (file, flags);
}

static int (*real_open) (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                         int *out_flags);

static int
faulty_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  int result = real_open (vfs, name, file, flags, out_flags);
  if (result != SQLITE_OK)
    return result;
  /* Files with and without locks have methods of their own, which write alike. */
  sqlite3_io_methods *methods = &disk.methods[(flags & SQLITE_OPEN_MAIN_DB) != 0];
  *methods = *file->pMethods;
  disk.write = methods->xWrite;
  disk.sync = methods->xSync;
  methods->xWrite = faulty_write;
  methods->xSync = faulty_sync;
  file->pMethods = methods;
  return SQLITE_OK;
}

static void
install_disk (void)
{
  static sqlite3_vfs vfs;
  vfs = *sqlite3_vfs_find (NULL);
  real_open = vfs.xOpen;
  vfs.zName = "faulty";
  vfs.xOpen = faulty_open;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, 1), ==, SQLITE_OK);
}

static void
arm (Where where, int error, gint first, gint last)
{
  disk.where = where;
  disk.error = error;
  disk.calls = 0;
  disk.last = last;
  disk.first = first;
}

static void
repair (void)
{
  disk.first = 0;
}

/* --- what is done on it --- */

typedef struct
{
  char *folder;
  char *path;
  ParlorStore *store;
  GMutex mutex;
  GCond cond;
  gboolean woken;
  int durable;     /* -1 = not reported */
  gint64 promised; /* the last row that was reported durable */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("parlor-faults-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "parlor.db", NULL);
}

static void
remove_files (Fixture *f)
{
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (f->path, ends[i], NULL);
      g_unlink (path);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  remove_files (f);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->path);
}

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
on_flushed (gboolean durable, gpointer user_data)
{
  ((Fixture *)user_data)->durable = durable;
}

static gboolean
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  f->store = parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = f->path}, &error);
  if (f->store == NULL)
    {
      g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE);
      return FALSE;
    }
  f->store->ops->set_wake (f->store, on_wake, f);
  return TRUE;
}

/* Two rows that belong together. */
static void
put_pair (Fixture *f, gint64 number)
{
  ParlorRecordSink *sink = parlor_store_records (f->store);
  char *empty = (char *)"";
  ParlorAuditRow row = {(char *)"br_a", number, 1, empty, (char *)"a", empty, empty, empty, empty};
  sink->begin (sink);
  sink->put (sink, &parlor_audit_kind, &row);
  sink->put (sink, &parlor_audit_head_kind, &(ParlorAuditHead){(char *)"br_a", number, empty});
  sink->end (sink);
  f->durable = -1;
  sink->flush (sink, on_flushed, f);
}

static void
wait_flushed (Fixture *f)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  while (f->durable == -1)
    {
      g_mutex_lock (&f->mutex);
      while (!f->woken)
        g_assert_true (g_cond_wait_until (&f->cond, &f->mutex, until));
      f->woken = FALSE;
      g_mutex_unlock (&f->mutex);
      f->store->ops->dispatch (f->store);
    }
}

/* The file is whole, holds what was promised, and pairs are pairs. */
static void
check_file (Fixture *f)
{
  g_assert_cmpint (sqlite_ask (f->path, "SELECT count(*) FROM pragma_integrity_check"
                                        " WHERE integrity_check = 'ok'"),
                   ==, 1);
  gint64 rows = sqlite_ask (f->path, "SELECT count(*) FROM audit");
  g_assert_cmpint (rows, >=, f->promised);
  g_assert_cmpint (sqlite_ask (f->path, "SELECT coalesce(max(seq), 0) FROM audit_heads"), ==, rows);
}

/* A sanitizer looks for memory: it need not see each one fail (decision 0158). */
#ifdef __SANITIZE_ADDRESS__
#define NEXT(n) ((n) + 1 + (n) / 3)
#else
#define NEXT(n) ((n) + 1)
#endif

/* Every n until one run meets no fault any more; gives how many there were. */
static gint
fail_each (Fixture *f, Where where, int error, gboolean once)
{
  for (gint n = 1;; n = NEXT (n))
    {
      f->promised = 0;
      g_assert_true (open_store (f));
      arm (where, error, n, once ? n : G_MAXINT);
      for (gint64 number = 1; number <= 2; number++)
        {
          put_pair (f, number);
          if (!once && g_atomic_int_get (&disk.calls) >= n)
            break; /* it will not come back */
          if (once)
            {
              wait_flushed (f);
              g_assert_true (f->durable); /* it was tried again */
              f->promised = number;
            }
        }
      f->store->ops->close (f->store, once ? 5000 : 30);
      if (f->durable == TRUE)
        f->promised = MAX (f->promised, 1);
      gboolean met = g_atomic_int_get (&disk.calls) >= n;
      repair ();
      check_file (f);
      remove_files (f);
      if (!met)
        return n - 1;
    }
}

static void
test_once (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fail_each (f, FAULT_WRITE, SQLITE_FULL, TRUE), >, 4);
  g_assert_cmpint (fail_each (f, FAULT_SYNC, SQLITE_IOERR_FSYNC, TRUE), >, 1);
}

static void
test_from_then_on (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (fail_each (f, FAULT_WRITE, SQLITE_FULL, FALSE), >, 4);
  g_assert_cmpint (fail_each (f, FAULT_SYNC, SQLITE_IOERR_FSYNC, FALSE), >, 1);
}

/* A fault while the tables are made: an error or a good store, and the next start is good. */
static void
test_at_start (Fixture *f, gconstpointer data)
{
  gboolean met = TRUE;
  for (gint n = 1; met; n += 1 + n / 8)
    {
      f->promised = 0;
      arm (FAULT_WRITE, SQLITE_FULL, n, n);
      if (open_store (f))
        f->store->ops->close (f->store, 5000);
      met = g_atomic_int_get (&disk.calls) >= n;
      repair ();
      g_assert_true (open_store (f));
      f->store->ops->close (f->store, 5000);
      check_file (f);
      remove_files (f);
    }
}

#define ADD(name, test) g_test_add ("/store/faults/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  install_disk ();
  ADD ("any-write-or-fsync-that-fails-once-is-made-good", test_once);
  ADD ("a-disk-that-stays-broken-leaves-a-whole-file-and-no-false-promise", test_from_then_on);
  ADD ("a-start-on-a-full-disk-is-an-error-and-the-next-one-good", test_at_start);
  return g_test_run ();
}
