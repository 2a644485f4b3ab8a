/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Passwords as argon2id (RFC 9106, libsodium's encoding and its "interactive" costs: 64 MiB, two
 * passes, some 50 ms), made and compared on libuv's threads, never on the loop. Nobody's password
 * costs the same time as somebody's.
 *
 * Thread: control, all functions; the callbacks too.
 */
#pragma once

#include <glib.h>
#include <uv.h>

G_BEGIN_DECLS

#define PARLOR_PASSWORD_MIN 10   /**< characters */
#define PARLOR_PASSWORD_MAX 1024 /**< bytes */
/** Wait or run at a time: 64 MiB each on at most four threads. */
#define PARLOR_PASSWORDS_QUEUE 32

typedef struct _ParlorPasswords ParlorPasswords;

typedef enum
{
  PARLOR_PASSWORD_GOOD,
  PARLOR_PASSWORD_WRONG,
  PARLOR_PASSWORD_GONE, /**< the server ends: free what `user_data` is and touch nothing else */
} ParlorPasswordResult;

/** `hash`: what was made, borrowed; NULL after a check. */
typedef void (*ParlorPasswordFunc) (ParlorPasswordResult result, const char *hash,
                                    gpointer user_data);

/** `loop` is borrowed. */
ParlorPasswords *parlor_passwords_new (uv_loop_t *loop);
/** What still runs is told GONE when the loop is run the next time. NULL is fine. */
void parlor_passwords_free (ParlorPasswords *passwords);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPasswords, parlor_passwords_free)

/** `hash` NULL: nobody's; takes its time and is WRONG. FALSE: too many wait, nothing was begun. */
gboolean parlor_passwords_check (ParlorPasswords *passwords, const char *hash, const char *password,
                                 ParlorPasswordFunc done, gpointer user_data);
/** A new hash. WRONG: there was no memory for it. */
gboolean parlor_passwords_make (ParlorPasswords *passwords, const char *password,
                                ParlorPasswordFunc done, gpointer user_data);

/** NULL, or what is wrong with a new password. Static. */
const char *parlor_password_problem (const char *password);

G_END_DECLS
