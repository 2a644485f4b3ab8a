/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/codec/vp8head.h"
#include <string.h>

/* Section 7.3 of RFC 6386, the other way round: flags of even chances. The textbook form, an exact
 * interval, so that reader and writer share no line. */
typedef struct
{
  guint8 out[256];
  gsize n;
  guint32 range, bottom;
  gint bit_count;
} Writer;

static void
carry (Writer *w)
{
  for (gsize i = w->n; i-- > 0;)
    if (++w->out[i] != 0)
      return;
}

static void
put_bit (Writer *w, guint bit)
{
  guint32 split = 1 + (((w->range - 1) * 128) >> 8);
  w->bottom += bit != 0 ? split : 0;
  if (bit != 0 && w->bottom < split)
    carry (w);
  w->range = bit != 0 ? w->range - split : split;
  while (w->range < 128)
    {
      w->range <<= 1;
      if ((w->bottom & (1u << 31)) != 0)
        carry (w);
      w->bottom <<= 1;
      if (--w->bit_count == 0)
        {
          w->out[w->n++] = (guint8)(w->bottom >> 24);
          w->bottom &= (1 << 24) - 1;
          w->bit_count = 8;
        }
    }
}

static void
put (Writer *w, guint value, guint n)
{
  while (n-- > 0)
    put_bit (w, value >> n & 1);
}

static void
finish (Writer *w)
{
  put (w, 0, 32);
}

typedef struct
{
  gboolean key, segments;          /* this frame; says something of segments */
  guint delta;                     /* of the first reference; 0 = nothing is said */
  guint golden, alternate, copies; /* replaced; copied: two bits of golden */
  guint stays, last;
} Frame;

static gsize
write_frame (const Frame *f, guint8 *out)
{
  Writer w = {.range = 255, .bit_count = 24};
  gsize head = f->key ? 10 : 3;
  memset (out, 0, head);
  out[0] = f->key ? 0x10 : 0x11;
  if (f->key)
    put (&w, 0, 2);
  put (&w, f->segments, 1);
  if (f->segments)
    {
      put (&w, 3, 2); /* map and data */
      put (&w, 1, 1);
      put (&w, 1, 1), put (&w, 77, 8); /* one quantizer */
      put (&w, 0, 6);
      put (&w, 1, 1), put (&w, 33, 7); /* one level */
      put (&w, 1, 1), put (&w, 200, 8);
      put (&w, 0, 2);
    }
  put (&w, 0x155, 10); /* the loop filter */
  put (&w, 1, 1);      /* has deltas */
  put (&w, f->delta != 0, 1);
  if (f->delta != 0)
    {
      put (&w, 1, 1), put (&w, f->delta, 6), put (&w, 1, 1); /* the first: less */
      put (&w, 0, 7);
    }
  put (&w, 1, 2);  /* partitions */
  put (&w, 90, 7); /* quantizers */
  put (&w, 1, 1), put (&w, 9, 5);
  put (&w, 0, 4);
  if (!f->key)
    {
      put (&w, f->golden, 1), put (&w, f->alternate, 1);
      if (!f->golden)
        put (&w, f->copies, 2);
      if (!f->alternate)
        put (&w, 0, 2);
      put (&w, 2, 2); /* signs */
    }
  put (&w, f->stays, 1);
  if (!f->key)
    put (&w, f->last, 1);
  finish (&w);
  memcpy (out + head, w.out, w.n);
  return head + w.n;
}

static gboolean
is_spare (ParlorVp8Head *head, const Frame *frame)
{
  guint8 bytes[256];
  gsize size = write_frame (frame, bytes);
  return parlor_vp8_is_spare (head, bytes, size);
}

static void
test_references (void)
{
  ParlorVp8Head head = {0};
  g_assert_false (is_spare (&head, &(Frame){.key = TRUE}));
  g_assert_true (is_spare (&head, &(Frame){0}));
  g_assert_false (is_spare (&head, &(Frame){.last = 1}));
  g_assert_false (is_spare (&head, &(Frame){.golden = 1}));
  g_assert_false (is_spare (&head, &(Frame){.alternate = 1}));
  g_assert_false (is_spare (&head, &(Frame){.copies = 1}));
  g_assert_false (is_spare (&head, &(Frame){.copies = 2}));
  g_assert_false (is_spare (&head, &(Frame){.stays = 1}));
  g_assert_true (is_spare (&head, &(Frame){0}));
}

/* An encoder that expects losses says all deltas in each frame: said again they change nothing. */
static void
test_what_holds_on (void)
{
  ParlorVp8Head head = {0};
  g_assert_false (is_spare (&head, &(Frame){.key = TRUE, .delta = 12, .segments = TRUE}));
  g_assert_true (is_spare (&head, &(Frame){.delta = 12}));
  g_assert_false (is_spare (&head, &(Frame){.delta = 13}));
  g_assert_true (is_spare (&head, &(Frame){.delta = 13}));
  g_assert_false (is_spare (&head, &(Frame){.delta = 14, .last = 1}));
  g_assert_false (is_spare (&head, &(Frame){.delta = 13}));
  g_assert_false (is_spare (&head, &(Frame){.segments = TRUE, .delta = 13}));
  g_assert_false (is_spare (&head, &(Frame){.key = TRUE}));
  g_assert_false (is_spare (&head, &(Frame){.delta = 13}));
}

static void
test_cut (void)
{
  guint8 bytes[256];
  gsize size = write_frame (&(Frame){0}, bytes);
  ParlorVp8Head head = {0};
  for (gsize n = 0; n < 6; n++)
    g_assert_false (parlor_vp8_is_spare (&head, bytes, n));
  g_assert_true (parlor_vp8_is_spare (&head, bytes, size));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/codec/vp8head/what-no-other-rests-on-is-spare", test_references);
  g_test_add_func ("/proto/codec/vp8head/what-holds-on-is-not-spare", test_what_holds_on);
  g_test_add_func ("/proto/codec/vp8head/a-cut-frame-is-not-spare", test_cut);
  return g_test_run ();
}
