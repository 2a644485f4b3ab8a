/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Bytes of a known number that are made when they are asked for: the seam between who answers with
 * a file and who knows how it lies on the disk. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorReader ParlorReader;

/** Implementations embed this as their first member. */
struct _ParlorReader
{
  guint64 size;
  /** Fewer only at the end; -1 = it cannot be read, or is not what was written. */
  gssize (*read) (ParlorReader *reader, guint64 at, guint8 *out, gsize length);
  void (*free) (ParlorReader *reader);
};

/** What is enciphered in a recording's folder. A reader: it owns *fd. NULL with *fd as it was: the
 * file is in the clear. NULL with *fd closed and -1: its key is not here, or it is damaged. */
typedef ParlorReader *(*ParlorDecipherFunc) (int *fd, const char *recording, gpointer user_data);

/** A part of a recorded file as a file of its own: what lies outside cannot be had from it. `file`:
 * owned in every outcome; `name`: another one for whatever else is in it; times are the file's, and
 * `*start_ms` is where the part's 0 lies. NULL: there is no such part. */
typedef ParlorReader *(*ParlorClipFunc) (ParlorReader *file, const char *name, gboolean is_mp4,
                                         gint64 from_ms, gint64 to_ms, gint64 *start_ms,
                                         gpointer user_data);

typedef enum
{
  PARLOR_CLIP_KNOWN, /**< a ParlorClipFunc answers at once */
  PARLOR_CLIP_COMES, /**< another thread finds it out: `done` is called once, later */
  PARLOR_CLIP_BUSY,  /**< too much is asked for: later, maybe */
} ParlorClipState;
/** What such a part is made of takes as many reads as a file has pictures: it is found out by
 * another thread before a ParlorClipFunc is called. `file` and the rest as there; `done` is called
 * on the thread of the call. */
typedef ParlorClipState (*ParlorClipPrepareFunc) (ParlorReader *file, const char *name,
                                                  gboolean is_mp4, gint64 from_ms, gint64 to_ms,
                                                  void (*done) (gpointer done_data),
                                                  gpointer done_data, gpointer user_data);

/** `ok` FALSE: it could not be had. `fd` (owned by the callee, -1 = the file lies in its place
 * now): as long as the file, with the bytes that were asked for. */
typedef void (*ParlorBrought) (gboolean ok, int fd, gpointer user_data);
typedef enum
{
  PARLOR_BRING_COMES,
  PARLOR_BRING_NOWHERE,
  PARLOR_BRING_BUSY, /**< too much is asked for: later, maybe */
} ParlorBring;
/** A file of a recording's folder that lies elsewhere: the bytes of its text from `from` on,
 * `length` of them, -1 = the whole file into its place. COMES: `done` is called once, later, on the
 * thread of the call; else it is not. */
typedef ParlorBring (*ParlorBringFunc) (const char *recording, const char *name, gint64 from,
                                        gint64 length, ParlorBrought done, gpointer done_data,
                                        gpointer user_data);

G_END_DECLS
