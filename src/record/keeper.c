/* SPDX-License-Identifier: Apache-2.0 */
#include "record/keeper.h"

#include "record/safe.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/wait.h>

/* base64 of PARLOR_VAULT_WRAPPED bytes, and an end of line. */
#define TEXT_MAX 256
/* Of a file of master keys, with what is written beside them. */
#define FILE_MAX (64 << 10)

struct _ParlorKeeper
{
  guint n;
  guint8 masters[PARLOR_MASTER_KEYS_MAX][PARLOR_VAULT_KEY];
};

/* ---- masters -------------------------------------------------------------------------------- */

static gboolean
read_hex (const char *word, guint8 out[PARLOR_VAULT_KEY])
{
  for (guint i = 0; i < PARLOR_VAULT_KEY; i++)
    {
      int high = g_ascii_xdigit_value (word[2 * i]);
      int low = high >= 0 ? g_ascii_xdigit_value (word[2 * i + 1]) : -1;
      if (low < 0)
        return FALSE;
      out[i] = (guint8)(high << 4 | low);
    }
  return TRUE;
}

static gboolean
read_master (const char *word, guint8 out[PARLOR_VAULT_KEY])
{
  gsize length = 0;
  if (strlen (word) == 2 * PARLOR_VAULT_KEY)
    return read_hex (word, out);
  g_autofree guint8 *bytes = g_base64_decode (word, &length);
  gboolean ok = length == PARLOR_VAULT_KEY;
  if (ok)
    memcpy (out, bytes, length);
  OPENSSL_cleanse (bytes, length);
  return ok;
}

ParlorKeeper *
parlor_keeper_new_from_text (const char *text, GError **error)
{
  g_autoptr (ParlorKeeper) self = g_new0 (ParlorKeeper, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean ok = TRUE;
  for (guint i = 0; ok && lines[i] != NULL; i++)
    {
      lines[i][strcspn (lines[i], "#")] = '\0';
      char *word = g_strstrip (lines[i]);
      if (word[0] != '\0')
        ok = self->n < PARLOR_MASTER_KEYS_MAX && read_master (word, self->masters[self->n++]);
      OPENSSL_cleanse (lines[i], strlen (lines[i]));
    }
  if (ok && self->n > 0)
    return g_steal_pointer (&self);
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                       "the master key of recordings is 32 bytes in hex or base64, one a line");
  return NULL;
}

/* Links are followed and a pipe will do: keys are handed over in many ways. */
static char *
read_file (const char *path, GError **error)
{
  FILE *file = fopen (path, "re");
  if (file != NULL)
    setvbuf (file, NULL, _IONBF, 0); /* no second copy of a key */
  char *text = g_malloc0 (FILE_MAX + 1);
  gsize n = file != NULL ? fread (text, 1, FILE_MAX + 1, file) : 0;
  int why = file == NULL || ferror (file) ? errno : n > FILE_MAX ? EFBIG : 0;
  if (file != NULL)
    fclose (file);
  if (why == 0)
    return text;
  g_set_error (error, G_FILE_ERROR,
               why == EFBIG ? G_FILE_ERROR_INVAL : g_file_error_from_errno (why), "%s: %s", path,
               why == EFBIG ? "larger than 64 KiB, that is no file of keys" : g_strerror (why));
  OPENSSL_cleanse (text, n);
  g_free (text);
  return NULL;
}

static char *
run_command (const char *command, GError **error)
{
  const char *arguments[] = {"/bin/sh", "-c", command, NULL};
  char *text = NULL;
  int status = 0;
  if (!g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL,
                     &status, error))
    return NULL;
  if (g_spawn_check_wait_status (status, error))
    return text;
  g_free (text);
  return NULL;
}

ParlorKeeper *
parlor_keeper_new (const char *file, const char *command, GError **error)
{
  g_autofree char *text = NULL;
  if (file != NULL)
    text = read_file (file, error);
  else
    text = run_command (command, error);
  ParlorKeeper *self = text != NULL ? parlor_keeper_new_from_text (text, error) : NULL;
  if (text != NULL)
    OPENSSL_cleanse (text, strlen (text));
  return self;
}

void
parlor_keeper_free (ParlorKeeper *self)
{
  if (self == NULL)
    return;
  OPENSSL_cleanse (self->masters, sizeof self->masters);
  g_free (self);
}

/* ---- recordings ----------------------------------------------------------------------------- */

static char *
wrap (const ParlorKeeper *self, const char *recording, const guint8 key[PARLOR_VAULT_KEY])
{
  guint8 nonce[PARLOR_VAULT_NONCE], wrapped[PARLOR_VAULT_WRAPPED];
  parlor_safe_random (nonce, sizeof nonce);
  parlor_vault_wrap (self->masters[0], recording, key, nonce, wrapped);
  g_autofree char *text = g_base64_encode (wrapped, sizeof wrapped);
  return g_strconcat (text, "\n", NULL);
}

char *
parlor_keeper_make (ParlorKeeper *self, const char *recording, guint8 key[PARLOR_VAULT_KEY])
{
  parlor_safe_random (key, PARLOR_VAULT_KEY);
  return wrap (self, recording, key);
}

/* The number of the master that opens it; -1 = none. */
static gint
unwrap (const ParlorKeeper *self, const char *recording, const char *text,
        guint8 key[PARLOR_VAULT_KEY])
{
  gsize length = 0;
  g_autofree guint8 *wrapped = g_base64_decode (text, &length);
  for (guint i = 0; length == PARLOR_VAULT_WRAPPED && i < self->n; i++)
    if (parlor_vault_unwrap (self->masters[i], recording, wrapped, key))
      return (gint)i;
  return -1;
}

static ParlorKeeperResult
look (const ParlorKeeper *self, const char *folder, const char *recording,
      guint8 key[PARLOR_VAULT_KEY], gint *master)
{
  g_autofree char *path = g_build_filename (folder, PARLOR_KEY_NAME, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = parlor_safe_load (path, NULL, TEXT_MAX, &error);
  if (bytes == NULL)
    return g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? PARLOR_KEEPER_NONE
                                                                     : PARLOR_KEEPER_LOCKED;
  gsize length = g_bytes_get_size (bytes);
  g_autofree char *text = length > 0 ? g_strndup (g_bytes_get_data (bytes, NULL), length) : NULL;
  *master = self != NULL && text != NULL ? unwrap (self, recording, g_strchomp (text), key) : -1;
  return *master >= 0 ? PARLOR_KEEPER_FOUND : PARLOR_KEEPER_LOCKED;
}

ParlorKeeperResult
parlor_keeper_get (const ParlorKeeper *self, const char *folder, const char *recording,
                   guint8 key[PARLOR_VAULT_KEY])
{
  gint master;
  return look (self, folder, recording, key, &master);
}

static gboolean
rewrap_one (const ParlorKeeper *self, const char *folder, const char *recording,
            const guint8 key[PARLOR_VAULT_KEY])
{
  g_autofree char *path = g_build_filename (folder, PARLOR_KEY_NAME, NULL);
  g_autofree char *text = wrap (self, recording, key);
  return g_file_set_contents_full (
      path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, NULL);
}

guint
parlor_keeper_rewrap (const ParlorKeeper *self, const char *top, guint *locked)
{
  g_autoptr (GDir) dir = g_dir_open (top, 0, NULL);
  guint8 key[PARLOR_VAULT_KEY];
  const char *recording;
  guint n = 0;
  *locked = 0;
  while (dir != NULL && (recording = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (top, recording, NULL);
      gint master = 0;
      ParlorKeeperResult result = look (self, folder, recording, key, &master);
      if (result == PARLOR_KEEPER_LOCKED)
        (*locked)++;
      else if (result == PARLOR_KEEPER_FOUND && master > 0)
        n += rewrap_one (self, folder, recording, key);
    }
  OPENSSL_cleanse (key, sizeof key);
  return n;
}
