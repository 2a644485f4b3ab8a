/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static gint64
now_us (ParlorClock *clock)
{
  return ((World *)clock)->now_us;
}

static gint64
wall_ms (ParlorClock *clock)
{
  return ((World *)clock)->wall_ms;
}

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  World *w = user_data;
  for (gsize i = 0; i < size; i++)
    out[i] = i < 4 ? (guint8)(w->random >> (5 * i)) & 31 : (guint8)i;
  w->random++;
}

static const char *
names (ParlorParticipant *const *people, guint n, GString *out)
{
  g_string_truncate (out, 0);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "," : "",
                            parlor_participant_info (people[i])->name);
  return out->str;
}

static const char *
name_of (const ParlorParticipant *p)
{
  return p != NULL ? parlor_participant_info (p)->name : "nobody";
}

static void
log_participant (GString *log, const ParlorParticipantInfo *info)
{
  g_string_append_printf (log, "participant %s %s %s", info->name, parlor_role_name (info->role),
                          parlor_participant_state_name (info->state));
  for (guint kind = 1; kind < PARLOR_N_SOURCES; kind++)
    if (info->sources[kind].published)
      g_string_append_printf (log, " %s%s%s", parlor_source_kind_name (kind),
                              info->sources[kind].muted ? "-muted" : "",
                              info->sources[kind].active ? "-active" : "");
}

static void
log_slots (GString *log, const ParlorRoomEvent *e)
{
  g_string_append (log, "slots");
  for (guint i = 0; i < e->n_slots; i++)
    {
      const ParlorSlotView *slot = &e->slots[i];
      g_string_append_printf (log, " %s=%s", slot->mid, name_of (slot->participant));
      if (slot->participant != NULL)
        g_string_append_printf (log, ".%s", parlor_source_kind_name (slot->source));
      if (slot->has_rtp)
        g_string_append_printf (log, "@%u", slot->rtp_timestamp);
    }
}

static void
log_welcome (World *w, const ParlorRoomEvent *e)
{
  g_string_append_printf (w->log, "welcome %s %s %s", name_of (e->participant),
                          e->resumed ? "resumed" : "new", e->transport_alive ? "alive" : "gone");
  g_strlcpy (w->token, e->resume_token, sizeof w->token);
  g_hash_table_replace (w->tokens, g_strdup (e->session), g_strdup (e->resume_token));
}

static void
log_quality (GString *log, const ParlorQuality *quality)
{
  g_string_append_printf (log, "quality %u %s", quality->level,
                          parlor_quality_why_name (quality->why));
  for (guint i = 0; i < quality->n_peers; i++)
    g_string_append_printf (log, " %s:%u", name_of (quality->peers[i].participant),
                            quality->peers[i].level);
}

static void
log_room (GString *log, const ParlorRoomInfo *info)
{
  g_string_append_printf (log, "room \"%s\"%s%s", info->title, info->locked ? " locked" : "",
                          info->lobby ? " lobby" : "");
}

static void
log_event (World *w, const ParlorRoomEvent *e)
{
  g_autoptr (GString) list = g_string_new (NULL);
  GString *log = w->log;
  switch (e->type)
    {
    case PARLOR_EVENT_WELCOME:
      log_welcome (w, e);
      break;
    case PARLOR_EVENT_WAITING:
      g_string_append_printf (log, "waiting %u", e->position);
      break;
    case PARLOR_EVENT_DENIED:
      g_string_append_printf (log, "denied %s", parlor_denial_name (e->denial));
      break;
    case PARLOR_EVENT_PARTICIPANT:
      log_participant (log, parlor_participant_info (e->participant));
      break;
    case PARLOR_EVENT_LEFT:
      g_string_append_printf (log, "left %s %s", name_of (e->participant),
                              parlor_leave_reason_name (e->leave_reason));
      break;
    case PARLOR_EVENT_ROOM:
      log_room (log, parlor_room_info (e->room));
      break;
    case PARLOR_EVENT_CHAT:
      g_string_append_printf (log, "chat %s: %s", e->message->name, e->message->text);
      break;
    case PARLOR_EVENT_HANDS:
      g_string_append_printf (log, "hands %s", names (e->participants, e->n_participants, list));
      break;
    case PARLOR_EVENT_REACTION:
      g_string_append_printf (log, "reaction %s %s", name_of (e->participant), e->emoji);
      break;
    case PARLOR_EVENT_LOBBY:
      g_string_append_printf (log, "lobby %s", names (e->participants, e->n_participants, list));
      break;
    case PARLOR_EVENT_SLOTS:
      log_slots (log, e);
      break;
    case PARLOR_EVENT_SPEAKER:
      g_string_append_printf (log, "speaker %s", name_of (e->participant));
      break;
    case PARLOR_EVENT_SPEAKING:
      g_string_append_printf (log, "speaking %s", names (e->participants, e->n_participants, list));
      break;
    case PARLOR_EVENT_MUTED:
      g_string_append_printf (log, "muted %s by %s", parlor_source_kind_name (e->source),
                              name_of (e->by));
      break;
    case PARLOR_EVENT_ASK_UNMUTE:
      g_string_append_printf (log, "ask_unmute by %s", name_of (e->by));
      break;
    case PARLOR_EVENT_QUALITY:
      log_quality (log, e->quality);
      break;
    case PARLOR_EVENT_LAYERS:
      g_string_append_printf (log, "layers %s", parlor_source_kind_name (e->source));
      for (guint i = 0; i < e->n_rids; i++)
        g_string_append_printf (log, " %s", e->rids[i]);
      break;
    case PARLOR_EVENT_TRANSPORT:
      g_string_append_printf (log, "transport %s", e->transport_alive ? "connected" : "failed");
      break;
    case PARLOR_EVENT_MARKER:
      g_string_append_printf (log, "marker %s", e->marker->text);
      break;
    case PARLOR_EVENT_CLOCK:
      g_string_append_printf (w->log, "clock %s %u=%" G_GINT64_FORMAT, e->slots[0].mid,
                              e->slots[0].rtp_timestamp, e->room_ms);
      break;
    case PARLOR_EVENT_FIT:
      g_string_append_printf (log, "fit %s %s %s", e->slots[0].mid, e->codec,
                              parlor_fit_name (e->fit));
      break;
    case PARLOR_EVENT_REMOVED:
      g_string_append_printf (log, "removed from %s", e->recording);
      break;
    case PARLOR_EVENT_CLOSED:
      g_string_append_printf (log, "closed %s", parlor_close_reason_name (e->close_reason));
      break;
    case PARLOR_N_EVENTS:
      g_assert_not_reached ();
    }
}

static void
on_event (const ParlorRoomEvent *e, gpointer user_data)
{
  World *w = user_data;
  const char *to = e->audience == PARLOR_TO_HOSTS ? "hosts"
                   : e->audience == PARLOR_TO_APP ? "app"
                                                  : "*";
  g_assert_true (e->audience != PARLOR_TO_ONE || e->session != NULL);
  g_string_append_printf (w->log, "%s<", e->audience == PARLOR_TO_ONE ? (char *)e->session : to);
  log_event (w, e);
  g_string_append_c (w->log, '\n');
  if (w->watch != NULL)
    w->watch (e, w->watch_data);
}

static void
make_rooms (World *w)
{
  ParlorRoomsSpec spec = {
      .clock = &w->clock,
      .random = {fill, w},
      .media = &w->media.parent,
      .store = w->store,
      .event = on_event,
      .user_data = w,
      .recorder = w->recorder,
      .recordings = w->recordings,
  };
  parlor_room_limits_default (&spec.limits);
  spec.limits.participants = w->cap;
  spec.limits.lobby = 3;
  spec.limits.lobby_of_device = spec.limits.lobby_of_address = 2;
  spec.limits.rooms = 5;
  spec.limits.unopened_keyless = 2;
  spec.limits.players = 2;
  w->rooms = parlor_rooms_new (&spec);
}

void
world_set_up (World *w, gconstpointer cap)
{
  w->cap = cap != NULL ? GPOINTER_TO_UINT (cap) : 20;
  w->clock = (ParlorClock){now_us, wall_ms};
  w->now_us = 1000000;
  w->wall_ms = 1700000000000;
  w->log = g_string_new (NULL);
  w->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  fake_media_init (&w->media);
  make_rooms (w);
  w->room = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){.title = "Talk"}, w->now_us, NULL);
  g_assert_nonnull (w->room);
}

void
world_tear_down (World *w, gconstpointer data)
{
  parlor_rooms_free (w->rooms);
  fake_media_clear (&w->media);
  g_hash_table_unref (w->tokens);
  g_string_free (w->log, TRUE);
}

void
world_restart (World *w)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = g_strdup (parlor_room_info (w->room)->id);
  parlor_rooms_free (w->rooms);
  make_rooms (w);
  g_assert_true (parlor_rooms_load (w->rooms, w->now_us, &error));
  w->room = parlor_rooms_find (w->rooms, id);
  world_forget (w);
}

void
world_record (World *w, ParlorRecorder *recorder, ParlorRecordings *recordings)
{
  parlor_rooms_free (w->rooms);
  w->recorder = recorder;
  w->recordings = recordings;
  make_rooms (w);
  w->room = parlor_rooms_create (w->rooms, &(ParlorRoomSpec){.title = "Talk"}, w->now_us, NULL);
  world_forget (w);
}

void
world_poll (World *w)
{
  for (guint i = 0; parlor_rooms_next_us (w->rooms) <= w->now_us; i++)
    {
      g_assert_cmpuint (i, <, 100); /* a deadline that never ends */
      parlor_rooms_poll (w->rooms, w->now_us);
    }
}

void
world_run (World *w, gint64 ms)
{
  gint64 end_us = w->now_us + ms * 1000;
  for (world_poll (w); w->now_us < end_us; world_poll (w))
    {
      gint64 next_us = MIN (end_us, parlor_rooms_next_us (w->rooms));
      w->wall_ms += (next_us - w->now_us) / 1000;
      w->now_us = next_us;
    }
}

void
world_expect (World *w, const char *lines)
{
  g_assert_cmpstr (w->log->str, ==, lines);
  g_string_truncate (w->log, 0);
}

void
world_expect_media (World *w, const char *lines)
{
  g_assert_cmpstr (w->media.log->str, ==, lines);
  g_string_truncate (w->media.log, 0);
}

void
world_forget (World *w)
{
  g_string_truncate (w->log, 0);
  g_string_truncate (w->media.log, 0);
}

static ParlorJoin
join_of (const char *identity, ParlorRole role, const char *session)
{
  return (ParlorJoin){.identity = identity,
                      .name = identity,
                      .role = role,
                      .granted = GRANT_ALL,
                      .guest = role == PARLOR_ROLE_GUEST,
                      .session = (gpointer)session};
}

ParlorParticipant *
world_join (World *w, const char *identity, ParlorRole role, const char *session)
{
  ParlorDenial denial = PARLOR_N_DENIALS;
  ParlorJoin join = join_of (identity, role, session);
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_assert_nonnull (p);
  return p;
}

ParlorParticipant *
world_resume (World *w, const char *identity, const char *token, const char *session)
{
  ParlorDenial denial;
  ParlorJoin join = join_of (identity, PARLOR_ROLE_MEMBER, session);
  join.name = NULL;
  join.resume = token;
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  g_assert_nonnull (p);
  return p;
}

ParlorDenial
world_denial (World *w, const char *identity, ParlorRole role, const char *session)
{
  ParlorDenial denial = PARLOR_N_DENIALS;
  ParlorJoin join = join_of (identity, role, session);
  ParlorParticipant *p = parlor_room_join (w->room, &join, w->now_us, &denial);
  return p != NULL ? PARLOR_N_DENIALS : denial;
}

void
world_offer (World *w, ParlorParticipant *p, guint n_audio, guint n_video)
{
  static const ParlorSenderMap senders[] = {{"s0", PARLOR_SOURCE_MICROPHONE},
                                            {"s1", PARLOR_SOURCE_CAMERA},
                                            {"s2", PARLOR_SOURCE_SCREEN},
                                            {"s3", PARLOR_SOURCE_SCREEN_AUDIO}};
  ParlorSlotMap slots[PARLOR_MAX_SLOTS];
  guint n = 0;
  for (guint i = 0; i < n_audio + n_video; i++)
    slots[n++].kind = i < n_audio ? PARLOR_SLOT_AUDIO : PARLOR_SLOT_VIDEO;
  slots[n++].kind = PARLOR_SLOT_SCREEN;
  slots[n++].kind = PARLOR_SLOT_SCREEN_AUDIO;
  for (guint i = 0; i < n; i++)
    g_snprintf (slots[i].mid, sizeof slots[i].mid, "%u", i);
  ParlorMediaOffer offer = {.sdp = "v=0",
                            .sdp_length = 3,
                            .senders = senders,
                            .n_senders = G_N_ELEMENTS (senders),
                            .slots = slots,
                            .n_slots = n,
                            .publish = TRUE,
                            .subscribe = TRUE};
  ParlorMediaAnswer answer = {0};
  assert_done (parlor_participant_negotiate (p, &offer, &answer, w->now_us, &error));
  parlor_media_answer_clear (&answer);
}

void
world_source (World *w, ParlorParticipant *p, ParlorSourceKind kind, gboolean on, gboolean muted)
{
  ParlorSourceChange change = {.source = kind, .on = on, .muted = muted};
  assert_done (parlor_participant_set_source (p, &change, w->now_us, &error));
}

ParlorParticipant *
world_meet (World *w, const char *identity, ParlorRole role, const char *session)
{
  ParlorParticipant *p = world_join (w, identity, role, session);
  world_offer (w, p, 1, 2);
  world_source (w, p, PARLOR_SOURCE_MICROPHONE, TRUE, FALSE);
  world_source (w, p, PARLOR_SOURCE_CAMERA, TRUE, FALSE);
  world_media (w, PARLOR_MEDIA_CONNECTED, p);
  world_poll (w);
  world_forget (w);
  return p;
}

void
world_media (World *w, ParlorMediaEventType type, ParlorParticipant *p)
{
  ParlorMediaEvent event = {.type = type,
                            .endpoint = parlor_participant_endpoint (p),
                            .source.kind = PARLOR_SOURCE_MICROPHONE};
  fake_media_say (&w->media, &event);
}

void
world_speaker (World *w, ParlorParticipant *p)
{
  ParlorMediaEvent event = {.type = PARLOR_MEDIA_SPEAKER, .room = parlor_room_info (w->room)->id};
  if (p != NULL)
    event.source = (ParlorSourceRef){parlor_participant_endpoint (p), PARLOR_SOURCE_MICROPHONE};
  fake_media_say (&w->media, &event);
}
