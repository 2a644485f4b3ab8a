/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Transcripts as WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format", sections 4 and 6): who
 * said what when. Text may be anything; regions, styles, notes, settings and every tag but <v Name>
 * are passed over, the few character references of section 6.4 are resolved. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_WEBVTT_CUES_MAX 50000
/** Bytes of what one person says in one cue, and of his name. */
#define PARLOR_WEBVTT_TEXT_MAX 4000
#define PARLOR_WEBVTT_NAME_MAX 256

typedef struct
{
  gint64 from_ms, to_ms; /**< 0 = the file's beginning; to > from */
  const char *speaker;   /**< "" = it is not said */
  const char *text;      /**< one line, UTF-8, without tags, never "" */
} ParlorWebvttCue;

typedef enum
{
  PARLOR_WEBVTT_OK,
  PARLOR_WEBVTT_NO_HEADER, /**< it does not begin with WEBVTT */
  PARLOR_WEBVTT_NOT_TEXT,  /**< no UTF-8, or a NUL in it */
  PARLOR_WEBVTT_BAD_TIME,  /**< a line with --> that holds no times, or an end before its beginning
                            */
  PARLOR_WEBVTT_TOO_MUCH,  /**< more cues or longer ones than the bounds */
  PARLOR_N_WEBVTT_RESULTS,
} ParlorWebvttResult;
/** For people: "no WEBVTT at its head", … */
const char *parlor_webvtt_result_name (ParlorWebvttResult result);

/** Borrowed for the call. */
typedef void (*ParlorWebvttFunc) (const ParlorWebvttCue *cue, gpointer user_data);

/** Calls `func` (nullable) for each voice of each cue, in the file's order; also for those before a
 * fault. `*line` (nullable): the line it ended at, from 1. */
ParlorWebvttResult parlor_webvtt_parse (const char *text, gsize length, ParlorWebvttFunc func,
                                        gpointer user_data, guint *line);

G_END_DECLS
