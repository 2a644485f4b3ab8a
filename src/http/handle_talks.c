/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a conversation again, what led to it, and who has read it. */
#include "brand/users.h"
#include "http/problem.h"
#include "http/reps_call.h"
#include "live/visitors.h"
#include "room/room.h"
#include "service/rows.h"

#include <string.h>

#define LIST_MAX 100
#define TOUCHES_MAX 20
#define READINGS_MAX 100

/* ---- conversations of a rep ------------------------------------------------------------------ */

typedef struct
{
  RepsCall *call;
  const ParlorRep *self; /* the caller; NULL = no rep */
  char *text;            /* case folded, or NULL */
  int state;             /* -1 = any */
} Search;

static const ParlorRep *
self_of (const RepsCall *call)
{
  const ParlorRep *self = *call->who.rep
                              ? parlor_service_rep (call->brand, call->who.rep)
                              : parlor_service_rep_of_user (call->brand, call->who.subject);
  return self && !self->departed && parlor_principal_is_any (&call->who, PARLOR_BRAND_REP) ? self
                                                                                           : NULL;
}

/* A machine of the brand speaks in its reps' names, and knows what they know. */
static gboolean
may_see_words (const Search *search, const ParlorConversation *conversation)
{
  return search->call->who.caller == PARLOR_CALLER_KEY
         || (search->self && parlor_service_is_reps (conversation, search->self));
}

static gboolean
has (const char *text, const char *folded)
{
  g_autofree char *own = text ? g_utf8_casefold (text, -1) : NULL;
  return own && strstr (own, folded);
}

static gboolean
fits (const Search *search, const ParlorConversation *conversation)
{
  const ParlorCustomer *customer = conversation->customer;
  if (search->state >= 0 && (int)conversation->state != search->state)
    return FALSE;
  if (!search->text || has (customer->display, search->text) || has (customer->id, search->text)
      || has (customer->ref, search->text))
    return TRUE;
  return may_see_words (search, conversation)
         && (has (conversation->note, search->text) || has (conversation->last_text, search->text)
             || has (conversation->product, search->text) || has (customer->tags, search->text));
}

/* That it is there, and between whom: its words need a reason, and to be read one by one. */
static json_t *
outside_of (const RepsCall *call, const ParlorConversation *conversation)
{
  json_t *json = call->site->conversation (conversation);
  static const char *const words[] = {"last_text", "note",  "product", "room",
                                      "room_ms",   "still", "rating",  "call"};
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    json_object_del (json, words[i]);
  json_t *customer = json_object_get (json, "customer");
  json_object_del (customer, "attrs");
  json_object_del (customer, "tags");
  return json;
}

/* Whose conversations are looked through: the caller's own, or those of a rep whom he oversees. */
static const ParlorRep *
whose (RepsCall *call, const ParlorRep *self, const char *id, ParlorHttpReply *reply)
{
  if (self && (!id || self == parlor_service_rep (call->brand, id)))
    return self;
  if (id && (reps_manages (call) || parlor_principal_is_any (&call->who, PARLOR_BRAND_SUPERVISOR)))
    return reps_find_own_rep (call, id, reply);
  if (id)
    reps_not_found (reply, "rep");
  else
    parlor_http_problem (reply, 400, "bad_request", "Name a rep.");
  return NULL;
}

/* Where a page ended: when that customer came, and his binding. It holds though the binding is
   another rep's by then, or the server was started again. */
typedef struct
{
  gint64 created_ms;
  const char *id;
} Place;

/* < 0: it is newer, and stands before the other. */
static int
place_compare (const Place *a, const Place *b)
{
  if (a->created_ms != b->created_ms)
    return a->created_ms > b->created_ms ? -1 : 1;
  return -strcmp (a->id, b->id);
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const ParlorBinding *one = *(const ParlorBinding *const *)a,
                      *other = *(const ParlorBinding *const *)b;
  return place_compare (&(Place){one->created_ms, one->id}, &(Place){other->created_ms, other->id});
}

/* "1767225600000.bnd_…" */
static gboolean
read_place (const char *cursor, Place *place)
{
  char *end = NULL;
  place->created_ms = g_ascii_strtoll (cursor, &end, 10);
  place->id = end + 1;
  return end != cursor && *end == '.';
}

/* A rep's, the newest first, from where the page before ended. */
static GPtrArray *
bindings_after (const ParlorRep *rep, const Place *place)
{
  GPtrArray *bindings = g_ptr_array_new ();
  for (const GList *l = rep->bindings.tail; l; l = l->prev)
    {
      ParlorBinding *binding = l->data;
      if (!place || place_compare (&(Place){binding->created_ms, binding->id}, place) > 0)
        g_ptr_array_add (bindings, binding);
    }
  g_ptr_array_sort (bindings, by_place);
  return bindings;
}

/* ?rep&text&state&cursor&limit: the newest first, ended ones too. */
void
parlor_handle_conversation_list (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  const char *said = parlor_http_query (request, "text"),
             *state = parlor_http_query (request, "state"),
             *cursor = parlor_http_query (request, "cursor"),
             *number = parlor_http_query (request, "limit");
  Search search = {.call = &call, .self = self_of (&call), .state = -1};
  const ParlorRep *rep = whose (&call, search.self, parlor_http_query (request, "rep"), reply);
  if (!rep)
    return;
  if (state && (search.state = parlor_state_parse (PARLOR_MACHINE_CONVERSATION, state)) < 0)
    {
      parlor_http_problem (reply, 400, "bad_request", "state is one of a conversation's.");
      return;
    }
  Place place = {0};
  if (cursor && !read_place (cursor, &place))
    {
      parlor_http_problem (reply, 400, "bad_request", "cursor is what the page before said.");
      return;
    }
  g_autofree char *text = said && *said ? g_utf8_casefold (said, -1) : NULL;
  search.text = text;
  guint limit = number ? (guint)CLAMP (g_ascii_strtoull (number, NULL, 10), 1, LIST_MAX) : 50;
  json_t *list = json_array ();
  g_autoptr (GPtrArray) bindings = bindings_after (rep, cursor ? &place : NULL);
  guint i = 0;
  for (; i < bindings->len && json_array_size (list) < limit; i++)
    {
      const ParlorBinding *binding = bindings->pdata[i];
      const ParlorConversation *conversation = binding->conversation;
      if (conversation && conversation->binding == binding
          && (rep == search.self || reps_may_see_group (&call, binding->group))
          && fits (&search, conversation))
        json_array_append_new (list, may_see_words (&search, conversation)
                                         ? call.site->conversation (conversation)
                                         : outside_of (&call, conversation));
    }
  g_autofree char *next = NULL;
  if (i < bindings->len)
    {
      const ParlorBinding *last = bindings->pdata[i - 1];
      next = g_strdup_printf ("%" G_GINT64_FORMAT ".%s", last->created_ms, last->id);
    }
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:o,s:s?}", "conversations", list, "cursor", next));
}

/* ---- what led to it -------------------------------------------------------------------------- */

typedef struct
{
  ParlorHttpPending *pending;
  ParlorSite *site; /* goes before the store, whose end answers: while somebody waits it is there */
  ParlorRecordSink *records;
  GPtrArray *visitors; /* those not asked about yet, owned */
  json_t *list;
} Touches;

static void look (Touches *touches);

static void
touches_answer (Touches *touches, gboolean found)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (found)
    parlor_http_reply_json (&reply, 200, json_pack ("{s:O}", "touches", touches->list));
  else
    parlor_http_problem (&reply, 503, "unavailable", "The store is away. Try again.");
  parlor_http_answer (touches->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_ptr_array_unref (touches->visitors);
  json_decref (touches->list);
  g_free (touches);
}

static json_t *
text (const char *text)
{
  return json_string (text ? text : "");
}

static json_t *
touch_json (ParlorSite *site, const ParlorTouch *touch)
{
  const ParlorVisitors *visitors = site->spec.visitors;
  const ParlorEntry *entry = visitors && touch->entry
                                 ? parlor_visitors_find_entry (visitors, touch->entry)
                                 : NULL;
  ParlorRoom *room = touch->room && *touch->room ? parlor_rooms_find (site->spec.rooms, touch->room)
                                                 : NULL;
  return json_pack ("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "id", touch->id, "entry",
                    text (touch->entry), "channel", text (entry ? entry->channel : NULL), "inviter",
                    text (touch->inviter), "utm", text (touch->utm), "room", text (touch->room),
                    "title", text (room ? parlor_room_info (room)->title : NULL), "room_ms",
                    touch->room_ms < 0 ? json_null () : json_integer ((json_int_t)touch->room_ms),
                    "at", (json_int_t)touch->at_ms);
}

/* The newest first, of all his devices. */
static void
add_touch (const Touches *touches, const ParlorTouch *touch)
{
  json_t *list = touches->list;
  gsize place = 0;
  while (place < json_array_size (list)
         && json_integer_value (json_object_get (json_array_get (list, place), "at"))
                >= touch->at_ms)
    place++;
  if (place < TOUCHES_MAX)
    json_array_insert_new (list, place, touch_json (touches->site, touch));
  if (json_array_size (list) > TOUCHES_MAX)
    json_array_remove (list, TOUCHES_MAX);
}

static void
on_touches (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Touches *touches = user_data;
  gboolean fine = !error && parlor_http_waits (touches->pending);
  for (guint i = 0; fine && i < n; i++)
    add_touch (touches, rows[i]);
  if (!fine || !touches->visitors->len)
    touches_answer (touches, fine);
  else
    look (touches);
}

static void
look (Touches *touches)
{
  g_autofree char *visitor = g_ptr_array_steal_index (touches->visitors, 0);
  ParlorFindTerm term = {.field = "visitor", .op = PARLOR_FIND_EQUAL, .text = visitor};
  ParlorFind find = {.kind = &parlor_touch_kind,
                     .terms = &term,
                     .n_terms = 1,
                     .order_by = "at_ms",
                     .descending = TRUE,
                     .limit = TOUCHES_MAX};
  touches->records->find (touches->records, &find, on_touches, touches);
}

static gboolean
may_see (const RepsCall *call, const ParlorCustomer *customer)
{
  const ParlorRep *self = self_of (call);
  for (const ParlorBinding *binding = customer->bindings; self && binding;
       binding = binding->next_of_customer)
    if (binding->conversation && binding->conversation->binding == binding
        && parlor_service_is_reps (binding->conversation, self))
      return TRUE;
  return reps_manages (call)
         || (parlor_principal_is_any (&call->who, PARLOR_BRAND_SUPERVISOR)
             && reps_may_see_customer (call, customer));
}

/* What he came by, before this conversation and in it. */
void
parlor_handle_customer_touches (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorCustomer *customer = reps_begin (site, request, reply, &call)
                                 ? reps_find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (!customer)
    return;
  if (!may_see (&call, customer))
    {
      reps_not_found (reply, "customer");
      return;
    }
  if (!call.site->records || !customer->visitor)
    {
      parlor_http_reply_json (reply, 200, json_pack ("{s:[]}", "touches"));
      return;
    }
  Touches *touches = g_new0 (Touches, 1);
  touches->site = site;
  touches->records = call.site->records;
  touches->list = json_array ();
  touches->visitors = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (touches->visitors, g_strdup (customer->visitor));
  for (guint i = 0; customer->devices && i < customer->devices->len; i++)
    g_ptr_array_add (touches->visitors, g_strdup (customer->devices->pdata[i]));
  touches->pending = parlor_http_defer (request);
  look (touches);
}

/* ---- who has read it ------------------------------------------------------------------------- */

typedef struct
{
  ParlorHttpPending *pending;
  const ParlorBrands *brands;
  char brand[PARLOR_ID_TEXT];
} Readings;

static void
on_readings (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  g_autofree Readings *readings = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    {
      const ParlorServiceAuditRow *row = rows[i];
      const ParlorUser *user = row->subject ? parlor_users_get (readings->brands, readings->brand,
                                                                row->subject)
                                            : NULL;
      json_array_append_new (
          list, json_pack ("{s:s,s:s,s:s,s:s,s:I}", "by", row->subject ? row->subject : "", "name",
                           user ? (user->name && *user->name ? user->name : user->login) : "",
                           "act", row->act ? row->act : "", "reason",
                           row->reason ? row->reason : "", "at", (json_int_t)row->at_ms));
    }
  if (error)
    parlor_http_problem (&reply, 503, "unavailable", "The store is away. Try again.");
  else
    parlor_http_reply_json (&reply, 200, json_pack ("{s:O}", "readings", list));
  json_decref (list);
  parlor_http_answer (readings->pending, &reply);
  parlor_http_reply_clear (&reply);
}

/* For those who serve in it and those who oversee them: nobody reads without its being seen. */
void
parlor_handle_conversation_readings (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  const ParlorConversation *conversation = parlor_service_conversation (
      call.site->service, call.brand->id, request->params[0]);
  const ParlorRep *self = self_of (&call);
  gboolean may = conversation
                 && ((self && parlor_service_is_reps (conversation, self)) || reps_manages (&call)
                     || (parlor_principal_is_any (&call.who, PARLOR_BRAND_SUPERVISOR)
                         && conversation->binding
                         && reps_may_see_group (&call, conversation->binding->group)));
  if (!may || !call.site->records)
    {
      reps_not_found (reply, "conversation");
      return;
    }
  ParlorFindTerm term = {
      .field = "conversation", .op = PARLOR_FIND_EQUAL, .text = conversation->id};
  ParlorFind find = {.kind = &parlor_service_audit_kind,
                     .terms = &term,
                     .n_terms = 1,
                     .order_by = "at_ms",
                     .descending = TRUE,
                     .limit = READINGS_MAX};
  Readings *readings = g_new0 (Readings, 1);
  readings->brands = site->spec.brands;
  g_strlcpy (readings->brand, call.brand->id, sizeof readings->brand);
  readings->pending = parlor_http_defer (request);
  call.site->records->find (call.site->records, &find, on_readings, readings);
}
