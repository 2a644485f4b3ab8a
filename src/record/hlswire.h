/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What `parlor-hls` writes to the daemon: a stream of messages, each a head of 24 bytes (big
 * endian) and its bytes.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *    |                            "PHLS"                             |
 *    |     type      |     flags     |           reserved            |
 *    |                     length of what follows                    |
 *    |                     duration in microseconds                  |
 *    |          monotonic clock in microseconds, 64 bits             |
 *    |                                                               |
 *    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The process decodes what strangers send: the daemon takes each byte of it as theirs. Pure.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_HLS_HEAD_BYTES 24
/** A longer message is a lie. */
#define PARLOR_HLS_MESSAGE_MAX (8 * 1024 * 1024)

typedef enum
{
  PARLOR_HLS_INIT = 1,
  PARLOR_HLS_PART = 2,
} ParlorHlsType;

typedef struct
{
  ParlorHlsType type;
  gboolean independent;
  gint64 duration_us;
  gint64 at_us; /**< of the part's first frame, monotonic */
} ParlorHlsHead;

void parlor_hls_head_write (const ParlorHlsHead *head, guint32 length,
                            guint8 out[PARLOR_HLS_HEAD_BYTES]);

typedef struct _ParlorHlsReader ParlorHlsReader;

typedef void (*ParlorHlsMessageFunc) (const ParlorHlsHead *head, GBytes *data, gpointer user_data);

ParlorHlsReader *parlor_hls_reader_new (ParlorHlsMessageFunc func, gpointer user_data);
void parlor_hls_reader_free (ParlorHlsReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHlsReader, parlor_hls_reader_free)

/** The next bytes, however they are cut. FALSE: it is no such stream; nothing is told any more. */
gboolean parlor_hls_reader_push (ParlorHlsReader *reader, const guint8 *data, gsize size);

G_END_DECLS
