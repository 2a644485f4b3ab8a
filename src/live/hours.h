/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What went on in live rooms, in numbers: `stats.tick` once a minute while a room is on air, and a
 * row for each hour of it that stays.
 *
 * A tick tells what was in its period (`period_s`) and who is there now; an hour begins at the full
 * hour of the wall clock in UTC. Viewers' seconds are added up once a second: ÷ seconds on air =
 * how many watched in the mean.
 *
 * Control thread.
 */
#pragma once

#include "base/event.h"
#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_HOUR_MS (3600 * G_GINT64_CONSTANT (1000))
/** Hours of one room that stay in memory; older ones are in the store. */
#define PARLOR_HOURS_KEPT 48

typedef enum
{
  PARLOR_COUNT_JOINED, /**< viewers who came */
  PARLOR_COUNT_COMMENTS,
  PARLOR_COUNT_BOT_COMMENTS,
  PARLOR_COUNT_LIKES,
  PARLOR_COUNT_PINS,
  PARLOR_N_COUNTS,
} ParlorLiveCount;

/** A row of `live_hours`, key (room, hour_ms). */
typedef struct
{
  char *room;
  gint64 hour_ms; /**< wall clock of its beginning */
  char *brand;
  gint64 on_air_s;
  gint64 viewer_s; /**< seconds of all viewers together */
  gint64 peak;     /**< the most who watched at a time */
  gint64 joined, comments, bot_comments, likes, pins;
} ParlorLiveHour;

extern const ParlorRecordKind parlor_live_hour_kind;

typedef struct _ParlorLiveHours ParlorLiveHours;

/** `sink` is borrowed, nullable; `happened` nullable. A tick each `period_s` (1 to 3600). */
ParlorLiveHours *parlor_live_hours_new (ParlorRecordSink *sink, guint period_s,
                                        ParlorEventFunc happened, gpointer user_data);
void parlor_live_hours_free (ParlorLiveHours *hours);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorLiveHours, parlor_live_hours_free)

/** A row that the store kept (copied). At start. */
void parlor_live_hours_load (ParlorLiveHours *hours, const ParlorLiveHour *row);

/** So many more of that in this room, whatever its state. */
void parlor_live_hours_add (ParlorLiveHours *hours, const char *room, const char *brand,
                            ParlorLiveCount what, guint n);

/** Once a second of each room that is on air. */
void parlor_live_hours_second (ParlorLiveHours *hours, const char *room, const char *brand,
                               guint viewers, gint64 room_ms, gint64 wall_ms);
/** It is off the air, for now or for good: what was counted is put to the sink. */
void parlor_live_hours_rest (ParlorLiveHours *hours, const char *room, gint64 wall_ms);

/** Of one room, the oldest first; borrowed until the next call. */
const ParlorLiveHour *const *parlor_live_hours_of (const ParlorLiveHours *hours, const char *room,
                                                   guint *n);

G_END_DECLS
