/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  World *world = user_data;
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)((world->random = world->random * 1664525u + 1013904223u) >> 24);
}

static ParlorMoment
now_of (gpointer user_data)
{
  return ((World *)user_data)->now;
}

static void
on_notice (const ParlorServiceNotice *n, gpointer user_data)
{
  static const char *const names[] = {
      "card",  "bound",    "binding", "conversation", "queue",   "message", "typing",    "read",
      "offer", "presence", "call",    "refused",      "norings", "assist",  "identified"};
  World *world = user_data;
  const char *to = n->to_customer && n->type != PARLOR_NOTICE_MESSAGE ? "customer" : "";
  if (n->type == PARLOR_NOTICE_BOUND)
    {
      g_strlcpy (world->binding, n->binding->id, sizeof world->binding);
      g_strlcpy (world->conversation, n->conversation->id, sizeof world->conversation);
    }
  if (n->type == PARLOR_NOTICE_ASSIST)
    {
      g_assert_null (n->to_customer);
      g_assert_null (n->visitor);
      g_assert_null (n->to_rep_too);
      g_ptr_array_add (world->told, g_strdup_printf ("assist %s", n->to_rep->ref));
      return;
    }
  if (n->type == PARLOR_NOTICE_OFFER)
    g_strlcpy (world->offer, n->offer->id, sizeof world->offer);
  g_ptr_array_add (
      world->told,
      g_strdup_printf ("%s %s %s%s", names[n->type],
                       n->rep        ? n->rep->ref
                       : n->message  ? n->message->text
                       : n->offer    ? n->offer->rep->ref
                       : n->position ? "queued"
                                     : to,
                       n->offer   ? parlor_state_name (PARLOR_MACHINE_OFFER, n->offer->state)
                       : n->call  ? parlor_state_name (PARLOR_MACHINE_CALL, n->call->state)
                       : n->known ? "known"
                                  : "",
                       n->call && n->call->may_record ? " recordable" : ""));
}

static void
on_event (const ParlorEvent *event, gpointer user_data)
{
  World *world = user_data;
  g_assert_cmpuint (world->depth, >=, world->depth);
  g_ptr_array_add (world->events, g_strdup (event->type));
  for (guint i = 0; i < event->n_data; i++)
    if (event->data[i].text)
      g_string_append (world->event_texts, event->data[i].text);
}

static void
on_call_ended (const ParlorCall *call, gpointer user_data)
{
  g_assert_nonnull (call->room);
  ((World *)user_data)->calls_ended++;
}

/* ---- a store ----------------------------------------------------------------------------------
 */

#define WORLD_OF(sink) ((World *)((guint8 *)(sink)-G_STRUCT_OFFSET (World, sink)))

static void
begin (ParlorRecordSink *sink)
{
  WORLD_OF (sink)->depth++;
}

static void
end (ParlorRecordSink *sink)
{
  WORLD_OF (sink)->depth--;
}

static char *
key_of (const ParlorRecordKind *kind, gconstpointer row)
{
  GString *key = g_string_new (NULL);
  for (guint i = 0; i < kind->n_key; i++)
    g_string_append_printf (key, "%s|",
                            *(char *const *)((const char *)row + kind->fields[i].offset));
  return g_string_free (key, FALSE);
}

static GHashTable *
table_of (World *world, const ParlorRecordKind *kind)
{
  GHashTable *table = g_hash_table_lookup (world->tables, kind->table);
  if (!table)
    g_hash_table_insert (world->tables, (char *)kind->table,
                         table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL));
  return table;
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer row)
{
  World *world = WORLD_OF (sink);
  GHashTable *table = table_of (world, kind);
  g_autofree char *key = key_of (kind, row);
  gpointer old = g_hash_table_lookup (table, key);
  if (old && kind->append_only)
    return;
  gpointer copy = g_malloc0 (kind->size);
  parlor_record_copy (kind, copy, row);
  if (old)
    {
      parlor_record_clear (kind, old);
      g_free (old);
    }
  g_hash_table_insert (table, g_steal_pointer (&key), copy);
}

static void
forget (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer row)
{
  GHashTable *table = table_of (WORLD_OF (sink), kind);
  g_autofree char *key = key_of (kind, row);
  gpointer old = g_hash_table_lookup (table, key);
  if (!old)
    return;
  parlor_record_clear (kind, old);
  g_free (old);
  g_hash_table_remove (table, key);
}

guint
world_rows (const World *world, const ParlorRecordKind *kind)
{
  GHashTable *table = g_hash_table_lookup (world->tables, kind->table);
  return table ? g_hash_table_size (table) : 0;
}

/* ---- the world --------------------------------------------------------------------------------
 */

/* ---- hooks -------------------------------------------------------------------------------------
 */

typedef struct
{
  guint64 id;
  ParlorHookKind hook;
  gboolean told_late;
  ParlorHookAnswered answered;
  gpointer user_data;
} Question;

#define WORLD_OF_HOOKS(member) ((World *)((guint8 *)(member)-G_STRUCT_OFFSET (World, hooks)))

static guint64
ask (ParlorHooks *hooks, const ParlorHookQuestion *spec, ParlorHookAnswered answered,
     gpointer user_data)
{
  World *world = WORLD_OF_HOOKS (hooks);
  Question *question = g_new0 (Question, 1);
  *question = (Question){++world->last_question, spec->hook, FALSE, answered, user_data};
  g_queue_push_tail (&world->questions, question);
  return question->id;
}

static void
cancel (ParlorHooks *hooks, guint64 id)
{
  World *world = WORLD_OF_HOOKS (hooks);
  for (GList *l = world->questions.head; l; l = l->next)
    if (((Question *)l->data)->id == id)
      {
        g_free (l->data);
        g_queue_delete_link (&world->questions, l);
        return;
      }
}

static gboolean
has (ParlorHooks *hooks, ParlorHookKind hook, const char *brand)
{
  return (WORLD_OF_HOOKS (hooks)->has >> hook & 1) != 0;
}

guint
world_asked (World *world, ParlorHookKind hook)
{
  guint n = 0;
  for (GList *l = world->questions.head; l; l = l->next)
    n += ((Question *)l->data)->hook == hook;
  return n;
}

void
world_hook (World *world, ParlorHookKind hook, const ParlorHookAnswer *answer)
{
  GList *l = world->questions.head;
  while (l
         && (((Question *)l->data)->hook != hook
             || (((Question *)l->data)->told_late && answer->outcome == PARLOR_HOOK_LATE)))
    l = l->next;
  g_assert_nonnull (l);
  Question *question = l->data;
  ParlorHookAnswer said = *answer;
  said.final = answer->outcome != PARLOR_HOOK_LATE || question->told_late;
  if (said.final)
    g_queue_delete_link (&world->questions, l);
  question->told_late = TRUE;
  question->answered (&said, question->user_data);
  if (said.final)
    g_free (question);
}

/* What nobody has set up is answered so, in the loop's next turn. */
static void
answer_none (World *world)
{
  static const ParlorHookKind kinds[] = {PARLOR_HOOK_ROUTE, PARLOR_HOOK_BIND};
  ParlorHookAnswer none = {.outcome = PARLOR_HOOK_NONE};
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    while (world_asked (world, kinds[i]))
      world_hook (world, kinds[i], &none);
}

static char *
make_room (const char *brand, gboolean may_record, gpointer user_data)
{
  return g_strdup ("rm_consult");
}

static gboolean
oversees (const char *brand, const char *user, const char *group, gboolean *given,
          gpointer user_data)
{
  const World *world = user_data;
  *given = world->supervisor && !strcmp (user, world->supervisor);
  return *given && !g_strcmp0 (group, world->overseen);
}

static void
make_service (World *world)
{
  ParlorServiceSpec spec = {
      .random = {fill, world},
      .records = &world->sink,
      .notice = on_notice,
      .event = on_event,
      .user_data = world,
      .now = now_of,
      .make_room = make_room,
      .hooks = world->has ? &world->hooks : NULL,
      .audit = world->audit,
      .call_ended = on_call_ended,
      .oversees = oversees,
  };
  world->service = parlor_service_new (&spec);
}

World *
world_new (void)
{
  return world_new_with_hooks (0);
}

World *
world_new_with_hooks (guint hooks)
{
  World *world = g_new0 (World, 1);
  world->has = hooks;
  world->hooks = (ParlorHooks){ask, cancel, has};
  world->now = (ParlorMoment){.us = 1000000, .wall_ms = G_GINT64_CONSTANT (1700000000000)};
  world->sink = (ParlorRecordSink){.begin = begin, .end = end, .put = put, .remove = forget};
  world->tables = g_hash_table_new (g_str_hash, g_str_equal);
  world->told = g_ptr_array_new_with_free_func (g_free);
  world->events = g_ptr_array_new_with_free_func (g_free);
  world->event_texts = g_string_new (NULL);
  make_service (world);
  world->brand = parlor_service_add_brand (world->service, "br_test", "Aurora",
                                           PARLOR_CONFIRM_FIRST);
  ParlorGroupSpec group = {.name = "Advisers", .welcome = "Hello!"};
  world->group = parlor_service_put_group (world->service, world->brand, &group, NULL);
  return world;
}

static const ParlorRecordKind *
kind_of (const char *table)
{
  static const ParlorRecordKind *const more[] = {&parlor_message_kind, &parlor_service_audit_kind,
                                                 &parlor_shift_kind};
  guint n = 0;
  const ParlorRecordKind *const *kinds = parlor_service_kinds (&n);
  for (guint i = 0; i < n; i++)
    if (!strcmp (kinds[i]->table, table))
      return kinds[i];
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    if (!strcmp (more[i]->table, table))
      return more[i];
  g_assert_not_reached ();
}

static void
free_tables (World *world)
{
  GHashTableIter iter, rows;
  gpointer name, table, row;
  g_hash_table_iter_init (&iter, world->tables);
  while (g_hash_table_iter_next (&iter, &name, &table))
    {
      g_hash_table_iter_init (&rows, table);
      while (g_hash_table_iter_next (&rows, NULL, &row))
        {
          parlor_record_clear (kind_of (name), row);
          g_free (row);
        }
      g_hash_table_unref (table);
    }
  g_hash_table_unref (world->tables);
}

static gboolean
row_has (const ParlorRecordKind *kind, gconstpointer row, const char *text)
{
  for (guint i = 0; i < kind->n_fields; i++)
    {
      const char *value = kind->fields[i].type == PARLOR_FIELD_TEXT
                              ? *(char *const *)((const char *)row + kind->fields[i].offset)
                              : NULL;
      if (value && strstr (value, text))
        return TRUE;
    }
  return FALSE;
}

gboolean
world_knows (World *world, const char *text)
{
  GHashTableIter iter, rows;
  gpointer name, table, row;
  gboolean found = strstr (world->event_texts->str, text) != NULL;
  g_hash_table_iter_init (&iter, world->tables);
  while (g_hash_table_iter_next (&iter, &name, &table))
    {
      g_hash_table_iter_init (&rows, table);
      while (g_hash_table_iter_next (&rows, NULL, &row))
        found = found || row_has (kind_of (name), row, text);
    }
  return found;
}

void
world_free (World *world)
{
  parlor_service_free (world->service);
  g_ptr_array_unref (world->told);
  g_ptr_array_unref (world->events);
  g_string_free (world->event_texts, TRUE);
  g_queue_clear_full (&world->questions, g_free);
  free_tables (world);
  g_free (world);
}

void
world_restart (World *world)
{
  g_autofree char *group = g_strdup (world->group->id);
  parlor_service_free (world->service);
  make_service (world);
  world->now.us = 5000000; /* the monotonic clock begins anew */
  guint n = 0;
  const ParlorRecordKind *const *kinds = parlor_service_kinds (&n);
  gpointer row;
  GHashTableIter rows;
  for (guint i = 0; i < n; i++)
    {
      g_hash_table_iter_init (&rows, table_of (world, kinds[i]));
      while (g_hash_table_iter_next (&rows, NULL, &row))
        parlor_service_load (world->service, kinds[i], row, world->now);
    }
  g_hash_table_iter_init (&rows, table_of (world, &parlor_message_kind));
  while (g_hash_table_iter_next (&rows, NULL, &row))
    parlor_service_load_message (world->service, row);
  parlor_service_loaded (world->service, world->now);
  g_assert_cmpuint (parlor_service_left_out (world->service), ==, 0);
  world->brand = parlor_service_brand (world->service, "br_test");
  world->group = parlor_service_group (world->brand, group);
}

ParlorRep *
world_rep (World *world, const char *ref, guint max_chats, gboolean away)
{
  g_autoptr (GError) error = NULL;
  ParlorRepSpec spec = {
      .ref = ref, .name = ref, .groups = world->group->id, .max_chats = max_chats};
  ParlorRep *rep = parlor_service_put_rep (world->service, world->brand, &spec, world->now, &error);
  g_assert_no_error (error);
  if (!away)
    parlor_service_rep_connected (rep, world->now);
  return rep;
}

void
world_pass (World *world, gint64 seconds)
{
  for (gint64 i = 0; i < seconds; i++)
    {
      world->now.us += G_USEC_PER_SEC;
      world->now.wall_ms += 1000;
      if (parlor_service_next_us (world->service) <= world->now.us)
        parlor_service_poll (world->service, world->now);
    }
}

ParlorBinding *
world_bind (World *world, const char *visitor)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tap = g_strconcat ("tap_0123", visitor, NULL);
  ParlorTapSpec spec = {.brand = "br_test", .visitor = visitor, .tap = tap, .room_ms = 201330};
  parlor_service_tap (world->service, &spec, world->now, &error);
  g_assert_no_error (error);
  answer_none (world);
  parlor_service_bind (world->service, "br_test", visitor, tap, world->now, &error);
  g_assert_no_error (error);
  answer_none (world);
  return parlor_service_binding (world->service, "br_test", world->binding);
}

const ParlorMessage *
world_say (World *world, ParlorBinding *binding, const char *text)
{
  g_autoptr (GError) error = NULL;
  ParlorSaySpec spec = {.conversation = binding->conversation,
                        .by = PARLOR_BY_CUSTOMER,
                        .client_id = text,
                        .text = text,
                        .stream_ms = -1};
  const ParlorMessage *message = parlor_service_say (world->service, &spec, world->now, &error);
  g_assert_no_error (error);
  return message;
}

const ParlorMessage *
world_answer (World *world, ParlorConversation *conversation, ParlorRep *rep, const char *text)
{
  g_autoptr (GError) error = NULL;
  ParlorSaySpec spec = {.conversation = conversation,
                        .by = PARLOR_BY_REP,
                        .rep = rep,
                        .client_id = text,
                        .text = text,
                        .stream_ms = -1};
  const ParlorMessage *message = parlor_service_say (world->service, &spec, world->now, &error);
  g_assert_no_error (error);
  return message;
}

guint
world_told (const World *world, const char *line)
{
  guint n = 0;
  for (guint i = 0; i < world->told->len; i++)
    n += g_str_has_prefix (world->told->pdata[i], line);
  return n;
}

guint
world_happened (const World *world, const char *type)
{
  guint n = 0;
  for (guint i = 0; i < world->events->len; i++)
    n += !strcmp (world->events->pdata[i], type);
  return n;
}
