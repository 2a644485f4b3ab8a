/* SPDX-License-Identifier: Apache-2.0 */
/* Every backend against libsrtp2 as the reference, byte for byte, and the rules of replay and
 * reuse. */
#include "secure/srtp.h"

#include <srtp2/srtp.h>
#include <string.h>

#define MAX_PACKET 2048
#define SSRC 0x11223344u

typedef struct
{
  ParlorSrtpBackend backend;
  ParlorSrtpProfile profile;
} Variant;

typedef struct
{
  const Variant *variant;
  ParlorCrypto *crypto;
  ParlorSrtpKeys ours, theirs; /* of the two ends of one transport */
  ParlorSrtpOut *out;
  ParlorSrtpIn *in; /* theirs: reads what out wrote */
  srtp_t ref_out, ref_in;
  GRand *rand;
} Fixture;

static void
fill (GRand *rand, guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8)g_rand_int (rand);
}

static srtp_t
ref_new_rtcp (const Fixture *f, srtp_ssrc_type_t type, srtp_sec_serv_t rtcp_service)
{
  gsize salt = parlor_srtp_profile_salt_bytes (f->ours.profile);
  guint8 key[64];
  srtp_policy_t policy = {.ssrc = {.type = type}, .key = key, .window_size = PARLOR_SRTP_WINDOW};
  srtp_t session = NULL;
  memcpy (key, f->ours.send_key, 16);
  memcpy (key + 16, f->ours.send_salt, salt);
  if (f->ours.profile == PARLOR_SRTP_AEAD_AES_128_GCM)
    {
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtcp);
    }
  else
    {
      srtp_crypto_policy_set_rtp_default (&policy.rtp);
      srtp_crypto_policy_set_rtcp_default (&policy.rtcp);
    }
  policy.rtcp.sec_serv = rtcp_service;
  policy.allow_repeat_tx = 1;
  g_assert_cmpint (srtp_create (&session, &policy), ==, srtp_err_status_ok);
  return session;
}

static srtp_t
ref_new (const Fixture *f, srtp_ssrc_type_t type)
{
  return ref_new_rtcp (f, type, sec_serv_conf_and_auth);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->variant = data;
  f->crypto = parlor_crypto_new (f->variant->backend);
  if (!f->crypto)
    return;
  f->rand = g_rand_new_with_seed (20240607);
  f->ours.profile = f->theirs.profile = f->variant->profile;
  fill (f->rand, f->ours.send_key, 16);
  fill (f->rand, f->ours.send_salt, 14);
  fill (f->rand, f->ours.recv_key, 16);
  fill (f->rand, f->ours.recv_salt, 14);
  memcpy (f->theirs.recv_key, f->ours.send_key, 16);
  memcpy (f->theirs.recv_salt, f->ours.send_salt, 14);
  memcpy (f->theirs.send_key, f->ours.recv_key, 16);
  memcpy (f->theirs.send_salt, f->ours.recv_salt, 14);
  f->out = parlor_srtp_out_new (f->crypto, &f->ours);
  f->in = parlor_srtp_in_new (f->crypto, &f->theirs);
  f->ref_out = ref_new (f, ssrc_any_outbound);
  f->ref_in = ref_new (f, ssrc_any_inbound);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (!f->crypto)
    return;
  parlor_srtp_out_free (f->out);
  parlor_srtp_in_free (f->in);
  parlor_crypto_free (f->crypto);
  srtp_dealloc (f->ref_out);
  srtp_dealloc (f->ref_in);
  g_rand_free (f->rand);
}

/* A clear packet with CSRCs and extension by chance, of about `body` bytes behind the header. */
typedef struct
{
  guint8 bytes[MAX_PACKET];
  gsize header, length;
  guint64 index;
} Packet;

static void
make_packet (Fixture *f, Packet *packet, guint32 ssrc, guint64 index, guint csrcs, gint ext_words,
             gsize body)
{
  guint8 *p = packet->bytes;
  packet->index = index;
  packet->header = 12 + 4 * csrcs + (ext_words >= 0 ? 4 + 4 * (gsize)ext_words : 0);
  packet->length = packet->header + body;
  g_assert_cmpuint (packet->length + PARLOR_SRTP_OVERHEAD_MAX, <=, MAX_PACKET);
  fill (f->rand, p, packet->length);
  p[0] = (guint8)(0x80 | csrcs | (ext_words >= 0 ? 0x10 : 0));
  p[2] = (guint8)(index >> 8);
  p[3] = (guint8)index;
  for (guint i = 0; i < 4; i++)
    p[8 + i] = (guint8)(ssrc >> (24 - 8 * i));
  if (ext_words >= 0)
    {
      p[12 + 4 * csrcs + 2] = (guint8)(ext_words >> 8);
      p[12 + 4 * csrcs + 3] = (guint8)ext_words;
    }
}

static void
random_packet (Fixture *f, Packet *packet, guint32 ssrc, guint64 index)
{
  make_packet (f, packet, ssrc, index, (guint)g_rand_int_range (f->rand, 0, 16),
               g_rand_int_range (f->rand, -1, 10), (gsize)g_rand_int_range (f->rand, 0, 1400));
}

static gsize
ref_protect (srtp_t session, const Packet *packet, guint8 *bytes)
{
  int length = (int)packet->length;
  memcpy (bytes, packet->bytes, packet->length);
  g_assert_cmpint (srtp_protect (session, bytes, &length), ==, srtp_err_status_ok);
  return (gsize)length;
}

/* The job of a packet, cut behind `extra` bytes of payload. */
static ParlorSrtpJob
make_job (Fixture *f, const Packet *packet, gsize extra, guint8 *dst)
{
  gsize head = packet->header + extra;
  return (ParlorSrtpJob){.out = f->out,
                         .head = packet->bytes,
                         .head_length = (guint16)head,
                         .header_length = (guint16)packet->header,
                         .payload = packet->bytes + head,
                         .payload_length = (guint16)(packet->length - head),
                         .index = packet->index,
                         .dst = dst};
}

/* protect: our output is the reference's, in batches of every size up to 40. */
static void
test_protect_duel (Fixture *f, gconstpointer data)
{
  static Packet packets[40];
  static guint8 ours[40][MAX_PACKET], reference[MAX_PACKET];
  guint64 index = 65500; /* the wrap is near */
  for (guint n = 1; n <= 40; n++)
    {
      ParlorSrtpJob jobs[40];
      for (guint i = 0; i < n; i++)
        {
          random_packet (f, &packets[i], SSRC, index++);
          gsize body = packets[i].length - packets[i].header;
          gsize cut = (gsize)g_rand_int_range (f->rand, 0, 20);
          gsize extra = i % 3 == 0 ? MIN (body, cut) : 0;
          memset (ours[i], 0xee, MAX_PACKET);
          jobs[i] = make_job (f, &packets[i], extra, ours[i]);
        }
      g_assert_cmpuint (parlor_srtp_protect (f->crypto, jobs, n), ==, n);
      for (guint i = 0; i < n; i++)
        {
          gsize length = ref_protect (f->ref_out, &packets[i], reference);
          g_assert_cmpmem (ours[i], jobs[i].dst_length, reference, length);
          g_assert_cmpuint (ours[i][length], ==, 0xee);
        }
    }
}

static void
test_protect_sizes (Fixture *f, gconstpointer data)
{
  Packet packet;
  guint8 ours[MAX_PACKET], reference[MAX_PACKET];
  guint64 index = 1;
  for (gsize body = 0; body <= 600; body++, index++)
    {
      make_packet (f, &packet, SSRC, index, 0, body % 2 ? 3 : -1, body);
      ParlorSrtpJob job = make_job (f, &packet, 0, ours);
      g_assert_cmpuint (parlor_srtp_protect (f->crypto, &job, 1), ==, 1);
      gsize length = ref_protect (f->ref_out, &packet, reference);
      g_assert_cmpmem (ours, job.dst_length, reference, length);
    }
}

static void
test_protect_far_index (Fixture *f, gconstpointer data)
{
  static const guint32 rollovers[] = {1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff};
  Packet packet;
  guint8 ours[MAX_PACKET], reference[MAX_PACKET];
  for (guint i = 0; i < G_N_ELEMENTS (rollovers); i++)
    {
      srtp_t session = ref_new (f, ssrc_any_outbound);
      /* The first packet makes the stream; then its rollover counter can be set. */
      random_packet (f, &packet, SSRC, 7);
      ref_protect (session, &packet, reference);
      g_assert_cmpint (srtp_set_stream_roc (session, SSRC, rollovers[i]), ==, srtp_err_status_ok);
      random_packet (f, &packet, SSRC, (guint64)rollovers[i] << 16 | 8);
      gsize length = ref_protect (session, &packet, reference);
      ParlorSrtpJob job = make_job (f, &packet, 0, ours);
      g_assert_cmpuint (parlor_srtp_protect (f->crypto, &job, 1), ==, 1);
      g_assert_cmpmem (ours, job.dst_length, reference, length);
      srtp_dealloc (session);
    }
}

static void
test_padding (Fixture *f, gconstpointer data)
{
  Packet packet;
  guint8 ours[MAX_PACKET];
  for (guint padding = 1; padding <= 255; padding += 1 + padding / 16)
    {
      make_packet (f, &packet, SSRC, 100 + padding, 1, 2, padding % 5 * 100);
      packet.bytes[0] |= 0x20;
      ParlorSrtpJob job = make_job (f, &packet, 0, ours);
      job.padding = (guint8)padding;
      g_assert_cmpuint (parlor_srtp_protect (f->crypto, &job, 1), ==, 1);
      int length = (int)job.dst_length;
      g_assert_cmpint (srtp_unprotect (f->ref_in, ours, &length), ==, srtp_err_status_ok);
      g_assert_cmpuint ((gsize)length, ==, packet.length + padding);
      g_assert_cmpmem (ours, packet.length, packet.bytes, packet.length);
      g_assert_cmpuint (ours[length - 1], ==, padding);
      for (gsize i = packet.length; i + 1 < (gsize)length; i++)
        g_assert_cmpuint (ours[i], ==, 0);
    }
}

/* unprotect: what the reference wrote comes back, across the wrap, in disorder. */
static void
test_unprotect_duel (Fixture *f, gconstpointer data)
{
  static Packet packets[400];
  static guint8 protected[400][MAX_PACKET];
  gsize lengths[400];
  guint order[400];
  for (guint i = 0; i < 400; i++)
    {
      random_packet (f, &packets[i], SSRC, 65336 + i);
      lengths[i] = ref_protect (f->ref_out, &packets[i], protected[i]);
      order[i] = i;
    }
  /* each at most 20 places away from its own, the first stays */
  for (guint i = 1; i + 20 < 400; i++)
    {
      guint j = i + (guint)g_rand_int_range (f->rand, 0, 20), kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  for (guint i = 0; i < 400; i++)
    {
      guint k = order[i];
      guint64 index = 0;
      g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, protected[k], &lengths[k], &index), ==,
                       PARLOR_SRTP_OK);
      g_assert_cmpuint (index, ==, packets[k].index);
      g_assert_cmpmem (protected[k], lengths[k], packets[k].bytes, packets[k].length);
    }
}

static void
test_bad_tag (Fixture *f, gconstpointer data)
{
  Packet packet;
  guint8 good[MAX_PACKET], bad[MAX_PACKET];
  make_packet (f, &packet, SSRC, 5, 1, 1, 40);
  gsize length = ref_protect (f->ref_out, &packet, good);
  for (gsize bit = 0; bit < length * 8; bit++)
    {
      gsize n = length;
      memcpy (bad, good, length);
      bad[bit / 8] ^= (guint8)(1u << bit % 8);
      g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, bad, &n, NULL), !=, PARLOR_SRTP_OK);
      g_assert_cmpuint (n, ==, length);
    }
  for (gsize n = 0; n < length; n++)
    {
      gsize shorter = n;
      memcpy (bad, good, length);
      g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, bad, &shorter, NULL), !=,
                       PARLOR_SRTP_OK);
    }
  g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, good, &length, NULL), ==, PARLOR_SRTP_OK);
}

static ParlorSrtpResult
give (Fixture *f, guint32 ssrc, guint64 index)
{
  Packet packet;
  guint8 bytes[MAX_PACKET];
  make_packet (f, &packet, ssrc, index, 0, -1, 20);
  ParlorSrtpJob job = make_job (f, &packet, 0, bytes);
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, &job, 1), ==, 1);
  gsize length = job.dst_length;
  return parlor_srtp_in_unprotect_rtp (f->in, bytes, &length, NULL);
}

static void
test_replay (Fixture *f, gconstpointer data)
{
  for (guint64 index = 100; index < 200; index += 2)
    g_assert_cmpint (give (f, SSRC, index), ==, PARLOR_SRTP_OK);
  for (guint64 index = 100; index < 200; index++)
    g_assert_cmpint (give (f, SSRC, index), ==, index % 2 ? PARLOR_SRTP_OK : PARLOR_SRTP_REPLAY);
  for (guint64 index = 100; index < 200; index++)
    g_assert_cmpint (give (f, SSRC, index), ==, PARLOR_SRTP_REPLAY);
  g_assert_cmpint (give (f, SSRC, 99), ==, PARLOR_SRTP_OK);
  g_assert_cmpint (give (f, SSRC, 99 + PARLOR_SRTP_WINDOW), ==, PARLOR_SRTP_OK);
  g_assert_cmpint (give (f, SSRC, 99), ==, PARLOR_SRTP_REPLAY);
  g_assert_cmpint (give (f, SSRC, 98), ==, PARLOR_SRTP_REPLAY);
  g_assert_cmpint (give (f, SSRC, 201), ==, PARLOR_SRTP_OK);
  g_assert_cmpint (give (f, SSRC, 30000), ==, PARLOR_SRTP_OK);
  g_assert_cmpint (give (f, SSRC, 201), ==, PARLOR_SRTP_REPLAY);
  g_assert_cmpint (give (f, SSRC, 30000 - PARLOR_SRTP_WINDOW + 1), ==, PARLOR_SRTP_OK);
}

/* Loss of thousands around each wrap; the index is still right. */
static void
test_many_wraps (Fixture *f, gconstpointer data)
{
  guint64 index = 60000;
  for (guint i = 0; i < 300; i++)
    {
      g_assert_cmpint (give (f, SSRC, index), ==, PARLOR_SRTP_OK);
      g_assert_cmpint (give (f, SSRC, index), ==, PARLOR_SRTP_REPLAY);
      index += (guint64)g_rand_int_range (f->rand, 1, 32000);
    }
  g_assert_cmpuint (index >> 16, >, 20);
}

static void
test_before_the_first (Fixture *f, gconstpointer data)
{
  Packet packet;
  guint8 bytes[MAX_PACKET];
  gsize length;
  g_assert_cmpint (give (f, SSRC, 3), ==, PARLOR_SRTP_OK);
  /* sequence number 65530 can only be meant as one before 0: there was none */
  make_packet (f, &packet, SSRC, 65530, 0, -1, 20);
  length = ref_protect (f->ref_out, &packet, bytes);
  g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, bytes, &length, NULL), ==,
                   PARLOR_SRTP_REPLAY);
}

static void
test_many_ssrcs (Fixture *f, gconstpointer data)
{
  guint kept = 0;
  guint8 bytes[64] = {0x80, 96, 0, 1};
  /* forged ones take no place */
  for (guint32 i = 0; i < 65536; i++)
    {
      gsize length = sizeof bytes;
      memcpy (bytes + 8, &i, 4);
      g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, bytes, &length, NULL), ==,
                       PARLOR_SRTP_BAD_TAG);
    }
  for (guint32 i = 0; i < 1000; i++)
    {
      ParlorSrtpResult result = give (f, 7000 + i, 1);
      g_assert_true (result == PARLOR_SRTP_OK || result == PARLOR_SRTP_TOO_MANY_SSRCS);
      kept += result == PARLOR_SRTP_OK;
    }
  g_assert_cmpuint (kept, ==, PARLOR_SRTP_MAX_SSRCS);
  g_assert_cmpint (give (f, 7000, 2), ==, PARLOR_SRTP_OK);
}

static void
test_lying_headers (Fixture *f, gconstpointer data)
{
  guint8 bytes[64];
  for (guint first = 0; first < 256; first++)
    for (gsize n = 0; n <= sizeof bytes; n++)
      {
        gsize length = n;
        memset (bytes, 0xff, sizeof bytes);
        bytes[0] = (guint8)first;
        g_assert_cmpint (parlor_srtp_in_unprotect_rtp (f->in, bytes, &length, NULL), !=,
                         PARLOR_SRTP_OK);
        memset (bytes, 0xff, sizeof bytes);
        bytes[0] = (guint8)first;
        g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, bytes, &length), !=, PARLOR_SRTP_OK);
      }
}

static void
test_refused_jobs (Fixture *f, gconstpointer data)
{
  Packet packet;
  guint8 dst[MAX_PACKET];
  make_packet (f, &packet, SSRC, 0x10005, 0, -1, 40);
  ParlorSrtpJob good = make_job (f, &packet, 0, dst), jobs[7];
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    jobs[i] = good;
  jobs[0].header_length = 11;
  jobs[1].header_length = jobs[1].head_length + 1;
  jobs[2].index++;
  jobs[3].index = G_GUINT64_CONSTANT (1) << 48 | 5;
  jobs[4].padding = 4;
  packet.bytes[0] &= 0xdf;
  static const guint8 version1[12] = {0x40, 0, 0, 5};
  jobs[5].head = version1;
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, jobs, G_N_ELEMENTS (jobs)), ==, 1);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpuint (jobs[i].dst_length, ==, 0);
  g_assert_cmpuint (jobs[6].dst_length, >, 0);
}

static void
test_guard (Fixture *f, gconstpointer data)
{
  Packet packet;
  guint8 a[MAX_PACKET], b[MAX_PACKET];
  parlor_srtp_out_enable_guard (f->out);
  make_packet (f, &packet, SSRC, 10, 0, 2, 40);
  ParlorSrtpJob first = make_job (f, &packet, 0, a), repeat = make_job (f, &packet, 3, b);
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, &first, 1), ==, 1);
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, &repeat, 1), ==, 1);
  g_assert_cmpmem (a, first.dst_length, b, repeat.dst_length);
  packet.bytes[packet.header] ^= 1;
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, &repeat, 1), ==, 0);
  g_assert_cmpuint (repeat.dst_length, ==, 0);
  g_assert_cmpuint (parlor_srtp_out_n_violations (f->out), ==, 1);
  packet.bytes[packet.header] ^= 1;
  packet.bytes[packet.header - 1] ^= 1; /* an extension byte counts as well */
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, &repeat, 1), ==, 0);
  repeat.index += 0x10000; /* another index: another packet */
  g_assert_cmpuint (parlor_srtp_protect (f->crypto, &repeat, 1), ==, 1);
  g_assert_cmpuint (parlor_srtp_out_n_violations (f->out), ==, 2);
}

/* ---- RTCP ---- */

static gsize
make_rtcp (Fixture *f, guint8 *bytes, gsize words)
{
  fill (f->rand, bytes, words * 4);
  bytes[0] = 0x80;
  bytes[1] = 200;
  memcpy (bytes + 4, "\x01\x02\x03\x04", 4);
  return words * 4;
}

static void
test_rtcp_duel (Fixture *f, gconstpointer data)
{
  guint8 clear[MAX_PACKET], ours[MAX_PACKET], reference[MAX_PACKET];
  for (gsize words = 2; words < 300; words++)
    {
      gsize length = make_rtcp (f, clear, words), n = length;
      int ref_length = (int)length;
      memcpy (ours, clear, length);
      memcpy (reference, clear, length);
      g_assert_cmpint (parlor_srtp_out_protect_rtcp (f->out, ours, &n, sizeof ours), ==,
                       PARLOR_SRTP_OK);
      g_assert_cmpint (srtp_protect_rtcp (f->ref_out, reference, &ref_length), ==,
                       srtp_err_status_ok);
      g_assert_cmpmem (ours, n, reference, (gsize)ref_length);
      g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, reference, &n), ==, PARLOR_SRTP_OK);
      g_assert_cmpmem (reference, n, clear, length);
      n = (gsize)ref_length;
      g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, ours, &n), ==, PARLOR_SRTP_REPLAY);
    }
}

static void
test_rtcp_bad_tag (Fixture *f, gconstpointer data)
{
  guint8 good[MAX_PACKET], bad[MAX_PACKET];
  gsize length = make_rtcp (f, good, 7);
  g_assert_cmpint (parlor_srtp_out_protect_rtcp (f->out, good, &length, sizeof good), ==,
                   PARLOR_SRTP_OK);
  for (gsize bit = 0; bit < length * 8; bit++)
    {
      gsize n = length;
      memcpy (bad, good, length);
      bad[bit / 8] ^= (guint8)(1u << bit % 8);
      g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, bad, &n), !=, PARLOR_SRTP_OK);
      g_assert_cmpuint (n, ==, length);
    }
  g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, good, &length), ==, PARLOR_SRTP_OK);
}

/* The E bit is 0: authentic, not encrypted. */
static void
test_rtcp_unencrypted (Fixture *f, gconstpointer data)
{
  guint8 clear[MAX_PACKET], wire[MAX_PACKET], bad[MAX_PACKET];
  srtp_t session = ref_new_rtcp (f, ssrc_any_outbound, sec_serv_auth);
  gsize length = make_rtcp (f, clear, 30), n;
  int wire_length = (int)length;
  memcpy (wire, clear, length);
  g_assert_cmpint (srtp_protect_rtcp (session, wire, &wire_length), ==, srtp_err_status_ok);
  g_assert_cmpmem (wire, length, clear, length);
  for (gsize i = 0; i < (gsize)wire_length; i++)
    {
      n = (gsize)wire_length;
      memcpy (bad, wire, n);
      bad[i] ^= 0x40;
      g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, bad, &n), !=, PARLOR_SRTP_OK);
    }
  n = (gsize)wire_length;
  g_assert_cmpint (parlor_srtp_in_unprotect_rtcp (f->in, wire, &n), ==, PARLOR_SRTP_OK);
  g_assert_cmpmem (wire, n, clear, length);
  srtp_dealloc (session);
}

static void
test_rtcp_refused (Fixture *f, gconstpointer data)
{
  guint8 bytes[MAX_PACKET];
  gsize length = make_rtcp (f, bytes, 7), overhead = parlor_srtp_out_overhead (f->out) + 4;
  g_assert_cmpint (parlor_srtp_out_protect_rtcp (f->out, bytes, &length, length + overhead - 1), ==,
                   PARLOR_SRTP_NO_ROOM);
  g_assert_cmpuint (length, ==, 28);
  length = 7;
  g_assert_cmpint (parlor_srtp_out_protect_rtcp (f->out, bytes, &length, sizeof bytes), ==,
                   PARLOR_SRTP_MALFORMED);
  length = 28;
  g_assert_cmpint (parlor_srtp_out_protect_rtcp (f->out, bytes, &length, 28 + overhead), ==,
                   PARLOR_SRTP_OK);
}

static void
test_names (void)
{
  ParlorSrtpBackend backend = PARLOR_SRTP_BACKEND_AUTO;
  g_assert_true (parlor_srtp_backend_parse ("openssl", &backend));
  g_assert_cmpint (backend, ==, PARLOR_SRTP_BACKEND_OPENSSL);
  g_assert_false (parlor_srtp_backend_parse ("nss", &backend));
  g_assert_false (parlor_srtp_backend_parse (NULL, &backend));
  g_assert_cmpstr (parlor_srtp_backend_name (PARLOR_SRTP_BACKEND_IPSEC), ==, "ipsec");
  g_autoptr (ParlorCrypto) crypto = parlor_crypto_new (PARLOR_SRTP_BACKEND_AUTO);
  g_assert_nonnull (crypto);
  g_assert_cmpint (parlor_crypto_backend (crypto), !=, PARLOR_SRTP_BACKEND_AUTO);
}

typedef void (*TestFunc) (Fixture *f, gconstpointer data);

static const struct
{
  const char *name;
  TestFunc func;
} tests[] = {
    {"protect-is-the-references-byte-for-byte", test_protect_duel},
    {"protect-of-every-size-to-600", test_protect_sizes},
    {"protect-at-far-rollover-counters", test_protect_far_index},
    {"padding-is-inside-the-ciphertext", test_padding},
    {"unprotect-of-the-references-across-the-wrap-in-disorder", test_unprotect_duel},
    {"every-flipped-bit-is-refused", test_bad_tag},
    {"replays-are-refused", test_replay},
    {"index-is-right-over-many-wraps-with-loss", test_many_wraps},
    {"a-packet-before-the-first-is-refused", test_before_the_first},
    {"65536-forged-ssrcs-take-no-place-and-64-real-ones-do", test_many_ssrcs},
    {"lying-headers-are-refused", test_lying_headers},
    {"unsound-jobs-are-refused", test_refused_jobs},
    {"guard-finds-two-packets-under-one-index", test_guard},
    {"rtcp-is-the-references-byte-for-byte", test_rtcp_duel},
    {"rtcp-with-a-flipped-bit-is-refused", test_rtcp_bad_tag},
    {"rtcp-that-is-only-authentic-is-accepted", test_rtcp_unencrypted},
    {"rtcp-that-cannot-be-protected-is-left-alone", test_rtcp_refused},
};

typedef struct
{
  Variant variant;
  TestFunc func;
} Case;

/* A backend that this machine has not got is said so. */
static void
run_case (gconstpointer data)
{
  const Case *c = data;
  Fixture f = {0};
  set_up (&f, &c->variant);
  if (f.crypto)
    c->func (&f, NULL);
  else
    g_test_skip ("this backend is not on this machine");
  tear_down (&f, NULL);
}

static void
add_cases (ParlorSrtpBackend backend, ParlorSrtpProfile profile)
{
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      Case c = {{backend, profile}, tests[i].func};
      g_autofree char *path = g_strdup_printf (
          "/secure/srtp/%s/%s/%s", parlor_srtp_backend_name (backend),
          profile == PARLOR_SRTP_AEAD_AES_128_GCM ? "gcm" : "cm", tests[i].name);
      g_test_add_data_func_full (path, g_memdup2 (&c, sizeof c), run_case, g_free);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (srtp_init (), ==, srtp_err_status_ok);
  g_test_add_func ("/secure/srtp/backends-have-names", test_names);
  for (ParlorSrtpBackend backend = PARLOR_SRTP_BACKEND_OPENSSL; backend < PARLOR_N_SRTP_BACKENDS;
       backend++)
    {
      add_cases (backend, PARLOR_SRTP_AEAD_AES_128_GCM);
      add_cases (backend, PARLOR_SRTP_AES128_CM_HMAC_SHA1_80);
    }
  return g_test_run ();
}
