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

void
parlor_participant_report_quality (ParlorParticipant *participant, const ParlorMediaQuality *media)
{
  ParlorPeerQuality peers[PARLOR_MAX_SLOTS];
  guint up = level_of (media->loss_up, media->rtt_ms);
  guint down = MIN (level_of (media->loss_down, media->rtt_ms), level_of_pictures (media));
  guint n = gather_peers (participant, peers);
  participant->uplink_level = up;
  participant->level = MIN (up, down);
  if (participant->info.kind != PARLOR_PARTICIPANT_PAGE)
    return;
  ParlorQuality quality = {
      .level = participant->level,
      .why = reason (up, down, sees_bad_uplink (peers, n)),
      .media = *media,
      .peers = peers,
      .n_peers = n,
  };
  parlor_room_emit (participant->room, &(ParlorRoomEvent){.type = PARLOR_EVENT_QUALITY,
                                                          .session = participant->session,
                                                          .participant = participant,
                                                          .quality = &quality});
}
