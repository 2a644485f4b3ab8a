/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Whose voice is in whose audio slots. A receiver with k slots hears everybody while there are at
 * most k others, else the room's k loudest; never itself. A voice keeps its slot while it is
 * wanted, and until the slot is needed for another. Thread: worker. Private to this folder.
 */
#pragma once

#include "router/state.h"

ParlorAudioRoom *parlor_audio_room_new (ParlorRouter *router, ParlorRoomId id);
void parlor_audio_room_free (ParlorAudioRoom *self);
gboolean parlor_audio_room_is_empty (const ParlorAudioRoom *self);

void parlor_audio_room_add_voice (ParlorAudioRoom *self, ParlorSource *source);
void parlor_audio_room_remove_voice (ParlorAudioRoom *self, ParlorSource *source);
void parlor_audio_room_add_transport (ParlorAudioRoom *self, ParlorTransport *transport);
void parlor_audio_room_remove_transport (ParlorAudioRoom *self, ParlorTransport *transport);

/** One packet's level (RFC 6464: 0 = loudest, 127 = silence). */
void parlor_audio_room_hear (ParlorAudioRoom *self, ParlorSource *source, guint8 level,
                             gint64 now_us);
/** A voice began, or the slots changed: they are filled in the next poll, which comes at once. A
 * peer need not say how loud it is. */
void parlor_audio_room_look_soon (ParlorAudioRoom *self);
/** It was muted by the server, or stopped. */
void parlor_audio_room_silence (ParlorAudioRoom *self, ParlorSource *source);
/** (nullable) The voice of the dominant speaker. */
const ParlorSource *parlor_audio_room_dominant (const ParlorAudioRoom *self);
/** Decides who speaks, tells it, and fills slots where anything changed. */
void parlor_audio_room_poll (ParlorAudioRoom *self, gint64 now_us);
