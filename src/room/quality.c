/* SPDX-License-Identifier: Apache-2.0 */
/* From loss and round trip to four levels that a person understands, and the reason. */
#include "room/private.h"

/* Below the first loss nobody notices with retransmission; above the second speech suffers. Round
   trips as in ITU-T G.114: up to 150 ms one way most people talk undisturbed, beyond 400 ms hardly
   anybody does. */
static guint
level_of (double loss, gint32 rtt_ms)
{
  if (loss < 0.02 && rtt_ms < 300)
    return 3;
  return loss < 0.08 && rtt_ms < 800 ? 2 : 1;
}

/* What repeats mend is not seen; a picture that is not there is. */
static guint
level_of_pictures (const ParlorMediaQuality *media)
{
  if (media->n_paused > 0)
    return 1;
  return media->n_reduced > 0 ? 2 : 3;
}

static const ParlorParticipant *
shown_in (const ParlorParticipant *participant, guint slot)
{
  const ParlorSlot *held = parlor_slot_table_get (participant->slots, slot);
  return parlor_rooms_at_endpoint (participant->room->rooms, held->source.endpoint);
}

/* Everybody whom he sees or hears, once each. */
static guint
gather_peers (const ParlorParticipant *participant, ParlorPeerQuality peers[PARLOR_MAX_SLOTS])
{
  guint n = 0;
  guint n_slots = participant->slots != NULL ? parlor_slot_table_length (participant->slots) : 0;
  for (guint i = 0; i < n_slots; i++)
    {
      const ParlorParticipant *shown = shown_in (participant, i);
      guint j = 0;
      while (j < n && peers[j].participant != shown)
        j++;
      if (shown != NULL && j == n)
        peers[n++] = (ParlorPeerQuality){.participant = shown, .level = shown->level};
    }
  return n;
}

static gboolean
sees_bad_uplink (const ParlorPeerQuality *peers, guint n)
{
  for (guint i = 0; i < n; i++)
    if (peers[i].participant->uplink_level <= 1)
      return TRUE;
  return FALSE;
}

static ParlorQualityWhy
reason (guint up, guint down, gboolean peer_bad)
{
  if (MIN (up, down) == 3)
    return peer_bad ? PARLOR_WHY_PEER : PARLOR_WHY_OK;
  return up <= down ? PARLOR_WHY_UPLINK : PARLOR_WHY_DOWNLINK;
}

/* ---- what is kept --------------------------------------------------------------------------- */

/* A crash costs so much of a stay at most. */
#define KEEP_EVERY_US (300 * SECOND_US)
/* Asked for its file again and again a room writes no more often. */
#define KEEP_AT_MOST_US (2 * SECOND_US)
/* Rows of a room: a person who comes and goes has one a stay. */
#define MOST_STAYS 4096
#define KEPT_DAYS 90
#define PURGE_EVERY_US (3600 * SECOND_US)
#define PURGED_AT_ONCE 1000
/* Quality is told every 2 s; of whom it was not for so long there is none. */
#define FRESH_US (10 * SECOND_US)

static ParlorRecordSink *
sink_of (const ParlorRooms *rooms)
{
  return rooms->spec.store != NULL ? parlor_store_records (rooms->spec.store) : NULL;
}

static ParlorQualityLog *
begin_stay (ParlorParticipant *participant, gint64 now_us)
{
  if (participant->stay != NULL || participant->info.audience)
    return participant->stay;
  if (participant->room->n_stays >= MOST_STAYS)
    {
      participant->room->rooms->quality.unkept += participant->told_us == NEVER_US;
      return NULL;
    }
  participant->room->n_stays++;
  participant->stay_ms = parlor_room_wall_ms (participant->room);
  participant->kept_us = now_us - KEEP_AT_MOST_US;
  return participant->stay = parlor_quality_log_new (now_us);
}

void
parlor_participant_keep_stay (ParlorParticipant *participant, gint64 now_us)
{
  static const char *const kinds[] = {[PARLOR_PARTICIPANT_PAGE] = "page",
                                      [PARLOR_PARTICIPANT_PUBLISHER] = "publisher",
                                      [PARLOR_PARTICIPANT_PLAYER] = "player"};
  const ParlorRoom *room = participant->room;
  ParlorRecordSink *sink = sink_of (room->rooms);
  if (sink == NULL || participant->stay == NULL)
    return;
  g_autoptr (GBytes) samples = parlor_quality_pack (participant->stay);
  ParlorQualityRow row = {
      .room = (char *)room->id,
      .participant = participant->id,
      .from_ms = participant->stay_ms,
      .brand = (char *)room->brand,
      .to_ms = parlor_room_wall_ms (room),
      .kind = (char *)kinds[participant->info.kind],
      .period_s = parlor_quality_log_period_s (participant->stay),
      .samples = samples,
  };
  sink->put (sink, &parlor_quality_kind, &row);
  participant->kept_us = now_us;
}

void
parlor_room_keep_quality (ParlorRoom *room, gint64 now_us)
{
  GHashTableIter iter;
  gpointer person;
  g_hash_table_iter_init (&iter, room->people);
  while (g_hash_table_iter_next (&iter, NULL, &person))
    if (now_us - ((ParlorParticipant *)person)->kept_us >= KEEP_AT_MOST_US)
      parlor_participant_keep_stay (person, now_us);
}

static void
purge (const gconstpointer *rows, guint n_rows, const GError *error, gpointer user_data)
{
  ParlorRecordSink *sink = user_data;
  for (guint i = 0; i < n_rows; i++)
    sink->remove (sink, &parlor_quality_kind, rows[i]);
}

void
parlor_rooms_purge_quality (ParlorRooms *rooms, gint64 now_us)
{
  ParlorRecordSink *sink = sink_of (rooms);
  if (sink == NULL || (rooms->purged_us != 0 && now_us - rooms->purged_us < PURGE_EVERY_US))
    return;
  rooms->purged_us = now_us;
  const ParlorFindTerm old = {"to_ms", PARLOR_FIND_LESS, NULL,
                              rooms->spec.clock->wall_ms (rooms->spec.clock)
                                  - KEPT_DAYS * G_GINT64_CONSTANT (86400000)};
  const ParlorFind find = {&parlor_quality_kind, &old, 1, "to_ms", FALSE, PURGED_AT_ONCE};
  sink->find (sink, &find, purge, sink);
}

const ParlorQualityTotals *
parlor_rooms_quality (const ParlorRooms *rooms)
{
  return &rooms->quality;
}

gboolean
parlor_participant_quality (const ParlorParticipant *participant, gint64 now_us,
                            ParlorQualityNow *out)
{
  const ParlorQualityLog *stay = participant->stay;
  if (participant->told_us == NEVER_US || now_us - participant->told_us > FRESH_US)
    return FALSE;
  *out = (ParlorQualityNow){.level = participant->level, .media = participant->told};
  if (stay != NULL)
    {
      out->freezes = parlor_quality_log_total (stay, PARLOR_QUALITY_FREEZES);
      out->freeze_ms = parlor_quality_log_total (stay, PARLOR_QUALITY_FREEZE_MS);
    }
  return TRUE;
}

/* ---- what is told --------------------------------------------------------------------------- */

void
parlor_participant_report_page (ParlorParticipant *participant, const ParlorPageTotals *totals,
                                gint64 now_us)
{
  ParlorQualityTotals *all = &participant->room->rooms->quality;
  ParlorPageTotals since;
  parlor_page_watch_take (&participant->page, totals, now_us, &since);
  all->freezes += since.freezes;
  all->freeze_ms += since.freeze_ms;
  all->concealed_ms += since.concealed / 48;
  if (participant->stay != NULL)
    parlor_quality_log_page (participant->stay, &since, now_us);
}

/* For the record and for everybody's sum. */
static void
note (ParlorParticipant *participant, const ParlorMediaQuality *media, ParlorQualityWhy why,
      gint64 now_us)
{
  ParlorQualityLog *stay = begin_stay (participant, now_us);
  participant->told = *media;
  participant->told_us = now_us;
  parlor_quality_totals_add (&participant->room->rooms->quality, media, why);
  if (stay == NULL)
    return;
  parlor_quality_log_report (stay, media, participant->level, now_us);
  if (now_us - participant->kept_us >= KEEP_EVERY_US)
    parlor_participant_keep_stay (participant, now_us);
}

void
parlor_participant_report_quality (ParlorParticipant *participant, const ParlorMediaQuality *media,
                                   gint64 now_us)
{
  ParlorPeerQuality peers[PARLOR_MAX_SLOTS];
  guint up = level_of (media->loss_up, media->rtt_ms);
  guint down = MIN (level_of (media->loss_down, media->rtt_ms), level_of_pictures (media));
  guint n = gather_peers (participant, peers);
  ParlorQualityWhy why = reason (up, down, sees_bad_uplink (peers, n));
  participant->uplink_level = up;
  participant->level = MIN (up, down);
  note (participant, media, why, now_us);
  if (participant->info.kind != PARLOR_PARTICIPANT_PAGE)
    return;
  ParlorQuality quality = {
      .level = participant->level,
      .why = why,
      .media = *media,
      .peers = peers,
      .n_peers = n,
  };
  parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_QUALITY,
                                                          .session = participant->session,
                                                          .participant = participant,
                                                          .quality = &quality});
}
