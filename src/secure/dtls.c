/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/dtls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "secure/certificate_private.h"
#include "secure/dtls_record.h"

#define NEVER G_MAXINT64
/* More datagrams than any flight of a handshake has; what comes on top is lost, as on a network. */
#define MAX_OUTPUT 32
/* A peer repeats its flight after hundreds of ms; several datagrams of one repeat get one answer.
 */
#define REPEAT_INTERVAL_US 20000
/* Far above what OpenSSL counts in epoch 1. */
#define FIRST_SEQUENCE G_GUINT64_CONSTANT (0x100000)
/* A peer's chain is one certificate; a large RSA one has some 2 KB. */
#define MAX_CHAIN_BYTES 16384
/* Records of a later epoch or another version that OpenSSL sees in a handshake. It keeps what comes
 * before its time, up to a hundred, each with a buffer of 16 KB, and looks for records inside one
 * whose version it does not know. An honest flight has one of these: its Finished, or a ClientHello
 * (RFC 6347 section 4.1: of version 1.0); lost flights come again a few times. */
#define MAX_ODD_RECORDS 16

typedef struct
{
  guint16 length;
  guint8 bytes[PARLOR_DTLS_MTU];
} Datagram;

struct _ParlorDtlsContext
{
  SSL_CTX *ssl_ctx;
  BIO_METHOD *bio_method;
};

struct _ParlorDtls
{
  /* constant after new */
  const ParlorDtlsContext *context;
  ParlorDtlsRole role;
  ParlorFingerprint fingerprints[PARLOR_DTLS_MAX_FINGERPRINTS];
  guint n_fingerprints;

  ParlorDtlsState state;
  ParlorDtlsFailure failure;
  gint64 give_up_us; /* NEVER = the clock does not run */
  ParlorDtlsStats stats;

  /* only while handshaking */
  SSL *ssl;
  gint64 retransmit_us, interval_us;
  guint64 plain_sequence; /* of the next record in epoch 0 */
  gboolean wrong_fingerprint;
  const guint8 *input; /* what the BIO reads next */
  gsize input_length;
  guint n_odd; /* of MAX_ODD_RECORDS */

  Datagram *output[MAX_OUTPUT];
  guint n_output, first_output;
  guint n_flight;         /* of n_output, the last ones: made in this call, may still grow */
  GByteArray *flight;     /* our last one: (length, datagram)*; NULL = none, answered, or too old */
  gint64 flight_until_us; /* NEVER while handshaking */
  guint64 sequence;       /* of the next record that we seal in epoch 1 */

  /* only after it */
  ParlorSrtpKeys keys;
  ParlorDtlsRecordKeys record_keys;
  gint64 repeated_us;
};

/* ---- datagrams out ---- */

static Datagram *
output_at (const ParlorDtls *self, guint i)
{
  return self->output[(self->first_output + i) % MAX_OUTPUT];
}

static void
push_output (ParlorDtls *self, const guint8 *bytes, gsize length)
{
  if (self->n_output == MAX_OUTPUT || length > PARLOR_DTLS_MTU)
    return;
  Datagram *datagram = g_new (Datagram, 1);
  datagram->length = (guint16)length;
  memcpy (datagram->bytes, bytes, length);
  self->output[(self->first_output + self->n_output++) % MAX_OUTPUT] = datagram;
}

gsize
parlor_dtls_poll_output (ParlorDtls *dtls, guint8 *buffer, gsize capacity)
{
  g_return_val_if_fail (capacity >= PARLOR_DTLS_MTU, 0);
  if (dtls->n_output == 0)
    return 0;
  g_autofree Datagram *datagram = dtls->output[dtls->first_output];
  dtls->first_output = (dtls->first_output + 1) % MAX_OUTPUT;
  dtls->n_output--;
  memcpy (buffer, datagram->bytes, datagram->length);
  return datagram->length;
}

/* A flight that is sent again has new record numbers (RFC 6347 section 4.2.4), else the peer takes
 * it for a replay and does not answer; and it is sent again by us, not by OpenSSL. So all numbers
 * of epoch 0 are ours: nothing authenticates them. */
static void
number_records (ParlorDtls *self, guint8 *bytes, gsize length)
{
  ParlorDtlsRecord record;
  gsize at = 0;
  while (parlor_dtls_record_next (bytes, length, &at, &record))
    if (record.epoch == 0)
      parlor_dtls_record_set_sequence (bytes + at - record.length, self->plain_sequence++);
}

/* A flight is written record by record. As one datagram it is lost or kept as a whole, and cannot
 * be reordered: RFC 6347 section 4.2.3 asks for that. */
static void
push_record (ParlorDtls *self, const guint8 *bytes, gsize length)
{
  Datagram *last = self->n_flight > 0 ? output_at (self, self->n_output - 1) : NULL;
  if (last && last->length + length <= PARLOR_DTLS_MTU)
    {
      memcpy (last->bytes + last->length, bytes, length);
      last->length += (guint16)length;
    }
  else
    {
      guint before = self->n_output;
      push_output (self, bytes, length);
      if (self->n_output == before)
        return;
      self->n_flight++;
      last = output_at (self, self->n_output - 1);
    }
  number_records (self, last->bytes + last->length - length, length);
}

/* ---- the BIO: a datagram a read, a record or more a write ---- */

static int
bio_read (BIO *bio, char *out, int capacity)
{
  ParlorDtls *self = BIO_get_data (bio);
  BIO_clear_retry_flags (bio);
  if (!self->input)
    {
      BIO_set_retry_read (bio);
      return -1;
    }
  gsize n = MIN ((gsize)capacity, self->input_length);
  memcpy (out, self->input, n);
  self->input = NULL;
  return (int)n;
}

static int
bio_write (BIO *bio, const char *bytes, int length)
{
  BIO_clear_retry_flags (bio);
  push_record (BIO_get_data (bio), (const guint8 *)bytes, (gsize)length);
  return length;
}

static long
bio_ctrl (BIO *bio, int command, long number, void *pointer)
{
  ParlorDtls *self = BIO_get_data (bio);
  switch (command)
    {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return PARLOR_DTLS_MTU;
    case BIO_CTRL_PENDING:
      return self->input ? (long)self->input_length : 0;
    default:
      return 0;
    }
}

static int
bio_create (BIO *bio)
{
  BIO_set_init (bio, 1);
  return 1;
}

static BIO_METHOD *
make_bio_method (void)
{
  BIO_METHOD *method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "parlor-dtls");
  if (method)
    {
      BIO_meth_set_create (method, bio_create);
      BIO_meth_set_read (method, bio_read);
      BIO_meth_set_write (method, bio_write);
      BIO_meth_set_ctrl (method, bio_ctrl);
    }
  return method;
}

/* ---- context ---- */

static int
verify_peer (X509_STORE_CTX *store, void *unused)
{
  SSL *ssl = X509_STORE_CTX_get_ex_data (store, SSL_get_ex_data_X509_STORE_CTX_idx ());
  ParlorDtls *self = SSL_get_app_data (ssl);
  X509 *x509 = X509_STORE_CTX_get0_cert (store);
  guint8 *der = NULL;
  int length = x509 ? i2d_X509 (x509, &der) : 0;
  gboolean ok = FALSE;
  for (guint i = 0; length > 0 && i < self->n_fingerprints; i++)
    ok |= parlor_fingerprint_matches (&self->fingerprints[i], der, (gsize)length);
  OPENSSL_free (der);
  self->wrong_fingerprint = !ok;
  X509_STORE_CTX_set_error (store, ok ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return ok;
}

static gboolean
configure (SSL_CTX *ctx, const ParlorCertificate *cert)
{
  SSL_CTX_set_options (ctx, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION
                                | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode (ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list (ctx, MAX_CHAIN_BYTES);
  SSL_CTX_set_security_level (ctx, 2);
  /* No record of ours is larger than a datagram: a write buffer of 2 KB instead of 16. */
  SSL_CTX_set_max_send_fragment (ctx, 2048);
  SSL_CTX_set_verify (ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback (ctx, verify_peer, NULL);
  return SSL_CTX_set_min_proto_version (ctx, DTLS1_2_VERSION)
         && SSL_CTX_set_max_proto_version (ctx, DTLS1_2_VERSION)
         && SSL_CTX_set_cipher_list (ctx,
                                     "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256")
         && SSL_CTX_set1_groups_list (ctx, "X25519:P-256:P-384")
         && SSL_CTX_use_certificate (ctx, cert->x509)
         && SSL_CTX_use_PrivateKey (ctx, cert->key)
         /* The first is the one we prefer; 0 is success. */
         && SSL_CTX_set_tlsext_use_srtp (ctx, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0;
}

ParlorDtlsContext *
parlor_dtls_context_new (const ParlorCertificate *cert)
{
  ParlorDtlsContext *self = g_new0 (ParlorDtlsContext, 1);
  self->ssl_ctx = SSL_CTX_new (DTLS_method ());
  self->bio_method = make_bio_method ();
  if (!self->ssl_ctx || !self->bio_method || !configure (self->ssl_ctx, cert))
    g_clear_pointer (&self, parlor_dtls_context_free);
  return self;
}

gboolean
parlor_dtls_context_set_profile (ParlorDtlsContext *context, ParlorSrtpProfile profile)
{
  const char *name = profile == PARLOR_SRTP_AEAD_AES_128_GCM ? "SRTP_AEAD_AES_128_GCM"
                                                             : "SRTP_AES128_CM_SHA1_80";
  return SSL_CTX_set_tlsext_use_srtp (context->ssl_ctx, name) == 0;
}

void
parlor_dtls_context_free (ParlorDtlsContext *context)
{
  if (!context)
    return;
  SSL_CTX_free (context->ssl_ctx);
  BIO_meth_free (context->bio_method);
  g_free (context);
}

/* ---- life ---- */

ParlorDtls *
parlor_dtls_new (const ParlorDtlsContext *context, ParlorDtlsRole role,
                 const ParlorFingerprint *fingerprints, guint n_fingerprints)
{
  g_return_val_if_fail (n_fingerprints > 0 && n_fingerprints <= PARLOR_DTLS_MAX_FINGERPRINTS, NULL);
  ParlorDtls *self = g_new0 (ParlorDtls, 1);
  self->context = context;
  self->role = role;
  self->n_fingerprints = n_fingerprints;
  memcpy (self->fingerprints, fingerprints, n_fingerprints * sizeof *fingerprints);
  self->give_up_us = self->retransmit_us = self->flight_until_us = NEVER;
  self->sequence = FIRST_SEQUENCE;
  self->repeated_us = G_MININT64 / 2;
  return self;
}

static void
drop_ssl (ParlorDtls *self)
{
  g_clear_pointer (&self->ssl, SSL_free);
  self->retransmit_us = self->give_up_us = NEVER;
}

static void
drop_flight (ParlorDtls *self)
{
  g_clear_pointer (&self->flight, g_byte_array_unref);
  self->flight_until_us = NEVER;
}

void
parlor_dtls_free (ParlorDtls *dtls)
{
  if (!dtls)
    return;
  drop_ssl (dtls);
  while (dtls->n_output > 0)
    g_free (output_at (dtls, --dtls->n_output));
  drop_flight (dtls);
  OPENSSL_cleanse (dtls, sizeof *dtls);
  g_free (dtls);
}

static void
fail (ParlorDtls *self, ParlorDtlsFailure failure)
{
  drop_ssl (self);
  drop_flight (self);
  self->state = PARLOR_DTLS_FAILED;
  self->failure = failure;
}

/* OpenSSL's own timer reads the wall clock, which may be set while people join, and waits a second
 * at first. It is put beyond the end of any handshake; see retransmit (). */
static unsigned int
never_by_itself (SSL *ssl, unsigned int before_us)
{
  return G_MAXUINT;
}

static gboolean
make_ssl (ParlorDtls *self)
{
  self->ssl = SSL_new (self->context->ssl_ctx);
  BIO *bio = self->ssl ? BIO_new (self->context->bio_method) : NULL;
  if (!bio)
    return FALSE;
  BIO_set_data (bio, self);
  SSL_set_bio (self->ssl, bio, bio);
  SSL_set_app_data (self->ssl, self);
  SSL_set_mtu (self->ssl, PARLOR_DTLS_MTU);
  DTLS_set_timer_cb (self->ssl, never_by_itself);
  if (self->role == PARLOR_DTLS_SERVER)
    SSL_set_accept_state (self->ssl);
  else
    SSL_set_connect_state (self->ssl);
  self->interval_us = PARLOR_DTLS_RETRANSMIT_US;
  return TRUE;
}

/* ---- handshake ---- */

/* RFC 5764 section 4.2: client key, server key, client salt, server salt. */
static gboolean
export_keys (ParlorDtls *self)
{
  static const char label[] = "EXTRACTOR-dtls_srtp";
  guint8 material[2 * (PARLOR_SRTP_KEY_BYTES + PARLOR_SRTP_SALT_MAX)];
  const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile (self->ssl);
  ParlorSrtpKeys *keys = &self->keys;
  if (!profile)
    return FALSE;
  keys->profile = (ParlorSrtpProfile)profile->id;
  gsize key = PARLOR_SRTP_KEY_BYTES, salt = parlor_srtp_profile_salt_bytes (keys->profile);
  if (SSL_export_keying_material (self->ssl, material, 2 * (key + salt), label, strlen (label),
                                  NULL, 0, 0)
      != 1)
    return FALSE;
  gsize server = self->role == PARLOR_DTLS_SERVER ? 1 : 0, client = 1 - server;
  memcpy (keys->send_key, material + server * key, key);
  memcpy (keys->recv_key, material + client * key, key);
  memcpy (keys->send_salt, material + 2 * key + server * salt, salt);
  memcpy (keys->recv_salt, material + 2 * key + client * salt, salt);
  OPENSSL_cleanse (material, sizeof material);
  return TRUE;
}

/* A copy of the flight that was just made. */
static void
keep_flight (ParlorDtls *self)
{
  drop_flight (self);
  self->flight = g_byte_array_new ();
  for (guint i = self->n_output - self->n_flight; i < self->n_output; i++)
    {
      const Datagram *datagram = output_at (self, i);
      g_byte_array_append (self->flight, (const guint8 *)&datagram->length, 2);
      g_byte_array_append (self->flight, datagram->bytes, datagram->length);
    }
}

/* The next datagram of what keep_flight () kept; FALSE at the end. */
static gboolean
next_of_flight (const ParlorDtls *self, guint *at, const guint8 **bytes, guint16 *length)
{
  if (!self->flight || *at >= self->flight->len)
    return FALSE;
  memcpy (length, self->flight->data + *at, 2);
  *bytes = self->flight->data + *at + 2;
  *at += 2u + *length;
  return TRUE;
}

static void
finish (ParlorDtls *self, gint64 now_us)
{
  if (!SSL_get_selected_srtp_profile (self->ssl))
    {
      SSL_shutdown (self->ssl);
      fail (self, PARLOR_DTLS_NO_SRTP);
      return;
    }
  if (!export_keys (self)
      || !parlor_dtls_record_keys_derive (self->ssl, self->role == PARLOR_DTLS_SERVER,
                                          &self->record_keys))
    {
      fail (self, PARLOR_DTLS_PROTOCOL);
      return;
    }
  /* A server's last flight is the handshake's last, so the peer may miss it; a client's was
   * answered. */
  if (self->role == PARLOR_DTLS_SERVER)
    self->flight_until_us = now_us + PARLOR_DTLS_LAST_FLIGHT_US;
  else
    drop_flight (self);
  drop_ssl (self);
  self->state = PARLOR_DTLS_CONNECTED;
}

static ParlorDtlsFailure
why (const ParlorDtls *self)
{
  gulong error = ERR_peek_last_error ();
  if (self->wrong_fingerprint)
    return PARLOR_DTLS_WRONG_FINGERPRINT;
  if (ERR_GET_LIB (error) == ERR_LIB_SSL
      && ERR_GET_REASON (error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
    return PARLOR_DTLS_NO_CERTIFICATE;
  return PARLOR_DTLS_PROTOCOL;
}

/* Lets OpenSSL go on as far as it can with what has come. */
static void
step (ParlorDtls *self, gint64 now_us)
{
  self->n_flight = 0;
  ERR_clear_error ();
  int result = SSL_do_handshake (self->ssl);
  int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error (self->ssl, result);
  self->input = NULL;
  if (self->n_flight > 0)
    keep_flight (self);
  if (error == SSL_ERROR_NONE)
    finish (self, now_us);
  else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
    fail (self, why (self));
  else if (self->n_flight > 0)
    {
      self->interval_us = PARLOR_DTLS_RETRANSMIT_US;
      self->retransmit_us = now_us + self->interval_us;
    }
  ERR_clear_error ();
}

static void
run_clock (ParlorDtls *self, gint64 now_us)
{
  if (self->give_up_us == NEVER)
    self->give_up_us = now_us + PARLOR_DTLS_TIMEOUT_US;
}

static void
begin (ParlorDtls *self, const guint8 *input, gsize length, gint64 now_us)
{
  run_clock (self, now_us);
  if (!make_ssl (self))
    {
      fail (self, PARLOR_DTLS_PROTOCOL);
      return;
    }
  self->state = PARLOR_DTLS_HANDSHAKING;
  self->input = input;
  self->input_length = length;
  step (self, now_us);
}

void
parlor_dtls_start (ParlorDtls *dtls, gint64 now_us)
{
  if (dtls->state != PARLOR_DTLS_NEW)
    return;
  if (dtls->role == PARLOR_DTLS_CLIENT)
    begin (dtls, NULL, 0, now_us);
  else
    run_clock (dtls, now_us);
}

/* ---- after the handshake ---- */

static void
repeat_last_flight (ParlorDtls *self, gint64 now_us)
{
  const guint8 *bytes;
  guint16 length;
  if (!self->flight || now_us < self->repeated_us + REPEAT_INTERVAL_US)
    return;
  self->repeated_us = now_us;
  self->stats.repeats++;
  for (guint at = 0; next_of_flight (self, &at, &bytes, &length);)
    push_output (self, bytes, length);
}

/* TRUE when the record was authentic and meant something. */
static gboolean
handle_record (ParlorDtls *self, const ParlorDtlsRecord *record, gint64 now_us)
{
  guint8 plain[PARLOR_DTLS_RECORD_MAX_PLAIN];
  gsize n = parlor_dtls_record_open (&self->record_keys, record, plain);
  if (n > 0 && record->type == PARLOR_DTLS_HANDSHAKE)
    {
      repeat_last_flight (self, now_us);
      return TRUE;
    }
  /* Alert: level, description. close_notify is 0; a fatal one (level 2) ends the session too. */
  if (n == 2 && record->type == PARLOR_DTLS_ALERT && (plain[1] == 0 || plain[0] == 2))
    {
      self->state = PARLOR_DTLS_CLOSED;
      return TRUE;
    }
  return FALSE;
}

static void
handle_established (ParlorDtls *self, const guint8 *bytes, gsize length, gint64 now_us)
{
  ParlorDtlsRecord record;
  gsize at = 0;
  gboolean used = FALSE;
  while (self->state == PARLOR_DTLS_CONNECTED
         && parlor_dtls_record_next (bytes, length, &at, &record))
    used |= handle_record (self, &record, now_us);
  self->stats.dropped += !used;
}

/* Only (a fragment of) a ClientHello is worth an SSL object. */
static gboolean
is_client_hello (const ParlorDtlsRecord *record)
{
  return record->type == PARLOR_DTLS_HANDSHAKE && record->epoch == 0
         && record->length > PARLOR_DTLS_RECORD_HEADER
         && record->bytes[PARLOR_DTLS_RECORD_HEADER] == 1;
}

/* How much of a datagram OpenSSL is to see: up to the first record that is one odd one too many. */
static gsize
length_to_see (ParlorDtls *self, const guint8 *bytes, gsize length)
{
  ParlorDtlsRecord record;
  gsize at = 0, seen = 0;
  while (parlor_dtls_record_next (bytes, length, &at, &record))
    {
      gboolean is_odd = record.epoch != 0 || record.bytes[2] != (DTLS1_2_VERSION & 0xff);
      if (is_odd && self->n_odd == MAX_ODD_RECORDS)
        return seen;
      self->n_odd += is_odd;
      seen = at;
    }
  return seen;
}

static void
handle_handshake (ParlorDtls *self, const guint8 *bytes, gsize length, gint64 now_us)
{
  ParlorDtlsRecord record;
  gsize at = 0;
  gboolean is_first = self->state != PARLOR_DTLS_HANDSHAKING;
  gboolean is_record = parlor_dtls_record_next (bytes, length, &at, &record)
                       && (!is_first || is_client_hello (&record));
  length = is_record ? length_to_see (self, bytes, length) : 0;
  if (length > 0 && !is_first)
    {
      self->input = bytes;
      self->input_length = length;
      step (self, now_us);
    }
  else if (length > 0 && self->role == PARLOR_DTLS_SERVER)
    begin (self, bytes, length, now_us);
  else
    self->stats.dropped++;
}

void
parlor_dtls_handle (ParlorDtls *dtls, const guint8 *bytes, gsize length, gint64 now_us)
{
  dtls->stats.datagrams_in++;
  if (dtls->state == PARLOR_DTLS_NEW || dtls->state == PARLOR_DTLS_HANDSHAKING)
    handle_handshake (dtls, bytes, length, now_us);
  else if (dtls->state == PARLOR_DTLS_CONNECTED)
    handle_established (dtls, bytes, length, now_us);
  else
    dtls->stats.dropped++;
}

void
parlor_dtls_close (ParlorDtls *dtls)
{
  static const guint8 close_notify[2] = {1, 0};
  guint8 record[PARLOR_DTLS_RECORD_MAX];
  gsize length = 0;
  if (dtls->state == PARLOR_DTLS_CONNECTED)
    length = parlor_dtls_record_seal (&dtls->record_keys, PARLOR_DTLS_ALERT, dtls->sequence++,
                                      close_notify, sizeof close_notify, record);
  else
    drop_flight (dtls);
  if (length > 0)
    push_output (dtls, record, length);
  drop_ssl (dtls);
  if (dtls->state != PARLOR_DTLS_FAILED)
    dtls->state = PARLOR_DTLS_CLOSED;
}

/* ---- time ---- */

gint64
parlor_dtls_next_us (const ParlorDtls *dtls)
{
  return MIN (MIN (dtls->retransmit_us, dtls->give_up_us), dtls->flight_until_us);
}

/* A client's Finished, sealed anew: its server, which has finished and lost only its own last
 * flight, answers no replay. */
static void
repeat_sealed (ParlorDtls *self, const ParlorDtlsRecord *record)
{
  gboolean server = self->role == PARLOR_DTLS_SERVER;
  ParlorDtlsRecordKeys ours, peers;
  guint8 plain[PARLOR_DTLS_RECORD_MAX_PLAIN], sealed[PARLOR_DTLS_RECORD_MAX];
  if (parlor_dtls_record_keys_derive (self->ssl, server, &ours)
      && parlor_dtls_record_keys_derive (self->ssl, !server, &peers))
    {
      gsize n = parlor_dtls_record_open (&peers, record, plain);
      gsize length = n > 0 ? parlor_dtls_record_seal (&ours, record->type, self->sequence++, plain,
                                                      n, sealed)
                           : 0;
      if (length > 0)
        push_record (self, sealed, length);
    }
  OPENSSL_cleanse (&ours, sizeof ours);
  OPENSSL_cleanse (&peers, sizeof peers);
}

/* OpenSSL would do this by its own timer only, and lends that to nobody: what has to go out again
 * is ours already, but for the numbers. */
static void
retransmit (ParlorDtls *self, gint64 now_us)
{
  const guint8 *bytes;
  guint16 length;
  self->n_flight = 0;
  self->interval_us = MIN (self->interval_us * 2, PARLOR_DTLS_RETRANSMIT_MAX_US);
  self->retransmit_us = now_us + self->interval_us;
  for (guint at = 0; next_of_flight (self, &at, &bytes, &length);)
    {
      ParlorDtlsRecord record;
      gsize inside = 0;
      while (parlor_dtls_record_next (bytes, length, &inside, &record))
        if (record.epoch == 0)
          push_record (self, record.bytes, record.length);
        else
          repeat_sealed (self, &record);
    }
  ERR_clear_error ();
  if (self->n_flight > 0)
    self->stats.retransmissions++;
}

void
parlor_dtls_handle_timeout (ParlorDtls *dtls, gint64 now_us)
{
  if (now_us >= dtls->flight_until_us)
    drop_flight (dtls);
  if (now_us >= dtls->give_up_us)
    fail (dtls, PARLOR_DTLS_TIMED_OUT);
  else if (dtls->ssl && now_us >= dtls->retransmit_us)
    retransmit (dtls, now_us);
}

/* ---- looking ---- */

ParlorDtlsState
parlor_dtls_state (const ParlorDtls *dtls)
{
  return dtls->state;
}

ParlorDtlsFailure
parlor_dtls_failure (const ParlorDtls *dtls)
{
  return dtls->failure;
}

const char *
parlor_dtls_failure_name (ParlorDtlsFailure failure)
{
  static const char *const names[] = {"ok",      "no-certificate", "wrong-fingerprint",
                                      "no-srtp", "protocol",       "timed-out"};
  return failure < G_N_ELEMENTS (names) ? names[failure] : "none";
}

gboolean
parlor_dtls_get_keys (const ParlorDtls *dtls, ParlorSrtpKeys *keys)
{
  if (dtls->keys.profile == PARLOR_SRTP_PROFILE_NONE)
    return FALSE;
  *keys = dtls->keys;
  return TRUE;
}

const ParlorDtlsStats *
parlor_dtls_stats (const ParlorDtls *dtls)
{
  return &dtls->stats;
}
