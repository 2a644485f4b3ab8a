/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The daemon's side of HLS: a `parlor-hls` for each live room whose playlist is asked for, fed by
 * taps of what is on stage, ended when nobody asks any more. Parts lie in memory (playlist.h says
 * how much). What is on stage may become another: then the process is another too, and the playlist
 * says that it does not go on from what was.
 *
 * Control thread. No process is restarted more than once a second.
 */
#pragma once

#include "live/hls.h"
#include "room/media.h"

#include <uv.h>

G_BEGIN_DECLS

/** Rooms that are packed at a time. One more takes the place of one that nobody asked for in
    PARLOR_HLS_QUIET_MS, else of the least asked for of a brand that has at least two more than its
    own; else it gets 503. */
#define PARLOR_HLS_ROOMS 8
#define PARLOR_HLS_QUIET_MS 10000
/** Nobody asked for so long: the process ends. */
#define PARLOR_HLS_IDLE_MS 30000
/** For so long after a stream's end its playlist says so, and what it names is there. */
#define PARLOR_HLS_END_MS 60000

/** What of a room goes out: endpoint 0 = nothing. */
typedef struct
{
  ParlorSourceRef video, audio;
} ParlorHlsSources;

/** Borrowed, to outlive the object. */
typedef struct
{
  uv_loop_t *loop;
  ParlorMedia *media;
  const char *program; /**< copied */
  /** FALSE: this is no live room that is on air, and will not be again. */
  gboolean (*sources) (const char *room, ParlorHlsSources *sources, gpointer user_data);
  /** The date that a picture of this instant of the monotonic clock gets: room_ms on top of when
     the room was made. */
  gint64 (*date_ms) (const char *room, gint64 mono_us, gpointer user_data);
  gpointer user_data;
} ParlorHlsSpec;

typedef struct _ParlorHlsOrigin ParlorHlsOrigin;

ParlorHlsOrigin *parlor_hls_origin_new (const ParlorHlsSpec *spec);
/** Answers who waits (503), ends the processes; the loop runs once more afterwards. After the HTTP
    server, from which requests come. NULL is ignored. */
void parlor_hls_origin_free (ParlorHlsOrigin *self);
/** Whether somebody asks for this room now. */
gboolean parlor_hls_origin_has (const ParlorHlsOrigin *self, const char *room);
/** The seam; borrowed. */
ParlorHls *parlor_hls_origin_get (ParlorHlsOrigin *self);

/** For /metrics. */
typedef struct
{
  guint rooms, waiting;
  guint64 starts, parts, lies; /**< processes that were started; parts; streams that were none */
} ParlorHlsStats;
ParlorHlsStats parlor_hls_origin_stats (const ParlorHlsOrigin *self);

G_END_DECLS
