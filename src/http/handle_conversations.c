/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations and calls for a brand's own systems and its consoles. */
#include "http/problem.h"
#include "http/reps_call.h"
#include "service/rows.h"

#define TIMELINE_MAX 500

static json_t *
row_json (const ParlorMessageRow *row)
{
  json_t *data = row->data ? json_loads (row->data, JSON_DECODE_ANY, NULL) : NULL;
  return json_pack ("{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:I,s:o}", "id", row->id, "conversation",
                    row->conversation, "seq", (json_int_t)row->seq, "by",
                    row->by_kind ? row->by_kind : "", "author", row->author ? row->author : "",
                    "name", row->name ? row->name : "", "kind", row->kind ? row->kind : "", "text",
                    row->text ? row->text : "", "at", (json_int_t)row->at_ms, "data",
                    data ? data : json_null ());
}

typedef struct
{
  ParlorHttpPending *pending;
} Asked;

static void
on_messages (const gconstpointer *rows, guint n, const GError *error, gpointer user_data)
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
        json_array_append_new (list, row_json (rows[i]));
      parlor_http_reply_json (&reply, 200, json_pack ("{s:o}", "messages", list));
    }
  parlor_http_answer (asked->pending, &reply);
  parlor_http_reply_clear (&reply);
  g_free (asked);
}

static void
answer_messages (RepsCall *call, ParlorHttpRequest *request, ParlorHttpReply *reply,
                 const char *conversation)
{
  const char *after = parlor_http_query (request, "after");
  ParlorFindTerm terms[] = {
      {.field = "conversation", .op = PARLOR_FIND_EQUAL, .text = conversation},
      {.field = "seq",
       .op = PARLOR_FIND_GREATER,
       .number = after ? g_ascii_strtoll (after, NULL, 10) : 0},
  };
  ParlorFind find = {.kind = &parlor_message_kind,
                     .terms = terms,
                     .n_terms = G_N_ELEMENTS (terms),
                     .order_by = "seq",
                     .limit = TIMELINE_MAX};
  if (!call->site->records)
    {
      parlor_http_problem (reply, 503, "unavailable", "There is no store.");
      return;
    }
  Asked *asked = g_new0 (Asked, 1);
  asked->pending = parlor_http_defer (request);
  call->site->records->find (call->site->records, &find, on_messages, asked);
}

/* The call begun, and the conversation of the path's first part as this caller may touch it. NULL:
 * the reply is filled. */
static ParlorConversation *
begin_with (ParlorSite *site, ParlorHttpRequest *request, ParlorHttpReply *reply,
            ParlorServiceRight right, RepsCall *call)
{
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, call))
    return NULL;
  const char *reason = parlor_http_query (request, "reason");
  ParlorConversation *conversation = parlor_service_conversation (
      call->site->service, call->brand->id, request->params[0]);
  if (!conversation)
    reps_not_found (reply, "conversation");
  else if (!parlor_service_may (conversation, &call->who, right,
                                reason ? reason : reps_text (call->body, "reason"), reps_now (site),
                                &error))
    parlor_http_problem_from_error (reply, error);
  else
    return conversation;
  return NULL;
}

void
parlor_handle_conversation_get (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_READ, &call);
  if (conversation)
    parlor_http_reply_json (reply, 200, call.site->conversation (conversation));
}

void
parlor_handle_conversation_messages (ParlorSite *site, ParlorHttpRequest *request,
                                     ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_READ, &call);
  if (conversation)
    answer_messages (&call, request, reply, conversation->id);
}

/* The timeline of a customer is his newest conversation's messages; each conversation has its own
 * address. */
void
parlor_handle_customer_timeline (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorCustomer *customer = reps_begin (site, request, reply, &call)
                                 ? reps_find_customer (&call, request->params[0], reply)
                                 : NULL;
  if (!customer)
    return;
  ParlorConversation *conversation = customer->bindings ? customer->bindings->conversation : NULL;
  if (!conversation)
    parlor_http_reply_json (reply, 200, json_pack ("{s:[]}", "messages"));
  else if (!parlor_service_may (conversation, &call.who, PARLOR_MAY_READ,
                                parlor_http_query (request, "reason"), reps_now (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    answer_messages (&call, request, reply, conversation->id);
}

/* A brand's workbench writes in a rep's name; who is himself a rep, in his own. */
static const ParlorRep *
writer_of (RepsCall *call, const ParlorConversation *conversation)
{
  const char *named = reps_text (call->body, "rep");
  const ParlorRep *self = parlor_service_rep (call->brand, call->who.rep);
  if (call->who.caller == PARLOR_CALLER_KEY)
    return named ? parlor_service_rep (call->brand, named) : conversation->assignee;
  return self ? self : parlor_service_rep_of_user (call->brand, call->who.subject);
}

/* Waits for the brand's system. */
typedef struct
{
  const ParlorServiceSite *site;
  ParlorHttpPending *pending;
} Saying;

static void
on_said (const ParlorMessage *message, const GError *error, gpointer user_data)
{
  const Saying *saying = user_data;
  ParlorHttpReply reply;
  if (message)
    {
      reps_answer_later (saying->site, saying->pending, 201, saying->site->message (message));
      return;
    }
  parlor_http_reply_init (&reply);
  parlor_http_problem_from_error (&reply, error);
  parlor_http_answer (saying->pending, &reply);
  parlor_http_reply_clear (&reply);
}

static void
say (RepsCall *call, ParlorHttpRequest *request, const ParlorSaySpec *spec, ParlorMoment now,
     ParlorHttpReply *reply)
{
  g_autoptr (GError) error = NULL;
  Saying *saying = g_new0 (Saying, 1);
  if (parlor_service_say_asked (spec, on_said, saying, g_free, &error))
    {
      *saying = (Saying){call->site, parlor_http_defer (request)};
      return;
    }
  g_free (saying);
  const ParlorMessage *message = error
                                     ? NULL
                                     : parlor_service_say (call->site->service, spec, now, &error);
  if (message)
    reps_answer_durably (call, request, reply, 201, call->site->message (message));
  else
    parlor_http_problem_from_error (reply, error);
}

void
parlor_handle_conversation_say (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_WRITE, &call);
  if (!conversation)
    return;
  const json_t *data = json_object_get (call.body, "data");
  char *data_text = json_is_object (data) ? json_dumps (data, JSON_COMPACT) : NULL;
  ParlorSaySpec spec = {
      .conversation = conversation,
      .by = PARLOR_BY_REP,
      .rep = writer_of (&call, conversation),
      .client_id = reps_text (call.body, "client_id"),
      .kind = reps_text (call.body, "kind"),
      .text = reps_text (call.body, "text"),
      .data = data_text,
      .shown = reps_text (data, reps_text (data, "upload") ? "upload" : "material"),
      .stream_ms = -1,
  };
  if (!spec.rep || spec.rep->departed)
    parlor_http_problem (reply, 422, "unprocessable", "Name a rep of this brand who is there.");
  else
    say (&call, request, &spec, reps_now (site), reply);
  free (data_text);
}

void
parlor_handle_conversation_state (ParlorSite *site, ParlorHttpRequest *request,
                                  ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_MOVE, &call);
  if (!conversation)
    return;
  const char *expect = reps_text (call.body, "expect");
  int to = parlor_state_parse (PARLOR_MACHINE_CONVERSATION, reps_text (call.body, "to"));
  int expected = parlor_state_parse (PARLOR_MACHINE_CONVERSATION, expect);
  if (to < 0 || (expect && expected < 0))
    parlor_http_problem (reply, 400, "bad_request", "to and expect are states of a conversation.");
  else if (!parlor_service_set_state (conversation, (ParlorConversationState)to, expected,
                                      reps_now (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (&call, request, reply, 200, call.site->conversation (conversation));
}

void
parlor_handle_conversation_assign (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_MOVE, &call);
  ParlorRep *rep = conversation ? reps_find_rep (&call, reps_text (call.body, "rep"), reply) : NULL;
  if (!rep)
    return;
  if (!parlor_service_assign (conversation, rep, reps_now (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (&call, request, reply, 200, call.site->conversation (conversation));
}

/* He offers himself as the personal adviser; the customer's yes comes from his own page alone. */
void
parlor_handle_conversation_upgrade (ParlorSite *site, ParlorHttpRequest *request,
                                    ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_WRITE, &call);
  const ParlorRep *rep = conversation ? writer_of (&call, conversation) : NULL;
  if (!conversation)
    return;
  if (!rep || rep->departed)
    parlor_http_problem (reply, 422, "unprocessable", "Name a rep of this brand who is there.");
  else if (!parlor_service_offer_upgrade (conversation, (ParlorRep *)rep, reps_now (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (&call, request, reply, 200, call.site->conversation (conversation));
}

/* The members of a card in the order of ParlorAssistText; FALSE: one of them is no text. */
static gboolean
card_texts (const json_t *card, const char **texts)
{
  static const char *const names[PARLOR_N_ASSIST_TEXTS] = {"title", "text", "url", "sku",
                                                           "material"};
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const json_t *value = json_object_get (card, names[i]);
      texts[i] = !value || json_is_null (value) ? "" : json_string_value (value);
      if (!texts[i])
        return FALSE;
    }
  return json_is_object (card);
}

/* {cards:[{title,text,url,sku,material}]}: for the rep who answers, in memory alone. */
void
parlor_handle_conversation_assist (ParlorSite *site, ParlorHttpRequest *request,
                                   ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  const char *texts[PARLOR_ASSIST_CARDS_MAX * PARLOR_N_ASSIST_TEXTS];
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_WRITE, &call);
  if (!conversation)
    return;
  const json_t *cards = json_object_get (call.body, "cards");
  gsize n = json_array_size (cards);
  gboolean good = n <= PARLOR_ASSIST_CARDS_MAX;
  for (gsize i = 0; good && i < n; i++)
    good = card_texts (json_array_get (cards, i), texts + i * PARLOR_N_ASSIST_TEXTS);
  if (!good)
    parlor_http_problem (reply, 400, "bad_request", "cards are 1 to 5 objects of texts.");
  else if (!parlor_service_assist (conversation, texts, (guint)n, reps_now (site), &error))
    parlor_http_problem_from_error (reply, error);
  else
    parlor_http_reply_json (reply, 202,
                            json_pack ("{s:i,s:b}", "cards", (int)n, "seen",
                                       conversation->assignee
                                           && conversation->state == PARLOR_CONVERSATION_HUMAN
                                           && conversation->assignee->n_sockets > 0));
}

/* ---- calls ----------------------------------------------------------------------------------- */

typedef struct
{
  RepsCall *call; /* while the handler runs; else NULL */
  ParlorHttpRequest *request;
  ParlorHttpReply *reply;
  const ParlorServiceSite *site;
  ParlorHttpPending *pending;
  gboolean open; /* nobody has answered yet */
} Ringing;

static void
answer_later (const Ringing *ringing, const ParlorCall *made, const GError *error)
{
  if (made)
    {
      reps_answer_later (ringing->site, ringing->pending, 201, ringing->site->call (made));
      return;
    }
  ParlorHttpReply reply;
  parlor_http_reply_init (&reply);
  parlor_http_problem_from_error (&reply, error);
  parlor_http_answer (ringing->pending, &reply);
  parlor_http_reply_clear (&reply);
}

/* At once, or after the brand's system was asked. */
static void
on_rung (const ParlorCall *made, const GError *error, gpointer user_data)
{
  Ringing *ringing = user_data;
  ringing->open = FALSE;
  if (!ringing->call)
    {
      answer_later (ringing, made, error);
      g_free (ringing);
    }
  else if (made)
    reps_answer_durably (ringing->call, ringing->request, ringing->reply, 201,
                         ringing->call->site->call (made));
  else
    parlor_http_problem_from_error (ringing->reply, error);
}

void
parlor_handle_conversation_call (ParlorSite *site, ParlorHttpRequest *request,
                                 ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  ParlorConversation *conversation = begin_with (site, request, reply, PARLOR_MAY_WRITE, &call);
  if (!conversation)
    return;
  gboolean video = !g_strcmp0 (reps_text (call.body, "media"), "video");
  Ringing *ringing = g_new0 (Ringing, 1);
  *ringing = (Ringing){.call = &call, .request = request, .reply = reply, .open = TRUE};
  if (!parlor_service_ring (conversation, TRUE, video, on_rung, ringing, reps_now (site), &error))
    {
      parlor_http_problem_from_error (reply, error);
      g_free (ringing);
      return;
    }
  if (!ringing->open)
    {
      g_free (ringing);
      return;
    }
  ringing->site = call.site; /* the brand is asked: the rest goes with the handler */
  ringing->call = NULL;
  ringing->pending = parlor_http_defer (request);
}

/* A rep who does not have the call takes it for himself, and does nothing else with it. */
static gboolean
is_anothers (const RepsCall *call, const ParlorCall *found, const ParlorRep *rep, gboolean expert)
{
  const ParlorRep *self = *call->who.rep
                              ? parlor_service_rep (call->brand, call->who.rep)
                              : parlor_service_rep_of_user (call->brand, call->who.subject);
  return self && !reps_manages (call)
         && !parlor_principal_is_any (&call->who, PARLOR_BRAND_SUPERVISOR) && found->rep != self
         && (expert || rep != self);
}

/* {rep}: he takes the call over; with {"as": "expert"} he is asked in beside who has it. */
void
parlor_handle_call_participant (ParlorSite *site, ParlorHttpRequest *request,
                                ParlorHttpReply *reply)
{
  g_auto (RepsCall) call = {0};
  g_autoptr (GError) error = NULL;
  if (!reps_begin (site, request, reply, &call))
    return;
  ParlorCall *found = parlor_service_find_call (call.site->service, call.brand->id,
                                                request->params[0]);
  if (!found)
    {
      reps_not_found (reply, "call");
      return;
    }
  ParlorRep *rep = reps_find_rep (&call, reps_text (call.body, "rep"), reply);
  if (!rep)
    return;
  const char *as = reps_text (call.body, "as");
  gboolean expert = !g_strcmp0 (as, "expert");
  if (as && !expert && strcmp (as, "rep"))
    {
      parlor_http_problem (reply, 400, "bad_request", "as is rep or expert.");
      return;
    }
  if (is_anothers (&call, found, rep, expert))
    {
      parlor_http_problem (reply, 403, "forbidden", "The call is another's.");
      return;
    }
  if (!parlor_service_may (found->conversation, &call.who, PARLOR_MAY_MOVE, NULL, reps_now (site),
                           &error)
      || !(expert ? parlor_service_call_invite (found, rep, reps_now (site), &error)
                  : parlor_service_call_take (found, rep, reps_now (site), &error)))
    parlor_http_problem_from_error (reply, error);
  else
    reps_answer_durably (&call, request, reply, 200, call.site->call (found));
}
