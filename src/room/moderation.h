/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What hosts and co-hosts do. `by` is the host, NULL = the API (the caller checked its key);
 * without the right to moderate: FORBIDDEN. `id` is a "pt_…": NOT_FOUND when it is nobody here.
 * FALSE: nothing changed.
 *
 * Control thread. Who is removed, denied or closed is dead after the call: his session got CLOSED
 * or DENIED.
 */
#pragma once

#include "room/participant.h"

G_BEGIN_DECLS

/** Lets one who waits in: he gets WELCOME. */
gboolean parlor_room_admit (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                            GError **error);
/** Sends one who waits away: DENIED host. */
gboolean parlor_room_deny (ParlorRoom *room, ParlorParticipant *by, const char *id, gint64 now_us,
                           GError **error);

typedef struct
{
  gboolean has_locked, locked;
  gboolean has_lobby, lobby; /**< FALSE lets in everybody who waits */
  const char *title;         /**< NULL = unchanged */
} ParlorRoomChange;
/** All get ROOM when something changed. BAD_REQUEST for an unfit title. */
gboolean parlor_room_change (ParlorRoom *room, ParlorParticipant *by,
                             const ParlorRoomChange *change, gint64 now_us, GError **error);

/** Mutes every microphone but the hosts'. Each gets MUTED; he may unmute himself. */
gboolean parlor_room_mute_all (ParlorRoom *room, ParlorParticipant *by, gint64 now_us,
                               GError **error);
/** One person's source. NOT_FOUND too when he does not publish it. */
gboolean parlor_room_mute (ParlorRoom *room, ParlorParticipant *by, const char *id,
                           ParlorSourceKind source, gint64 now_us, GError **error);
/** He gets ASK_UNMUTE: nobody's microphone is opened by another. */
gboolean parlor_room_ask_unmute (ParlorRoom *room, ParlorParticipant *by, const char *id,
                                 gint64 now_us, GError **error);
gboolean parlor_room_lower_hand (ParlorRoom *room, ParlorParticipant *by, const char *id,
                                 gint64 now_us, GError **error);
/** With `ban` neither his identity nor his resume and device token comes in again; no host is
   banned by himself (CONFLICT). Answer the API after parlor_rooms_flush (). */
gboolean parlor_room_remove (ParlorRoom *room, ParlorParticipant *by, const char *id, gboolean ban,
                             gint64 now_us, GError **error);
/** host = make co-host, member = unmake; others BAD_REQUEST. The last host cannot unmake himself:
 * CONFLICT. */
gboolean parlor_room_set_role (ParlorRoom *room, ParlorParticipant *by, const char *id,
                               ParlorRole role, gint64 now_us, GError **error);
/** Whom players of the stage see before anybody else, as long as he is here; NULL = nobody. All get
    ROOM. NOT_FOUND too for who only watches. */
gboolean parlor_room_pin_stage (ParlorRoom *room, ParlorParticipant *by, const char *id,
                                gint64 now_us, GError **error);
/** Closed for all: CLOSED ended to every session; `room` is dead afterwards. A kept room that a
   host ends rests instead (parlor_room_set_kept ()). */
gboolean parlor_room_end (ParlorRoom *room, ParlorParticipant *by, gint64 now_us, GError **error);

G_END_DECLS
