/* SPDX-License-Identifier: Apache-2.0 */
#include "router/resend.h"

#include <string.h>

struct _ParlorResend
{
  struct
  {
    guint16 seq, length; /* length 0 = empty */
  } entries[PARLOR_RESEND_PACKETS];
  guint8 bytes[PARLOR_RESEND_PACKETS][PARLOR_RESEND_BYTES];
};

ParlorResend *
parlor_resend_new (void)
{
  return g_new0 (ParlorResend, 1);
}

void
parlor_resend_free (ParlorResend *self)
{
  g_free (self);
}

void
parlor_resend_store (ParlorResend *self, guint16 seq, const guint8 *bytes, gsize length)
{
  guint i = seq % PARLOR_RESEND_PACKETS;

  self->entries[i].length = 0;
  if (length > PARLOR_RESEND_BYTES)
    return;
  memcpy (self->bytes[i], bytes, length);
  self->entries[i].seq = seq;
  self->entries[i].length = (guint16)length;
}

const guint8 *
parlor_resend_find (const ParlorResend *self, guint16 seq, gsize *length)
{
  guint i = seq % PARLOR_RESEND_PACKETS;

  if (self->entries[i].length == 0 || self->entries[i].seq != seq)
    return NULL;
  *length = self->entries[i].length;
  return self->bytes[i];
}
