/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One track of a recording in the recorder process: a thread that reads RFC 4571 frames from a
 * tap's socket, puts them in order and writes them as one file after another (segments). A segment
 * ends with the track, every PARLOR_SEGMENT_MAX_US (an enciphered one sooner, and when it is
 * large), when the sender begins anew, and when it cannot be written; the next one begins with a
 * key frame.
 *
 * _new (), _end (), _free () by one thread; the functions of ParlorTrackHost are called by the
 * track's own.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

/** A player goes from one file to the next; so long a file is hashed in a second. */
#define PARLOR_SEGMENT_MAX_US (15 * 60 * G_USEC_PER_SEC)
/** One that is enciphered is finished in memory. */
#define PARLOR_SEGMENT_VAULT_US (4 * 60 * G_USEC_PER_SEC)
/** Neither is it larger: with a key frame from three quarters of this on, else without one. */
#define PARLOR_SEGMENT_VAULT_BYTES (G_GUINT64_CONSTANT (192) << 20)
/** A seek decodes what lies between two key frames. */
#define PARLOR_KEY_FRAME_US (4 * G_USEC_PER_SEC)
/** After a failed write. */
#define PARLOR_RETRY_US (1 * G_USEC_PER_SEC)

typedef struct
{
  /** The number of a new file of this recording, from 1; 0 = there is no journal to name it. */
  guint (*next_file) (gpointer user_data);
  /** For the journal (transfer full): now or as soon as it can be. */
  void (*entry) (json_t *entry, gpointer user_data);
  /** The same, now or not at all: FALSE, errno says why. */
  gboolean (*begin) (json_t *entry, gpointer user_data);
  /** "disk_full", "read_only", "io_error", "unsupported_codec", "muxer"; NULL = it goes again. */
  void (*trouble) (const char *reason, gpointer user_data);
  gpointer user_data;
} ParlorTrackHost;

/** Strings are copied. */
typedef struct
{
  ParlorTrackHost host;
  const char *folder;
  const char *participant; /**< "pt_…" */
  const char *source;      /**< "camera", … */
  const char *codecs;      /**< as ParlorMediaOps.tap_codecs says them */
  int fd;                  /**< owned from now on */
  const guint8 *vault_key; /**< borrowed; NULL = files in the clear, see record/safe.h */
  gint64 room_ms, mono_us; /**< the room's clock at an instant of g_get_monotonic_time () */
} ParlorRecordTrackSpec;

typedef struct _ParlorRecordTrack ParlorRecordTrack;

ParlorRecordTrack *parlor_record_track_new (const ParlorRecordTrackSpec *spec);
/** The thread ends its file by itself and soon; does not wait. */
void parlor_record_track_end (ParlorRecordTrack *track);
/** The same, but what it wrote stays as it is: the next process finishes it. */
void parlor_record_track_leave (ParlorRecordTrack *track);
/** Its thread is done: free () will not wait. */
gboolean parlor_record_track_is_done (ParlorRecordTrack *track);
/** Ends and joins. NULL is ignored. */
void parlor_record_track_free (ParlorRecordTrack *track);
/** fdatasync () of the file under way; where that fails the track is in trouble. */
void parlor_record_track_sync (ParlorRecordTrack *track);

/** Finishes a file (see record/webm.h) and says so: the entry "end" (transfer full), NULL when it
 * holds no frame (it is deleted then). */
json_t *parlor_record_finish_file (const char *folder, guint n, const char *name,
                                   const char *reason, const guint8 *vault_key);

G_END_DECLS
