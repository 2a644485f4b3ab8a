/* SPDX-License-Identifier: Apache-2.0 */
/* What a supervisor reads afterwards: what customers thought, how each rep does. */
#include "http/problem.h"
#include "http/reps_call.h"
#include "service/rows.h"

#define LIST_MAX 1000

/* A moment of the query in milliseconds since 1970. */
static gint64
query_ms (ParlorHttpRequest *request, const char *name, gint64 otherwise)
{
  const char *text = parlor_http_query (request, name);
  return text ? g_ascii_strtoll (text, NULL, 10) : otherwise;
}

/* ---- ratings --------------------------------------------------------------------------------- */

typedef struct
{
  ParlorHttpPending *pending;
  GHashTable *reps; /* set of ids whose ratings may be shown, owned */
} Asked;

static json_t *
or_null (const char *text)
{
  return text ? json_string (text) : json_null ();
}

static json_t *
rating_json (const ParlorRatingRow *row)
{
  return json_pack ("{s:s,s:o,s:o,s:s,s:o,s:I,s:o,s:I,s:I}", "id", row->subject, "conversation",
                    or_null (row->conversation), "call", or_null (row->call_id), "rep", row->rep,
                    "customer", or_null (row->customer), "score", (json_int_t)row->score, "text",
                    or_null (row->text), "asked_at", (json_int_t)row->asked_ms, "at",
                    (json_int_t)row->at_ms);
}

static void
on_ratings (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
{
  Asked *asked = user_data;
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (error)
    parlor_http_problem (&reply, 503, "unavailable", "The store is away. Try again.");
  else
    {
      json_t *list = json_array ();
      for (guint i = 0; i < n; i++)
        if (g_hash_table_contains (asked->reps, ((const ParlorRatingRow *)rows[i])->rep))
          json_array_append_new (list, rating_json (rows[i]));
      parlor_http_reply_json (&reply, 200, json_pack ("{s:o}", "ratings", list));
    }
  parlor_http_answer (asked->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_hash_table_unref (asked->reps);
  g_free (asked);
}

/* Those whom the caller oversees; with ?rep=, that one of them. */
static GHashTable *
overseen (RepsCall *call, const ParlorRep *only)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < call->brand->reps->len; i++)
    {
      const ParlorRep *rep = call->brand->reps->pdata[i];
      if ((!only || rep == only) && reps_may_see_rep (call, rep))
        g_hash_table_add (ids, g_strdup (rep->id));
    }
  return ids;
}

void
parlor_handle_rating_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  if (!reps_begin (site, request, reply, &call))
    return;
  const char *named = parlor_http_query (request, "rep");
  ParlorRep *only = named ? reps_find_own_rep (&call, named, reply) : NULL;
  if (named && !only)
    return;
  if (!call.site->records)
    {
      parlor_http_problem (reply, 503, "unavailable", "There is no store.");
      return;
    }
  ParlorFindTerm terms[4] = {
      {.field = "brand", .op = PARLOR_FIND_EQUAL, .text = call.brand->id},
      {.field = "at_ms",
       .op = PARLOR_FIND_AT_LEAST,
       .number = MAX (query_ms (request, "from", 1), 1)},
      {.field = "at_ms", .op = PARLOR_FIND_LESS, .number = query_ms (request, "to", G_MAXINT64)},
      {.field = "rep", .op = PARLOR_FIND_EQUAL, .text = only ? only->id : NULL},
  };
  ParlorFind find = {.kind = &parlor_rating_kind,
                     .terms = terms,
                     .n_terms = only ? 4 : 3,
                     .order_by = "at_ms",
                     .descending = TRUE,
                     .limit = LIST_MAX};
  Asked *asked = g_new0 (Asked, 1);
  asked->reps = overseen (&call, only);
  asked->pending = parlor_http_defer (request);
  call.site->records->find (call.site->records, &find, on_ratings, asked);
}

/* ---- reps ------------------------------------------------------------------------------------ */

void
parlor_handle_rep_stats (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  gint64 p50_ms, p90_ms;
  if (!reps_begin (site, request, reply, &call))
    return;
  json_t *list = json_array ();
  for (guint i = 0; i < call.brand->reps->len && json_array_size (list) < LIST_MAX; i++)
    {
      const ParlorRep *rep = call.brand->reps->pdata[i];
      if (reps_may_see_rep (&call, rep))
        json_array_append_new (list, call.site->rep (rep));
    }
  parlor_service_first_reply (call.brand, &p50_ms, &p90_ms);
  parlor_http_reply_json (reply, 200,
                          json_pack ("{s:o,s:{s:I,s:I}}", "reps", list, "first_reply", "p50_ms",
                                     (json_int_t)p50_ms, "p90_ms", (json_int_t)p90_ms));
}
