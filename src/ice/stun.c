/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/stun.h"

#include "ice/stun_private.h"

/* Comprehension-required attributes that a Binding request or its reply may carry; others get a
 * 420. Those from 0x8000 on are optional and never refused. */
static const guint16 known_attributes[] = {STUN_ATTRIBUTE_MAPPED_ADDRESS,
                                           STUN_ATTRIBUTE_USERNAME,
                                           STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
                                           STUN_ATTRIBUTE_ERROR_CODE,
                                           STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
                                           STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
                                           STUN_ATTRIBUTE_PRIORITY,
                                           STUN_ATTRIBUTE_USE_CANDIDATE,
                                           0};

ParlorStunAgent *
parlor_stun_agent_new (void)
{
  ParlorStunAgent *self = g_new0 (ParlorStunAgent, 1);
  stun_agent_init (&self->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  return self;
}

void
parlor_stun_agent_free (ParlorStunAgent *agent)
{
  g_free (agent);
}

static guint16
read16 (const guint8 *at)
{
  return (guint16)(at[0] << 8 | at[1]);
}

guint16
parlor_stun_type (const guint8 *bytes)
{
  return read16 (bytes);
}

gboolean
parlor_stun_header_valid (const guint8 *bytes, gsize length)
{
  static const guint8 cookie[4] = {0x21, 0x12, 0xa4, 0x42};
  return length >= PARLOR_STUN_HEADER_BYTES && (length & 3) == 0 && (bytes[0] & 0xc0) == 0
         && read16 (bytes + 2) == length - PARLOR_STUN_HEADER_BYTES
         && memcmp (bytes + 4, cookie, sizeof cookie) == 0;
}

gboolean
parlor_stun_find_username (const guint8 *bytes, gsize length, const char **username,
                           gsize *username_length)
{
  gsize at = PARLOR_STUN_HEADER_BYTES;
  while (at + 4 <= length)
    {
      guint16 type = read16 (bytes + at), size = read16 (bytes + at + 2);
      at += 4;
      if (size > length - at || type == STUN_ATTRIBUTE_MESSAGE_INTEGRITY)
        return FALSE;
      if (type == STUN_ATTRIBUTE_USERNAME)
        {
          *username = (const char *)bytes + at;
          *username_length = size;
          return TRUE;
        }
      at += (size + 3u) & ~3u;
    }
  return FALSE;
}

gboolean
parlor_ice_stun_username (const guint8 *bytes, gsize length, const char **local_ufrag,
                          gsize *local_length)
{
  const char *username;
  gsize username_length;
  if (!parlor_stun_header_valid (bytes, length)
      || parlor_stun_type (bytes) != PARLOR_STUN_BINDING_REQUEST
      || !parlor_stun_find_username (bytes, length, &username, &username_length))
    return FALSE;
  const char *colon = memchr (username, ':', username_length);
  if (!colon || colon == username)
    return FALSE;
  *local_ufrag = username;
  *local_length = (gsize)(colon - username);
  return TRUE;
}
