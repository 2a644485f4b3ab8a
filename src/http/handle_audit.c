/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log: every change that a person or a key asks for at the API is a row of the brand's
 * chain (base/audit.h); owner, admin and auditor read and check it. */
#include "http/audit.h"

#include "base/error.h"
#include "http/problem.h"
#include "http/signin.h"

#include <string.h>

#define PAGE_MAX 1000
#define CHECK_PAGE 5000

/* ---- writing -------------------------------------------------------------------------------- */

/* What people say to each other is a row of its own already; recordings write their own lines, of
   views as well (room/recordings.c). */
static gboolean
is_audited (const ParlorRoute *route, const ParlorPrincipal *who)
{
  gboolean reads = !strcmp (route->method, "GET") || !strcmp (route->method, "OPTIONS");
  gboolean known = who->caller == PARLOR_CALLER_USER || who->caller == PARLOR_CALLER_KEY
                   || who->caller == PARLOR_CALLER_OPERATOR;
  return known && *who->brand && !reads && g_str_has_prefix (route->path, "/v1/")
         && !g_str_has_prefix (route->path, "/v1/recordings")
         && !g_str_has_prefix (route->path, "/v1/shared")
         && !g_str_has_suffix (route->path, "/messages");
}

void
parlor_audit_handle (ParlorSite *site, const ParlorRoute *route, ParlorHttpRequest *request,
                     ParlorHttpReply *reply, const ParlorPrincipal *who)
{
  ParlorRecordSink *sink = site->spec.records;
  if (!site->spec.audit || !sink || !is_audited (route, who))
    {
      route->handler (site, request, reply);
      return;
    }
  g_autofree char *action = g_strdup_printf ("%s %s", route->method, route->path);
  g_autofree char *object = g_strdup (strchr (route->path, '{') ? request->params[0] : "");
  /* One transaction: neither the change nor its row is there without the other, and an answer that
     waits for the disk waits for both. */
  sink->begin (sink);
  route->handler (site, request, reply);
  if (reply->status < 400) /* 0 = it comes later */
    parlor_audit_add (site->spec.audit, parlor_site_wall_ms (site), who->brand, who->subject,
                      action, object, NULL);
  sink->end (sink);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* One question, or a check that asks page after page. */
typedef struct
{
  ParlorRecordSink *records; /* and no site: it goes before the store, whose end answers */
  ParlorHttpPending *pending;
  char brand[PARLOR_ID_TEXT];
  guint limit;

  gint64 seq; /* of a check: where it is */
  char hash[PARLOR_AUDIT_HASH_TEXT];
  gint64 head_seq;
  char head_hash[PARLOR_AUDIT_HASH_TEXT];
} Ask;

static void
answer (Ask *ask, guint status, json_t *json, const GError *error)
{
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  if (error)
    parlor_http_problem (&reply, 503, "unavailable", "The audit log cannot be read now.");
  else
    parlor_http_reply_json (&reply, status, json);
  parlor_http_answer (ask->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_free (ask);
}

static json_t *
row_to_json (const ParlorAuditRow *row)
{
  return json_pack ("{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "seq", (json_int_t)row->seq, "at",
                    (json_int_t)row->at_ms, "actor", row->actor, "action", row->action, "object",
                    row->object, "detail", row->detail, "prev_hash", row->prev_hash, "hash",
                    row->hash);
}

static void
on_rows (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Ask *ask = user_data;
  json_t *list = json_array ();
  for (guint i = 0; i < n_rows; i++)
    json_array_append_new (list, row_to_json (rows[i]));
  gint64 next = n_rows == ask->limit ? ((const ParlorAuditRow *)rows[n_rows - 1])->seq : 0;
  json_t *cursor = next ? json_integer (next) : json_null ();
  json_t *json = json_pack ("{s:o,s:o,s:{s:I,s:s}}", "rows", list, "cursor", cursor, "head", "seq",
                            (json_int_t)ask->head_seq, "hash", ask->head_hash);
  if (error)
    json_decref (json);
  answer (ask, 200, json, error);
}

static Ask *
ask_new (ParlorSite *site, ParlorHttpRequest *request)
{
  Ask *ask = g_new0 (Ask, 1);
  ParlorPrincipal who;
  const char *hash;
  parlor_site_principal (site, request, &who);
  ask->records = site->spec.records;
  ask->pending = parlor_http_defer (request);
  g_strlcpy (ask->brand, who.brand, sizeof ask->brand);
  parlor_audit_head (site->spec.audit, who.brand, &ask->head_seq, &hash);
  g_strlcpy (ask->head_hash, hash, sizeof ask->head_hash);
  return ask;
}

static gboolean
is_there (ParlorSite *site, ParlorHttpReply *reply)
{
  if (site->spec.audit && site->spec.records)
    return TRUE;
  parlor_http_problem (reply, 503, "unavailable", "This server keeps no audit log.");
  return FALSE;
}

static gint64
number_of (const ParlorHttpRequest *request, const char *name, gint64 otherwise)
{
  const char *text = parlor_http_query (request, name);
  gint64 number;
  return text && g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &number, NULL) ? number
                                                                                   : otherwise;
}

void
parlor_handle_audit_list (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  if (!is_there (site, reply))
    return;
  Ask *ask = ask_new (site, request);
  ask->limit = (guint)MIN (number_of (request, "limit", 50), PAGE_MAX);
  ParlorFindTerm terms[7] = {
      {"brand", PARLOR_FIND_EQUAL, ask->brand, 0},
      {"seq", PARLOR_FIND_LESS, NULL, number_of (request, "cursor", G_MAXINT64)},
  };
  guint n = 2;
  static const char *const filters[] = {"object", "actor"};
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    if (parlor_http_query (request, filters[i]))
      terms[n++] = (ParlorFindTerm){filters[i], PARLOR_FIND_EQUAL,
                                    parlor_http_query (request, filters[i]), 0};
  if (parlor_http_query (request, "action"))
    terms[n++] = (ParlorFindTerm){"action", PARLOR_FIND_CONTAINS,
                                  parlor_http_query (request, "action"), 0};
  if (parlor_http_query (request, "from"))
    terms[n++] = (ParlorFindTerm){"at_ms", PARLOR_FIND_AT_LEAST, NULL,
                                  number_of (request, "from", 0)};
  if (parlor_http_query (request, "to"))
    terms[n++] = (ParlorFindTerm){"at_ms", PARLOR_FIND_LESS, NULL,
                                  number_of (request, "to", G_MAXINT64)};
  ParlorFind find = {&parlor_audit_kind, terms, n, "seq", TRUE, ask->limit};
  site->spec.records->find (site->spec.records, &find, on_rows, ask);
}

/* ---- checking ------------------------------------------------------------------------------- */

static void ask_page (Ask *ask);

static void
answer_check (Ask *ask, ParlorAuditFault fault)
{
  static const char *const faults[] = {
      [PARLOR_AUDIT_GAP] = "gap",
      [PARLOR_AUDIT_BROKEN] = "broken",
      [PARLOR_AUDIT_CHANGED] = "changed",
  };
  const char *what = fault != PARLOR_AUDIT_WHOLE ? faults[fault]
                     : ask->seq < ask->head_seq  ? "cut"
                                                 : NULL;
  json_t *json = json_pack ("{s:b,s:I,s:s,s:s?}", "whole", what == NULL, "rows",
                            (json_int_t)ask->seq, "hash", ask->hash, "fault", what);
  if (what)
    json_object_set_new (json, "fault_at", json_integer (ask->seq + 1));
  answer (ask, 200, json, NULL);
}

static void
on_page (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Ask *ask = user_data;
  ParlorAuditFault fault = parlor_audit_verify (rows, n_rows, &ask->seq, ask->hash);
  if (error)
    answer (ask, 503, NULL, error);
  else if (fault == PARLOR_AUDIT_WHOLE && n_rows == CHECK_PAGE)
    ask_page (ask);
  else
    answer_check (ask, fault);
}

static void
ask_page (Ask *ask)
{
  const ParlorFindTerm terms[] = {{"brand", PARLOR_FIND_EQUAL, ask->brand, 0},
                                  {"seq", PARLOR_FIND_GREATER, NULL, ask->seq}};
  ParlorFind find = {&parlor_audit_kind, terms, G_N_ELEMENTS (terms), NULL, FALSE, CHECK_PAGE};
  ask->records->find (ask->records, &find, on_page, ask);
}

void
parlor_handle_audit_check (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply)
{
  if (is_there (site, reply))
    ask_page (ask_new (site, request));
}
