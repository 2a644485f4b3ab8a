/* SPDX-License-Identifier: Apache-2.0 */
#include "store/behind.h"

#include "base/error.h"

/* Rows of one transaction: so many that an fsync is shared, so few that the lock is short. */
#define BATCH_MAX 2000
/* Between two tries on a database that refuses (full, read-only, away); each waits twice as long.
 */
#define RETRY_MIN_US (10 * G_GINT64_CONSTANT (1000))
#define RETRY_MAX_US (200 * G_GINT64_CONSTANT (1000))
#define QUEUE_MAX 100000
/* What the domain believes to be kept is kept up to so many times the bound. */
#define HARD_BOUND 10
#define FINDS_MAX 10000
#define FIND_WAIT_US (10 * G_USEC_PER_SEC)

/* Something to be said on the control thread. */
typedef struct
{
  ParlorWrite *write; /* a flush or a question */
  gboolean durable;
  GPtrArray *rows;
  GError *error;
} Done;

typedef struct
{
  ParlorStore parent;
  ParlorRecordSink sink;
  ParlorBackend *backend;
  guint queue_max;
  GThread *writer;
  GThread *reader;

  /* The writer's own. */
  GQueue batch; /* of ParlorWrite, being written or tried again */

  /* The control thread's own. */
  ParlorWrite *group; /* between begin () and end () */
  guint depth;
  GQueue after_group; /* flushes and questions of that time */

  GMutex mutex; /* guards all below; nobody waits for the disk while holding it */
  GCond write_cond;
  GCond find_cond;
  GQueue queue;      /* of ParlorWrite, the oldest first */
  GQueue chat_links; /* links of `queue` that hold chat, the oldest first */
  GQueue finds;      /* of ParlorWrite: questions whose time has come */
  GQueue done;       /* of Done */
  ParlorStoreWake wake;
  gpointer wake_data;
  ParlorStoreStats stats;
  guint weight;     /* rows in `queue` */
  guint in_batch;   /* rows in `batch` */
  guint n_finds;    /* questions not answered yet */
  gboolean gave_up; /* something was lost: no flush says durable, until… */
  gboolean told;    /* …one has said so and the queue is empty */
  gboolean closing;
  gboolean closed; /* the threads are gone */
} Behind;

static Behind *
behind_of (ParlorRecordSink *sink)
{
  return (Behind *)((guint8 *)sink - G_STRUCT_OFFSET (Behind, sink));
}

/* --- what is told --- */

static void
done_free (Done *done)
{
  parlor_write_free (done->write);
  g_clear_pointer (&done->rows, g_ptr_array_unref);
  g_clear_error (&done->error);
  g_free (done);
}

/* Takes a flush. With the lock held. */
static void
report_flush (Behind *self, ParlorWrite *write, gboolean durable)
{
  Done *done = g_new0 (Done, 1);
  done->write = write;
  done->durable = durable;
  self->told |= !durable;
  g_queue_push_tail (&self->done, done);
}

/* Takes a question, and rows or an error. With the lock held. */
static void
report_find (Behind *self, ParlorWrite *write, GPtrArray *rows, GError *error)
{
  Done *done = g_new0 (Done, 1);
  done->write = write;
  done->rows = rows;
  done->error = error;
  g_queue_push_tail (&self->done, done);
  self->n_finds--;
}

static void
report_unavailable (Behind *self, ParlorWrite *write, const char *why)
{
  report_find (self, write, NULL,
               g_error_new (PARLOR_ERROR, PARLOR_ERROR_UNAVAILABLE, "database: %s", why));
}

static void
wake (Behind *self)
{
  g_mutex_lock (&self->mutex);
  ParlorStoreWake func = self->done.length > 0 ? self->wake : NULL;
  gpointer data = self->wake_data;
  g_mutex_unlock (&self->mutex);
  if (func != NULL)
    func (data);
}

static gboolean
waits (const ParlorWrite *write)
{
  return write->type == PARLOR_WRITE_FLUSH || write->type == PARLOR_WRITE_FIND;
}

/* Ends a batch: flushes are reported, questions asked, the rest is counted; what may be freed moves
   to `rows`. With the lock held. */
static void
settle (Behind *self, GQueue *batch, gboolean written, GQueue *rows)
{
  for (GList *link = g_queue_pop_head_link (batch); link != NULL;
       link = g_queue_pop_head_link (batch))
    {
      ParlorWrite *write = link->data;
      if (!waits (write))
        {
          g_queue_push_tail_link (rows, link);
          if (written)
            self->stats.committed += parlor_write_weight (write);
          else
            self->gave_up = TRUE;
          continue;
        }
      g_list_free_1 (link);
      if (write->type == PARLOR_WRITE_FLUSH)
        report_flush (self, write, written && !self->gave_up);
      else if (written)
        g_queue_push_tail (&self->finds, write);
      else
        report_unavailable (self, write, "closed");
    }
}

static void
free_rows (GQueue *rows)
{
  g_queue_clear_full (rows, (GDestroyNotify)parlor_write_free);
}

/* --- the writer's thread --- */

static void
take_batch (Behind *self)
{
  while (self->in_batch < BATCH_MAX && self->queue.length > 0)
    {
      GList *link = g_queue_pop_head_link (&self->queue);
      ParlorWrite *write = link->data;
      if (write->type == PARLOR_WRITE_CHAT)
        g_queue_pop_head (&self->chat_links);
      self->in_batch += parlor_write_weight (write);
      self->weight -= parlor_write_weight (write);
      g_queue_push_tail_link (&self->batch, link);
    }
}

/* Waits for writes; FALSE = closed and nothing left. */
static gboolean
wait_for_batch (Behind *self)
{
  g_mutex_lock (&self->mutex);
  while (self->queue.length == 0 && !self->closing)
    g_cond_wait (&self->write_cond, &self->mutex);
  take_batch (self);
  gboolean any = self->batch.length > 0;
  g_mutex_unlock (&self->mutex);
  return any;
}

static void
finish_batch (Behind *self, guint refused)
{
  /* Freed without the lock: whoever puts must not wait for it. */
  GQueue rows = G_QUEUE_INIT;
  g_mutex_lock (&self->mutex);
  self->gave_up |= refused > 0;
  self->stats.refused += refused;
  settle (self, &self->batch, TRUE, &rows);
  self->stats.committed -= refused;
  self->in_batch = 0;
  if (self->queue.length == 0 && self->told)
    self->gave_up = self->told = FALSE;
  if (self->finds.length > 0)
    g_cond_signal (&self->find_cond);
  g_mutex_unlock (&self->mutex);
  wake (self);
  free_rows (&rows);
}

/* Questions that have waited for too long behind writes. With the lock held. */
static void
expire_finds (Behind *self, GQueue *queue, gint64 now_us)
{
  GList *next;
  for (GList *link = queue->head; self->n_finds > 0 && link != NULL; link = next)
    {
      ParlorWrite *write = link->data;
      next = link->next;
      if (write->type != PARLOR_WRITE_FIND || now_us - write->find.asked_us < FIND_WAIT_US)
        continue;
      g_queue_delete_link (queue, link);
      *(queue == &self->queue ? &self->weight : &self->in_batch) -= 1;
      report_unavailable (self, write, "does not answer");
    }
}

/* FALSE = time is up. */
static gboolean
wait_before_retry (Behind *self, gint64 wait_us)
{
  g_mutex_lock (&self->mutex);
  self->stats.retried++;
  gint64 now_us = g_get_monotonic_time (), until_us = now_us + wait_us;
  expire_finds (self, &self->batch, now_us);
  expire_finds (self, &self->queue, now_us);
  if (self->closing)
    until_us = MIN (until_us, self->backend->stop_us);
  g_cond_wait_until (&self->write_cond, &self->mutex, until_us);
  g_mutex_unlock (&self->mutex);
  wake (self);
  return !parlor_backend_must_stop (self->backend);
}

static gpointer
write_loop (gpointer data)
{
  Behind *self = data;
  while (wait_for_batch (self))
    {
      guint refused = 0;
      gboolean going_on = TRUE;
      gint64 wait_us = RETRY_MIN_US;
      while (!self->backend->ops->commit (self->backend, &self->batch, &refused) && going_on)
        {
          going_on = wait_before_retry (self, wait_us);
          wait_us = MIN (2 * wait_us, RETRY_MAX_US);
        }
      if (!going_on)
        break;
      finish_batch (self, refused);
    }
  return NULL;
}

/* --- the reader's thread --- */

static ParlorWrite *
take_find (Behind *self)
{
  g_mutex_lock (&self->mutex);
  while (self->finds.length == 0 && !self->closing)
    g_cond_wait (&self->find_cond, &self->mutex);
  ParlorWrite *write = self->closing ? NULL : g_queue_pop_head (&self->finds);
  g_mutex_unlock (&self->mutex);
  return write;
}

static gpointer
read_loop (gpointer data)
{
  Behind *self = data;
  for (ParlorWrite *write = take_find (self); write != NULL; write = take_find (self))
    {
      GPtrArray *rows = parlor_rows_new (write->find.find->kind);
      GError *error = NULL;
      if (!self->backend->ops->find (self->backend, write->find.find, rows, &error))
        g_clear_pointer (&rows, g_ptr_array_unref);
      g_mutex_lock (&self->mutex);
      report_find (self, write, rows, error);
      g_mutex_unlock (&self->mutex);
      wake (self);
    }
  return NULL;
}

/* --- the control thread --- */

/* With the lock held. A full queue loses its oldest chat. FALSE: at the hard bound, which counts
   the batch being tried as well: place comes by a commit only, so what is kept of a time without a
   database is its beginning, whenever the writer took its batch. */
static gboolean
make_room (Behind *self, guint weight)
{
  if (self->weight + weight > self->queue_max && self->chat_links.head != NULL)
    {
      GList *victim = g_queue_pop_head (&self->chat_links);
      parlor_write_free (victim->data);
      g_queue_delete_link (&self->queue, victim);
      self->weight--;
      self->stats.dropped++;
      self->gave_up = TRUE;
    }
  return (guint64)self->in_batch + self->weight + weight <= (guint64)HARD_BOUND * self->queue_max;
}

/* Takes a write that came when there was no place for it any more. With the lock held. */
static void
lose (Behind *self, ParlorWrite *write)
{
  if (write->type == PARLOR_WRITE_FLUSH)
    report_flush (self, write, FALSE);
  else if (write->type == PARLOR_WRITE_FIND)
    report_unavailable (self, write, "too many wait");
  else
    {
      self->stats.lost += parlor_write_weight (write);
      self->gave_up = TRUE;
      parlor_write_free (write);
    }
}

/* With the lock held. */
static void
append (Behind *self, ParlorWrite *write)
{
  g_queue_push_tail (&self->queue, write);
  self->weight += parlor_write_weight (write);
  if (write->type == PARLOR_WRITE_CHAT)
    g_queue_push_tail (&self->chat_links, self->queue.tail);
  if (self->queue.length == 1)
    g_cond_signal (&self->write_cond);
}

static void
enqueue (Behind *self, ParlorWrite *write)
{
  gboolean told = FALSE;
  g_mutex_lock (&self->mutex);
  if (write->type == PARLOR_WRITE_FIND)
    self->n_finds++;
  if (self->closed)
    parlor_write_free (write);
  else if (self->n_finds <= FINDS_MAX && make_room (self, parlor_write_weight (write)))
    append (self, write);
  else
    {
      lose (self, write);
      told = TRUE;
    }
  g_mutex_unlock (&self->mutex);
  if (told)
    wake (self);
}

/* A write joins the open group; what waits for writes comes after it. */
static void
submit (Behind *self, ParlorWrite *write)
{
  if (self->group == NULL)
    enqueue (self, write);
  else if (waits (write))
    g_queue_push_tail (&self->after_group, write);
  else
    g_ptr_array_add (self->group->group, write);
}

static void
sink_begin (ParlorRecordSink *sink)
{
  Behind *self = behind_of (sink);
  if (self->depth++ == 0)
    self->group = parlor_write_group ();
}

static void
sink_end (ParlorRecordSink *sink)
{
  Behind *self = behind_of (sink);
  g_return_if_fail (self->depth > 0);
  if (--self->depth > 0)
    return;
  ParlorWrite *group = g_steal_pointer (&self->group);
  if (group->group->len > 0)
    enqueue (self, group);
  else
    parlor_write_free (group);
  while (self->after_group.length > 0)
    enqueue (self, g_queue_pop_head (&self->after_group));
}

static void
sink_put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
  submit (behind_of (sink), parlor_write_record (kind, record));
}

static void
sink_remove (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer key)
{
  submit (behind_of (sink), parlor_write_remove (kind, key));
}

static void
sink_find (ParlorRecordSink *sink, const ParlorFind *find, ParlorFound found, gpointer user_data)
{
  Behind *self = behind_of (sink);
  g_autoptr (GError) error = NULL;
  if (parlor_find_check (find, &error))
    {
      submit (self, parlor_write_find (parlor_find_copy (find), found, user_data,
                                       g_get_monotonic_time ()));
      return;
    }
  g_mutex_lock (&self->mutex);
  self->n_finds++;
  report_find (self, parlor_write_find (NULL, found, user_data, 0), NULL, g_steal_pointer (&error));
  g_mutex_unlock (&self->mutex);
  wake (self);
}

static void
sink_flush (ParlorRecordSink *sink, ParlorRecordFlushed flushed, gpointer user_data)
{
  submit (behind_of (sink), parlor_write_flush (flushed, user_data));
}

static void
put_room (ParlorStore *store, const ParlorRoomRecord *record)
{
  submit ((Behind *)store, parlor_write_room (record));
}

static void
put_participant (ParlorStore *store, const ParlorParticipantRecord *record)
{
  submit ((Behind *)store, parlor_write_participant (record));
}

static void
forget_participant (ParlorStore *store, const char *room, const char *id)
{
  submit ((Behind *)store, parlor_write_forget (room, id));
}

static void
put_ban (ParlorStore *store, const ParlorBanRecord *record)
{
  submit ((Behind *)store, parlor_write_ban (record));
}

static void
put_chat (ParlorStore *store, const ParlorChatRecord *record)
{
  submit ((Behind *)store, parlor_write_chat (record));
}

static void
flush (ParlorStore *store, ParlorStoreFlushed flushed, gpointer user_data)
{
  submit ((Behind *)store, parlor_write_flush (flushed, user_data));
}

static void
set_wake (ParlorStore *store, ParlorStoreWake func, gpointer user_data)
{
  Behind *self = (Behind *)store;
  g_mutex_lock (&self->mutex);
  self->wake = func;
  self->wake_data = user_data;
  g_mutex_unlock (&self->mutex);
}

static Done *
take_done (Behind *self)
{
  g_mutex_lock (&self->mutex);
  Done *done = g_queue_pop_head (&self->done);
  g_mutex_unlock (&self->mutex);
  return done;
}

static void
tell (const Done *done)
{
  const ParlorWrite *write = done->write;
  if (write->type == PARLOR_WRITE_FLUSH)
    write->flush.flushed (done->durable, write->flush.user_data);
  else if (done->rows != NULL)
    write->find.found ((const gconstpointer *)done->rows->pdata, done->rows->len, NULL,
                       write->find.user_data);
  else
    write->find.found (NULL, 0, done->error, write->find.user_data);
}

static void
dispatch (ParlorStore *store)
{
  for (Done *done = take_done ((Behind *)store); done != NULL; done = take_done ((Behind *)store))
    {
      tell (done);
      done_free (done);
    }
}

static gboolean
load (ParlorStore *store, gint64 participants_since_ms, guint chat_limit,
      const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  ParlorBackend *backend = ((Behind *)store)->backend;
  if (!backend->ops->load (backend, participants_since_ms, chat_limit, visitor, user_data, error))
    return FALSE;
  submit ((Behind *)store, parlor_write_purge (participants_since_ms));
  return TRUE;
}

static gboolean
load_records (ParlorStore *store, const ParlorRecordKind *kind, ParlorRecordVisit visit,
              gpointer user_data, GError **error)
{
  ParlorBackend *backend = ((Behind *)store)->backend;
  return backend->ops->load_records (backend, kind, visit, user_data, error);
}

static void
stats (ParlorStore *store, ParlorStoreStats *out)
{
  Behind *self = (Behind *)store;
  g_mutex_lock (&self->mutex);
  *out = self->stats;
  out->queued = self->weight + self->in_batch;
  out->healthy = self->weight + self->in_batch < self->queue_max && self->stats.lost == 0;
  g_mutex_unlock (&self->mutex);
}

static void
free_store (Behind *self)
{
  self->backend->ops->free (self->backend);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->write_cond);
  g_cond_clear (&self->find_cond);
  g_free (self);
}

static void
close_store (ParlorStore *store, guint deadline_ms)
{
  Behind *self = (Behind *)store;
  while (self->depth > 0)
    sink_end (&self->sink);
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  __atomic_store_n (&self->backend->stop_us, g_get_monotonic_time () + (gint64)deadline_ms * 1000,
                    __ATOMIC_RELAXED);
  g_cond_signal (&self->write_cond);
  g_cond_signal (&self->find_cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->writer);
  g_thread_join (self->reader);
  self->closed = TRUE;
  GQueue rows = G_QUEUE_INIT;
  settle (self, &self->batch, FALSE, &rows);
  settle (self, &self->queue, FALSE, &rows);
  settle (self, &self->finds, FALSE, &rows);
  free_rows (&rows);
  g_queue_clear (&self->chat_links);
  dispatch (store);
  free_store (self);
}

static const ParlorStoreOps ops = {
    .set_wake = set_wake,
    .load = load,
    .load_records = load_records,
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

static const ParlorRecordSink sink_ops = {
    .begin = sink_begin,
    .end = sink_end,
    .put = sink_put,
    .remove = sink_remove,
    .find = sink_find,
    .flush = sink_flush,
};

ParlorStore *
parlor_behind_new (ParlorBackend *backend, guint queue_max)
{
  Behind *self = g_new0 (Behind, 1);
  self->parent.ops = &ops;
  self->parent.records = &self->sink;
  self->sink = sink_ops;
  self->backend = backend;
  self->queue_max = queue_max != 0 ? queue_max : QUEUE_MAX;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->write_cond);
  g_cond_init (&self->find_cond);
  self->writer = g_thread_new ("parlor-store", write_loop, self);
  self->reader = g_thread_new ("parlor-reader", read_loop, self);
  return &self->parent;
}
