/* SPDX-License-Identifier: Apache-2.0 */
/* What dtls.c sees of a certificate; not for other folders. */
#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "secure/certificate.h"

struct _ParlorCertificate
{
  EVP_PKEY *key;
  X509 *x509;
  char fingerprint[3 * 32];
};
