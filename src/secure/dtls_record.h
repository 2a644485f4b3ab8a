/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS 1.2 records of an established session, sealed and opened without an SSL object (RFC 6347
 * section 4.1, RFC 5288): enough for alerts, and to know a repeated Finished for authentic. Only
 * the suites with AES-128-GCM and SHA-256. Not for other folders.
 *
 *    0        1        3        5              11       13                21
 *   +--------+--------+--------+--------------+--------+-----------------+------------+---------+
 *   |  type  | version| epoch  |   sequence   | length | explicit nonce  | ciphertext | tag 16  |
 *   +--------+--------+--------+--------------+--------+-----------------+------------+---------+
 */
#pragma once
#include <openssl/ssl.h>

#include <glib.h>

#define PARLOR_DTLS_RECORD_HEADER 13
#define PARLOR_DTLS_RECORD_MAX_PLAIN 64
/* Header, explicit nonce, plaintext, tag. */
#define PARLOR_DTLS_RECORD_MAX (PARLOR_DTLS_RECORD_HEADER + 8 + PARLOR_DTLS_RECORD_MAX_PLAIN + 16)

typedef enum
{
  PARLOR_DTLS_CHANGE_CIPHER_SPEC = 20,
  PARLOR_DTLS_ALERT = 21,
  PARLOR_DTLS_HANDSHAKE = 22,
} ParlorDtlsContentType;

typedef struct
{
  guint8 write_key[16], write_iv[4];
  guint8 read_key[16], read_iv[4];
} ParlorDtlsRecordKeys;

typedef struct
{
  guint8 type;
  guint16 epoch;
  const guint8 *bytes; /* the whole record, header included */
  gsize length;
} ParlorDtlsRecord;

/* From an SSL that has its master secret: done, or a client that has sent its Finished. server: the
 * keys as the server has them, whatever the SSL is. FALSE when its suite is another one, or OpenSSL
 * fails; keys holds nothing secret then, or what the caller wipes in any case. */
gboolean parlor_dtls_record_keys_derive (SSL *ssl, gboolean server, ParlorDtlsRecordKeys *keys);

/* The record at *at of a datagram, and *at moves behind it. FALSE at the end or at what is no
 * record. */
gboolean parlor_dtls_record_next (const guint8 *bytes, gsize length, gsize *at,
                                  ParlorDtlsRecord *record);

/* Opens an epoch 1 record into plain (PARLOR_DTLS_RECORD_MAX_PLAIN bytes); returns the plaintext's
 * length, 0 when it is longer than that, empty or not authentic. */
gsize parlor_dtls_record_open (const ParlorDtlsRecordKeys *keys, const ParlorDtlsRecord *record,
                               guint8 *plain);

/* Writes an epoch 1 record of n bytes (1 to PARLOR_DTLS_RECORD_MAX_PLAIN) to out
 * (PARLOR_DTLS_RECORD_MAX bytes) and returns its length; 0 when OpenSSL fails. sequence: never used
 * twice. */
gsize parlor_dtls_record_seal (const ParlorDtlsRecordKeys *keys, guint8 type, guint64 sequence,
                               const guint8 *plain, gsize n, guint8 *out);

/* Writes a record's number, 48 bits, into its header. Only epoch 0 is not authenticated with it. */
void parlor_dtls_record_set_sequence (guint8 *header, guint64 sequence);
