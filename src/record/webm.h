/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a WebM file needs beside what a streaming muxer writes (RFC 9559; EBML is RFC 8794): room in
 * its head, and, once it is whole or was cut off by a crash, a duration and cues.
 *
 *     EBML head │ Segment │ Void of PARLOR_WEBM_ROOM bytes │ Info │ Tracks │ Cluster … Cluster
 *                           becomes                          Void                              +
 * Cues SeekHead, Info with Duration
 *
 * While it is written the file is valid as far as it goes: the segment and its clusters have an
 * unknown size. Finishing moves no media byte. One track a file.
 *
 * Any thread. Bytes may be anybody's: a reason comes back, nothing else happens.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_WEBM_ROOM 512
#define PARLOR_WEBM_CUES_MAX 100000

/** The muxer's first bytes up to its first cluster, with the room put in. NULL: the head is not
 * complete yet (more than `max` bytes: never). `*used` = bytes of `head` that the answer stands
 * for.
 */
GByteArray *parlor_webm_make_room (const guint8 *head, gsize length, gsize *used);

typedef struct
{
  gint64 time_ms;
  guint64 offset;  /**< of the cluster in the file */
  guint64 size;    /**< of its content; set for the last one too */
  gboolean key;    /**< it begins with a block that can be decoded by itself */
  guint64 size_at; /**< where its size stands, 8 bytes; 0 = it is known already */
} ParlorWebmCluster;

typedef struct
{
  guint64 room_at;            /**< 0 = there is none */
  guint64 segment_at;         /**< first byte of the segment's content */
  guint64 info_at, info_size; /**< the whole Info element */
  guint64 tracks_at;
  guint64 track;            /**< its number */
  guint64 whole;            /**< bytes that can be read; what follows is a torn element */
  gint64 first_ms, last_ms; /**< of blocks; -1 = there is none */
  gint64 frame_ms;          /**< the average distance of blocks */
  guint64 n_blocks;
  gboolean is_video, is_finished;
  GArray *clusters; /**< ParlorWebmCluster */
} ParlorWebmIndex;

void parlor_webm_index_clear (ParlorWebmIndex *index);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ParlorWebmIndex, parlor_webm_index_clear)

/** FALSE: no WebM file, or not even its head is whole. `index` is zeroed or cleared before. */
gboolean parlor_webm_scan (const guint8 *bytes, gsize length, ParlorWebmIndex *index);

/** A frame of a file; its bytes are borrowed for the call. */
typedef void (*ParlorWebmFrameFunc) (const guint8 *frame, gsize length, gint64 time_ms,
                                     gpointer user_data);
/** Calls `func` for the frames that are needed to see the last one at or before `until_ms`: from
 * the key frame before it on, or from the file's first. FALSE: there is none. */
gboolean parlor_webm_frames (const guint8 *bytes, gsize length, gint64 until_ms,
                             ParlorWebmFrameFunc func, gpointer user_data);

/** Where a frame lies in its file. */
typedef struct
{
  gint64 time_ms;
  guint64 offset;
  guint32 size;
  gboolean key; /**< it can be decoded by itself */
} ParlorWebmFrame;
/** All frames in their order (ParlorWebmFrame; transfer full); NULL: no WebM file. A torn end is
 * left out. */
GArray *parlor_webm_list (const guint8 *bytes, gsize length);
/** The same of one track of a file with several: its number, 1 to 127. */
GArray *parlor_webm_list_track (const guint8 *bytes, gsize length, guint track);

/**
 * Cuts off what is torn, writes cues, duration and sizes. A file that is finished is left alone;
 * one that was cut off in the middle of this is finished. Returns the duration in ms, -1 with
 * G_FILE_ERROR; 0 = no block in it.
 */
gint64 parlor_webm_finish (const char *path, GError **error);
/** The same of a file that may be enciphered (record/safe.h); one at a time, it takes the file's
 * size in memory. */
gint64 parlor_webm_finish_safe (const char *path, const guint8 *vault_key, GError **error);

G_END_DECLS
