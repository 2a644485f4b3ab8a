/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a packet's way cost alone: protect and unprotect by backend and profile, beside
 * libsrtp2; a connectivity check; a DTLS handshake of both ends. CPU time of one thread. */
#include <glib.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ice/client.h"
#include "ice/lite.h"
#include "secure/dtls.h"
#include "secure/srtp.h"

#define BATCH 64
#define ROUNDS 400
#define SLOT 1400

static double
cpu_us (void)
{
  struct timespec t;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static guint8 clear[SLOT], wire[BATCH][SLOT];

static void
set_header (guint8 *packet, guint64 index)
{
  memset (packet, 0, 12);
  packet[0] = 0x80;
  packet[2] = (guint8)(index >> 8);
  packet[3] = (guint8)index;
  packet[11] = 1;
}

static ParlorSrtpKeys
make_keys (ParlorSrtpProfile profile)
{
  ParlorSrtpKeys keys = {.profile = profile};
  memset (keys.send_key, 1, sizeof keys.send_key);
  memset (keys.recv_key, 1, sizeof keys.recv_key);
  return keys;
}

static void
bench_ours (ParlorSrtpBackend backend, ParlorSrtpProfile profile, gsize size)
{
  ParlorSrtpKeys keys = make_keys (profile);
  g_autoptr (ParlorCrypto) crypto = parlor_crypto_new (backend);
  if (!crypto)
    return;
  g_autoptr (ParlorSrtpOut) out = parlor_srtp_out_new (crypto, &keys);
  g_autoptr (ParlorSrtpIn) in = parlor_srtp_in_new (crypto, &keys);
  guint8 heads[BATCH][12];
  ParlorSrtpJob jobs[BATCH];
  double protect_us = 0, unprotect_us = 0;
  guint64 index = 1;
  for (guint round = 0; round < ROUNDS; round++)
    {
      for (guint i = 0; i < BATCH; i++, index++)
        {
          set_header (heads[i], index);
          jobs[i] = (ParlorSrtpJob){.out = out,
                                    .head = heads[i],
                                    .payload = clear + 12,
                                    .head_length = 12,
                                    .header_length = 12,
                                    .payload_length = (guint16)(size - 12),
                                    .index = index,
                                    .dst = wire[i]};
        }
      double begin = cpu_us ();
      guint n = parlor_srtp_protect (crypto, jobs, BATCH);
      double middle = cpu_us ();
      for (guint i = 0; i < n; i++)
        if (parlor_srtp_in_unprotect_rtp (in, wire[i], &jobs[i].dst_length, NULL) != PARLOR_SRTP_OK)
          g_error ("a packet of ours did not come back");
      protect_us += middle - begin;
      unprotect_us += cpu_us () - middle;
    }
  printf ("%-8s %-24s %5zu bytes: protect %.3f us, unprotect %.3f us\n",
          parlor_srtp_backend_name (backend), parlor_srtp_profile_name (profile), size,
          protect_us / (ROUNDS * BATCH), unprotect_us / (ROUNDS * BATCH));
}

static srtp_t
reference_new (ParlorSrtpProfile profile, srtp_ssrc_type_t type)
{
  guint8 key[64] = {1};
  srtp_policy_t policy = {.ssrc = {.type = type}, .key = key, .window_size = 1024};
  srtp_t session = NULL;
  if (profile == PARLOR_SRTP_AEAD_AES_128_GCM)
    srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtp);
  else
    srtp_crypto_policy_set_rtp_default (&policy.rtp);
  policy.rtcp = policy.rtp;
  if (srtp_create (&session, &policy) != srtp_err_status_ok)
    g_error ("libsrtp2");
  return session;
}

static void
bench_reference (ParlorSrtpProfile profile, gsize size)
{
  srtp_t out = reference_new (profile, ssrc_any_outbound),
         in = reference_new (profile, ssrc_any_inbound);
  double protect_us = 0, unprotect_us = 0;
  int lengths[BATCH];
  guint64 index = 1;
  for (guint round = 0; round < ROUNDS / 4; round++)
    {
      double begin = cpu_us ();
      for (guint i = 0; i < BATCH; i++, index++)
        {
          memcpy (wire[i], clear, size);
          set_header (wire[i], index);
          lengths[i] = (int)size;
          srtp_protect (out, wire[i], &lengths[i]);
        }
      double middle = cpu_us ();
      for (guint i = 0; i < BATCH; i++)
        srtp_unprotect (in, wire[i], &lengths[i]);
      protect_us += middle - begin;
      unprotect_us += cpu_us () - middle;
    }
  printf ("%-8s %-24s %5zu bytes: protect %.3f us, unprotect %.3f us\n", "libsrtp2",
          parlor_srtp_profile_name (profile), size, protect_us / (ROUNDS / 4 * BATCH),
          unprotect_us / (ROUNDS / 4 * BATCH));
  srtp_dealloc (out);
  srtp_dealloc (in);
}

static void
bench_check (void)
{
  const guint8 random[PARLOR_ICE_RANDOM_BYTES] = {1};
  const guint n = 50000;
  ParlorIceCredentials local;
  ParlorTuple from = {0};
  ParlorIceResult result;
  guint8 check[PARLOR_ICE_CLIENT_CHECK_MAX], reply[PARLOR_ICE_REPLY_MAX];
  g_autoptr (ParlorStunAgent) agent = parlor_stun_agent_new ();
  parlor_ice_credentials_make (0, random, &local);
  parlor_addr_parse ("192.0.2.1", 4000, &from.peer);
  g_autoptr (ParlorIceLite) lite = parlor_ice_lite_new (&local, "peer");
  g_autoptr (ParlorIceClient)
      client = parlor_ice_client_new ("peer", "0123456789012345678901", local.ufrag, local.pwd, 1);
  gsize length = parlor_ice_client_poll (client, agent, 0, check);
  double begin = cpu_us ();
  for (guint i = 0; i < n; i++)
    if (parlor_ice_lite_handle (lite, agent, check, length, &from, i, reply, &result)
        != PARLOR_ICE_OK)
      g_error ("a check of ours was refused");
  printf ("connectivity check answered: %.3f us\n", (cpu_us () - begin) / n);
  g_autoptr (ParlorIceClient) stranger = parlor_ice_client_new (
      "peer", "0123456789012345678901", local.ufrag, "0123456789012345678901", 1);
  length = parlor_ice_client_poll (stranger, agent, 0, check);
  begin = cpu_us ();
  for (guint i = 0; i < n; i++)
    parlor_ice_lite_handle (lite, agent, check, length, &from, i, reply, &result);
  printf ("connectivity check with a wrong password: %.3f us\n", (cpu_us () - begin) / n);
}

static void
carry (ParlorDtls *from, ParlorDtls *to, double *us)
{
  guint8 bytes[PARLOR_DTLS_MTU];
  gsize length;
  while ((length = parlor_dtls_poll_output (from, bytes, sizeof bytes)))
    {
      double begin = cpu_us ();
      parlor_dtls_handle (to, bytes, length, 1);
      *us += cpu_us () - begin;
    }
}

static void
bench_handshake (void)
{
  const guint n = 200;
  ParlorFingerprint print;
  double server_us = 0, client_us = 0;
  g_autoptr (ParlorCertificate) cert = parlor_certificate_new (1700000000);
  g_autoptr (ParlorDtlsContext) context = parlor_dtls_context_new (cert);
  parlor_fingerprint_parse ("sha-256", parlor_certificate_fingerprint (cert), &print);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ParlorDtls) server = parlor_dtls_new (context, PARLOR_DTLS_SERVER, &print, 1);
      g_autoptr (ParlorDtls) client = parlor_dtls_new (context, PARLOR_DTLS_CLIENT, &print, 1);
      parlor_dtls_start (client, 1);
      for (guint step = 0; step < 4; step++)
        {
          carry (client, server, &server_us);
          carry (server, client, &client_us);
        }
      if (parlor_dtls_state (client) != PARLOR_DTLS_CONNECTED)
        g_error ("a handshake failed");
    }
  printf ("DTLS handshake: server %.0f us, client %.0f us\n", server_us / n, client_us / n);
}

int
main (void)
{
  static const gsize sizes[] = {100, 1200};
  static const ParlorSrtpProfile profiles[] = {PARLOR_SRTP_AEAD_AES_128_GCM,
                                               PARLOR_SRTP_AES128_CM_HMAC_SHA1_80};
  if (srtp_init () != srtp_err_status_ok)
    return 1;
  for (guint p = 0; p < G_N_ELEMENTS (profiles); p++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        bench_ours (PARLOR_SRTP_BACKEND_IPSEC, profiles[p], sizes[s]);
        bench_ours (PARLOR_SRTP_BACKEND_OPENSSL, profiles[p], sizes[s]);
        bench_reference (profiles[p], sizes[s]);
      }
  bench_check ();
  bench_handshake ();
  return 0;
}
