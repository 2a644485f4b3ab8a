/* SPDX-License-Identifier: Apache-2.0 */
/* An SRTP session under operations from the input, against a model that remembers every index: what
 * is authentic and new is accepted and comes back the same, nothing else is. The first byte chooses
 * profile and backend. */
#include <string.h>

#include "secure/srtp.h"

#define MAX_PACKET 512
#define MAX_OPERATIONS 256
#define N_SSRCS 3

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  ParlorCrypto *crypto;
  ParlorSrtpOut *out;
  ParlorSrtpIn *in;
  GHashTable *seen[N_SSRCS]; /* accepted indices */
  guint64 sent[N_SSRCS], highest[N_SSRCS];
} Session;

static void
set_up (Session *session, guint8 choice)
{
  ParlorSrtpKeys keys = {.profile = choice & 1 ? PARLOR_SRTP_AEAD_AES_128_GCM
                                               : PARLOR_SRTP_AES128_CM_HMAC_SHA1_80};
  for (guint i = 0; i < 16; i++)
    keys.send_key[i] = keys.recv_key[i] = (guint8)(i * 7 + 1);
  memset (session, 0, sizeof *session);
  session->crypto = parlor_crypto_new (choice & 2 ? PARLOR_SRTP_BACKEND_OPENSSL
                                                  : PARLOR_SRTP_BACKEND_AUTO);
  session->out = parlor_srtp_out_new (session->crypto, &keys);
  session->in = parlor_srtp_in_new (session->crypto, &keys);
  for (guint i = 0; i < N_SSRCS; i++)
    session->seen[i] = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

static void
tear_down (Session *session)
{
  for (guint i = 0; i < N_SSRCS; i++)
    g_hash_table_unref (session->seen[i]);
  parlor_srtp_in_free (session->in);
  parlor_srtp_out_free (session->out);
  parlor_crypto_free (session->crypto);
}

static gsize
make_clear (guint8 *packet, guint8 ssrc, guint64 index, guint8 shape)
{
  gsize length = 12 + (shape & 3) * 4u + (shape & 4 ? 4 : 0) + (shape >> 3) * 9u;
  memset (packet, shape, length);
  packet[0] = (guint8)(0x80 | (shape & 4 ? 0x10 : 0) | (shape & 3));
  packet[1] = 96;
  packet[2] = (guint8)(index >> 8);
  packet[3] = (guint8)index;
  memcpy (packet + 8, (const guint8[]){0, 0, 0, ssrc}, 4);
  if (shape & 4)
    memset (packet + 12 + (shape & 3) * 4u, 0, 4);
  return length;
}

static gboolean
is_new (Session *session, guint8 ssrc, guint64 index)
{
  if (g_hash_table_size (session->seen[ssrc]) == 0)
    return index < 0x10000; /* a first packet is taken as of rollover 0 */
  gint64 distance = (gint64)(index - session->highest[ssrc]);
  return distance > -PARLOR_SRTP_WINDOW && distance < 0x8000
         && !g_hash_table_contains (session->seen[ssrc], &index);
}

/* Protects, perhaps damages, delivers, and compares with the model. */
static void
deliver (Session *session, guint8 ssrc, guint64 index, guint8 shape, guint8 damage)
{
  guint8 clear[MAX_PACKET], wire[MAX_PACKET];
  gsize n = make_clear (clear, ssrc, index, shape);
  gsize header = 12 + (shape & 3) * 4u + (shape & 4 ? 4 : 0);
  ParlorSrtpJob job = {.out = session->out,
                       .head = clear,
                       .payload = clear + header,
                       .head_length = (guint16)header,
                       .header_length = (guint16)header,
                       .payload_length = (guint16)(n - header),
                       .index = index,
                       .dst = wire};
  g_assert_cmpuint (parlor_srtp_protect (session->crypto, &job, 1), ==, 1);
  g_assert_cmpuint (job.dst_length, ==, n + parlor_srtp_out_overhead (session->out));
  gsize length = job.dst_length;
  guint64 got = 0;
  if (damage)
    wire[damage * 131u % length] ^= damage;
  gboolean expected = !damage && is_new (session, ssrc, index);
  ParlorSrtpResult result = parlor_srtp_in_unprotect_rtp (session->in, wire, &length, &got);
  g_assert_cmpint (result == PARLOR_SRTP_OK, ==, expected);
  if (!expected)
    return;
  g_assert_cmpmem (wire, length, clear, n);
  g_assert_cmpuint (got, ==, index);
  session->highest[ssrc] = MAX (session->highest[ssrc], index);
  g_hash_table_add (session->seen[ssrc], g_memdup2 (&index, sizeof index));
}

static void
deliver_rubbish (Session *session, const guint8 *bytes, gsize size, gboolean rtcp)
{
  guint8 packet[MAX_PACKET];
  gsize length = MIN (size, sizeof packet);
  memcpy (packet, bytes, length);
  ParlorSrtpResult result = rtcp
                                ? parlor_srtp_in_unprotect_rtcp (session->in, packet, &length)
                                : parlor_srtp_in_unprotect_rtp (session->in, packet, &length, NULL);
  g_assert_cmpint (result, !=, PARLOR_SRTP_OK);
}

static void
round_trip_rtcp (Session *session, guint8 words, guint8 damage)
{
  guint8 packet[MAX_PACKET], clear[MAX_PACKET];
  gsize n = 8 + words % 100 * 4u, length = n;
  memset (packet, words, n);
  packet[0] = 0x80;
  memcpy (clear, packet, n);
  g_assert_cmpint (parlor_srtp_out_protect_rtcp (session->out, packet, &length, sizeof packet), ==,
                   PARLOR_SRTP_OK);
  if (damage)
    packet[damage * 131u % length] ^= damage;
  ParlorSrtpResult result = parlor_srtp_in_unprotect_rtcp (session->in, packet, &length);
  g_assert_cmpint (result == PARLOR_SRTP_OK, ==, damage == 0);
  if (!damage)
    g_assert_cmpmem (packet, length, clear, n);
}

static void
operate (Session *session, const guint8 op[4], const guint8 *rest, gsize left)
{
  guint8 ssrc = op[0] / 8 % N_SSRCS;
  switch (op[0] & 7)
    {
    case 0:
      deliver_rubbish (session, rest, left, FALSE);
      break;
    case 1:
      deliver_rubbish (session, rest, left, TRUE);
      break;
    case 2:
      round_trip_rtcp (session, op[1], op[2]);
      break;
    case 3: /* an old one again, or one that was left out */
      {
        guint64 back = (guint64)(op[1] << 8 | op[2]) % 4096;
        if (session->sent[ssrc] >= back)
          deliver (session, ssrc, session->sent[ssrc] - back, op[3], 0);
        break;
      }
    case 4: /* the next, damaged */
      deliver (session, ssrc, session->sent[ssrc] + 1, op[3], op[1]);
      break;
    default: /* forward: by one or by many, up to half of the sequence space */
      session->sent[ssrc] += op[0] & 1 ? 1u : (guint64)(op[1] << 8 | op[2]) % 0x7000;
      deliver (session, ssrc, session->sent[ssrc], op[3], 0);
      break;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Session session;
  if (size == 0)
    return 0;
  set_up (&session, data[0]);
  for (gsize at = 1; at + 4 <= size && at < 4 * MAX_OPERATIONS; at += 4)
    operate (&session, data + at, data + at + 4, size - at - 4);
  tear_down (&session);
  return 0;
}
