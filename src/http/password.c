/* SPDX-License-Identifier: Apache-2.0 */
#include "http/password.h"

#include <sodium.h>
#include <string.h>

struct _ParlorPasswords
{
  uv_loop_t *loop;
  guint running;
  gboolean freed; /* waits for the last one */
};

typedef struct
{
  uv_work_t request;
  ParlorPasswords *passwords;
  ParlorPasswordFunc done;
  gpointer user_data;

  /* of the thread while it runs */
  char *hash; /* to check; NULL = nobody's */
  char *password;
  gboolean make;
  gboolean good;
  char made[crypto_pwhash_STRBYTES];
} Work;

ParlorPasswords *
parlor_passwords_new (uv_loop_t *loop)
{
  if (sodium_init () < 0)
    g_error ("libsodium does not start");
  ParlorPasswords *passwords = g_new0 (ParlorPasswords, 1);
  passwords->loop = loop;
  return passwords;
}

static void
maybe_free (ParlorPasswords *passwords)
{
  if (passwords->freed && !passwords->running)
    g_free (passwords);
}

void
parlor_passwords_free (ParlorPasswords *passwords)
{
  if (!passwords)
    return;
  passwords->freed = TRUE;
  maybe_free (passwords);
}

/* A thread of libuv's. Nobody's password is hashed instead, at the same cost. */
static void
on_work (uv_work_t *request)
{
  Work *work = request->data;
  gsize length = strlen (work->password);
  if (work->hash && !work->make)
    work->good = !crypto_pwhash_str_verify (work->hash, work->password, length);
  else
    work->good = !crypto_pwhash_str_alg (
                     work->made, work->password, length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                     crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13)
                 && work->make;
}

static void
on_done (uv_work_t *request, int status)
{
  Work *work = request->data;
  ParlorPasswords *passwords = work->passwords;
  ParlorPasswordResult result = passwords->freed || status ? PARLOR_PASSWORD_GONE
                                : work->good               ? PARLOR_PASSWORD_GOOD
                                                           : PARLOR_PASSWORD_WRONG;
  passwords->running--;
  work->done (result, work->make && work->good ? work->made : NULL, work->user_data);
  sodium_memzero (work->password, strlen (work->password));
  g_free (work->password);
  g_free (work->hash);
  g_free (work);
  maybe_free (passwords);
}

static gboolean
begin (ParlorPasswords *passwords, const char *hash, const char *password, gboolean make,
       ParlorPasswordFunc done, gpointer user_data)
{
  if (passwords->running >= PARLOR_PASSWORDS_QUEUE)
    return FALSE;
  Work *work = g_new0 (Work, 1);
  work->request.data = work;
  work->passwords = passwords;
  work->done = done;
  work->user_data = user_data;
  work->hash = g_strdup (hash);
  work->password = g_strdup (password);
  work->make = make;
  passwords->running++;
  uv_queue_work (passwords->loop, &work->request, on_work, on_done);
  return TRUE;
}

gboolean
parlor_passwords_check (ParlorPasswords *passwords, const char *hash, const char *password,
                        ParlorPasswordFunc done, gpointer user_data)
{
  return begin (passwords, hash, password, FALSE, done, user_data);
}

gboolean
parlor_passwords_make (ParlorPasswords *passwords, const char *password, ParlorPasswordFunc done,
                       gpointer user_data)
{
  return begin (passwords, NULL, password, TRUE, done, user_data);
}

const char *
parlor_password_problem (const char *password)
{
  if (!password || !g_utf8_validate (password, -1, NULL)
      || g_utf8_strlen (password, -1) < PARLOR_PASSWORD_MIN)
    return "A password needs at least 10 characters.";
  if (strlen (password) > PARLOR_PASSWORD_MAX)
    return "A password has at most 1024 bytes.";
  return NULL;
}
