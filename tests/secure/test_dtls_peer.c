/* SPDX-License-Identifier: Apache-2.0 */
/* dtls.c against OpenSSL set up as other programs set it up: other orders of profiles, RSA, none at
 * all. */
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

#include "secure/certificate_private.h"
#include "secure/dtls.h"

#define SEC G_GINT64_CONSTANT (1000000)

typedef struct
{
  const char *profiles; /* NULL = no use_srtp */
  gboolean rsa, no_certificate, dtls10;
  gboolean peer_is_server;
  ParlorDtlsFailure failure;
  ParlorSrtpProfile profile;
} Peer;

/* As older GStreamer makes it. */
static void
make_rsa (EVP_PKEY **key, X509 **x509)
{
  X509_NAME *name;
  *key = EVP_RSA_gen (2048);
  *x509 = X509_new ();
  name = X509_get_subject_name (*x509);
  X509_set_version (*x509, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (*x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (*x509), 0);
  X509_gmtime_adj (X509_getm_notAfter (*x509), 3600);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *)"peer", -1, -1, 0);
  X509_set_issuer_name (*x509, name);
  X509_set_pubkey (*x509, *key);
  g_assert_cmpint (X509_sign (*x509, *key, EVP_sha256 ()), >, 0);
}

static void
print_of (X509 *x509, ParlorFingerprint *print)
{
  guint n = 0;
  print->hash = PARLOR_HASH_SHA256;
  print->length = 32;
  g_assert_true (X509_digest (x509, EVP_sha256 (), print->bytes, &n));
}

static int
believe (int ok, X509_STORE_CTX *store)
{
  return 1;
}

static SSL *
make_peer (const Peer *peer, EVP_PKEY *key, X509 *x509)
{
  SSL_CTX *ctx = SSL_CTX_new (DTLS_method ());
  if (peer->dtls10)
    {
      SSL_CTX_set_security_level (ctx, 0);
      SSL_CTX_set_max_proto_version (ctx, DTLS1_VERSION);
    }
  if (peer->profiles)
    g_assert_cmpint (SSL_CTX_set_tlsext_use_srtp (ctx, peer->profiles), ==, 0);
  if (!peer->no_certificate)
    {
      SSL_CTX_use_certificate (ctx, x509);
      SSL_CTX_use_PrivateKey (ctx, key);
    }
  SSL_CTX_set_verify (ctx, SSL_VERIFY_PEER, believe);
  SSL *ssl = SSL_new (ctx);
  SSL_CTX_free (ctx);
  BIO *in = BIO_new (BIO_s_mem ()), *out = BIO_new (BIO_s_mem ());
  BIO_set_mem_eof_return (in, -1);
  SSL_set_bio (ssl, in, out);
  SSL_set_options (ssl, SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu (ssl, 4096); /* whole flights, so that what is in the memory BIO is one datagram */
  if (peer->peer_is_server)
    SSL_set_accept_state (ssl);
  else
    SSL_set_connect_state (ssl);
  return ssl;
}

/* One exchange each way; FALSE when both are silent. */
static gboolean
exchange (ParlorDtls *ours, SSL *theirs, gint64 now_us)
{
  guint8 bytes[16384];
  gboolean moved = FALSE;
  gsize length;
  SSL_do_handshake (theirs);
  int n = BIO_read (SSL_get_wbio (theirs), bytes, sizeof bytes);
  if (n > 0)
    {
      parlor_dtls_handle (ours, bytes, (gsize)n, now_us);
      moved = TRUE;
    }
  while ((length = parlor_dtls_poll_output (ours, bytes, sizeof bytes)))
    {
      BIO_write (SSL_get_rbio (theirs), bytes, (int)length);
      SSL_do_handshake (theirs);
      moved = TRUE;
    }
  return moved;
}

static void
check_keys (const ParlorDtls *ours, SSL *theirs, const Peer *peer)
{
  ParlorSrtpKeys keys;
  guint8 material[60];
  gsize salt = parlor_srtp_profile_salt_bytes (peer->profile);
  g_assert_true (parlor_dtls_get_keys (ours, &keys));
  g_assert_cmpint (keys.profile, ==, peer->profile);
  g_assert_cmpuint (SSL_get_selected_srtp_profile (theirs)->id, ==, peer->profile);
  g_assert_cmpint (SSL_export_keying_material (theirs, material, 32 + 2 * salt,
                                               "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0),
                   ==, 1);
  const guint8 *client_key = material, *server_key = material + 16;
  const guint8 *client_salt = material + 32, *server_salt = material + 32 + salt;
  g_assert_cmpmem (keys.send_key, 16, peer->peer_is_server ? client_key : server_key, 16);
  g_assert_cmpmem (keys.recv_key, 16, peer->peer_is_server ? server_key : client_key, 16);
  g_assert_cmpmem (keys.send_salt, salt, peer->peer_is_server ? client_salt : server_salt, salt);
  g_assert_cmpmem (keys.recv_salt, salt, peer->peer_is_server ? server_salt : client_salt, salt);
}

static void
test_peer (gconstpointer data)
{
  const Peer *peer = data;
  g_autoptr (ParlorCertificate) ours = parlor_certificate_new (1700000000);
  g_autoptr (ParlorCertificate) other = parlor_certificate_new (1700000000);
  g_autoptr (ParlorDtlsContext) context = parlor_dtls_context_new (ours);
  ParlorFingerprint print;
  EVP_PKEY *key = other->key;
  X509 *x509 = other->x509;
  if (peer->rsa)
    make_rsa (&key, &x509);
  print_of (x509, &print);
  g_autoptr (ParlorDtls) dtls = parlor_dtls_new (
      context, peer->peer_is_server ? PARLOR_DTLS_CLIENT : PARLOR_DTLS_SERVER, &print, 1);
  SSL *theirs = make_peer (peer, key, x509);
  parlor_dtls_start (dtls, 0);
  for (guint i = 0; i < 20 && exchange (dtls, theirs, 1000 * i); i++)
    ;
  g_assert_cmpint (parlor_dtls_failure (dtls), ==, peer->failure);
  g_assert_cmpint (parlor_dtls_state (dtls), ==,
                   peer->failure ? PARLOR_DTLS_FAILED : PARLOR_DTLS_CONNECTED);
  if (!peer->failure)
    check_keys (dtls, theirs, peer);
  SSL_free (theirs);
  if (peer->rsa)
    {
      EVP_PKEY_free (key);
      X509_free (x509);
    }
}

/* A server that has finished, and lost its last flight, answers a Finished that it takes for a new
 * one; a replay it would drop. */
static void
test_server_is_asked_for_its_last_flight (void)
{
  const Peer peer = {.profiles = "SRTP_AEAD_AES_128_GCM", .peer_is_server = TRUE};
  g_autoptr (ParlorCertificate) ours = parlor_certificate_new (1700000000);
  g_autoptr (ParlorCertificate) other = parlor_certificate_new (1700000000);
  g_autoptr (ParlorDtlsContext) context = parlor_dtls_context_new (ours);
  ParlorFingerprint print;
  guint8 bytes[16384];
  gsize length;
  print_of (other->x509, &print);
  g_autoptr (ParlorDtls) dtls = parlor_dtls_new (context, PARLOR_DTLS_CLIENT, &print, 1);
  SSL *theirs = make_peer (&peer, other->key, other->x509);
  parlor_dtls_start (dtls, 0);
  while (!SSL_is_init_finished (theirs))
    {
      while ((length = parlor_dtls_poll_output (dtls, bytes, sizeof bytes)))
        {
          BIO_write (SSL_get_rbio (theirs), bytes, (int)length);
          SSL_do_handshake (theirs);
        }
      int n = BIO_read (SSL_get_wbio (theirs), bytes, sizeof bytes);
      g_assert_cmpint (n, >, 0);
      if (!SSL_is_init_finished (theirs))
        parlor_dtls_handle (dtls, bytes, (gsize)n, 0);
    }
  g_assert_cmpint (parlor_dtls_state (dtls), ==, PARLOR_DTLS_HANDSHAKING);
  for (guint lost = 0; lost < 3; lost++)
    {
      parlor_dtls_handle_timeout (dtls, parlor_dtls_next_us (dtls));
      while ((length = parlor_dtls_poll_output (dtls, bytes, sizeof bytes)))
        BIO_write (SSL_get_rbio (theirs), bytes, (int)length);
      g_assert_cmpint (SSL_read (theirs, bytes, sizeof bytes), <=, 0);
      int n = BIO_read (SSL_get_wbio (theirs), bytes, sizeof bytes);
      g_assert_cmpint (n, >, 0);
      if (lost == 2)
        parlor_dtls_handle (dtls, bytes, (gsize)n, SEC);
    }
  g_assert_cmpuint (parlor_dtls_stats (dtls)->retransmissions, ==, 3);
  g_assert_cmpint (parlor_dtls_state (dtls), ==, PARLOR_DTLS_CONNECTED);
  const Peer gcm = {.peer_is_server = TRUE, .profile = PARLOR_SRTP_AEAD_AES_128_GCM};
  check_keys (dtls, theirs, &gcm);
  SSL_free (theirs);
}

/* A close_notify made by OpenSSL ends our session, and ours ends its. */
static void
test_close_notify (void)
{
  const Peer peer = {.profiles = "SRTP_AEAD_AES_128_GCM"};
  g_autoptr (ParlorCertificate) ours = parlor_certificate_new (1700000000);
  g_autoptr (ParlorCertificate) other = parlor_certificate_new (1700000000);
  g_autoptr (ParlorDtlsContext) context = parlor_dtls_context_new (ours);
  ParlorFingerprint print;
  guint8 bytes[PARLOR_DTLS_MTU];
  print_of (other->x509, &print);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (ParlorDtls) dtls = parlor_dtls_new (context, PARLOR_DTLS_SERVER, &print, 1);
      SSL *theirs = make_peer (&peer, other->key, other->x509);
      while (exchange (dtls, theirs, 0))
        ;
      g_assert_cmpint (parlor_dtls_state (dtls), ==, PARLOR_DTLS_CONNECTED);
      if (round == 0)
        {
          SSL_shutdown (theirs);
          int n = BIO_read (SSL_get_wbio (theirs), bytes, sizeof bytes);
          g_assert_cmpint (n, >, 0);
          parlor_dtls_handle (dtls, bytes, (gsize)n, 1);
          g_assert_cmpint (parlor_dtls_state (dtls), ==, PARLOR_DTLS_CLOSED);
        }
      else
        {
          parlor_dtls_close (dtls);
          gsize n = parlor_dtls_poll_output (dtls, bytes, sizeof bytes);
          g_assert_cmpuint (n, >, 0);
          BIO_write (SSL_get_rbio (theirs), bytes, (int)n);
          g_assert_cmpint (SSL_read (theirs, bytes, sizeof bytes), <=, 0);
          g_assert_true (SSL_get_shutdown (theirs) & SSL_RECEIVED_SHUTDOWN);
        }
      SSL_free (theirs);
    }
}

#define GCM "SRTP_AEAD_AES_128_GCM"
#define CM "SRTP_AES128_CM_SHA1_80"

static const struct
{
  const char *name;
  Peer peer;
} cases[] = {
    {"client-that-lists-cm-first-gets-gcm",
     {.profiles = CM ":SRTP_AES128_CM_SHA1_32:" GCM, .profile = PARLOR_SRTP_AEAD_AES_128_GCM}},
    {"client-with-cm-only-gets-cm",
     {.profiles = CM, .profile = PARLOR_SRTP_AES128_CM_HMAC_SHA1_80}},
    {"client-with-rsa", {.profiles = GCM, .rsa = TRUE, .profile = PARLOR_SRTP_AEAD_AES_128_GCM}},
    {"server-with-rsa",
     {.profiles = GCM,
      .rsa = TRUE,
      .peer_is_server = TRUE,
      .profile = PARLOR_SRTP_AEAD_AES_128_GCM}},
    {"server-with-cm-only-gets-cm",
     {.profiles = CM, .peer_is_server = TRUE, .profile = PARLOR_SRTP_AES128_CM_HMAC_SHA1_80}},
    {"server-that-takes-both-takes-gcm",
     {.profiles = GCM ":" CM, .peer_is_server = TRUE, .profile = PARLOR_SRTP_AEAD_AES_128_GCM}},
    {"client-without-certificate-is-refused",
     {.profiles = GCM, .no_certificate = TRUE, .failure = PARLOR_DTLS_NO_CERTIFICATE}},
    {"client-without-srtp-is-refused", {.failure = PARLOR_DTLS_NO_SRTP}},
    {"client-with-no-profile-of-ours-is-refused",
     {.profiles = "SRTP_AES128_CM_SHA1_32", .failure = PARLOR_DTLS_NO_SRTP}},
    {"server-without-srtp-is-refused", {.peer_is_server = TRUE, .failure = PARLOR_DTLS_NO_SRTP}},
    {"client-with-dtls-1.0-is-refused",
     {.profiles = GCM, .dtls10 = TRUE, .failure = PARLOR_DTLS_PROTOCOL}},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/secure/dtls-peer/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i].peer, test_peer);
    }
  g_test_add_func ("/secure/dtls-peer/a-server-that-lost-its-last-flight-is-asked-for-it",
                   test_server_is_asked_for_its_last_flight);
  g_test_add_func ("/secure/dtls-peer/close-notify-both-ways", test_close_notify);
  return g_test_run ();
}
