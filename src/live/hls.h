/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between HTTP and what makes a live room's HLS: `src/record/hlsorigin.h` implements it
 * over a process for each room that is asked for, tests in memory.
 *
 * Control thread. Nothing waits: what is not there yet is answered by a callback, once.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorHls ParlorHls;

typedef struct
{
  guint status;     /**< 200, 400 (no such request), 404, 503 (nothing comes, or no room for it) */
  const char *type; /**< Content-Type, static; NULL = no body */
  GBytes *data;     /**< owned by the answer's receiver; nullable */
} ParlorHlsAnswer;

typedef void (*ParlorHlsAnswerFunc) (ParlorHlsAnswer *answer, gpointer user_data);

typedef struct
{
  const char *room;  /**< "rm_…" */
  const char *brand; /**< whose it is: places are shared between brands */
  const char *file;  /**< "live.m3u8", or a name of the playlist */
  const char *msn;   /**< of the query, nullable, with the next one */
  const char *part;
} ParlorHlsRequest;

/** Implementations embed this as their first member. */
struct _ParlorHls
{
  /** TRUE: `answer` is filled. FALSE: ask wait (). Starts what makes the parts. */
  gboolean (*fetch) (ParlorHls *self, const ParlorHlsRequest *request, ParlorHlsAnswer *answer);
  /** After fetch () said FALSE: `func` is called once, within 4 s. */
  void (*wait) (ParlorHls *self, const ParlorHlsRequest *request, ParlorHlsAnswerFunc func,
                gpointer user_data);
};

G_END_DECLS
