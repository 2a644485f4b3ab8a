/* SPDX-License-Identifier: Apache-2.0 */
#include "router/head.h"

#include "router/state.h"

void
parlor_head_shape_init (ParlorHeadShape *self, const guint8 *ids, const char *mid, guint mid_bytes)
{
  memset (self, 0, sizeof *self);
  memcpy (self->ids, ids, sizeof self->ids);
  self->mid_bytes = (guint8)MIN (mid_bytes, sizeof self->mid);
  if (mid != NULL)
    memcpy (self->mid, mid, self->mid_bytes);
}

/* Forty bytes by words: a call of memcmp () takes longer. */
static gboolean
is_same_shape (const ParlorHeadShape *a, const ParlorHeadShape *b)
{
  guint64 left[sizeof *a / 8], right[sizeof *b / 8], other = 0;

  memcpy (left, a, sizeof left);
  memcpy (right, b, sizeof right);
  for (guint i = 0; i < G_N_ELEMENTS (left); i++)
    other |= left[i] ^ right[i];
  return other == 0;
}

static gboolean
is_kept (const ParlorHead *self, const ParlorHeadShape *shape, const ParlorLayer *layer,
         const ParlorRtpHeader *header)
{
  return self->layer == layer->number && self->seq == header->seq
         && self->timestamp == header->timestamp && is_same_shape (&self->shape, shape);
}

static void
keep (ParlorHead *self, const ParlorHeadShape *shape, const ParlorLayer *layer,
      const ParlorRtpHeader *header, const guint8 *head, const ParlorRtpExtLayout *layout)
{
  if (layout->header_size > sizeof self->bytes)
    return;
  self->layer = layer->number;
  self->timestamp = header->timestamp;
  self->seq = header->seq;
  self->layout = *layout;
  self->shape = *shape;
  memcpy (self->bytes, head, layout->header_size);
}

static gboolean
write_anew (const ParlorHeadShape *shape, const guint8 *packet, const ParlorRtpHeader *header,
            const ParlorRtpExtList *extensions, const ParlorHeadDescriptor *dd, guint8 *out,
            ParlorRtpExtLayout *layout)
{
  ParlorRtpExtOut what = {.ids = shape->ids,
                          .mid = shape->mid_bytes > 0 ? shape->mid : NULL,
                          .mid_size = shape->mid_bytes,
                          .dd = dd->size > 0 ? dd->bytes : NULL,
                          .dd_size = dd->size};
  ParlorRtpHeader bare = *header;

  bare.csrc_count = 0; /* the sources of a mixer behind the publisher mean nothing here */
  return parlor_rtp_ext_write (out, PARLOR_RTP_HEADER_MAX, packet, &bare, extensions, &what,
                               layout);
}

gboolean
parlor_heads_write (ParlorHeads *self, const ParlorHeadShape *shape, const ParlorLayer *layer,
                    const guint8 *packet, const ParlorPacketInfo *info,
                    const ParlorHeadDescriptor *dd, guint8 *out, ParlorRtpExtLayout *layout)
{
  const ParlorRtpHeader *header = &info->header;
  ParlorHead *head = &self->kept[header->seq % PARLOR_HEADS_KEPT];
  gboolean keeps = layer != NULL && dd->size == 0;

  if (keeps && is_kept (head, shape, layer, header))
    {
      /* All of it, whatever its length: that is four moves. */
      memcpy (out, head->bytes, sizeof head->bytes);
      *layout = head->layout;
      return TRUE;
    }
  if (!write_anew (shape, packet, header, &info->extensions, dd, out, layout))
    return FALSE;
  if (keeps)
    keep (head, shape, layer, header, out, layout);
  return TRUE;
}
