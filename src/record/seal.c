/* SPDX-License-Identifier: Apache-2.0 */
#include "record/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

struct _ParlorSealer
{
  guint8 secret[crypto_sign_SECRETKEYBYTES];
  char *key;
};

static gboolean
make_key (ParlorSealer *self, const char *path)
{
  guint8 public[crypto_sign_PUBLICKEYBYTES];
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  crypto_sign_keypair (public, self->secret);
  gboolean ok = fd >= 0
                && write (fd, self->secret, sizeof self->secret) == (ssize_t)sizeof self->secret
                && fsync (fd) == 0;
  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
read_key (ParlorSealer *self, const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0
                && read (fd, self->secret, sizeof self->secret) == (ssize_t)sizeof self->secret;
  if (fd >= 0 && !ok)
    errno = EINVAL;
  if (fd >= 0)
    close (fd);
  return ok;
}

ParlorSealer *
parlor_sealer_new (const char *path, GError **error)
{
  g_autoptr (ParlorSealer) self = g_new0 (ParlorSealer, 1);
  guint8 public[crypto_sign_PUBLICKEYBYTES];
  if (sodium_init () < 0 || (!read_key (self, path) && (errno != ENOENT || !make_key (self, path))))
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "the key that signs recordings, %s: %s", path, g_strerror (errno));
      return NULL;
    }
  crypto_sign_ed25519_sk_to_pk (public, self->secret);
  self->key = g_base64_encode (public, sizeof public);
  return g_steal_pointer (&self);
}

void
parlor_sealer_free (ParlorSealer *self)
{
  if (self == NULL)
    return;
  sodium_memzero (self->secret, sizeof self->secret);
  g_free (self->key);
  g_free (self);
}

const char *
parlor_sealer_key (const ParlorSealer *self)
{
  return self->key;
}

char *
parlor_sealer_sign (const ParlorSealer *self, const char *manifest, gsize length)
{
  guint8 signature[crypto_sign_BYTES];
  crypto_sign_detached (signature, NULL, (const guint8 *)manifest, length, self->secret);
  g_autofree char *text = g_base64_encode (signature, sizeof signature);
  return g_strdup_printf ("{\"alg\":\"Ed25519\",\"key\":\"%s\",\"signature\":\"%s\"}\n", self->key,
                          text);
}

static gboolean
is_signed (const char *manifest, gsize length, const char *key, const char *signature)
{
  gsize key_size = 0, size = 0;
  g_autofree guint8 *public = g_base64_decode (key, &key_size);
  g_autofree guint8 *bytes = g_base64_decode (signature, &size);
  return sodium_init () >= 0 && key_size == crypto_sign_PUBLICKEYBYTES && size == crypto_sign_BYTES
         && crypto_sign_verify_detached (bytes, (const guint8 *)manifest, length, public) == 0;
}

gboolean
parlor_seal_verify (const char *manifest, gsize length, const char *signature, const char *key,
                    char **known_key)
{
  json_t *json = json_loads (signature, JSON_REJECT_DUPLICATES, NULL);
  const char *named = json_string_value (json_object_get (json, "key"));
  const char *text = json_string_value (json_object_get (json, "signature"));
  gboolean ok = named != NULL && text != NULL && (key == NULL || strcmp (key, named) == 0)
                && is_signed (manifest, length, named, text);
  if (known_key != NULL)
    *known_key = g_strdup (named);
  json_decref (json);
  return ok;
}
