/* SPDX-License-Identifier: Apache-2.0 */
/** A path that takes time: datagrams come out as late as they went in, in order. One thread. */
#pragma once

#include <glib.h>

typedef void (*LoadDelayed) (gpointer user_data, guint8 *bytes, gsize length, gint64 now_us);

typedef struct _LoadDelay LoadDelay;

/** delay_us: of each direction, constant. */
LoadDelay *load_delay_new (gint64 delay_us, LoadDelayed out, gpointer user_data);
/** What is under way is lost. NULL is ignored. */
void load_delay_free (LoadDelay *self);
/** Copies. */
void load_delay_push (LoadDelay *self, const guint8 *bytes, gsize length, gint64 now_us);
/** Lets out what is due. */
void load_delay_poll (LoadDelay *self, gint64 now_us);
