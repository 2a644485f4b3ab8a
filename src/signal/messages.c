/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/messages.h"

#include "base/jsondepth.h"
#include "base/error.h"
#include "signal/handlers.h"

#include <string.h>

#define DEPTH_MAX 8
/* Only an offer may be longer than what anybody may say before he joined. */
#define OFFER_BYTES (256 * 1024)

/* A person's hands make a few messages a second; a page that resizes its tiles some more. */
#define RATE_INTERVAL_US (G_USEC_PER_SEC / 30)
#define RATE_BURST 150
#define REFUSED_MAX 200

#define S PARLOR_MESSAGE_STRING
#define B PARLOR_MESSAGE_BOOL
#define N PARLOR_MESSAGE_NUMBER
#define L PARLOR_MESSAGE_LIST
#define ID_BYTES 64
#define PIXELS 16384
#define COUNT G_GINT64_CONSTANT (1000000000)
#define MOMENT (COUNT * 1000)

static const ParlorMessageRow rows[] = {
    /* type, when, right, handler, {field, type, required, min, max} */
    {"join",
     PARLOR_WHEN_OUTSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_join,
     {{"token", S, FALSE, 1, 4096},
      {"room", S, FALSE, 1, 128},
      {"name", S, FALSE, 0, 1024},
      {"resume", S, FALSE, 1, 64},
      {"lang", S, FALSE, 0, 35},
      {"device", S, FALSE, 1, 128},
      {"keep", S, FALSE, 1, 64},
      {"visitor", S, FALSE, 1, 64}}},
    {"leave", PARLOR_WHEN_ANY, PARLOR_RIGHT_NONE, parlor_on_leave, {{NULL}}},
    {"offer",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_offer,
     {{"sdp", S, TRUE, 1, OFFER_BYTES},
      {"senders", L, FALSE, 0, 8},
      {"slots", L, FALSE, 0, PARLOR_MAX_SLOTS}}},
    {"view",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_view,
     {{"tiles", L, FALSE, 0, 256},
      {"pinned", S, FALSE, 1, ID_BYTES},
      {"screen", S, FALSE, 1, ID_BYTES},
      {"visible", B, FALSE},
      {"layout", S, FALSE, 0, 16}}},
    {"source",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_source,
     {{"source", S, TRUE, 1, 16},
      {"on", B, TRUE},
      {"muted", B, FALSE},
      {"width", N, FALSE, 0, PIXELS},
      {"height", N, FALSE, 0, PIXELS}}},
    {"name", PARLOR_WHEN_ANY, PARLOR_RIGHT_NONE, parlor_on_name, {{"name", S, TRUE, 1, 1024}}},
    {"hand",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_hand,
     {{"raised", B, TRUE}, {"participant", S, FALSE, 1, ID_BYTES}}},
    {"reaction",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_CHAT,
     parlor_on_reaction,
     {{"emoji", S, TRUE, 1, 32}}},
    {"chat",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_CHAT,
     parlor_on_chat,
     {{"client_id", S, TRUE, 1, 256}, {"text", S, TRUE, 1, 16000}}},
    {"stats",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_stats,
     {{"frames", N, FALSE, 0, COUNT},
      {"freezes", N, FALSE, 0, COUNT},
      {"freeze_ms", N, FALSE, 0, COUNT},
      {"concealed", N, FALSE, 0, MOMENT}}},
    {"panel", PARLOR_WHEN_INSIDE, PARLOR_RIGHT_NONE, parlor_on_panel, {{"kind", S, TRUE, 1, 16}}},
    {"room_quality", PARLOR_WHEN_INSIDE, PARLOR_RIGHT_MODERATE, parlor_on_room_quality, {{NULL}}},
    {"admit",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_admit,
     {{"participant", S, TRUE, 1, ID_BYTES}}},
    {"deny",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_deny,
     {{"participant", S, TRUE, 1, ID_BYTES}}},
    {"room",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_room,
     {{"locked", B, FALSE}, {"lobby", B, FALSE}, {"title", S, FALSE, 0, 1024}}},
    {"stage_pin",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_stage_pin,
     {{"participant", S, FALSE, 1, ID_BYTES}}},
    {"mute_all", PARLOR_WHEN_INSIDE, PARLOR_RIGHT_MODERATE, parlor_on_mute_all, {{NULL}}},
    {"mute",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_mute,
     {{"participant", S, TRUE, 1, ID_BYTES}, {"source", S, TRUE, 1, 16}}},
    {"ask_unmute",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_ask_unmute,
     {{"participant", S, TRUE, 1, ID_BYTES}}},
    {"remove",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_remove,
     {{"participant", S, TRUE, 1, ID_BYTES}, {"ban", B, FALSE}}},
    {"role",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_role,
     {{"participant", S, TRUE, 1, ID_BYTES}, {"role", S, TRUE, 1, 16}}},
    {"record",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_record,
     {{"action", S, TRUE, 1, 16}}},
    {"consent",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_consent,
     {{"answer", B, TRUE}, {"remove", B, FALSE}, {"recording", S, FALSE, 1, 64}}},
    {"marker",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_CHAT,
     parlor_on_marker,
     {{"kind", S, TRUE, 1, 16},
      {"text", S, TRUE, 1, 2048},
      {"owner", S, FALSE, 1, 256},
      {"marker", S, FALSE, 1, ID_BYTES},
      {"ago_ms", N, FALSE, 0, COUNT}}},
    {"end", PARLOR_WHEN_INSIDE, PARLOR_RIGHT_MODERATE, parlor_on_end, {{NULL}}},
    /* service reps */
    {"attach",
     PARLOR_WHEN_ALWAYS,
     PARLOR_RIGHT_NONE,
     parlor_on_attach,
     {{"as", S, TRUE, 1, 16},
      {"device", S, FALSE, 1, 128},
      {"visitor", S, FALSE, 1, 64},
      {"brand", S, FALSE, 1, ID_BYTES},
      {"rep", S, FALSE, 1, 128},
      {"keep", S, FALSE, 1, 64},
      {"agreed", B, FALSE},
      {"identity", S, FALSE, 1, 4096},
      {"signed_out", B, FALSE}}},
    {"tap",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_tap,
     {{"id", S, TRUE, 8, 64},
      {"entry", S, FALSE, 1, ID_BYTES},
      {"inviter", S, FALSE, 1, 128},
      {"group", S, FALSE, 1, ID_BYTES},
      {"product", S, FALSE, 1, 128},
      {"room", S, FALSE, 1, ID_BYTES},
      {"room_ms", N, FALSE, 0, MOMENT}}},
    {"bind",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_bind,
     {{"tap", S, TRUE, 8, 64}, {"no", B, FALSE}}},
    {"binding",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_binding,
     {{"binding", S, TRUE, 1, ID_BYTES}, {"act", S, TRUE, 1, 16}}},
    {"say",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_say,
     {{"conversation", S, TRUE, 1, ID_BYTES},
      {"client_id", S, TRUE, 1, 64},
      {"kind", S, FALSE, 1, 16},
      {"text", S, FALSE, 0, 16000},
      {"stream_ms", N, FALSE, 0, MOMENT}}},
    {"typing",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_typing,
     {{"conversation", S, TRUE, 1, ID_BYTES}}},
    {"seen",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_seen,
     {{"conversation", S, TRUE, 1, ID_BYTES}, {"seq", N, TRUE, 0, COUNT}}},
    {"history",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_history,
     {{"conversation", S, TRUE, 1, ID_BYTES},
      {"before", N, FALSE, 0, COUNT},
      {"reason", S, FALSE, 1, 800}}},
    {"offer_reply",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_reply_offer,
     {{"offer", S, TRUE, 1, ID_BYTES}, {"yes", B, TRUE}}},
    {"suspend", PARLOR_WHEN_DESK, PARLOR_RIGHT_NONE, parlor_on_suspend, {{"on", B, TRUE}}},
    {"thread",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_thread,
     {{"conversation", S, TRUE, 1, ID_BYTES},
      {"note", S, FALSE, 0, 4000},
      {"tags", S, FALSE, 0, 500},
      {"assign", S, FALSE, 1, 128},
      {"close", B, FALSE}}},
    {"upgrade",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_upgrade,
     {{"conversation", S, TRUE, 1, ID_BYTES}}},
    {"rate",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_rate,
     {{"conversation", S, TRUE, 1, ID_BYTES},
      {"score", N, TRUE, 1, 5},
      {"text", S, FALSE, 0, 2000}}},
    {"about",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_about,
     {{"conversation", S, TRUE, 1, ID_BYTES},
      {"product", S, FALSE, 1, 128},
      {"still", S, FALSE, 1, ID_BYTES}}},
    {"call",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_call,
     {{"conversation", S, TRUE, 1, ID_BYTES}, {"video", B, FALSE}}},
    {"call_act",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_call_act,
     {{"call", S, TRUE, 1, ID_BYTES}, {"act", S, TRUE, 1, 16}, {"rep", S, FALSE, 1, ID_BYTES}}},
    {"keep",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_keep,
     {{"binding", S, TRUE, 1, ID_BYTES}}},
    {"human",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_human,
     {{"conversation", S, TRUE, 1, ID_BYTES}}},
    {"feedback",
     PARLOR_WHEN_DESK,
     PARLOR_RIGHT_NONE,
     parlor_on_feedback,
     {{"conversation", S, TRUE, 1, ID_BYTES},
      {"message", S, TRUE, 1, ID_BYTES},
      {"good", B, TRUE}}},
    /* invitations */
    {"listen", PARLOR_WHEN_ALWAYS, PARLOR_RIGHT_NONE, parlor_on_listen, {{NULL}}},
    {"decline",
     PARLOR_WHEN_ALWAYS,
     PARLOR_RIGHT_NONE,
     parlor_on_decline,
     {{"invitation", S, TRUE, 1, ID_BYTES}}},
    /* live rooms */
    {"comment",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_comment,
     {{"client_id", S, TRUE, 1, 64}, {"text", S, TRUE, 1, 1000}}},
    {"like", PARLOR_WHEN_INSIDE, PARLOR_RIGHT_NONE, parlor_on_like, {{"n", N, TRUE, 1, 20}}},
    {"vote",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_vote,
     {{"poll", S, TRUE, 1, ID_BYTES}, {"option", N, TRUE, 0, 5}}},
    {"stage",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_NONE,
     parlor_on_stage,
     {{"on", B, TRUE}, {"participant", S, FALSE, 1, ID_BYTES}, {"recorded", B, FALSE}}},
    {"moderate",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_moderate,
     {{"comment", S, TRUE, 1, ID_BYTES}, {"action", S, TRUE, 1, 16}}},
    {"blocked",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_blocked,
     {{"words", L, TRUE, 0, 200}}},
    {"poll",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_poll,
     {{"question", S, FALSE, 1, 1000}, {"options", L, FALSE, 0, 6}}},
    {"live",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_live,
     {{"state", S, FALSE, 1, 16}, {"slow_s", N, FALSE, 0, 600}}},
    {"pin",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_pin,
     {{"sku", S, FALSE, 1, ID_BYTES}, {"note", S, FALSE, 0, 1000}}},
    /* broadcasts */
    {"ack",
     PARLOR_WHEN_ALWAYS,
     PARLOR_RIGHT_NONE,
     parlor_on_ack,
     {{"broadcast", S, TRUE, 1, ID_BYTES}, {"what", S, TRUE, 1, 16}}},
    {"broadcasts", PARLOR_WHEN_ALWAYS, PARLOR_RIGHT_NONE, parlor_on_broadcasts, {{NULL}}},
    {"broadcast",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_broadcast,
     {{"text", S, TRUE, 1, 2000},
      {"title", S, FALSE, 0, 320},
      {"confirm", B, FALSE},
      {"life_s", N, FALSE, 1, 2592000},
      {"client_id", S, FALSE, 1, 64}}},
    {"broadcast_end",
     PARLOR_WHEN_INSIDE,
     PARLOR_RIGHT_MODERATE,
     parlor_on_broadcast_end,
     {{"broadcast", S, TRUE, 1, ID_BYTES}}},
};

#undef S
#undef B
#undef N
#undef L

const ParlorMessageRow *
parlor_message_rows (guint *n)
{
  *n = G_N_ELEMENTS (rows);
  return rows;
}

/* ---- checks --------------------------------------------------------------------------------- */

static gboolean
fits (const ParlorMessageField *field, const json_t *value)
{
  gint64 size = 1;
  switch (field->type)
    {
    case PARLOR_MESSAGE_BOOL:
      return json_is_boolean (value);
    case PARLOR_MESSAGE_STRING:
      size = (gint64)json_string_length (value);
      return json_is_string (value) && size >= field->min && size <= field->max;
    case PARLOR_MESSAGE_LIST:
      size = (gint64)json_array_size (value);
      return json_is_array (value) && size >= field->min && size <= field->max;
    case PARLOR_MESSAGE_NUMBER:
      return json_is_number (value) && json_number_value (value) >= (double)field->min
             && json_number_value (value) <= (double)field->max;
    }
  return FALSE;
}

static gboolean
check_fields (const ParlorMessageRow *row, const json_t *message, GError **error)
{
  for (guint i = 0; i < PARLOR_MAX_FIELDS && row->fields[i].name; i++)
    {
      const ParlorMessageField *field = &row->fields[i];
      const json_t *value = json_object_get (message, field->name);
      gboolean absent = !value || json_is_null (value);
      if (absent ? !field->required : fits (field, value))
        continue;
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "%s: the field \"%s\" is %s.",
                   row->type, field->name, absent ? "missing" : "of a wrong type, length or range");
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_allowed (ParlorSession *session, const ParlorMessageRow *row, GError **error)
{
  ParlorParticipant *participant = session->participant;
  if (row->when == PARLOR_WHEN_OUTSIDE)
    return !participant
           || parlor_message_refuse (error, PARLOR_ERROR_CONFLICT,
                                     "This socket has joined already.");
  if (row->when == PARLOR_WHEN_ANY || row->when == PARLOR_WHEN_ALWAYS)
    return TRUE;
  if (row->when == PARLOR_WHEN_DESK)
    return session->attached
           || parlor_message_refuse (error, PARLOR_ERROR_CONFLICT, "Send attach first.");
  if (parlor_participant_can (participant, row->right))
    return TRUE;
  return parlor_message_refuse (error, PARLOR_ERROR_FORBIDDEN, "You may not do this here.");
}

static const ParlorMessageRow *
find_row (const char *type)
{
  for (guint i = 0; type && i < G_N_ELEMENTS (rows); i++)
    if (!strcmp (rows[i].type, type))
      return &rows[i];
  return NULL;
}

/* ---- one message ---------------------------------------------------------------------------- */

static void
count_refusal (ParlorSession *session)
{
  if (++session->refused_in_a_row > REFUSED_MAX)
    parlor_session_close (session, 4429, "too many refused messages");
}

static void
run_row (ParlorSession *session, const ParlorMessageRow *row, const json_t *message, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  if (is_allowed (session, row, &error) && check_fields (row, message, &error)
      && row->handler (session, message, now_us, &error))
    {
      session->refused_in_a_row = 0;
      return;
    }
  if (!error)
    return; /* the handler answered by itself */
  parlor_session_send_error (session, parlor_error_rt_name (error), error->message);
  count_refusal (session);
}

static gboolean
needs_join (const ParlorSession *session, const ParlorMessageRow *row)
{
  if (session->attached)
    return row && (row->when == PARLOR_WHEN_ANY || row->when == PARLOR_WHEN_INSIDE);
  return !row || (row->when != PARLOR_WHEN_OUTSIDE && row->when != PARLOR_WHEN_ALWAYS);
}

static void
dispatch (ParlorSession *session, const json_t *message, gsize length, gint64 now_us)
{
  const ParlorMessageRow *row = find_row (json_string_value (json_object_get (message, "t")));
  if (length > PARLOR_WS_MESSAGE_BYTES && (!row || strcmp (row->type, "offer")))
    parlor_session_close (session, 1009, "too long");
  else if (!session->participant && needs_join (session, row))
    {
      parlor_session_send_error (session, "not_joined", "Send join first.");
      count_refusal (session);
    }
  else if (!row)
    {
      parlor_session_send_error (session, "bad_message", "There is no message of this type.");
      count_refusal (session);
    }
  else
    run_row (session, row, message, now_us);
}

static gboolean
is_request_id (const json_t *id)
{
  return !id || json_is_integer (id) || (json_is_string (id) && json_string_length (id) <= 64);
}

void
parlor_messages_handle (ParlorSession *session, const char *text, gsize length, gint64 now_us)
{
  json_t *message = NULL;
  if (parlor_session_is_revoked (session))
    {
      parlor_session_end_revoked (session);
      return;
    }
  if (!parlor_session_take_credit (&session->credit_us, RATE_INTERVAL_US, RATE_BURST, now_us))
    {
      parlor_session_send_error (session, "too_many", "Too many messages. Wait a little.");
      count_refusal (session);
      return;
    }
  if (!parlor_json_is_too_deep (text, length, DEPTH_MAX))
    message = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  json_t *id = json_object_get (message, "id");
  if (!json_is_object (message) || !is_request_id (id))
    {
      parlor_session_send_error (session, "bad_message",
                                 "A message is one JSON object with a field \"t\".");
      count_refusal (session);
    }
  else
    {
      session->request_id = id;
      dispatch (session, message, length, now_us);
      session->request_id = NULL;
    }
  json_decref (message);
}
