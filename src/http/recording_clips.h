/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Files of a recording for whoever has a link to a part of it: one that reaches beyond the part is
 * cut, so that what lies outside is not to be had by that link. Times are of the room's clock.
 *
 * Thread: control.
 */
#pragma once

#include "http/again.h"

G_BEGIN_DECLS

typedef struct
{
  ParlorSite *site;
  const ParlorRecordingRow *row;
  gint64 from_ms, to_ms; /**< to_ms 0 = the whole */
} ParlorRecordingPart;

/** What the functions below cut of the manifest's files, or of `file` alone (NULL = of all), is
 * found out by another thread. TRUE: it is known. FALSE: `handler` gets the request again when it
 * is, or the reply says 503. */
gboolean parlor_recording_part_prepare (const ParlorRecordingPart *part, const json_t *manifest,
                                        const json_t *file, ParlorHttpRequest *request,
                                        ParlorHttpReply *reply, ParlorRouteHandler handler);
/** Of `excerpt` (http/excerpt.h), the entries of files that are cut: their clocks are the cut
 * files', sizes and sums, which nobody knows, are left out; one of which nothing can be given goes.
 * FALSE: a file lies in an object store and is on its way; `excerpt` is as good as none. */
gboolean parlor_recording_part_cut (const ParlorRecordingPart *part, const json_t *manifest,
                                    json_t *excerpt);
/** Answers with a file of the manifest, whole or cut (200, 206, 304, 416); `file` NULL, gone or of
 * another part: 404; on its way: 503 with Retry-After. */
void parlor_recording_part_reply (const ParlorRecordingPart *part, const ParlorHttpRequest *request,
                                  ParlorHttpReply *reply, const json_t *file);
/** 503 with Retry-After: it is on its way. */
void parlor_recording_part_away (ParlorHttpReply *reply);

G_END_DECLS
