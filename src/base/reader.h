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

G_END_DECLS
