/* SPDX-License-Identifier: Apache-2.0 */
/* What DTLS hands to SRTP: a protection profile and the master keys and salts of both directions.
 * RFC 5764 section 4.2 (export), RFC 7714 section 12 (GCM), RFC 3711 section 8.2 (CM). Plain
 * values, any thread. They are secrets: wipe a copy with parlor_srtp_keys_clear () when its use is
 * over. */
#pragma once
#include <glib.h>

/* The numbers are those of the use_srtp extension (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
 */
typedef enum
{
  PARLOR_SRTP_PROFILE_NONE = 0,
  PARLOR_SRTP_AES128_CM_HMAC_SHA1_80 = 1, /* 16-byte key, 14-byte salt, 10-byte tag */
  PARLOR_SRTP_AEAD_AES_128_GCM = 7,       /* 16-byte key, 12-byte salt, 16-byte tag */
} ParlorSrtpProfile;

#define PARLOR_SRTP_KEY_BYTES 16
#define PARLOR_SRTP_SALT_MAX 14

/* Bytes that protection adds to an RTP packet; to an RTCP packet it adds 4 more (the E bit and
 * index). */
#define PARLOR_SRTP_OVERHEAD_MAX 16
#define PARLOR_SRTCP_OVERHEAD_MAX 20

typedef struct
{
  ParlorSrtpProfile profile;
  guint8 send_key[PARLOR_SRTP_KEY_BYTES], send_salt[PARLOR_SRTP_SALT_MAX];
  guint8 recv_key[PARLOR_SRTP_KEY_BYTES], recv_salt[PARLOR_SRTP_SALT_MAX];
} ParlorSrtpKeys;

/* "AEAD_AES_128_GCM", "AES128_CM_HMAC_SHA1_80"; "none" for anything else. */
const char *parlor_srtp_profile_name (ParlorSrtpProfile profile);
/* Salt bytes (12, 14; 0 for NONE) and bytes added to an RTP packet (16, 10; 0 for NONE). */
gsize parlor_srtp_profile_salt_bytes (ParlorSrtpProfile profile);
gsize parlor_srtp_profile_overhead (ParlorSrtpProfile profile);
/* Overwrites with zeros in a way that the compiler keeps. NULL is ignored. */
void parlor_srtp_keys_clear (ParlorSrtpKeys *keys);
