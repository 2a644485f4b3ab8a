/* SPDX-License-Identifier: Apache-2.0 */
#include "record/digest.h"

#include <errno.h>
#include <openssl/evp.h>

#define CHUNK_BYTES (256 * 1024)

static void
put_text (const guint8 *digest, char out[PARLOR_SHA256_TEXT])
{
  for (guint i = 0; i < 32; i++)
    g_snprintf (out + 2 * i, 3, "%02x", digest[i]);
}

void
parlor_sha256_text (const void *bytes, gsize length, char out[PARLOR_SHA256_TEXT])
{
  guint8 digest[EVP_MAX_MD_SIZE];
  EVP_Digest (bytes, length, digest, NULL, EVP_sha256 (), NULL);
  put_text (digest, out);
}

/* FALSE: errno. */
static gboolean
digest_text (ParlorSafeFile *file, EVP_MD_CTX *context, gint64 *size)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  gssize n;
  while ((n = parlor_safe_read (file, (guint64)*size, chunk, CHUNK_BYTES)) > 0)
    {
      EVP_DigestUpdate (context, chunk, (size_t)n);
      *size += n;
    }
  return n == 0;
}

gboolean
parlor_sha256_safe (const char *path, const guint8 *vault_key, char out[PARLOR_SHA256_TEXT],
                    gint64 *size, GError **error)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  gint64 bytes = 0;
  g_autoptr (ParlorSafeFile) file = parlor_safe_open (path, vault_key, FALSE, error);
  if (file == NULL)
    return FALSE;
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
  gboolean ok = digest_text (file, context, &bytes);
  if (ok)
    EVP_DigestFinal_ex (context, digest, NULL);
  else
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", path,
                 g_strerror (errno));
  EVP_MD_CTX_free (context);
  if (ok)
    put_text (digest, out);
  if (size != NULL)
    *size = bytes;
  return ok;
}
