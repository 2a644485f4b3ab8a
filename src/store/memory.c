/* SPDX-License-Identifier: Apache-2.0 */
#include "store/memory.h"

#include "base/error.h"
#include "store/memory_records.h"

/* Messages kept a room: no more than any load () asks for. */
#define CHAT_MAX 1000

/* Everything of one open room; each item is a ParlorWrite. */
typedef struct
{
  ParlorWrite *room;
  GHashTable *participants; /* by id */
  GPtrArray *bans;
  GQueue chat; /* the oldest first */
} Shelf;

typedef struct
{
  ParlorStore parent;
  ParlorRecordSink sink;
  ParlorMemoryRecords *records;
  guint depth;
  ParlorStoreWake wake;
  gpointer wake_data;
  GHashTable *shelves; /* room id → Shelf */
  GQueue waiting;      /* flushes and questions: ParlorWrite for dispatch () */
  guint64 committed;
} MemoryStore;

static void
shelf_free (gpointer data)
{
  Shelf *shelf = data;
  parlor_write_free (shelf->room);
  g_hash_table_unref (shelf->participants);
  g_ptr_array_unref (shelf->bans);
  g_queue_clear_full (&shelf->chat, (GDestroyNotify)parlor_write_free);
  g_free (shelf);
}

static Shelf *
shelf_new (void)
{
  Shelf *shelf = g_new0 (Shelf, 1);
  shelf->participants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                               (GDestroyNotify)parlor_write_free);
  shelf->bans = g_ptr_array_new_with_free_func ((GDestroyNotify)parlor_write_free);
  g_queue_init (&shelf->chat);
  return shelf;
}

/* NULL = no such open room: what belongs to it is not kept. Counts the write. */
static Shelf *
shelf_of (ParlorStore *store, const char *room)
{
  MemoryStore *self = (MemoryStore *)store;
  self->committed++;
  return g_hash_table_lookup (self->shelves, room);
}

static void
put_room (ParlorStore *store, const ParlorRoomRecord *record)
{
  MemoryStore *self = (MemoryStore *)store;
  Shelf *shelf = shelf_of (store, record->id);
  if (record->closed_ms != 0)
    {
      g_hash_table_remove (self->shelves, record->id);
      return;
    }
  if (shelf == NULL)
    {
      shelf = shelf_new ();
      g_hash_table_insert (self->shelves, g_strdup (record->id), shelf);
    }
  parlor_write_free (shelf->room);
  shelf->room = parlor_write_room (record);
}

static void
put_participant (ParlorStore *store, const ParlorParticipantRecord *record)
{
  Shelf *shelf = shelf_of (store, record->room);
  if (shelf == NULL)
    return;
  ParlorWrite *write = parlor_write_participant (record);
  g_hash_table_replace (shelf->participants, (char *)write->participant.id, write);
}

static void
forget_participant (ParlorStore *store, const char *room, const char *id)
{
  Shelf *shelf = shelf_of (store, room);
  if (shelf != NULL)
    g_hash_table_remove (shelf->participants, id);
}

static gboolean
same_ban (gconstpointer a, gconstpointer b)
{
  const ParlorBanRecord *left = &((const ParlorWrite *)a)->ban;
  const ParlorBanRecord *right = b;
  return g_strcmp0 (left->identity, right->identity) == 0
         && parlor_hash_equal (&left->token, &right->token);
}

static void
put_ban (ParlorStore *store, const ParlorBanRecord *record)
{
  Shelf *shelf = shelf_of (store, record->room);
  if (shelf != NULL && !g_ptr_array_find_with_equal_func (shelf->bans, record, same_ban, NULL))
    g_ptr_array_add (shelf->bans, parlor_write_ban (record));
}

static gint
differs (gconstpointer a, gconstpointer b)
{
  const ParlorChatMessage *kept = &((const ParlorWrite *)a)->chat.message;
  const ParlorChatMessage *message = b;
  gboolean same = g_strcmp0 (kept->id, message->id) == 0
                  || (g_strcmp0 (kept->participant, message->participant) == 0
                      && g_strcmp0 (kept->client_id, message->client_id) == 0);
  return !same;
}

static void
put_chat (ParlorStore *store, const ParlorChatRecord *record)
{
  Shelf *shelf = shelf_of (store, record->room);
  if (shelf == NULL || g_queue_find_custom (&shelf->chat, &record->message, differs) != NULL)
    return;
  g_queue_push_tail (&shelf->chat, parlor_write_chat (record));
  if (shelf->chat.length > CHAT_MAX)
    parlor_write_free (g_queue_pop_head (&shelf->chat));
}

static gint
older_first (gconstpointer a, gconstpointer b)
{
  const ParlorRoomRecord *left = &(*(Shelf *const *)a)->room->room;
  const ParlorRoomRecord *right = &(*(Shelf *const *)b)->room->room;
  if (left->created_ms != right->created_ms)
    return left->created_ms < right->created_ms ? -1 : 1;
  return g_strcmp0 (left->id, right->id);
}

static GPtrArray *
sorted_shelves (MemoryStore *self)
{
  GPtrArray *shelves = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->shelves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (shelves, value);
  g_ptr_array_sort (shelves, older_first);
  return shelves;
}

/* The visitor may put and forget while it looks: so ids of our own, and each looked up when its
 * turn comes. */
static void
load_participants (Shelf *shelf, gint64 since_ms, const ParlorStoreVisitor *visitor,
                   gpointer user_data)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, shelf->participants);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (ids, g_strdup (key));
  for (guint i = 0; visitor->participant != NULL && i < ids->len; i++)
    {
      const ParlorWrite *write = g_hash_table_lookup (shelf->participants, ids->pdata[i]);
      if (write != NULL
          && (write->participant.left_ms == 0 || write->participant.left_ms >= since_ms))
        visitor->participant (&write->participant, user_data);
    }
}

static void
load_chat (Shelf *shelf, guint limit, const ParlorStoreVisitor *visitor, gpointer user_data)
{
  guint skip = shelf->chat.length > limit ? shelf->chat.length - limit : 0;
  for (GList *l = g_queue_peek_nth_link (&shelf->chat, skip); visitor->chat != NULL && l != NULL;
       l = l->next)
    visitor->chat (&((ParlorWrite *)l->data)->chat, user_data);
}

static gboolean
load (ParlorStore *store, gint64 participants_since_ms, guint chat_limit,
      const ParlorStoreVisitor *visitor, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) shelves = sorted_shelves ((MemoryStore *)store);
  for (guint i = 0; visitor->room != NULL && i < shelves->len; i++)
    visitor->room (&((Shelf *)shelves->pdata[i])->room->room, user_data);
  for (guint i = 0; i < shelves->len; i++)
    {
      Shelf *shelf = shelves->pdata[i];
      load_participants (shelf, participants_since_ms, visitor, user_data);
      for (guint j = 0; visitor->ban != NULL && j < shelf->bans->len; j++)
        visitor->ban (&((ParlorWrite *)shelf->bans->pdata[j])->ban, user_data);
      load_chat (shelf, chat_limit, visitor, user_data);
    }
  return TRUE;
}

static void
set_wake (ParlorStore *store, ParlorStoreWake wake, gpointer user_data)
{
  MemoryStore *self = (MemoryStore *)store;
  self->wake = wake;
  self->wake_data = user_data;
}

static void
wait_for_dispatch (MemoryStore *self, ParlorWrite *write)
{
  g_queue_push_tail (&self->waiting, write);
  if (self->wake != NULL)
    self->wake (self->wake_data);
}

static void
flush (ParlorStore *store, ParlorStoreFlushed flushed, gpointer user_data)
{
  wait_for_dispatch ((MemoryStore *)store, parlor_write_flush (flushed, user_data));
}

static void
answer (MemoryStore *self, const ParlorWrite *write)
{
  if (write->find.find == NULL)
    {
      g_autoptr (GError) error = g_error_new_literal (PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                                                      "not a question that can be asked");
      write->find.found (NULL, 0, error, write->find.user_data);
      return;
    }
  g_autoptr (GPtrArray) rows = parlor_memory_records_find (self->records, write->find.find);
  write->find.found ((const gconstpointer *)rows->pdata, rows->len, NULL, write->find.user_data);
}

static void
dispatch (ParlorStore *store)
{
  MemoryStore *self = (MemoryStore *)store;
  for (guint n = self->waiting.length; n > 0; n--)
    {
      g_autoptr (ParlorWrite) write = g_queue_pop_head (&self->waiting);
      if (write->type == PARLOR_WRITE_FLUSH)
        write->flush.flushed (TRUE, write->flush.user_data);
      else
        answer (self, write);
    }
}

static void
stats (ParlorStore *store, ParlorStoreStats *out)
{
  *out = (ParlorStoreStats){.committed = ((MemoryStore *)store)->committed, .healthy = TRUE};
}

/* --- records --- */

static MemoryStore *
memory_of (ParlorRecordSink *sink)
{
  return (MemoryStore *)((guint8 *)sink - G_STRUCT_OFFSET (MemoryStore, sink));
}

/* Nothing is ever half done in memory: only the pairs are checked. */
static void
sink_begin (ParlorRecordSink *sink)
{
  memory_of (sink)->depth++;
}

static void
sink_end (ParlorRecordSink *sink)
{
  g_return_if_fail (memory_of (sink)->depth > 0);
  memory_of (sink)->depth--;
}

static void
sink_put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer record)
{
  MemoryStore *self = memory_of (sink);
  self->committed++;
  parlor_memory_records_apply (self->records, parlor_write_record (kind, record));
}

static void
sink_remove (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer key)
{
  MemoryStore *self = memory_of (sink);
  self->committed++;
  parlor_memory_records_apply (self->records, parlor_write_remove (kind, key));
}

static void
sink_find (ParlorRecordSink *sink, const ParlorFind *find, ParlorFound found, gpointer user_data)
{
  ParlorFind *copy = parlor_find_check (find, NULL) ? parlor_find_copy (find) : NULL;
  wait_for_dispatch (memory_of (sink), parlor_write_find (copy, found, user_data, 0));
}

static void
sink_flush (ParlorRecordSink *sink, ParlorRecordFlushed flushed, gpointer user_data)
{
  flush (&memory_of (sink)->parent, flushed, user_data);
}

static gboolean
load_records (ParlorStore *store, const ParlorRecordKind *kind, ParlorRecordVisit visit,
              gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) rows = parlor_memory_records_all (((MemoryStore *)store)->records, kind);
  for (guint i = 0; i < rows->len; i++)
    visit (rows->pdata[i], user_data);
  return TRUE;
}

static void
close_store (ParlorStore *store, guint deadline_ms)
{
  MemoryStore *self = (MemoryStore *)store;
  dispatch (store);
  g_queue_clear_full (&self->waiting, (GDestroyNotify)parlor_write_free);
  parlor_memory_records_free (self->records);
  g_hash_table_unref (self->shelves);
  g_free (self);
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

ParlorStore *
parlor_store_memory_new (void)
{
  MemoryStore *self = g_new0 (MemoryStore, 1);
  self->parent.ops = &ops;
  self->parent.records = &self->sink;
  self->sink = (ParlorRecordSink){
      sink_begin, sink_end, sink_put, sink_remove, sink_find, sink_flush,
  };
  self->records = parlor_memory_records_new ();
  self->shelves = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, shelf_free);
  g_queue_init (&self->waiting);
  return &self->parent;
}
