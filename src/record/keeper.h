/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The keys of enciphered recordings. Each has one of its own, which lies in its folder in the file
 * PARLOR_KEY_NAME, wrapped by a master key (secure/vault.h); without that file its bytes are noise.
 *
 * Master keys come from a file or from a command's output: one a line, 32 bytes in hex or base64,
 * what follows # is a remark. The first wraps; the others only unwrap, until rewrap () has put the
 * first one in their place. No file of media is written again for that.
 *
 * Control thread, or one that has it for itself.
 */
#pragma once

#include <glib.h>

#include "secure/vault.h"

G_BEGIN_DECLS

#define PARLOR_KEY_NAME "key"
#define PARLOR_MASTER_KEYS_MAX 16

typedef struct _ParlorKeeper ParlorKeeper;

/** One of the two is given; the command is run by sh, waited for, and its standard output is the
 * file. NULL: G_FILE_ERROR; INVAL = a line that is no key, or none. */
ParlorKeeper *parlor_keeper_new (const char *file, const char *command, GError **error);
/** Of a file's text. */
ParlorKeeper *parlor_keeper_new_from_text (const char *text, GError **error);
/** NULL is ignored. The keys are wiped. */
void parlor_keeper_free (ParlorKeeper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorKeeper, parlor_keeper_free)

/** A new recording's key, and what is to be written into its folder (transfer full). */
char *parlor_keeper_make (ParlorKeeper *self, const char *recording, guint8 key[PARLOR_VAULT_KEY]);

typedef enum
{
  PARLOR_KEEPER_FOUND,
  PARLOR_KEEPER_NONE,   /**< there is no such file: the recording is in the clear, or erased */
  PARLOR_KEEPER_LOCKED, /**< none of the masters opens it, or it is damaged */
} ParlorKeeperResult;

/** `folder`: the recording's own. `self` NULL: never FOUND. */
ParlorKeeperResult parlor_keeper_get (const ParlorKeeper *self, const char *folder,
                                      const char *recording, guint8 key[PARLOR_VAULT_KEY]);
/** Wraps anew, by the first master, what another one wrapped, in each recording's folder under
 * `top`. Returns how many; `*locked` = how many open to none. */
guint parlor_keeper_rewrap (const ParlorKeeper *self, const char *top, guint *locked);

G_END_DECLS
