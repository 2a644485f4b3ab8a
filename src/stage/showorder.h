/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Time stamps of pictures that are decoded in another order than they are shown (B-frames). A
 * decoder gives its pictures in the order in which they are shown, but with the stamps in the order
 * in which they came: right where an encoder stamps by decoding time, wrong where it stamps by
 * showing time. As soon as a stamp has gone back, pictures get the stamps that are outstanding, the
 * smallest first.
 *
 * Pure. One thread: the decoder's. Zeroed is new.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Pictures outstanding at a time: encoders for streaming reorder by two or three. */
#define PARLOR_SHOW_ORDER_MAX 8
/** A stamp that lies so far behind is of another stream. */
#define PARLOR_SHOW_ORDER_BACK_NS (2 * G_GINT64_CONSTANT (1000000000))

typedef struct
{
  gint64 newest_ns;
  gboolean is_mixed; /* a stamp went back */
  guint n;
  gint64 waiting[PARLOR_SHOW_ORDER_MAX]; /* sorted; of pictures that have not come out */
} ParlorShowOrder;

/** A picture goes into the decoder. A picture too many outstanding takes the oldest stamp away: one
    that was lost must not make all later ones late. */
void parlor_show_order_in (ParlorShowOrder *self, gint64 time_ns);
/** A picture comes out with this stamp; the stamp that it is to have. */
gint64 parlor_show_order_out (ParlorShowOrder *self, gint64 time_ns);
G_END_DECLS
