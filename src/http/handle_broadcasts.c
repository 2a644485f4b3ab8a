/* SPDX-License-Identifier: Apache-2.0 */
/* Broadcasts for a brand's own systems: sending, counting, and who has not had them. */
#include "http/problem.h"
#include "http/reps_call.h"
#include "live/broadcasts.h"
#include "live/live.h"
#include "room/room.h"

#include <string.h>

#define LIFE_S 3600
#define PAGE 500
#define PAGE_MAX 5000

static json_t *
texts (const ParlorBroadcasts *all, const ParlorBroadcast *row)
{
  guint n;
  json_t *list = json_array ();
  const char *const *lines = parlor_broadcasts_expected (all, row, &n);
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, json_string (lines[i]));
  return list;
}

static json_t *
to_json (ParlorSite *site, const ParlorBroadcast *row)
{
  ParlorBroadcastCounts counts = parlor_broadcasts_counts (site->spec.broadcasts, row);
  return json_pack ("{s:s,s:s?,s:s,s:s,s:s,s:b,s:b,s:I,s:I,s:I,s:I,s:b,s:o,s:{s:i,s:i,s:i,s:i}}",
                    "id", row->id, "room", *row->room ? row->room : NULL, "title", row->title,
                    "text", row->text, "url", row->url, "confirm", row->confirm != 0, "closed",
                    row->closed != 0, "watch_s", (json_int_t)(row->watch_ms / 1000), "room_ms",
                    (json_int_t)row->room_ms, "at", (json_int_t)row->made_ms, "until",
                    (json_int_t)(row->withdrawn_ms ? row->withdrawn_ms : row->until_ms), "stands",
                    parlor_broadcast_stands (row, parlor_site_wall_ms (site)), "expected",
                    texts (site->spec.broadcasts, row), "counts", "shown",
                    (int)counts.of[PARLOR_RECEIPT_SHOWN], "watched",
                    (int)counts.of[PARLOR_RECEIPT_WATCHED], "confirmed",
                    (int)counts.of[PARLOR_RECEIPT_CONFIRMED], "expected", (int)counts.expected);
}

static gboolean
begin (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply, RepsCall *call)
{
  if (site->spec.broadcasts)
    return reps_begin (site, request, reply, call);
  parlor_http_problem (reply, 503, "unavailable", "This server has no broadcasts.");
  return FALSE;
}

/* Of the path; NULL: the reply says why not. */
static const ParlorBroadcast *
find (ParlorSite *site, const ParlorHttpRequest *request, const RepsCall *call,
      ParlorHttpReply *reply)
{
  const ParlorBroadcast *row = parlor_broadcasts_find (site->spec.broadcasts, call->brand->id,
                                                       request->params[0]);
  if (!row)
    reps_not_found (reply, "broadcast");
  return row;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* One a line (transfer full); NULL = it is no list of texts. */
static char *
lines_of (const json_t *list)
{
  GString *out = g_string_new (NULL);
  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const char *item = json_string_value (json_array_get (list, i));
      if (!item || strchr (item, '\n'))
        return g_string_free (out, TRUE);
      g_string_append_printf (out, "%s%s", i ? "\n" : "", item);
    }
  return g_string_free (out, FALSE);
}

static gboolean
flag (const json_t *json, const char *name)
{
  return json_is_true (json_object_get (json, name));
}

/* The live room that the body names; FALSE: the reply says that there is none. */
static gboolean
take_room (ParlorSite *site, const RepsCall *call, ParlorBroadcast *row, ParlorHttpReply *reply)
{
  const char *id = reps_text (call->body, "room");
  if (!id)
    return TRUE;
  ParlorRoom *room = parlor_rooms_find_of (site->spec.rooms, call->brand->id, id);
  if (!room || !parlor_live_find (site->spec.live, parlor_room_info (room)->id))
    {
      parlor_http_problem (reply, 404, "no_such_room", "There is no live room of that name.");
      return FALSE;
    }
  row->room = (char *)parlor_room_info (room)->id;
  row->room_ms = parlor_room_ms (room, site->spec.clock->now_us (site->spec.clock));
  return TRUE;
}

void
parlor_handle_broadcast_post (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!begin (site, request, reply, &call))
    return;
  const json_t *body = call.body;
  g_autofree char *expected = lines_of (json_object_get (body, "expected"));
  gint64 now_ms = parlor_site_wall_ms (site), life_s = reps_number (body, "life_s", LIFE_S);
  ParlorBroadcast row = {
      .brand = call.brand->id,
      .client_id = (char *)reps_text (body, "client_id"),
      .title = (char *)reps_text (body, "title"),
      .text = (char *)reps_text (body, "text"),
      .url = (char *)reps_text (body, "url"),
      .maker = call.who.subject,
      .expected = expected,
      .closed = flag (body, "closed"),
      .confirm = flag (body, "confirm"),
      .watch_ms = 1000 * CLAMP (reps_number (body, "watch_s", 0), -1, G_MAXINT32),
      .until_ms = now_ms + 1000 * CLAMP (life_s, 0, G_MAXINT32),
  };
  if (!expected)
    parlor_http_problem (reply, 400, "bad_request", "expected is a list of texts.");
  if (!expected || !take_room (site, &call, &row, reply))
    return;
  const ParlorBroadcast *made = parlor_broadcasts_send (site->spec.broadcasts, &row, now_ms,
                                                        &error);
  if (made)
    reps_answer_durably (&call, request, reply, 201, to_json (site, made));
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_broadcast_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  guint n;
  g_auto (RepsCall) call = {0};
  if (!begin (site, request, reply, &call))
    return;
  g_autofree const ParlorBroadcast **rows = parlor_broadcasts_list (
      site->spec.broadcasts, call.brand->id, parlor_http_query (request, "room"), &n);
  json_t *list = json_array ();
  for (guint i = 0; i < MIN (n, REPS_LIST_MAX); i++)
    json_array_append_new (list, to_json (site, rows[i]));
  parlor_http_reply_json (reply, 200, json_pack ("{s:o}", "broadcasts", list));
}

void
parlor_handle_broadcast_get (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  const ParlorBroadcast *row = begin (site, request, reply, &call)
                                   ? find (site, request, &call, reply)
                                   : NULL;
  if (row)
    parlor_http_reply_json (reply, 200, to_json (site, row));
}

void
parlor_handle_broadcast_end (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  const ParlorBroadcast *row = begin (site, request, reply, &call)
                                   ? find (site, request, &call, reply)
                                   : NULL;
  if (!row)
    return;
  parlor_broadcasts_withdraw (site->spec.broadcasts, call.brand->id, row->id,
                              parlor_site_wall_ms (site));
  reps_answer_durably (&call, request, reply, 200, to_json (site, row));
}

/* ---- who has had it, and who has not --------------------------------------------------------- */

typedef struct
{
  ParlorSite *site;
  RepsCall *call;
  const ParlorBroadcast *row;
  ParlorReceiptKind kind;
  guint limit;
  json_t *list;
} Question;

static gboolean
has_had (const Question *question, const char *who)
{
  const ParlorBroadcasts *all = question->site->spec.broadcasts;
  return who
         && parlor_receipt_ms (parlor_broadcasts_receipt (all, question->row, who), question->kind);
}

/* On any of his devices, or by a token with the brand's own name of him. */
static gboolean
customer_has_had (const Question *question, const ParlorCustomer *customer)
{
  gboolean had = has_had (question, customer->visitor) || has_had (question, customer->ref);
  for (guint i = 0; !had && customer->devices && i < customer->devices->len; i++)
    had = has_had (question, customer->devices->pdata[i]);
  return had;
}

static void
add_if_missing (const Question *question, const ParlorBinding *binding)
{
  const ParlorCustomer *customer = binding->customer;
  if (binding->state != PARLOR_BINDING_ACTIVE && binding->state != PARLOR_BINDING_WAITING
      && binding->state != PARLOR_BINDING_TRANSFERRING)
    return;
  if (!customer_has_had (question, customer))
    json_array_append_new (question->list,
                           json_pack ("{s:s,s:s?,s:s,s:s?}", "customer", customer->id,
                                      "customer_ref", customer->ref, "binding", binding->id, "rep",
                                      binding->rep ? binding->rep->id : NULL));
}

/* Whole reps at a time, behind the one named `after`; the one to go on with (NULL = it was the
 * last). */
static const char *
add_bound (const Question *question, const char *after)
{
  const ParlorServiceBrand *brand = question->call->brand;
  gboolean begun = !after;
  for (guint i = 0; begun && i < brand->groups->len; i++)
    {
      const ParlorGroup *group = brand->groups->pdata[i];
      if (reps_may_see_group (question->call, group))
        for (GList *link = group->waiting.head; link; link = link->next)
          add_if_missing (question, link->data);
    }
  for (guint i = 0; i < brand->reps->len; i++)
    {
      const ParlorRep *rep = brand->reps->pdata[i];
      if (begun && reps_may_see_rep (question->call, rep))
        for (GList *link = rep->bindings.head; link; link = link->next)
          add_if_missing (question, link->data);
      if (begun && json_array_size (question->list) >= question->limit)
        return i + 1 < brand->reps->len ? rep->id : NULL;
      begun = begun || !strcmp (rep->id, after);
    }
  return NULL;
}

static void
add_expected (const Question *question)
{
  guint n;
  ParlorServiceBrand *brand = question->call->brand;
  const char *const *names = parlor_broadcasts_expected (question->site->spec.broadcasts,
                                                         question->row, &n);
  for (guint i = 0; i < n; i++)
    {
      const ParlorCustomer *customer = g_hash_table_lookup (brand->by_customer, names[i]);
      if (!customer)
        customer = parlor_service_customer (question->call->site->service, brand->id, names[i]);
      if (customer && !reps_may_see_customer (question->call, customer))
        continue;
      if (!has_had (question, names[i]) && !(customer && customer_has_had (question, customer)))
        json_array_append_new (
            question->list,
            json_pack ("{s:s,s:s?}", "name", names[i], "customer", customer ? customer->id : NULL));
    }
}

static guint
limit_of (const ParlorHttpRequest *request)
{
  const char *text = parlor_http_query (request, "limit");
  gint64 limit = text ? g_ascii_strtoll (text, NULL, 10) : PAGE;
  return (guint)CLAMP (limit, 1, PAGE_MAX);
}

void
parlor_handle_broadcast_missing (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  const ParlorBroadcast *row = begin (site, request, reply, &call)
                                   ? find (site, request, &call, reply)
                                   : NULL;
  const char *what = parlor_http_query (request, "what"), *of = parlor_http_query (request, "of");
  const char *next = NULL;
  if (!row)
    return;
  Question question = {.site = site, .call = &call, .row = row, .limit = limit_of (request)};
  gboolean bound = of ? !strcmp (of, "bound") : !*row->expected;
  if (!parlor_receipt_from_name (what ? what : "shown", &question.kind)
      || (of && !bound && strcmp (of, "expected")))
    {
      parlor_http_problem (reply, 400, "bad_request",
                           "of is bound or expected, what is shown, watched or confirmed.");
      return;
    }
  question.list = json_array ();
  if (bound)
    next = add_bound (&question, parlor_http_query (request, "cursor"));
  else
    add_expected (&question);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:o,s:s?}", "people", question.list, "cursor", next));
}

/* A supervisor sees his groups' customers, and people who are nobody's. */
static gboolean
may_see (const RepsCall *call, const ParlorReceipt *receipt, const ParlorCustomer *customer)
{
  const ParlorCustomer *named = g_hash_table_lookup (call->brand->by_customer, receipt->identity);
  return (!customer || reps_may_see_customer (call, customer))
         && (!named || reps_may_see_customer (call, named));
}

void
parlor_handle_broadcast_receipts (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply)
{
  guint n;
  g_auto (RepsCall) call = {0};
  const ParlorBroadcast *row = begin (site, request, reply, &call)
                                   ? find (site, request, &call, reply)
                                   : NULL;
  if (!row)
    return;
  const ParlorReceipt *const *all = parlor_broadcasts_receipts (site->spec.broadcasts, row, &n);
  const char *cursor = parlor_http_query (request, "cursor");
  guint64 from = cursor ? g_ascii_strtoull (cursor, NULL, 10) : 0;
  guint64 end = MIN (n, MIN (from, n) + limit_of (request));
  json_t *list = json_array ();
  for (guint64 i = from; i < end; i++)
    {
      const ParlorCustomer *customer = parlor_service_customer_of (call.brand, all[i]->who);
      if (!may_see (&call, all[i], customer))
        continue;
      json_array_append_new (list,
                             json_pack ("{s:s,s:s,s:s,s:s?,s:s?,s:I,s:I,s:I,s:I}", "who",
                                        all[i]->who, "identity", all[i]->identity, "name",
                                        all[i]->name, "customer", customer ? customer->id : NULL,
                                        "customer_ref", customer ? customer->ref : NULL, "shown_at",
                                        (json_int_t)all[i]->shown_ms, "watched_at",
                                        (json_int_t)all[i]->watched_ms, "confirmed_at",
                                        (json_int_t)all[i]->confirmed_ms, "here_s",
                                        (json_int_t)(all[i]->here_ms / 1000)));
    }
  g_autofree char *next = end < n ? g_strdup_printf ("%" G_GUINT64_FORMAT, end) : NULL;
  parlor_http_reply_json (reply, 200, json_pack ("{s:o,s:s?}", "receipts", list, "cursor", next));
}
