/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/record.h"
#include "service/rows.h"
#include "signal/desk_private.h"
#include "signal/encode.h"
#include "signal/encode_service.h"

#include <string.h>

#define HISTORY_MAX 50
/* Seconds between two looks whether one more or one less is there: thousands may be told. */
#define PRESENT_EVERY 30

/* Something that waits for the disk. */
typedef struct
{
  ParlorDesk *desk; /* NULL: it went before the answer */
  char *key;        /* whose sockets */
  json_t *json;     /* owned */
} Pending;

struct _ParlorDesk
{
  ParlorService *service;
  ParlorRecordSink *records;
  ParlorDeskApp app;
  GHashTable *sockets; /* rep or visitor id → GPtrArray of ParlorSession, owned */
  GHashTable *pending; /* set of Pending, owned by the store's answer */
  GHashTable *told;    /* group id → how many visitors were told are there */
  guint seconds;       /* desk_tell_present () was called */
};

ParlorDesk *
parlor_desk_new (ParlorService *service, ParlorRecordSink *records, const ParlorDeskApp *app)
{
  ParlorDesk *desk = g_new0 (ParlorDesk, 1);
  desk->service = service;
  desk->records = records;
  desk->app = *app;
  desk->sockets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify)g_ptr_array_unref);
  desk->pending = g_hash_table_new (NULL, NULL);
  desk->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return desk;
}

void
parlor_desk_free (ParlorDesk *desk)
{
  if (!desk)
    return;
  GHashTableIter iter;
  gpointer pending;
  g_hash_table_iter_init (&iter, desk->pending);
  while (g_hash_table_iter_next (&iter, &pending, NULL))
    ((Pending *)pending)->desk = NULL;
  g_hash_table_unref (desk->pending);
  g_hash_table_unref (desk->sockets);
  g_hash_table_unref (desk->told);
  g_free (desk);
}

/* ---- who sits where -------------------------------------------------------------------------- */

void
desk_add (ParlorDesk *desk, const char *key, ParlorSession *session)
{
  GPtrArray *sockets = g_hash_table_lookup (desk->sockets, key);
  if (!sockets)
    g_hash_table_insert (desk->sockets, g_strdup (key), sockets = g_ptr_array_new ());
  g_ptr_array_add (sockets, session);
}

void
desk_remove (ParlorDesk *desk, const char *key, ParlorSession *session)
{
  GPtrArray *sockets = g_hash_table_lookup (desk->sockets, key);
  if (sockets && g_ptr_array_remove_fast (sockets, session) && !sockets->len)
    g_hash_table_remove (desk->sockets, key);
}

static void
send_to (ParlorDesk *desk, const char *key, json_t *json)
{
  GPtrArray *sockets = key ? g_hash_table_lookup (desk->sockets, key) : NULL;
  for (guint i = 0; sockets && i < sockets->len; i++)
    parlor_session_send (sockets->pdata[i], json_incref (json));
}

/* ---- notices --------------------------------------------------------------------------------- */

static void
on_durable (gboolean durable, gpointer user_data)
{
  Pending *pending = user_data;
  if (pending->desk)
    {
      g_hash_table_remove (pending->desk->pending, pending);
      if (durable)
        send_to (pending->desk, pending->key, pending->json);
    }
  json_decref (pending->json);
  g_free (pending->key);
  g_free (pending);
}

void
desk_send_durable (ParlorDesk *desk, const char *key, json_t *json)
{
  if (!desk->records || !desk->records->flush)
    {
      send_to (desk, key, json);
      json_decref (json);
      return;
    }
  Pending *pending = g_new0 (Pending, 1);
  *pending = (Pending){.desk = desk, .key = g_strdup (key), .json = json};
  g_hash_table_add (desk->pending, pending);
  desk->records->flush (desk->records, on_durable, pending);
}

/* ---- who a visitor is ------------------------------------------------------------------------ */

static json_t *
visitor_threads (ParlorServiceBrand *brand, const char *visitor)
{
  json_t *list = json_array ();
  const ParlorCustomer *customer = parlor_service_customer_of (brand, visitor);
  for (const ParlorBinding *binding = customer ? customer->bindings : NULL; binding;
       binding = binding->next_of_customer)
    if (binding->conversation && binding->conversation->binding == binding)
      json_array_append_new (
          list,
          json_pack ("{s:o,s:o}", "binding", parlor_encode_binding (binding), "thread",
                     parlor_encode_conversation (binding->conversation, PARLOR_FOR_CUSTOMER)));
  return list;
}

static json_t *
group_json (const ParlorGroup *group)
{
  return json_pack ("{s:s,s:i}", "id", group->id, "present", (int)parlor_service_present (group));
}

static json_t *
button (const ParlorServiceBrand *brand)
{
  json_t *list = json_array ();
  for (guint i = 0; i < brand->groups->len; i++)
    json_array_append_new (list, group_json (brand->groups->pdata[i]));
  return list;
}

json_t *
desk_visitor_json (ParlorServiceBrand *brand, const char *visitor)
{
  return json_pack ("{s:s,s:s,s:s,s:s,s:o,s:o}", "t", "attached", "as", "visitor", "brand",
                    brand->id, "brand_name", brand->name, "groups", button (brand), "threads",
                    visitor_threads (brand, visitor));
}

guint
desk_present (const ParlorServiceBrand *brand)
{
  guint most = 0;
  for (guint i = 0; brand && i < brand->groups->len; i++)
    most = MAX (most, parlor_service_present (brand->groups->pdata[i]));
  return most;
}

/* The groups to which the first came or from which the last went since it was told (`all`: or where
 * one more or less is there), as they are now. */
static json_t *
changed_groups (ParlorDesk *desk, const ParlorServiceBrand *brand, gboolean all)
{
  json_t *list = json_array ();
  for (guint i = 0; i < brand->groups->len; i++)
    {
      const ParlorGroup *group = brand->groups->pdata[i];
      guint now = parlor_service_present (group);
      guint told = GPOINTER_TO_UINT (g_hash_table_lookup (desk->told, group->id));
      if (told == now || (told && now && !all))
        continue;
      g_hash_table_replace (desk->told, g_strdup (group->id), GUINT_TO_POINTER (now));
      json_array_append_new (list, group_json (group));
    }
  return list;
}

static void
tell_present (ParlorSession *session, guint now, json_t *groups, gboolean all)
{
  guint told = session->desk_present;
  if ((told == now || (told && now && !all)) && !json_array_size (groups))
    return;
  session->desk_present = now;
  parlor_session_send (
      session, json_pack ("{s:s,s:i,s:O}", "t", "present", "n", (int)now, "groups", groups));
}

void
desk_tell_present (ParlorDesk *desk)
{
  const ParlorServiceBrand *last = NULL;
  guint present = 0;
  json_t *groups = NULL; /* of `last` */
  gboolean all = ++desk->seconds % PRESENT_EVERY == 0;
  const GDestroyNotify drop = (GDestroyNotify)json_decref;
  g_autoptr (GHashTable) changes = g_hash_table_new_full (NULL, NULL, NULL, drop);
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, desk->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    for (guint i = 0; i < ((GPtrArray *)value)->len; i++)
      {
        ParlorSession *session = ((GPtrArray *)value)->pdata[i];
        const ParlorServiceBrand *brand = parlor_service_brand (desk->service, session->desk_brand);
        if (session->rep || !brand)
          continue;
        /* Mostly they are all of one. */
        if (brand != last)
          {
            present = desk_present (brand);
            groups = g_hash_table_lookup (changes, brand);
            if (!groups)
              g_hash_table_insert (changes, (gpointer)brand,
                                   groups = changed_groups (desk, brand, all));
          }
        last = brand;
        tell_present (session, present, groups, all);
      }
}

static void
tell_who (ParlorDesk *desk, const char *key, ParlorServiceBrand *brand, gboolean other)
{
  GPtrArray *sockets = g_hash_table_lookup (desk->sockets, key);
  json_t *json = desk_visitor_json (brand, key);
  if (other)
    json_object_set_new (json, "other", json_true ());
  for (guint i = 0; sockets && i < sockets->len; i++)
    if (!strcmp (((ParlorSession *)sockets->pdata[i])->desk_brand, brand->id))
      parlor_session_send (sockets->pdata[i], json_incref (json));
  json_decref (json);
}

void
desk_left (ParlorDesk *desk, const char *key, ParlorServiceBrand *brand)
{
  GHashTableIter iter;
  gpointer pending;
  g_hash_table_iter_init (&iter, desk->pending);
  while (g_hash_table_iter_next (&iter, &pending, NULL))
    if (!strcmp (((Pending *)pending)->key, key))
      *((Pending *)pending)->key = '\0'; /* nobody's */
  tell_who (desk, key, brand, TRUE);
}

static void
on_identified (ParlorDesk *desk, const ParlorServiceNotice *notice)
{
  ParlorServiceBrand *brand = (ParlorServiceBrand *)notice->brand;
  if (notice->other)
    desk_left (desk, notice->visitor, brand);
  else
    tell_who (desk, notice->visitor, brand, FALSE);
}

/* A call's token is for one person's ears: each side gets its own. */
static void
add_token (ParlorDesk *desk, const ParlorServiceNotice *notice, json_t *json, const ParlorRep *rep)
{
  const ParlorCall *call = notice->call;
  if (notice->type != PARLOR_NOTICE_CALL || !call->room || call->state >= PARLOR_CALL_ENDED
      || (rep && rep != call->rep && rep != call->expert)) /* his no more: he hears whose it is */
    return;
  const ParlorCustomer *customer = call->conversation->customer;
  const char *name = rep ? rep->name : customer->display ? customer->display : "Guest";
  g_autofree char *token = desk->app.make_token (call->room, rep ? rep->id : customer->id, name,
                                                 rep != NULL, desk->app.user_data);
  json_object_set_new (json_object_get (json, "call"), "token",
                       token ? json_string (token) : json_null ());
}

static void
tell_rep (ParlorDesk *desk, const ParlorServiceNotice *notice, const ParlorRep *rep)
{
  if (!rep || !g_hash_table_contains (desk->sockets, rep->id))
    return;
  json_t *json = parlor_encode_notice (notice, PARLOR_FOR_STAFF);
  add_token (desk, notice, json, rep);
  send_to (desk, rep->id, json);
  json_decref (json);
}

static void
tell_customer (ParlorDesk *desk, const ParlorServiceNotice *notice)
{
  const ParlorCustomer *customer = notice->to_customer;
  if (notice->type == PARLOR_NOTICE_PRESENCE || notice->type == PARLOR_NOTICE_ASSIST
      || !parlor_customer_is_here (customer))
    return;
  json_t *json = parlor_encode_notice (notice, PARLOR_FOR_CUSTOMER);
  add_token (desk, notice, json, NULL);
  send_to (desk, customer->visitor, json);
  for (guint i = 0; customer->devices && i < customer->devices->len; i++)
    send_to (desk, customer->devices->pdata[i], json);
  json_decref (json);
}

/* Who departed has no desk any more, and his token is dead. */
static void
close_departed (ParlorDesk *desk, const ParlorRep *rep)
{
  GPtrArray *sockets = g_hash_table_lookup (desk->sockets, rep->id);
  for (guint i = 0; sockets && i < sockets->len; i++)
    parlor_session_close (sockets->pdata[i], 4401, "departed");
}

void
parlor_desk_notice (ParlorDesk *desk, const ParlorServiceNotice *notice)
{
  if (notice->type == PARLOR_NOTICE_IDENTIFIED)
    {
      on_identified (desk, notice);
      return;
    }
  tell_rep (desk, notice, notice->to_rep);
  tell_rep (desk, notice, notice->to_rep_too);
  if (notice->to_customer)
    tell_customer (desk, notice);
  if (notice->visitor && notice->type == PARLOR_NOTICE_BOUND)
    desk_send_durable (desk, notice->visitor, parlor_encode_notice (notice, PARLOR_FOR_CUSTOMER));
  else if (notice->visitor)
    {
      json_t *json = parlor_encode_notice (notice, PARLOR_FOR_CUSTOMER);
      send_to (desk, notice->visitor, json);
      json_decref (json);
    }
  if (notice->type == PARLOR_NOTICE_PRESENCE && notice->rep->presence == PARLOR_PRESENCE_DEPARTED)
    close_departed (desk, notice->rep);
}

/* ---- what the handlers ask ------------------------------------------------------------------- */

ParlorService *
desk_service (ParlorDesk *desk)
{
  return desk->service;
}

/* ---- what the brand's system is asked about before it is said -------------------------------- */

typedef struct
{
  Pending pending;
  const ParlorSession *asker; /* to be compared alone: it may be gone */
  json_t *id;                 /* nullable, owned */
} Saying;

void
desk_said (ParlorDesk *desk, const char *key, const ParlorMessage *message, json_t *id)
{
  json_t *json = json_pack ("{s:s,s:s,s:o}", "t", "said", "conversation", message->conversation->id,
                            "message", parlor_encode_service_message (message));
  if (id)
    json_object_set (json, "id", id);
  desk_send_durable (desk, key, json);
}

static void
refuse (const Saying *saying, const GError *error)
{
  GPtrArray *sockets = g_hash_table_lookup (saying->pending.desk->sockets, saying->pending.key);
  for (guint i = 0; sockets && i < sockets->len; i++)
    if (sockets->pdata[i] == saying->asker)
      parlor_session_send (
          sockets->pdata[i],
          parlor_encode_error (saying->id, parlor_error_rt_name (error), error->message));
}

static void
on_said (const ParlorMessage *message, const GError *error, gpointer user_data)
{
  Saying *saying = user_data;
  if (saying->pending.desk && message)
    desk_said (saying->pending.desk, saying->pending.key, message, saying->id);
  else if (saying->pending.desk)
    refuse (saying, error);
}

static void
saying_free (gpointer data)
{
  Saying *saying = data;
  if (saying->pending.desk)
    g_hash_table_remove (saying->pending.desk->pending, saying);
  json_decref (saying->id);
  g_free (saying->pending.key);
  g_free (saying);
}

gboolean
desk_say_asked (ParlorDesk *desk, const char *key, ParlorSession *session,
                const ParlorSaySpec *spec, GError **error)
{
  Saying *saying = g_new0 (Saying, 1);
  *saying = (Saying){.pending = {.desk = desk, .key = g_strdup (key)},
                     .asker = session,
                     .id = json_incref (session->request_id)};
  g_hash_table_add (desk->pending, saying);
  if (parlor_service_say_asked (spec, on_said, saying, saying_free, error))
    return TRUE;
  saying_free (saying);
  return FALSE;
}

/* ---- history --------------------------------------------------------------------------------- */

static json_t *
row_json (const ParlorMessageRow *row)
{
  json_t *data = row->data ? json_loads (row->data, JSON_DECODE_ANY, NULL) : NULL;
  return json_pack ("{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:o}", "id", row->id, "client_id",
                    row->client_id ? row->client_id : "", "seq", (json_int_t)row->seq, "by",
                    row->by_kind ? row->by_kind : "", "author", row->author ? row->author : "",
                    "name", row->name ? row->name : "", "kind", row->kind ? row->kind : "text",
                    "text", row->text ? row->text : "", "at", (json_int_t)row->at_ms, "stream_ms",
                    row->stream_ms < 0 ? json_null () : json_integer ((json_int_t)row->stream_ms),
                    "data", data ? data : json_null ());
}

typedef struct
{
  Pending pending;
  char conversation[PARLOR_ID_SIZE];
  json_t *id;
} Asked;

static void
on_found (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Asked *asked = user_data;
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++) /* the newest came first */
    json_array_insert_new (list, 0, row_json (rows[i]));
  json_t *json = json_pack ("{s:s,s:s,s:o,s:b}", "t", "history", "conversation",
                            asked->conversation, "messages", list, "more", n == HISTORY_MAX);
  if (asked->id)
    json_object_set (json, "id", asked->id);
  if (asked->pending.desk)
    {
      g_hash_table_remove (asked->pending.desk->pending, asked);
      send_to (asked->pending.desk, asked->pending.key, json);
    }
  json_decref (json);
  json_decref (asked->id);
  g_free (asked->pending.key);
  g_free (asked);
}

void
desk_history (ParlorDesk *desk, const char *key, const ParlorConversation *conversation,
              gint64 before, json_t *id)
{
  ParlorFindTerm terms[] = {
      {.field = "conversation", .op = PARLOR_FIND_EQUAL, .text = conversation->id},
      {.field = "seq", .op = PARLOR_FIND_LESS, .number = before > 0 ? before : G_MAXINT64},
  };
  ParlorFind find = {.kind = &parlor_message_kind,
                     .terms = terms,
                     .n_terms = G_N_ELEMENTS (terms),
                     .order_by = "seq",
                     .descending = TRUE,
                     .limit = HISTORY_MAX};
  Asked *asked = g_new0 (Asked, 1);
  asked->pending = (Pending){.desk = desk, .key = g_strdup (key)};
  asked->id = json_incref (id);
  g_strlcpy (asked->conversation, conversation->id, sizeof asked->conversation);
  if (!desk->records || !desk->records->find)
    {
      g_hash_table_add (desk->pending, asked);
      on_found (NULL, 0, NULL, asked);
      return;
    }
  g_hash_table_add (desk->pending, asked);
  desk->records->find (desk->records, &find, on_found, asked);
}
