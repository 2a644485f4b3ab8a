/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One HLS media playlist with low latency (RFC 8216bis, draft-pantos-hls-rfc8216bis): segments of
 * CMAF parts in memory, what is written of them, and when a request for what is yet to come is
 * answered (section 6.2.5.2, blocking playlist reload).
 *
 * Pure: no clock, no socket. Memory is bounded by the number of segments and by
 * PARLOR_PLAYLIST_BYTES. Media sequence numbers count from 0 and are never reused; a part's index
 * counts from 0 in its segment. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Whole segments that are kept; the hold-back of a player without parts is three of them. */
#define PARLOR_PLAYLIST_SEGMENTS 8
/** No part is longer (EXT-X-PART-INF); a player plays three of them behind (PART-HOLD-BACK). */
#define PARLOR_PLAYLIST_PART_MS 400
/** From here on a segment ends before the next part that begins with a key frame … */
#define PARLOR_PLAYLIST_SEGMENT_MS 1800
/** … and here in any case (EXT-X-TARGETDURATION). */
#define PARLOR_PLAYLIST_TARGET_MS 4000
/** Of all that is kept: the oldest segments go first. */
#define PARLOR_PLAYLIST_BYTES (32 * 1024 * 1024)

typedef struct _ParlorPlaylist ParlorPlaylist;

ParlorPlaylist *parlor_playlist_new (void);
void parlor_playlist_free (ParlorPlaylist *playlist);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPlaylist, parlor_playlist_free)

/** What comes from now on needs this initialization section (a reference is taken) and does not go
    on from what was: a new segment begins. */
void parlor_playlist_begin (ParlorPlaylist *playlist, GBytes *init);
/** The next part (a reference is taken). `date_ms`: wall clock of its first frame;
    `independent`: it begins with a key frame. Dropped before the first begin (), and when longer
    than the target. */
void parlor_playlist_add (ParlorPlaylist *playlist, GBytes *part, gint64 duration_us,
                          gboolean independent, gint64 date_ms);
/** Nothing more comes: EXT-X-ENDLIST. */
void parlor_playlist_end (ParlorPlaylist *playlist);

/** Whether a player can begin: there is a part. */
gboolean parlor_playlist_is_ready (const ParlorPlaylist *playlist);
/** The text (transfer full). */
char *parlor_playlist_write (const ParlorPlaylist *playlist);
/** The same, written once for all who ask until something comes (transfer full). */
GBytes *parlor_playlist_text (ParlorPlaylist *playlist);

/** What is asked for; -1 = not said. */
typedef struct
{
  gint64 msn;
  gint64 part;
} ParlorPlaylistPoint;

/** Of the query's _HLS_msn and _HLS_part, each NULL = not there. FALSE: it is none (section
    6.2.5.2: 400). */
gboolean parlor_playlist_parse (const char *msn, const char *part, ParlorPlaylistPoint *point);

typedef enum
{
  PARLOR_PLAYLIST_HERE,  /**< answer now */
  PARLOR_PLAYLIST_LATER, /**< when the next part came, ask again */
  PARLOR_PLAYLIST_NEVER, /**< too far ahead, or the stream is over: 400 */
  PARLOR_PLAYLIST_GONE,  /**< it has been, or never was: 404 */
} ParlorPlaylistVerdict;

/** When a playlist that must contain `point` can be answered. */
ParlorPlaylistVerdict parlor_playlist_judge (const ParlorPlaylist *playlist,
                                             ParlorPlaylistPoint point);
/**
 * A file by its name in the playlist: "init-N.mp4", "S.m4s", "S.P.m4s" (transfer full) with HERE;
 * the same bytes for all who ask, no copy.
 * A part that a hint promised is LATER; one that its segment then did not have is the first of the
 * next segment.
 */
ParlorPlaylistVerdict parlor_playlist_file (const ParlorPlaylist *playlist, const char *name,
                                            GBytes **file);

G_END_DECLS
