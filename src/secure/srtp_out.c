/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>
#include <string.h>

#include "base/warm.h"
#include "secure/crypto.h"
#include "secure/srtp_guard.h"

#define RTP_HEADER 12
#define RTCP_HEADER 8
#define E_BIT 0x80000000u
#define INDEX_MAX ((G_GUINT64_CONSTANT (1) << 48) - 1)
/* RFC 3711 section 9.2 */
#define RTCP_INDEX_MAX 0x7fffffffu
#define CM_TAG 10
/* AES-CM packets that go to the backend together: as many lanes as AVX-512 has for SHA-1. */
#define CM_BATCH 16

/* Round keys and the first powers of the hash key, as the fast backend keeps them; more did not
 * pay. */
#define KEY_BYTES 384

struct _ParlorSrtpOut
{
  ParlorCrypto *crypto; /* borrowed */
  ParlorSrtpSessionKeys rtp, rtcp;
  ParlorCryptoKey *rtp_key, *rtcp_key;
  guint32 rtcp_index;     /* of the last packet; the first has 1 */
  ParlorSrtpGuard *guard; /* nullable */
};

ParlorSrtpOut *
parlor_srtp_out_new (ParlorCrypto *crypto, const ParlorSrtpKeys *keys)
{
  g_return_val_if_fail (keys->profile != PARLOR_SRTP_PROFILE_NONE, NULL);
  ParlorSrtpOut *self = g_new0 (ParlorSrtpOut, 1);
  self->crypto = crypto;
  if (parlor_srtp_derive (keys->profile, keys->send_key, keys->send_salt, FALSE, &self->rtp)
      && parlor_srtp_derive (keys->profile, keys->send_key, keys->send_salt, TRUE, &self->rtcp))
    {
      self->rtp_key = crypto->ops->key_new (crypto, &self->rtp, TRUE);
      self->rtcp_key = crypto->ops->key_new (crypto, &self->rtcp, TRUE);
    }
  if (!self->rtp_key || !self->rtcp_key)
    g_clear_pointer (&self, parlor_srtp_out_free);
  return self;
}

void
parlor_srtp_out_warm (const ParlorSrtpOut *out)
{
  parlor_warm (out->rtp_key, KEY_BYTES);
}

void
parlor_srtp_out_free (ParlorSrtpOut *out)
{
  if (!out)
    return;
  out->crypto->ops->key_free (out->rtp_key);
  out->crypto->ops->key_free (out->rtcp_key);
  parlor_srtp_guard_free (out->guard);
  OPENSSL_cleanse (out, sizeof *out);
  g_free (out);
}

gsize
parlor_srtp_out_overhead (const ParlorSrtpOut *out)
{
  return parlor_srtp_profile_overhead (out->rtp.profile);
}

void
parlor_srtp_out_enable_guard (ParlorSrtpOut *out)
{
  if (!out->guard)
    out->guard = parlor_srtp_guard_new ();
}

guint64
parlor_srtp_out_n_violations (const ParlorSrtpOut *out)
{
  return out->guard ? parlor_srtp_guard_n_violations (out->guard) : 0;
}

/* ---- RTP ---- */

static gboolean
job_is_sound (const ParlorSrtpJob *job)
{
  const guint8 *head = job->head;
  return job->header_length >= RTP_HEADER && job->header_length <= job->head_length
         && head[0] >> 6 == 2 && (job->padding == 0 || (head[0] & 0x20)) && job->index <= INDEX_MAX
         && (guint16)job->index == (head[2] << 8 | head[3]);
}

static gsize
clear_length (const ParlorSrtpJob *job)
{
  return (gsize)job->head_length + job->payload_length + job->padding;
}

/* The whole clear packet, at dst. */
static void
copy_packet (const ParlorSrtpJob *job)
{
  guint8 *at = job->dst;
  memcpy (at, job->head, job->head_length);
  at += job->head_length;
  if (job->payload_length)
    memcpy (at, job->payload, job->payload_length);
  at += job->payload_length;
  if (job->padding)
    {
      memset (at, 0, job->padding - 1u);
      at[job->padding - 1] = job->padding;
    }
}

/* FALSE: this job must not be written. */
static gboolean
guard_allows (const ParlorSrtpJob *job)
{
  if (!job->out->guard)
    return TRUE;
  copy_packet (job);
  gboolean ok = parlor_srtp_guard_check (job->out->guard, parlor_srtp_read32 (job->head + 8),
                                         job->index, job->dst, clear_length (job));
  if (!ok)
    memset (job->dst, 0, clear_length (job));
  return ok;
}

static gboolean
seal_gcm (ParlorCrypto *crypto, const ParlorSrtpJob *job)
{
  const ParlorSrtpOut *out = job->out;
  gsize header = job->header_length, length = clear_length (job) - header;
  guint8 iv[12];
  ParlorGcmJob gcm = {
      iv, job->head, header, job->payload, job->dst + header, length, job->dst + header + length};
  parlor_srtp_gcm_iv (out->rtp.salt, parlor_srtp_read32 (job->head + 8), job->index, iv);
  if (job->head_length == header && job->padding == 0)
    memcpy (job->dst, job->head, header);
  else
    {
      copy_packet (job);
      gcm.in = gcm.out;
    }
  return crypto->ops->gcm_seal (crypto, out->rtp_key, &gcm);
}

typedef struct
{
  ParlorCmJob jobs[CM_BATCH];
  ParlorSrtpJob *origin[CM_BATCH];
  guint n;
} CmBatch;

static guint
flush_cm (ParlorCrypto *crypto, CmBatch *batch)
{
  guint n = batch->n;
  batch->n = 0;
  if (n == 0 || !crypto->ops->cm_seal (crypto, batch->jobs, n))
    return 0;
  for (guint i = 0; i < n; i++)
    batch->origin[i]->dst_length = batch->jobs[i].length + CM_TAG;
  return n;
}

static guint
add_cm (ParlorCrypto *crypto, CmBatch *batch, ParlorSrtpJob *job)
{
  ParlorCmJob *cm = &batch->jobs[batch->n];
  batch->origin[batch->n++] = job;
  copy_packet (job);
  cm->key = job->out->rtp_key;
  cm->packet = job->dst;
  cm->header = job->header_length;
  cm->length = clear_length (job);
  cm->tag_bytes = CM_TAG;
  parlor_srtp_cm_iv (job->out->rtp.salt, parlor_srtp_read32 (job->head + 8), job->index, cm->iv);
  parlor_srtp_write32 (cm->extra, (guint32)(job->index >> 16));
  return batch->n == CM_BATCH ? flush_cm (crypto, batch) : 0;
}

guint
parlor_srtp_protect (ParlorCrypto *crypto, ParlorSrtpJob *jobs, guint n)
{
  CmBatch batch;
  guint written = 0;
  batch.n = 0;
  for (ParlorSrtpJob *job = jobs; job < jobs + n; job++)
    {
      job->dst_length = 0;
      if (!job_is_sound (job) || !guard_allows (job))
        continue;
      if (job->out->rtp.profile == PARLOR_SRTP_AES128_CM_HMAC_SHA1_80)
        written += add_cm (crypto, &batch, job);
      else if (seal_gcm (crypto, job))
        {
          job->dst_length = clear_length (job) + PARLOR_GCM_TAG_BYTES;
          written++;
        }
    }
  return written + flush_cm (crypto, &batch);
}

/* ---- RTCP ---- */

/* RFC 7714 section 9.1: header | ciphertext | tag | E, index; the AAD is header and last word. */
static gboolean
seal_rtcp_gcm (ParlorSrtpOut *self, guint8 *packet, gsize length, const guint8 word[4])
{
  guint8 iv[12], aad[RTCP_HEADER + 4];
  memcpy (aad, packet, RTCP_HEADER);
  memcpy (aad + RTCP_HEADER, word, 4);
  parlor_srtp_gcm_iv (self->rtcp.salt, parlor_srtp_read32 (packet + 4), self->rtcp_index, iv);
  ParlorGcmJob job = {iv,
                      aad,
                      sizeof aad,
                      packet + RTCP_HEADER,
                      packet + RTCP_HEADER,
                      length - RTCP_HEADER,
                      packet + length};
  if (!self->crypto->ops->gcm_seal (self->crypto, self->rtcp_key, &job))
    return FALSE;
  memcpy (packet + length + PARLOR_GCM_TAG_BYTES, word, 4);
  return TRUE;
}

/* RFC 3711 section 3.4: header | ciphertext | E, index | tag. */
static gboolean
seal_rtcp_cm (ParlorSrtpOut *self, guint8 *packet, gsize length, const guint8 word[4])
{
  const ParlorCryptoOps *ops = self->crypto->ops;
  guint8 iv[16], mac[PARLOR_HMAC_BYTES];
  parlor_srtp_cm_iv (self->rtcp.salt, parlor_srtp_read32 (packet + 4), self->rtcp_index, iv);
  if (!ops->ctr (self->crypto, self->rtcp_key, iv, packet + RTCP_HEADER, length - RTCP_HEADER)
      || !ops->hmac (self->crypto, self->rtcp_key, packet, length, word, 4, mac))
    return FALSE;
  memcpy (packet + length, word, 4);
  memcpy (packet + length + 4, mac, CM_TAG);
  return TRUE;
}

ParlorSrtpResult
parlor_srtp_out_protect_rtcp (ParlorSrtpOut *out, guint8 *packet, gsize *length, gsize capacity)
{
  gboolean gcm = out->rtcp.profile == PARLOR_SRTP_AEAD_AES_128_GCM;
  gsize overhead = parlor_srtp_out_overhead (out) + 4;
  guint8 word[4];
  if (*length < RTCP_HEADER || packet[0] >> 6 != 2)
    return PARLOR_SRTP_MALFORMED;
  if (capacity < *length + overhead)
    return PARLOR_SRTP_NO_ROOM;
  if (out->rtcp_index == RTCP_INDEX_MAX)
    return PARLOR_SRTP_EXHAUSTED;
  parlor_srtp_write32 (word, ++out->rtcp_index | E_BIT);
  if (!(gcm ? seal_rtcp_gcm : seal_rtcp_cm) (out, packet, *length, word))
    return PARLOR_SRTP_EXHAUSTED;
  *length += overhead;
  return PARLOR_SRTP_OK;
}
