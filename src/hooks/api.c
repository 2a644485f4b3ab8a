/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/api.h"

#include "base/error.h"
#include "base/text.h"
#include "hooks/api_private.h"
#include "hooks/sign.h"
#include "hooks/ssrf.h"
#include "hooks/types.h"

#include <string.h>

/* A longer one is not said back. */
#define WORD_MAX 64
#define TYPES_MAX 50
#define SECRETS_MAX 3
#define NOTE_MAX 200
/* Below the 5 s after which the server answers by itself. */
#define TEST_MS 4000
#define REPLAY_MAX 1000

/* ---- small things --------------------------------------------------------------------------- */

Reply *
reply_new (Api *api, const ParlorApiCall *call, ParlorApiDone done, gpointer user_data)
{
  Reply *reply = g_new0 (Reply, 1);
  *reply = (Reply){.api = api, .done = done, .user_data = user_data, .who = *call->who};
  return reply;
}

void
reply_send (Reply *reply, guint status, json_t *json)
{
  reply->done (status, json, NULL, reply->user_data);
  reply_free (reply);
}

void
reply_free (Reply *reply)
{
  json_decref (reply->json);
  g_free (reply->id);
  g_free (reply);
}

void
reply_refuse (Reply *reply, ParlorErrorCode code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (PARLOR_ERROR, code, message);
  reply->done (0, NULL, error, reply->user_data);
  reply_free (reply);
}

static void
on_durable (gboolean durable, gpointer user_data)
{
  Reply *reply = user_data;
  if (durable)
    reply_send (reply, reply->status, g_steal_pointer (&reply->json));
  else
    reply_refuse (reply, PARLOR_ERROR_UNAVAILABLE, "The server cannot store this now. Try again.");
}

/* Answers when it survives a crash; takes `json`. */
void
reply_when_durable (Reply *reply, guint status, json_t *json)
{
  ParlorRecordSink *sink = reply->api->spec.sink;
  reply->status = status;
  reply->json = json;
  sink->flush (sink, on_durable, reply);
}

/* ---- webhooks as JSON ----------------------------------------------------------------------- */

static json_t *
words_to_json (const char *words)
{
  json_t *list = json_array ();
  g_auto (GStrv) each = g_strsplit (words, " ", -1);
  for (guint i = 0; each[i]; i++)
    if (*each[i])
      json_array_append_new (list, json_string (each[i]));
  return list;
}

static guint
count_words (const char *words)
{
  guint n = *words ? 1 : 0;
  for (; *words; words++)
    n += *words == ' ';
  return n;
}

static json_t *
attempt_to_json (const ParlorAttempt *attempt)
{
  char id[PARLOR_EVENT_ID_SIZE];
  parlor_event_id (attempt->seq, id);
  return json_pack ("{s:s,s:s,s:I,s:i,s:i,s:s?,s:i}", "event", id, "type", attempt->type, "at",
                    (json_int_t)attempt->at_ms, "attempt", (int)attempt->attempt, "status",
                    (int)attempt->status, "failure", attempt->failure, "elapsed_ms",
                    (int)attempt->elapsed_ms);
}

static json_t *
webhook_to_json (const ParlorWebhookInfo *info)
{
  const ParlorWebhookRow *row = info->row;
  json_t *json = json_pack ("{s:s,s:s,s:o,s:o,s:s,s:s,s:I,s:i,s:i,s:b,s:I,s:I,s:I}", "id", row->id,
                            "url", row->url, "types", words_to_json (row->types), "scopes",
                            words_to_json (row->scopes), "state", row->state, "note", row->note,
                            "created_at", (json_int_t)row->created_ms, "secrets",
                            (int)count_words (row->secrets), "waiting", (int)info->waiting, "down",
                            info->down, "delivered", (json_int_t)info->delivered, "failed",
                            (json_int_t)info->failed, "dead", (json_int_t)info->dead);
  if (info->n_attempts)
    json_object_set_new (json, "last", attempt_to_json (&info->attempts[info->n_attempts - 1]));
  return json;
}

/* ---- what may be configured ----------------------------------------------------------------- */

/* NULL = not a list of words that `good` likes; `*bad` is the first that it does not like, if any.
 */
static char *
words_from_json (const json_t *list, gboolean (*good) (const char *word), const char **bad)
{
  if (!json_is_array (list) || json_array_size (list) > TYPES_MAX)
    return NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const char *word = json_string_value (json_array_get (list, i));
      if (!word || !good (word))
        {
          *bad = word && strlen (word) <= WORD_MAX ? word : NULL;
          return NULL;
        }
      g_string_append_printf (words, "%s%s", words->len ? " " : "", word);
    }
  return g_strdup (words->str);
}

static gboolean
is_scope (const char *scope)
{
  return !strcmp (scope, "content");
}

gboolean
take_url (Api *api, const json_t *json, char **url, GError **error)
{
  const char *text = json_string_value (json), *why = "no text";
  g_autoptr (ParlorTarget) target = text ? parlor_target_new (text, api->spec.plain, &why) : NULL;
  if (!target)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "url: %s", why);
      return FALSE;
    }
  g_free (*url);
  *url = g_strdup (text);
  return TRUE;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, message);
  return FALSE;
}

static gboolean
take_words (const json_t *body, const char *name, gboolean (*good) (const char *), char **words,
            GError **error)
{
  const json_t *list = json_object_get (body, name);
  if (!list)
    return TRUE;
  const char *bad = NULL;
  char *taken = words_from_json (list, good, &bad);
  if (!taken)
    {
      if (bad)
        g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "%s: there is no \"%s\"", name,
                     bad);
      else
        g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "%s: not a list of these",
                     name);
      return FALSE;
    }
  g_free (*words);
  *words = taken;
  return TRUE;
}

static gboolean
take_note (const json_t *body, char **note, GError **error)
{
  const json_t *json = json_object_get (body, "note");
  const char *text = json_string_value (json);
  if (!json)
    return TRUE;
  g_autofree char *line = text && *text ? parlor_text_line (text, NOTE_MAX, "note", NULL)
                                        : g_strdup (text);
  if (!line)
    return refuse (error, "note: a line of at most 200 characters");
  g_free (*note);
  *note = g_steal_pointer (&line);
  return TRUE;
}

static gboolean
take_state (const json_t *body, char **state, GError **error)
{
  const json_t *json = json_object_get (body, "state");
  const char *text = json_string_value (json);
  if (!json)
    return TRUE;
  if (!text || (strcmp (text, "active") && strcmp (text, "paused")))
    return refuse (error, "state: active or paused");
  g_free (*state);
  *state = g_strdup (text);
  return TRUE;
}

static gboolean
take_webhook (Api *api, const json_t *body, ParlorWebhookRow *row, GError **error)
{
  const json_t *url = json_object_get (body, "url");
  if (!body)
    return refuse (error, "The body must be a JSON object.");
  if ((url || !row->url) && !take_url (api, url, &row->url, error))
    return FALSE;
  if (!take_words (body, "types", parlor_types_known, &row->types, error)
      || !take_words (body, "scopes", is_scope, &row->scopes, error)
      || !take_note (body, &row->note, error) || !take_state (body, &row->state, error))
    return FALSE;
  return *row->types || refuse (error, "types: at least one");
}

/* ---- webhooks ------------------------------------------------------------------------------- */

static gint64
now_us (Api *api)
{
  return api->spec.clock->now_us (api->spec.clock);
}

static const ParlorWebhookInfo *
find_webhook (Reply *reply, const ParlorApiCall *call)
{
  return parlor_outbox_find (reply->api->spec.outbox, call->who->brand, call->params[0]);
}

static void
list_webhooks (Reply *reply, const ParlorApiCall *call)
{
  Api *api = reply->api;
  g_autoptr (GPtrArray) ids = parlor_outbox_list (api->spec.outbox, call->who->brand);
  json_t *list = json_array ();
  for (guint i = 0; i < ids->len; i++)
    json_array_append_new (list, webhook_to_json (parlor_outbox_find (
                                     api->spec.outbox, call->who->brand, ids->pdata[i])));
  reply_send (reply, 200, json_pack ("{s:o}", "webhooks", list));
}

static void
create_webhook (Reply *reply, const ParlorApiCall *call)
{
  Api *api = reply->api;
  g_autoptr (GError) error = NULL;
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("wh", &api->spec.random, id);
  ParlorWebhookRow row = {
      .id = g_strdup (id),
      .brand = g_strdup (call->who->brand),
      .types = g_strdup ("*"),
      .scopes = g_strdup (""),
      .secrets = parlor_secret_new (&api->spec.random),
      .state = g_strdup ("active"),
      .note = g_strdup (""),
      .created_ms = api->spec.clock->wall_ms (api->spec.clock),
  };
  if (take_webhook (api, call->body, &row, &error)
      && parlor_outbox_put (api->spec.outbox, &row, now_us (api), &error))
    {
      json_t *json = webhook_to_json (parlor_outbox_find (api->spec.outbox, row.brand, row.id));
      json_object_set_new (json, "secret", json_string (row.secrets));
      reply_when_durable (reply, 201, json);
    }
  else
    reply_refuse (reply, (ParlorErrorCode)error->code, error->message);
  parlor_record_clear (&parlor_webhook_kind, &row);
}

static void
get_webhook (Reply *reply, const ParlorApiCall *call)
{
  reply_send (reply, 200, webhook_to_json (find_webhook (reply, call)));
}

/* Puts a changed copy and answers with it. */
static void
put_changed (Reply *reply, const ParlorWebhookRow *row, guint status, const char *secret)
{
  Api *api = reply->api;
  parlor_outbox_put (api->spec.outbox, row, now_us (api), NULL); /* it is there: no cap */
  json_t *json = webhook_to_json (parlor_outbox_find (api->spec.outbox, row->brand, row->id));
  if (secret)
    json_object_set_new (json, "secret", json_string (secret));
  reply_when_durable (reply, status, json);
}

static void
change_webhook (Reply *reply, const ParlorApiCall *call)
{
  g_autoptr (GError) error = NULL;
  ParlorWebhookRow *row = parlor_record_dup (&parlor_webhook_kind, find_webhook (reply, call)->row);
  if (take_webhook (reply->api, call->body, row, &error))
    put_changed (reply, row, 200, NULL);
  else
    reply_refuse (reply, (ParlorErrorCode)error->code, error->message);
  parlor_record_free (&parlor_webhook_kind, row);
}

static void
remove_webhook (Reply *reply, const ParlorApiCall *call)
{
  parlor_outbox_remove (reply->api->spec.outbox, call->params[0]);
  reply_when_durable (reply, 204, NULL);
}

/* The newest first; what is beyond `keep` goes. Takes nothing, gives all. */
static char *
newest_secrets (const char *secrets, guint keep)
{
  g_auto (GStrv) each = g_strsplit (secrets, " ", -1);
  for (guint i = keep; i < g_strv_length (each);)
    {
      g_free (each[i]);
      each[i] = NULL;
    }
  return g_strjoinv (" ", each);
}

static void
rotate_secret (Reply *reply, const ParlorApiCall *call)
{
  ParlorWebhookRow *row = parlor_record_dup (&parlor_webhook_kind, find_webhook (reply, call)->row);
  g_autofree char *fresh = parlor_secret_new (&reply->api->spec.random);
  g_autofree char *all = g_strconcat (fresh, " ", row->secrets, NULL);
  g_free (row->secrets);
  row->secrets = newest_secrets (all, SECRETS_MAX);
  put_changed (reply, row, 201, fresh);
  parlor_record_free (&parlor_webhook_kind, row);
}

static void
keep_one_secret (Reply *reply, const ParlorApiCall *call)
{
  ParlorWebhookRow *row = parlor_record_dup (&parlor_webhook_kind, find_webhook (reply, call)->row);
  char *one = newest_secrets (row->secrets, 1);
  g_free (row->secrets);
  row->secrets = one;
  put_changed (reply, row, 200, NULL);
  parlor_record_free (&parlor_webhook_kind, row);
}

/* ---- send test ------------------------------------------------------------------------------ */

static void
on_tested (const ParlorPostAnswer *answer, gpointer user_data)
{
  Reply *reply = user_data;
  if (!g_strcmp0 (answer->failure, "closed"))
    {
      reply_refuse (reply, PARLOR_ERROR_UNAVAILABLE, "The server is shutting down.");
      return;
    }
  gboolean good = answer->status >= 200 && answer->status < 300;
  reply_send (reply, 200,
              json_pack ("{s:b,s:i,s:s?,s:i}", "ok", good, "status", (int)answer->status, "failure",
                         answer->failure, "elapsed_ms", (int)answer->elapsed_ms));
}

static void
test_webhook (Reply *reply, const ParlorApiCall *call)
{
  Api *api = reply->api;
  const ParlorWebhookRow *row = find_webhook (reply, call)->row;
  gint64 wall_ms = api->spec.clock->wall_ms (api->spec.clock);
  char id[PARLOR_ID_SIZE];
  parlor_id_make ("test", &api->spec.random, id);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:i,s:I,s:{s:s}}", "id", id, "type", "webhook.test",
                            "brand", row->brand, "entity", row->id, "entity_seq", 0, "at",
                            (json_int_t)wall_ms, "data", "webhook", row->id);
  char *text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  g_autofree char *signature = parlor_sign (row->secrets, id, wall_ms / 1000, text, strlen (text));
  g_autoptr (GBytes) body = g_bytes_new_with_free_func (text, strlen (text), free, text);
  ParlorPost post = {
      .url = row->url,
      .id = id,
      .timestamp_s = wall_ms / 1000,
      .signature = signature,
      .body = body,
      .timeout_ms = TEST_MS,
  };
  api->spec.poster->post (api->spec.poster, &post, on_tested, reply);
}

/* ---- deliveries and replay ------------------------------------------------------------------ */

static json_t *
delivery_to_json (const ParlorDeliveryRow *row)
{
  char id[PARLOR_EVENT_ID_SIZE];
  parlor_event_id (row->seq, id);
  json_t *json = json_pack ("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:s?}", "event", id, "type",
                            row->event_type, "entity", row->entity, "state", row->state, "attempts",
                            (json_int_t)row->attempts, "first_at", (json_int_t)row->first_ms,
                            "status", (json_int_t)row->status, "failure", row->failure);
  if (row->next_ms)
    json_object_set_new (json, "next_at", json_integer (row->next_ms));
  return json;
}

static void
on_deliveries (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;
  const ParlorWebhookInfo *info = error ? NULL
                                        : parlor_outbox_find (reply->api->spec.outbox,
                                                              reply->who.brand, reply->id);
  if (!info)
    {
      reply_refuse (reply, !error ? PARLOR_ERROR_NOT_FOUND : PARLOR_ERROR_UNAVAILABLE,
                    "The server cannot read this now. Try again.");
      return;
    }
  json_t *list = json_array (), *attempts = json_array ();
  for (guint i = 0; i < n_rows; i++)
    json_array_append_new (list, delivery_to_json (rows[i]));
  for (guint i = info->n_attempts; i > 0; i--)
    json_array_append_new (attempts, attempt_to_json (&info->attempts[i - 1]));
  reply_send (reply, 200, json_pack ("{s:o,s:o}", "deliveries", list, "attempts", attempts));
}

static void
find_deliveries (Reply *reply, const char *state, guint limit, ParlorFound found)
{
  ParlorRecordSink *sink = reply->api->spec.sink;
  ParlorFindTerm terms[] = {
      {"webhook", PARLOR_FIND_EQUAL, reply->id, 0},
      {"state", PARLOR_FIND_EQUAL, state, 0},
  };
  ParlorFind find = {.kind = &parlor_delivery_kind,
                     .terms = terms,
                     .n_terms = state ? 2 : 1,
                     .order_by = "seq",
                     .descending = found == on_deliveries,
                     .limit = limit};
  sink->find (sink, &find, found, reply);
}

static void
list_deliveries (Reply *reply, const ParlorApiCall *call)
{
  static const char *const states[] = {"waiting", "retry", "dead", "delivered", NULL};
  const char *state = call->query (call->request, "state");
  if (state && !g_strv_contains (states, state))
    {
      reply_refuse (reply, PARLOR_ERROR_BAD_REQUEST, "state: waiting, retry, dead or delivered");
      return;
    }
  reply->id = g_strdup (call->params[0]);
  find_deliveries (reply, state, 200, on_deliveries);
}

/* Counts down the events that are on their way; the last one answers. */
static void
replay_done (Reply *reply)
{
  if (--reply->left)
    return;
  reply_when_durable (reply, 202, json_pack ("{s:i}", "replayed", (int)reply->n));
}

static void
on_replay_events (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;
  Api *api = reply->api;
  const ParlorWebhookInfo *info = parlor_outbox_find (api->spec.outbox, reply->who.brand,
                                                      reply->id);
  for (guint i = 0; info && i < n_rows; i++)
    {
      const ParlorEventRow *row = rows[i];
      if (!strcmp (row->brand, reply->who.brand) && parlor_types_match (info->row->types, row->type)
          && parlor_outbox_replay (api->spec.outbox, reply->id, row, now_us (api)))
        reply->n++;
    }
  replay_done (reply);
}

static void
find_event (Reply *reply, gint64 seq)
{
  ParlorRecordSink *sink = reply->api->spec.sink;
  ParlorFindTerm term = {"seq", PARLOR_FIND_EQUAL, NULL, seq};
  ParlorFind find = {.kind = &parlor_event_kind, .terms = &term, .n_terms = 1, .limit = 1};
  reply->left++;
  sink->find (sink, &find, on_replay_events, reply);
}

static void
on_dead (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;
  reply->left = 1;
  for (guint i = 0; i < n_rows; i++)
    find_event (reply, ((const ParlorDeliveryRow *)rows[i])->seq);
  replay_done (reply);
}

static void
replay (Reply *reply, const ParlorApiCall *call)
{
  const char *event = json_string_value (json_object_get (call->body, "event"));
  const char *after = json_string_value (json_object_get (call->body, "after"));
  gboolean dead = json_is_true (json_object_get (call->body, "dead"));
  gint64 seq = parlor_event_seq (event ? event : after);
  if ((event != NULL) + (after != NULL) + dead != 1 || (!dead && seq < 0))
    {
      reply_refuse (reply, PARLOR_ERROR_BAD_REQUEST,
                    "One of: event (an id), after (an id), dead: true");
      return;
    }
  reply->id = g_strdup (call->params[0]);
  if (dead)
    find_deliveries (reply, "dead", REPLAY_MAX, on_dead);
  else if (event)
    find_event (reply, seq);
  else
    {
      reply->left = 1;
      parlor_event_log_read (reply->api->spec.log, call->who->brand, seq, NULL, REPLAY_MAX,
                             on_replay_events, reply);
    }
}

/* ---- events --------------------------------------------------------------------------------- */

static void
on_events (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;
  if (error)
    {
      reply_refuse (reply, PARLOR_ERROR_UNAVAILABLE, "The server cannot read this now. Try again.");
      return;
    }
  json_t *list = json_array ();
  char next[PARLOR_EVENT_ID_SIZE] = "";
  for (guint i = 0; i < n_rows; i++)
    json_array_append_new (list, parlor_event_row_to_json (rows[i], reply->with_content));
  if (n_rows)
    parlor_event_id (((const ParlorEventRow *)rows[n_rows - 1])->seq, next);
  reply_send (reply, 200,
              json_pack ("{s:o,s:s?,s:b}", "events", list, "next", n_rows ? next : reply->id,
                         "more", n_rows == reply->n));
}

static void
list_events (Reply *reply, const ParlorApiCall *call)
{
  const char *after = call->query (call->request, "after");
  const char *limit = call->query (call->request, "limit");
  const char *entity = call->query (call->request, "entity");
  guint64 n = 100;
  gint64 seq = after ? parlor_event_seq (after) : 0;
  if (seq < 0 || (limit && !g_ascii_string_to_unsigned (limit, 10, 1, 1000, &n, NULL)))
    {
      reply_refuse (reply, PARLOR_ERROR_BAD_REQUEST, "after: an event's id; limit: 1 to 1000");
      return;
    }
  reply->n = (guint)n;
  reply->id = g_strdup (after);
  reply->with_content = !g_strcmp0 (call->query (call->request, "content"), "true");
  parlor_event_log_read (reply->api->spec.log, call->who->brand, seq, entity, reply->n, on_events,
                         reply);
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct
{
  void (*handle) (Reply *reply, const ParlorApiCall *call);
  gboolean of_webhook; /* params[0] names one of the brand's */
} subjects[PARLOR_N_HOOK_APIS] = {
    [PARLOR_API_EVENTS] = {list_events, FALSE},
    [PARLOR_API_WEBHOOKS] = {list_webhooks, FALSE},
    [PARLOR_API_WEBHOOK_CREATE] = {create_webhook, FALSE},
    [PARLOR_API_WEBHOOK_GET] = {get_webhook, TRUE},
    [PARLOR_API_WEBHOOK_CHANGE] = {change_webhook, TRUE},
    [PARLOR_API_WEBHOOK_REMOVE] = {remove_webhook, TRUE},
    [PARLOR_API_WEBHOOK_ROTATE] = {rotate_secret, TRUE},
    [PARLOR_API_WEBHOOK_ONE_SECRET] = {keep_one_secret, TRUE},
    [PARLOR_API_WEBHOOK_TEST] = {test_webhook, TRUE},
    [PARLOR_API_WEBHOOK_REPLAY] = {replay, TRUE},
    [PARLOR_API_DELIVERIES] = {list_deliveries, TRUE},
    [PARLOR_API_HOOKS] = {parlor_api_hooks, FALSE},
    [PARLOR_API_HOOK_PUT] = {parlor_api_hook_put, FALSE},
    [PARLOR_API_HOOK_REMOVE] = {parlor_api_hook_remove, FALSE},
    [PARLOR_API_HOOK_TEST] = {parlor_api_hook_test, FALSE},
};

static void
call_api (ParlorApi *parent, const ParlorApiCall *call, ParlorApiDone done, gpointer user_data)
{
  Api *api = (Api *)parent;
  g_return_if_fail (call->op < PARLOR_N_HOOK_APIS);
  Reply *reply = reply_new (api, call, done, user_data);
  if (subjects[call->op].of_webhook && !find_webhook (reply, call))
    reply_refuse (reply, PARLOR_ERROR_NOT_FOUND, "There is no webhook of that id.");
  else
    subjects[call->op].handle (reply, call);
}

ParlorApi *
parlor_hook_api_new (const ParlorHookApiSpec *spec)
{
  Api *api = g_new0 (Api, 1);
  api->parent.call = call_api;
  api->spec = *spec;
  return &api->parent;
}

void
parlor_hook_api_free (ParlorApi *api)
{
  g_free (api);
}
