/* SPDX-License-Identifier: Apache-2.0 */
/* The server's DTLS certificate, and fingerprints as SDP carries them (RFC 8122 section 5, RFC 8827
 * section 6.5): a self-signed ECDSA certificate on P-256, made at start, kept in memory only.
 * A certificate is immutable after new: any thread may read it. */
#pragma once
#include <glib.h>

typedef struct _ParlorCertificate ParlorCertificate;

/* wall_s: seconds since 1970. Valid from a day before to 30 days after; nobody checks that in
 * WebRTC, where the fingerprint is what is trusted. Returns NULL only when OpenSSL fails (no
 * randomness). */
ParlorCertificate *parlor_certificate_new (gint64 wall_s);
void parlor_certificate_free (ParlorCertificate *cert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorCertificate, parlor_certificate_free)

/* SHA-256 in the form of SDP: 32 pairs of upper-case hex digits and colons ("AB:01:..."), to stand
 * behind "a=fingerprint:sha-256 ". Borrowed, lives as long as the certificate. */
const char *parlor_certificate_fingerprint (const ParlorCertificate *cert);

typedef enum
{
  PARLOR_HASH_SHA256,
  PARLOR_HASH_SHA384,
  PARLOR_HASH_SHA512,
} ParlorHash;

#define PARLOR_FINGERPRINT_MAX 64

typedef struct
{
  ParlorHash hash;
  guint8 length; /* 32, 48 or 64 */
  guint8 bytes[PARLOR_FINGERPRINT_MAX];
} ParlorFingerprint;

/* From the two words of an a=fingerprint line: hash ("sha-256", any case) and value ("AB:01:...",
 * any case). FALSE, and *out untouched, for a hash that is weak (md5, sha-1, sha-224) or unknown,
 * and for a value of the wrong length or form; NULL counts as that. */
gboolean parlor_fingerprint_parse (const char *hash, const char *value, ParlorFingerprint *out);

/* TRUE when the certificate in DER form has this fingerprint; takes the same time wherever they
 * differ. */
gboolean parlor_fingerprint_matches (const ParlorFingerprint *fingerprint, const guint8 *der,
                                     gsize length);
