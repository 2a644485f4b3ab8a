/* SPDX-License-Identifier: Apache-2.0 */
/** Byte ranges (RFC 9110 section 14): one range of a file. Thread: control. */
#pragma once

#include "http/request.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_RANGE_NONE, /**< no Range, or one that is to be ignored: the whole */
  PARLOR_RANGE_PART,
  PARLOR_RANGE_NOWHERE, /**< 416 */
} ParlorRangeResult;

/** `value`: the Range header, nullable. PART: `*from` and `*length` lie within `size`. */
ParlorRangeResult parlor_range_parse (const char *value, guint64 size, guint64 *from,
                                      guint64 *length);

/** Answers 200, 206, 304 or 416 with `fd` (owned by the reply from now on) of `size` bytes; `etag`
 * in quotes. */
void parlor_http_reply_file (const ParlorHttpRequest *request, ParlorHttpReply *reply, int fd,
                             guint64 size, const char *type, const char *etag);

/** The same with a reader (owned by the reply from now on). */
void parlor_http_reply_reader (const ParlorHttpRequest *request, ParlorHttpReply *reply,
                               ParlorReader *reader, const char *type, const char *etag);

G_END_DECLS
