/* SPDX-License-Identifier: Apache-2.0 */
/* Two ends of a handshake with a certificate each, and the pipe between them: a GLib fixture. */
#pragma once

#include "pipe.h"
#include "secure/dtls.h"

typedef struct
{
  ParlorCertificate *certs[2];
  ParlorDtlsContext *contexts[2];
  ParlorFingerprint prints[2];
  ParlorDtls *server, *client;
  TestPipe pipe;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      f->certs[i] = parlor_certificate_new (1700000000);
      f->contexts[i] = parlor_dtls_context_new (f->certs[i]);
      g_assert_true (parlor_fingerprint_parse (
          "SHA-256", parlor_certificate_fingerprint (f->certs[i]), &f->prints[i]));
    }
  f->server = parlor_dtls_new (f->contexts[0], PARLOR_DTLS_SERVER, &f->prints[1], 1);
  f->client = parlor_dtls_new (f->contexts[1], PARLOR_DTLS_CLIENT, &f->prints[0], 1);
  test_pipe_init (&f->pipe, f->server, f->client, 1);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_pipe_clear (&f->pipe);
  parlor_dtls_free (f->server);
  parlor_dtls_free (f->client);
  for (guint i = 0; i < 2; i++)
    {
      parlor_dtls_context_free (f->contexts[i]);
      parlor_certificate_free (f->certs[i]);
    }
}
