/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include <fcntl.h>
#include <unistd.h>

#include "store/sqlite_open.h"
#include "store/sqlite_rows.h"

/* Of one transaction: so many that an fsync is shared, so few that the lock is short. */
#define BATCH_MAX 2000
/* Between two tries on a database that refuses (full, read-only, broken). */
#define RETRY_US (200 * G_GINT64_CONSTANT (1000))
#define BUSY_TIMEOUT_MS 2000
#define QUEUE_MAX 100000

typedef struct
{
  ParlorStoreFlushed flushed;
  gpointer user_data;
  gboolean durable;
} Done;

typedef struct
{
  ParlorStore parent;
  char *path;
  guint busy_timeout_ms;
  guint queue_max;
  GThread *thread;

  /* The writer's own. */
  sqlite3 *db;
  ParlorSqliteRows *rows;
  GQueue batch; /* of ParlorWrite, being written or tried again */

  GMutex mutex; /* guards all below; nobody waits for the disk while holding it */
  GCond cond;
  GQueue queue;      /* of ParlorWrite, the oldest first */
  GQueue chat_links; /* links of `queue` that hold chat, the oldest first */
  GQueue done;       /* of Done */
  ParlorStoreWake wake;
  gpointer wake_data;
  ParlorStoreStats stats;
  guint in_batch;   /* writes in `batch` */
  gboolean gave_up; /* something was lost since the queue was last empty: no flush says durable */
  gboolean closing;
  gint64 give_up_us; /* when closing: monotonic */
} SqliteStore;

/* --- the writer's thread --- */

static gboolean
must_stop (SqliteStore *self)
{
  g_mutex_lock (&self->mutex);
  gboolean stop = self->closing && g_get_monotonic_time () >= self->give_up_us;
  g_mutex_unlock (&self->mutex);
  return stop;
}

/* SQLite's busy handler: ends the wait when the store must be closed. */
static int
wait_for_lock (void *data, int tries)
{
  SqliteStore *self = data;
  const guint step_ms = 5;
  if ((guint)tries * step_ms >= self->busy_timeout_ms || must_stop (self))
    return 0;
  g_usleep (step_ms * 1000);
  return 1;
}

static void
take_batch (SqliteStore *self)
{
  while (self->batch.length < BATCH_MAX && self->queue.length > 0)
    {
      GList *link = g_queue_pop_head_link (&self->queue);
      ParlorWrite *write = link->data;
      if (write->type == PARLOR_WRITE_CHAT)
        g_queue_pop_head (&self->chat_links);
      g_queue_push_tail_link (&self->batch, link);
    }
  self->in_batch = self->batch.length;
}

/* Waits for writes; FALSE = closed and nothing left. */
static gboolean
wait_for_batch (SqliteStore *self)
{
  g_mutex_lock (&self->mutex);
  while (self->queue.length == 0 && !self->closing)
    g_cond_wait (&self->cond, &self->mutex);
  take_batch (self);
  gboolean any = self->batch.length > 0;
  g_mutex_unlock (&self->mutex);
  return any;
}

/* A write that breaks a rule of the schema would break it for ever: it alone is left out. */
static int
write_rows (SqliteStore *self, guint *refused)
{
  for (GList *l = self->batch.head; l != NULL; l = l->next)
    {
      int result = parlor_sqlite_rows_apply (self->rows, l->data);
      if (result == SQLITE_CONSTRAINT || result == SQLITE_MISMATCH || result == SQLITE_TOOBIG)
        (*refused)++;
      else if (result != SQLITE_OK)
        return result;
    }
  return SQLITE_OK;
}

static gboolean
commit_batch (SqliteStore *self, guint *refused)
{
  *refused = 0;
  int result = sqlite3_exec (self->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
  if (result == SQLITE_OK)
    result = write_rows (self, refused);
  if (result == SQLITE_OK)
    result = sqlite3_exec (self->db, "COMMIT", NULL, NULL, NULL);
  if (result != SQLITE_OK && !sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return result == SQLITE_OK;
}

/* With the lock held. */
static void
report (SqliteStore *self, const ParlorWrite *write, gboolean durable)
{
  Done *done = g_new (Done, 1);
  *done = (Done){write->flush.flushed, write->flush.user_data, durable};
  g_queue_push_tail (&self->done, done);
}

/* Ends a batch: each flush in it is reported, the rest is counted. With the lock held. */
static void
settle (SqliteStore *self, GQueue *batch, gboolean written)
{
  for (ParlorWrite *write = g_queue_pop_head (batch); write != NULL;
       write = g_queue_pop_head (batch))
    {
      if (write->type == PARLOR_WRITE_FLUSH)
        report (self, write, written && !self->gave_up);
      else if (written)
        self->stats.committed++;
      else
        self->gave_up = TRUE;
      parlor_write_free (write);
    }
}

static void
wake (SqliteStore *self)
{
  g_mutex_lock (&self->mutex);
  ParlorStoreWake func = self->done.length > 0 ? self->wake : NULL;
  gpointer data = self->wake_data;
  g_mutex_unlock (&self->mutex);
  if (func != NULL)
    func (data);
}

static void
finish_batch (SqliteStore *self, guint refused)
{
  g_mutex_lock (&self->mutex);
  self->gave_up |= refused > 0;
  self->stats.refused += refused;
  settle (self, &self->batch, TRUE);
  self->stats.committed -= refused;
  self->in_batch = 0;
  if (self->queue.length == 0)
    self->gave_up = FALSE;
  g_mutex_unlock (&self->mutex);
  wake (self);
}

/* FALSE = time is up. */
static gboolean
wait_before_retry (SqliteStore *self)
{
  g_mutex_lock (&self->mutex);
  self->stats.retried++;
  gint64 until_us = g_get_monotonic_time () + RETRY_US;
  if (self->closing)
    until_us = MIN (until_us, self->give_up_us);
  g_cond_wait_until (&self->cond, &self->mutex, until_us);
  g_mutex_unlock (&self->mutex);
  return !must_stop (self);
}

static gpointer
write_loop (gpointer data)
{
  SqliteStore *self = data;
  while (wait_for_batch (self))
    {
      guint refused;
      gboolean going_on = TRUE;
      while (!commit_batch (self, &refused) && going_on)
        going_on = wait_before_retry (self);
      if (!going_on)
        break;
      finish_batch (self, refused);
    }
  return NULL;
}

/* --- the control thread --- */

/* With the lock held. A full queue loses its oldest chat; where there is none, and at twice the
   bound, the oldest write of all. */
static void
make_room (SqliteStore *self)
{
  guint length = self->queue.length;
  GList *victim = self->chat_links.head != NULL ? self->chat_links.head->data : self->queue.head;
  if (length < self->queue_max || victim == NULL
      || (self->chat_links.head == NULL && length < 2 * self->queue_max))
    return;
  ParlorWrite *write = victim->data;
  if (write->type == PARLOR_WRITE_CHAT)
    g_queue_pop_head (&self->chat_links);
  if (write->type == PARLOR_WRITE_FLUSH)
    report (self, write, FALSE);
  else
    {
      self->stats.dropped++;
      self->gave_up = TRUE;
    }
  g_queue_delete_link (&self->queue, victim);
  parlor_write_free (write);
}

static void
enqueue (ParlorStore *store, ParlorWrite *write)
{
  SqliteStore *self = (SqliteStore *)store;
  g_mutex_lock (&self->mutex);
  make_room (self);
  g_queue_push_tail (&self->queue, write);
  if (write->type == PARLOR_WRITE_CHAT)
    g_queue_push_tail (&self->chat_links, self->queue.tail);
  if (self->queue.length == 1)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
put_room (ParlorStore *store, const ParlorRoomRecord *record)
{
  enqueue (store, parlor_write_room (record));
}

static void
put_participant (ParlorStore *store, const ParlorParticipantRecord *record)
{
  enqueue (store, parlor_write_participant (record));
}

static void
forget_participant (ParlorStore *store, const char *room, const char *id)
{
  enqueue (store, parlor_write_forget (room, id));
}

static void
put_ban (ParlorStore *store, const ParlorBanRecord *record)
{
  enqueue (store, parlor_write_ban (record));
}

static void
put_chat (ParlorStore *store, const ParlorChatRecord *record)
{
  enqueue (store, parlor_write_chat (record));
}

static void
flush (ParlorStore *store, ParlorStoreFlushed flushed, gpointer user_data)
{
  enqueue (store, parlor_write_flush (flushed, user_data));
}

static void
set_wake (ParlorStore *store, ParlorStoreWake func, gpointer user_data)
{
  SqliteStore *self = (SqliteStore *)store;
  g_mutex_lock (&self->mutex);
  self->wake = func;
  self->wake_data = user_data;
  g_mutex_unlock (&self->mutex);
}

static Done *
take_done (SqliteStore *self)
{
  g_mutex_lock (&self->mutex);
  Done *done = g_queue_pop_head (&self->done);
  g_mutex_unlock (&self->mutex);
  return done;
}

static void
dispatch (ParlorStore *store)
{
  for (Done *done = take_done ((SqliteStore *)store); done != NULL;
       done = take_done ((SqliteStore *)store))
    {
      done->flushed (done->durable, done->user_data);
      g_free (done);
    }
}

static gboolean
load (ParlorStore *store, gint64 participants_since_ms, guint chat_limit,
      const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  SqliteStore *self = (SqliteStore *)store;
  sqlite3 *db = parlor_sqlite_open (self->path, self->busy_timeout_ms, error);
  if (db == NULL)
    return FALSE;
  gboolean loaded = parlor_sqlite_rows_load (db, participants_since_ms, chat_limit, visitor,
                                             user_data, error);
  sqlite3_close (db);
  if (loaded)
    enqueue (store, parlor_write_purge (participants_since_ms));
  return loaded;
}

static void
stats (ParlorStore *store, ParlorStoreStats *out)
{
  SqliteStore *self = (SqliteStore *)store;
  g_mutex_lock (&self->mutex);
  *out = self->stats;
  out->queued = self->queue.length + self->in_batch;
  g_mutex_unlock (&self->mutex);
}

static void
free_store (SqliteStore *self)
{
  parlor_sqlite_rows_free (self->rows);
  sqlite3_close (self->db);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->path);
  g_free (self);
}

static void
close_store (ParlorStore *store, guint deadline_ms)
{
  SqliteStore *self = (SqliteStore *)store;
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  self->give_up_us = g_get_monotonic_time () + (gint64)deadline_ms * 1000;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  settle (self, &self->batch, FALSE);
  settle (self, &self->queue, FALSE);
  g_queue_clear (&self->chat_links);
  dispatch (store);
  free_store (self);
}

static const ParlorStoreOps ops = {
    .set_wake = set_wake,
    .load = load,
    .put_room = put_room,
    .put_participant = put_participant,
    .forget_participant = forget_participant,
    .put_ban = put_ban,
    .put_chat = put_chat,
    .flush = flush,
    .dispatch = dispatch,
    .stats = stats,
    .close = close_store,
};

/* What people said is nobody's business on this machine. Only a new file: closing another
   descriptor of an open database would let go of its locks
   (https://www.sqlite.org/howtocorrupt.html section 2.2). */
static void
create_private (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
}

ParlorStore *
parlor_store_sqlite_new (const ParlorStoreSqliteSpec *spec, GError **error)
{
  SqliteStore *self = g_new0 (SqliteStore, 1);
  self->parent.ops = &ops;
  self->path = g_strdup (spec->path);
  self->busy_timeout_ms = spec->busy_timeout_ms != 0 ? spec->busy_timeout_ms : BUSY_TIMEOUT_MS;
  self->queue_max = spec->queue_max != 0 ? spec->queue_max : QUEUE_MAX;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  create_private (spec->path);
  self->db = parlor_sqlite_open (spec->path, self->busy_timeout_ms, error);
  if (self->db == NULL || !parlor_sqlite_migrate (self->db, error)
      || (self->rows = parlor_sqlite_rows_new (self->db, error)) == NULL)
    {
      free_store (self);
      return NULL;
    }
  sqlite3_busy_handler (self->db, wait_for_lock, self);
  self->thread = g_thread_new ("parlor-store", write_loop, self);
  return &self->parent;
}
