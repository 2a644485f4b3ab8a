/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/encode.h"

#include "room/recording.h"
#include "room/scene.h"
#include "room/settings.h"

#include <string.h>

/* What a page makes once and for all; docs/protocol.md, `welcome`. */
#define SLOTS_AUDIO 3
#define SLOTS_VIDEO 25
#define SLOTS_SCREEN 1
#define SLOTS_SCREEN_AUDIO 1

static const char *
id_of (const ParlorParticipant *participant)
{
  return parlor_participant_info (participant)->id;
}

/* jansson gives NULL for text that is not UTF-8; the domain lets none in, this keeps the field. */
static json_t *
text (const char *value)
{
  json_t *json = value ? json_string (value) : json_null ();
  return json ? json : json_string ("");
}

static json_t *
id_or_null (const ParlorParticipant *participant)
{
  return participant ? text (id_of (participant)) : json_null ();
}

static json_t *
ids (ParlorParticipant *const *participants, guint n)
{
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, text (id_of (participants[i])));
  return list;
}

static json_t *
source (const ParlorSourceInfo *info)
{
  json_t *json = json_pack ("{s:b,s:b,s:i,s:i}", "muted", info->muted, "active", info->active,
                            "width", (int)info->width, "height", (int)info->height);
  if (info->codec)
    json_object_set_new (json, "codec", text (info->codec));
  return json;
}

static json_t *
recording (const ParlorRoom *room)
{
  const ParlorRecordingInfo *info = parlor_room_recording (room);
  json_t *json = json_pack ("{s:s,s:s,s:s}", "state", parlor_recording_state_name (info->state),
                            "mode", info->notice ? "notice" : "ask", "policy",
                            parlor_record_policy_name (info->policy));
  if (info->state == PARLOR_RECORDING_OFF)
    return json;
  json_object_set_new (json, "id", json_string (info->id));
  json_object_set_new (json, "since", json_integer (info->since_ms));
  if (info->trouble)
    json_object_set_new (json, "trouble", json_string (info->trouble));
  return json;
}

static json_t *
marker (const ParlorMarkerRow *row)
{
  return json_pack ("{s:s,s:I,s:s,s:o,s:o,s:o,s:I,s:I,s:b,s:b}", "id", row->id, "version",
                    (json_int_t)row->version, "kind", row->kind, "text", text (row->text), "owner",
                    text (row->owner), "author", text (row->author), "room_ms",
                    (json_int_t)row->room_ms, "at", (json_int_t)row->at_ms, "recorded",
                    row->recording != NULL, "still", row->still != NULL);
}

static json_t *
markers (const ParlorRoom *room)
{
  guint n = 0;
  const ParlorMarkerRow *const *rows = parlor_room_markers (room, &n);
  json_t *list = json_array ();
  for (guint i = 0; i < n; i++)
    json_array_append_new (list, marker (rows[i]));
  return list;
}

json_t *
parlor_encode_participant (const ParlorParticipant *participant)
{
  const ParlorParticipantInfo *info = parlor_participant_info (participant);
  json_t *sources = json_object ();
  for (guint i = PARLOR_SOURCE_NONE + 1; i < PARLOR_N_SOURCES; i++)
    if (info->sources[i].published)
      json_object_set_new (sources, parlor_source_kind_name (i), source (&info->sources[i]));
  json_t *json = json_pack (
      "{s:o,s:o,s:o,s:s,s:I,s:i,s:o,s:s,s:b}", "id", text (info->id), "identity",
      text (info->identity), "name", text (info->name), "role", parlor_role_name (info->role),
      "joined_at", (json_int_t)info->joined_at_ms, "hand", (int)info->hand, "sources", sources,
      "state", parlor_participant_state_name (info->state), "guest", info->guest);
  if (info->company)
    json_object_set_new (json, "company", text (info->company));
  if (parlor_room_recording (parlor_participant_room (participant))->state != PARLOR_RECORDING_OFF)
    {
      json_object_set_new (
          json, "consent",
          json_string (parlor_consent_name (parlor_participant_consent (participant))));
      json_object_set_new (json, "recorded",
                           json_boolean (parlor_participant_is_recorded (participant)));
    }
  return json;
}

json_t *
parlor_encode_chat (const ParlorChatMessage *message)
{
  json_t *json = json_pack ("{s:o,s:o,s:o,s:o,s:o,s:I,s:I}", "id", text (message->id), "client_id",
                            text (message->client_id), "participant", text (message->participant),
                            "name", text (message->name), "text", text (message->text), "at",
                            (json_int_t)message->at_ms, "room_ms", (json_int_t)message->room_ms);
  if (message->company)
    json_object_set_new (json, "company", text (message->company));
  return json;
}

static void
add_settings (json_t *json, const ParlorRoomSettings *settings)
{
  json_object_set_new (json, "partners",
                       json_string (parlor_partner_policy_name (settings->partners)));
  json_object_set_new (json, "watermark", json_boolean (settings->watermark));
  json_object_set_new (json, "end_to_end", json_boolean (settings->end_to_end));
  if (settings->doc_url)
    json_object_set_new (json, "doc_url", text (settings->doc_url));
  if (settings->panel_url)
    json_object_set_new (json, "panel_url", text (settings->panel_url));
}

json_t *
parlor_encode_room (ParlorRoom *room, const char *base_url, gint64 now_us)
{
  const ParlorRoomInfo *info = parlor_room_info (room);
  gboolean live = parlor_room_is_live (room);
  g_autofree char *url = g_strconcat (base_url, live ? "/l/" : "/m#", live ? info->id : info->code,
                                      NULL);
  json_t *json = json_pack ("{s:s,s:s,s:o,s:s,s:b,s:b,s:I,s:I,s:o}", "id", info->id, "code",
                            info->code, "title", text (info->title), "kind", info->kind, "locked",
                            info->locked, "lobby", info->lobby, "created_at",
                            (json_int_t)info->created_at_ms, "room_ms",
                            (json_int_t)parlor_room_ms (room, now_us), "join_url", text (url));
  if (parlor_room_stage_pin (room))
    json_object_set_new (json, "stage_pin",
                         json_string (parlor_participant_info (parlor_room_stage_pin (room))->id));
  json_object_set_new (json, "recording", recording (room));
  add_settings (json, parlor_room_settings (room));
  return json;
}

/* ---- welcome -------------------------------------------------------------------------------- */

static json_t *
rights (ParlorRights granted)
{
  json_t *list = json_array ();
  for (guint i = 0; i < PARLOR_N_RIGHTS; i++)
    if (granted & (1u << i))
      json_array_append_new (list, json_string (parlor_right_name (i)));
  return list;
}

static json_t *
roster (ParlorRoom *room)
{
  json_t *list = json_array ();
  guint n = parlor_room_n_participants (room);
  for (guint i = 0; i < n; i++)
    {
      ParlorParticipant *participant = parlor_room_participant (room, i);
      if (!parlor_participant_info (participant)->audience)
        json_array_append_new (list, parlor_encode_participant (participant));
    }
  return list;
}

static json_t *
history (ParlorRoom *room)
{
  const ParlorChat *chat = parlor_room_chat (room);
  json_t *list = json_array ();
  guint n = parlor_chat_length (chat);
  for (guint i = n > PARLOR_CHAT_HISTORY ? n - PARLOR_CHAT_HISTORY : 0; i < n; i++)
    json_array_append_new (list, parlor_encode_chat (parlor_chat_get (chat, i)));
  return list;
}

json_t *
parlor_encode_welcome (const ParlorRoomEvent *event, const ParlorWelcomeExtras *extras)
{
  const ParlorParticipantInfo *info = parlor_participant_info (event->participant);
  guint n_hands = 0;
  ParlorParticipant *const *hands = parlor_room_hands (event->room, &n_hands);
  json_t *json = json_pack (
      "{s:s,s:s,s:s,s:b,s:s,s:o,s:s,s:o,s:o,s:o,s:o}", "t", "welcome", "participant", info->id,
      "resume_token", event->resume_token, "resumed", event->resumed, "transport",
      event->transport_alive ? "alive" : "gone", "room",
      parlor_encode_room (event->room, extras->base_url, extras->now_us), "role",
      parlor_role_name (info->role), "rights", rights (info->rights), "participants",
      roster (event->room), "hands", ids (hands, n_hands), "chat", history (event->room));
  json_object_set_new (json, "slots",
                       json_pack ("{s:i,s:i,s:i,s:i}", "audio", SLOTS_AUDIO, "video", SLOTS_VIDEO,
                                  "screen", SLOTS_SCREEN, "screen_audio", SLOTS_SCREEN_AUDIO));
  json_object_set_new (json, "markers", info->audience ? json_array () : markers (event->room));
  json_object_set_new (json, "ice_servers",
                       extras->ice_servers ? extras->ice_servers : json_array ());
  json_object_set_new (json, "server",
                       json_pack ("{s:s,s:s}", "version", PARLOR_VERSION, "epoch", extras->epoch));
  return json;
}

/* ---- events --------------------------------------------------------------------------------- */

static json_t *
lobby (const ParlorRoomEvent *event)
{
  json_t *list = json_array ();
  for (guint i = 0; i < event->n_participants; i++)
    {
      const ParlorParticipantInfo *info = parlor_participant_info (event->participants[i]);
      json_t *one = json_pack ("{s:s,s:o,s:I}", "participant", info->id, "name", text (info->name),
                               "since", (json_int_t)info->joined_at_ms);
      if (info->company)
        json_object_set_new (one, "company", text (info->company));
      json_array_append_new (list, one);
    }
  return json_pack ("{s:s,s:o}", "t", "lobby", "waiting", list);
}

static json_t *
slot_clock (const ParlorRoomEvent *event)
{
  const ParlorSlotView *view = &event->slots[0];
  return json_pack ("{s:s,s:s,s:s*,s:I,s:I}", "t", "clock", "mid", view->mid, "participant",
                    view->participant ? parlor_participant_info (view->participant)->id : NULL,
                    "rtp", (json_int_t)view->rtp_timestamp, "room_ms", (json_int_t)event->room_ms);
}

static json_t *
slots (const ParlorRoomEvent *event)
{
  json_t *list = json_array ();
  for (guint i = 0; i < event->n_slots; i++)
    {
      const ParlorSlotView *view = &event->slots[i];
      json_t *slot = json_pack ("{s:o,s:o}", "mid", text (view->mid), "participant",
                                id_or_null (view->participant));
      if (view->participant)
        json_object_set_new (slot, "source", json_string (parlor_source_kind_name (view->source)));
      if (view->participant && view->has_rtp)
        json_object_set_new (slot, "rtp", json_integer (view->rtp_timestamp));
      json_array_append_new (list, slot);
    }
  return json_pack ("{s:s,s:o}", "t", "slots", "slots", list);
}

static json_t *
quality (const ParlorRoomEvent *event)
{
  const ParlorQuality *quality = event->quality;
  const ParlorMediaQuality *media = &quality->media;
  json_t *peers = json_object ();
  for (guint i = 0; i < quality->n_peers; i++)
    json_object_set_new (peers, id_of (quality->peers[i].participant),
                         json_integer (quality->peers[i].level));
  json_t *you = json_pack (
      "{s:i,s:f,s:f,s:i,s:I,s:I,s:I,s:i,s:i,s:s}", "level", (int)quality->level, "loss_up",
      media->loss_up, "loss_down", media->loss_down, "rtt_ms", (int)media->rtt_ms, "down_bps",
      (json_int_t)media->down_bps, "up_bps", (json_int_t)media->up_bps, "estimate_bps",
      (json_int_t)media->estimate_down_bps, "reduced", (int)media->n_reduced, "paused",
      (int)media->n_paused, "why", parlor_quality_why_name (quality->why));
  return json_pack ("{s:s,s:o,s:o}", "t", "quality", "you", you, "participants", peers);
}

static json_t *
layers (const ParlorRoomEvent *event)
{
  json_t *rids = json_array ();
  for (guint i = 0; i < event->n_rids; i++)
    json_array_append_new (rids, text (event->rids[i]));
  return json_pack ("{s:s,s:s,s:o}", "t", "layers", "source",
                    parlor_source_kind_name (event->source), "rids", rids);
}

static json_t *
muted (const ParlorRoomEvent *event)
{
  return json_pack ("{s:s,s:s,s:o}", "t", "muted", "source",
                    parlor_source_kind_name (event->source), "by", id_or_null (event->by));
}

json_t *
parlor_encode_event (const ParlorRoomEvent *event, const char *base_url, gint64 now_us)
{
  switch (event->type)
    {
    case PARLOR_EVENT_WAITING:
      return json_pack ("{s:s,s:i}", "t", "waiting", "position", (int)event->position);
    case PARLOR_EVENT_DENIED:
      return json_pack ("{s:s,s:s}", "t", "denied", "reason", parlor_denial_name (event->denial));
    case PARLOR_EVENT_PARTICIPANT:
      return json_pack ("{s:s,s:o}", "t", "participant", "participant",
                        parlor_encode_participant (event->participant));
    case PARLOR_EVENT_LEFT:
      return json_pack ("{s:s,s:s,s:s}", "t", "left", "participant", id_of (event->participant),
                        "reason", parlor_leave_reason_name (event->leave_reason));
    case PARLOR_EVENT_ROOM:
      return json_pack ("{s:s,s:o}", "t", "room", "room",
                        parlor_encode_room (event->room, base_url, now_us));
    case PARLOR_EVENT_CHAT:
      return json_pack ("{s:s,s:o}", "t", "chat", "message", parlor_encode_chat (event->message));
    case PARLOR_EVENT_HANDS:
      return json_pack ("{s:s,s:o}", "t", "hands", "hands",
                        ids (event->participants, event->n_participants));
    case PARLOR_EVENT_REACTION:
      return json_pack ("{s:s,s:s,s:s}", "t", "reaction", "participant", id_of (event->participant),
                        "emoji", event->emoji);
    case PARLOR_EVENT_LOBBY:
      return lobby (event);
    case PARLOR_EVENT_SLOTS:
      return slots (event);
    case PARLOR_EVENT_SPEAKER:
      return json_pack ("{s:s,s:o}", "t", "speaker", "participant",
                        id_or_null (event->participant));
    case PARLOR_EVENT_SPEAKING:
      return json_pack ("{s:s,s:o}", "t", "speaking", "participants",
                        ids (event->participants, event->n_participants));
    case PARLOR_EVENT_MUTED:
      return muted (event);
    case PARLOR_EVENT_ASK_UNMUTE:
      return json_pack ("{s:s,s:o}", "t", "ask_unmute", "by", id_or_null (event->by));
    case PARLOR_EVENT_QUALITY:
      return quality (event);
    case PARLOR_EVENT_TRANSPORT:
      return json_pack ("{s:s,s:s}", "t", "transport", "state",
                        event->transport_alive ? "connected" : "failed");
    case PARLOR_EVENT_MARKER:
      return json_pack ("{s:s,s:o}", "t", "marker", "marker", marker (event->marker));
    case PARLOR_EVENT_CLOSED:
      return json_pack ("{s:s,s:s}", "t", "closed", "reason",
                        parlor_close_reason_name (event->close_reason));
    case PARLOR_EVENT_LAYERS:
      return layers (event);
    case PARLOR_EVENT_CLOCK:
      return slot_clock (event);
    case PARLOR_EVENT_FIT:
      return json_pack ("{s:s,s:s,s:o,s:s,s:s}", "t", "fit", "mid", event->slots[0].mid,
                        "participant", id_or_null (event->slots[0].participant), "codec",
                        event->codec, "state", parlor_fit_name (event->fit));
    case PARLOR_EVENT_REMOVED:
      return json_pack ("{s:s,s:s,s:s}", "t", "consent", "removal", "done", "recording",
                        event->recording);
    case PARLOR_EVENT_WELCOME: /* parlor_encode_welcome () */
    case PARLOR_N_EVENTS:
      break;
    }
  return NULL;
}

json_t *
parlor_encode_error (json_t *id, const char *code, const char *message)
{
  json_t *json = json_pack ("{s:s,s:s,s:o}", "t", "error", "code", code, "message", text (message));
  if (id)
    json_object_set (json, "id", id);
  return json;
}
