/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>
#include <string.h>

#include "base/warm.h"
#include "secure/crypto.h"
#include "secure/srtp_window.h"

#define RTP_HEADER 12
#define RTCP_HEADER 8
#define E_BIT 0x80000000u
/* Round keys and the first powers of the hash key, as srtp_out.c has it. */
#define KEY_BYTES 384

struct _ParlorSrtpIn
{
  ParlorCrypto *crypto; /* borrowed */
  ParlorSrtpSessionKeys rtp, rtcp;
  ParlorCryptoKey *rtp_key, *rtcp_key;
  ParlorSrtpWindows rtp_windows, rtcp_windows;
};

ParlorSrtpIn *
parlor_srtp_in_new (ParlorCrypto *crypto, const ParlorSrtpKeys *keys)
{
  g_return_val_if_fail (keys->profile != PARLOR_SRTP_PROFILE_NONE, NULL);
  ParlorSrtpIn *self = g_new0 (ParlorSrtpIn, 1);
  self->crypto = crypto;
  if (parlor_srtp_derive (keys->profile, keys->recv_key, keys->recv_salt, FALSE, &self->rtp)
      && parlor_srtp_derive (keys->profile, keys->recv_key, keys->recv_salt, TRUE, &self->rtcp))
    {
      self->rtp_key = crypto->ops->key_new (crypto, &self->rtp, FALSE);
      self->rtcp_key = crypto->ops->key_new (crypto, &self->rtcp, FALSE);
    }
  if (!self->rtp_key || !self->rtcp_key)
    g_clear_pointer (&self, parlor_srtp_in_free);
  return self;
}

void
parlor_srtp_in_free (ParlorSrtpIn *in)
{
  if (!in)
    return;
  in->crypto->ops->key_free (in->rtp_key);
  in->crypto->ops->key_free (in->rtcp_key);
  parlor_srtp_windows_clear (&in->rtp_windows);
  parlor_srtp_windows_clear (&in->rtcp_windows);
  OPENSSL_cleanse (in, sizeof *in);
  g_free (in);
}

void
parlor_srtp_in_warm (const ParlorSrtpIn *in)
{
  parlor_warm (in, G_STRUCT_OFFSET (ParlorSrtpIn, rtp_windows));
  parlor_warm (&in->rtcp_windows, 1);
  parlor_warm (&in->rtcp_windows.n, 1);
}

void
parlor_srtp_in_warm_more (const ParlorSrtpIn *in)
{
  const ParlorSrtpWindows *windows = &in->rtcp_windows;

  parlor_warm (in->rtcp_key, KEY_BYTES);
  if (windows->n > 0)
    parlor_warm (windows->windows[windows->last], sizeof *windows->windows[0]);
}

static gboolean
same_tag (const guint8 *mac, const guint8 *tag)
{
  return CRYPTO_memcmp (mac, tag, 10) == 0;
}

/* ---- RTP ---- */

/* Fixed header, CSRCs, extension (RFC 3550 section 5.1); 0 = lies. */
static gsize
rtp_header_length (const guint8 *packet, gsize length)
{
  if (length < RTP_HEADER || packet[0] >> 6 != 2)
    return 0;
  gsize n = RTP_HEADER + 4u * (packet[0] & 15);
  if (!(packet[0] & 0x10))
    return n <= length ? n : 0;
  if (n + 4 > length)
    return 0;
  n += 4 + 4u * (packet[n + 2] << 8 | packet[n + 3]);
  return n <= length ? n : 0;
}

/* The index nearest to the highest that has this sequence number (RFC 3711 appendix A); FALSE when
 * that would lie before the first packet of all. */
static gboolean
guess_index (const ParlorSrtpWindow *window, guint16 sequence, guint64 *index)
{
  if (!window)
    {
      *index = sequence;
      return TRUE;
    }
  gint64 guess = (gint64)window->highest + (gint16)(sequence - (guint16)window->highest);
  *index = (guint64)guess;
  return guess >= 0;
}

static gboolean
open_rtp (ParlorSrtpIn *self, guint8 *packet, gsize header, gsize clear, guint64 index)
{
  const ParlorCryptoOps *ops = self->crypto->ops;
  guint32 ssrc = parlor_srtp_read32 (packet + 8);
  guint8 iv[16], mac[PARLOR_HMAC_BYTES], roc[4];
  if (self->rtp.profile == PARLOR_SRTP_AEAD_AES_128_GCM)
    {
      parlor_srtp_gcm_iv (self->rtp.salt, ssrc, index, iv);
      ParlorGcmJob job = {
          iv, packet, header, packet + header, packet + header, clear - header, packet + clear};
      return ops->gcm_open (self->crypto, self->rtp_key, &job);
    }
  parlor_srtp_cm_iv (self->rtp.salt, ssrc, index, iv);
  parlor_srtp_write32 (roc, (guint32)(index >> 16));
  return ops->hmac (self->crypto, self->rtp_key, packet, clear, roc, sizeof roc, mac)
         && same_tag (mac, packet + clear)
         && ops->ctr (self->crypto, self->rtp_key, iv, packet + header, clear - header);
}

ParlorSrtpResult
parlor_srtp_in_unprotect_rtp (ParlorSrtpIn *in, guint8 *packet, gsize *length, guint64 *index)
{
  gsize overhead = parlor_srtp_profile_overhead (in->rtp.profile);
  gsize header = *length > overhead ? rtp_header_length (packet, *length - overhead) : 0;
  if (header == 0)
    return PARLOR_SRTP_MALFORMED;
  gsize clear = *length - overhead;
  guint32 ssrc = parlor_srtp_read32 (packet + 8);
  ParlorSrtpWindow *window = parlor_srtp_windows_find (&in->rtp_windows, ssrc);
  guint64 guess;
  if (!guess_index (window, (guint16)(packet[2] << 8 | packet[3]), &guess)
      || (window && parlor_srtp_window_is_replay (window, guess)))
    return PARLOR_SRTP_REPLAY;
  if (!open_rtp (in, packet, header, clear, guess))
    return PARLOR_SRTP_BAD_TAG;
  if (!parlor_srtp_windows_accept (&in->rtp_windows, window, ssrc, guess))
    return PARLOR_SRTP_TOO_MANY_SSRCS;
  *length = clear;
  if (index)
    *index = guess;
  return PARLOR_SRTP_OK;
}

/* ---- RTCP ---- */

/* RFC 7714 section 9: header | ciphertext | tag | E, index. Without E all is associated data, the
 * word behind it: it goes where the tag was, to be in one piece. */
static gboolean
open_rtcp_gcm (ParlorSrtpIn *self, guint8 *packet, gsize clear, const guint8 *word, guint32 index,
               gboolean encrypted)
{
  guint8 iv[12], short_aad[RTCP_HEADER + 4], tag[PARLOR_GCM_TAG_BYTES];
  gsize header = encrypted ? RTCP_HEADER : clear;
  guint8 *aad = encrypted ? short_aad : packet;
  memcpy (tag, packet + clear, sizeof tag);
  if (encrypted)
    memcpy (aad, packet, header);
  memcpy (aad + header, word, 4);
  parlor_srtp_gcm_iv (self->rtcp.salt, parlor_srtp_read32 (packet + 4), index, iv);
  ParlorGcmJob job = {iv, aad, header + 4, packet + header, packet + header, clear - header, tag};
  return self->crypto->ops->gcm_open (self->crypto, self->rtcp_key, &job);
}

/* RFC 3711 section 3.4: header | ciphertext | E, index | tag over all before it. */
static gboolean
open_rtcp_cm (ParlorSrtpIn *self, guint8 *packet, gsize clear, const guint8 *word, guint32 index,
              gboolean encrypted)
{
  const ParlorCryptoOps *ops = self->crypto->ops;
  guint8 iv[16], mac[PARLOR_HMAC_BYTES];
  if (!ops->hmac (self->crypto, self->rtcp_key, packet, clear, word, 4, mac)
      || !same_tag (mac, packet + clear + 4))
    return FALSE;
  parlor_srtp_cm_iv (self->rtcp.salt, parlor_srtp_read32 (packet + 4), index, iv);
  return !encrypted
         || ops->ctr (self->crypto, self->rtcp_key, iv, packet + RTCP_HEADER, clear - RTCP_HEADER);
}

ParlorSrtpResult
parlor_srtp_in_unprotect_rtcp (ParlorSrtpIn *in, guint8 *packet, gsize *length)
{
  gboolean gcm = in->rtcp.profile == PARLOR_SRTP_AEAD_AES_128_GCM;
  gsize overhead = parlor_srtp_profile_overhead (in->rtcp.profile) + 4;
  if (*length < RTCP_HEADER + overhead || packet[0] >> 6 != 2)
    return PARLOR_SRTP_MALFORMED;
  gsize clear = *length - overhead;
  guint8 word[4];
  memcpy (word, packet + (gcm ? *length - 4 : clear), 4);
  guint32 ssrc = parlor_srtp_read32 (packet + 4), field = parlor_srtp_read32 (word);
  guint32 index = field & ~E_BIT;
  ParlorSrtpWindow *window = parlor_srtp_windows_find (&in->rtcp_windows, ssrc);
  if (window && parlor_srtp_window_is_replay (window, index))
    return PARLOR_SRTP_REPLAY;
  if (!(gcm ? open_rtcp_gcm : open_rtcp_cm) (in, packet, clear, word, index, (field & E_BIT) != 0))
    return PARLOR_SRTP_BAD_TAG;
  if (!parlor_srtp_windows_accept (&in->rtcp_windows, window, ssrc, index))
    return PARLOR_SRTP_TOO_MANY_SSRCS;
  *length = clear;
  return PARLOR_SRTP_OK;
}
