/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A file at rest as independent blocks of AES-256-GCM (NIST SP 800-38D): any part can be read
 * without the rest, a crash costs no more than the block it tore, and no block can be changed,
 * moved, exchanged or left out unnoticed.
 *
 *     block 0           head    block 1 …                        each PARLOR_VAULT_BLOCK bytes
 *     +----------------------+  +----------------------------------+
 *     | "PARLORV1"         8 |  | nonce                         12 |
 *     | file id           16 |  | length of the text             2 |
 *     | size, 2^64-1 open  8 |  | 0                              2 |
 *     | nonce             12 |  | tag                           16 |
 *     | tag               16 |  | text, encrypted                  |
 *     | 0 …                  |  |   PARLOR_VAULT_TEXT, then 0      |
 *     +----------------------+  +----------------------------------+
 *
 * A file's key is HKDF-SHA256 (RFC 5869) of its recording's key and the file's random id. A block's
 * additional data are id, number and length; the head's are its first 32 bytes. A block that is
 * written again gets a new random nonce: 2^32 of them a file are safe. Once a file is finished the
 * head tells its size, so that one cut short is found out.
 *
 * A recording's key is wrapped by a master key in the same way, with the recording's id as
 * additional data.
 *
 * Pure: randomness comes in. One thread an object.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define PARLOR_VAULT_KEY 32
#define PARLOR_VAULT_ID 16
#define PARLOR_VAULT_NONCE 12
#define PARLOR_VAULT_TAG 16
/** A page: a process that is killed does not tear one. */
#define PARLOR_VAULT_BLOCK 4096
#define PARLOR_VAULT_TEXT (PARLOR_VAULT_BLOCK - 32)
#define PARLOR_VAULT_WRAPPED (PARLOR_VAULT_NONCE + PARLOR_VAULT_KEY + PARLOR_VAULT_TAG)
#define PARLOR_VAULT_OPEN G_MAXUINT64

typedef struct _ParlorVault ParlorVault;

ParlorVault *parlor_vault_new (const guint8 key[PARLOR_VAULT_KEY],
                               const guint8 id[PARLOR_VAULT_ID]);
void parlor_vault_free (ParlorVault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorVault, parlor_vault_free)

/** FALSE: these are not the first bytes of such a file. `id` is not proved by that. */
gboolean parlor_vault_probe (const guint8 *bytes, gsize length, guint8 id[PARLOR_VAULT_ID]);

void parlor_vault_seal_head (ParlorVault *self, guint64 size,
                             const guint8 nonce[PARLOR_VAULT_NONCE],
                             guint8 out[PARLOR_VAULT_BLOCK]);
/** FALSE: another key, or changed. `*size` may be PARLOR_VAULT_OPEN. */
gboolean parlor_vault_open_head (ParlorVault *self, const guint8 block[PARLOR_VAULT_BLOCK],
                                 guint64 *size);

/** `number` from 1; `length` 0 to PARLOR_VAULT_TEXT. */
void parlor_vault_seal (ParlorVault *self, guint64 number, const guint8 *text, gsize length,
                        const guint8 nonce[PARLOR_VAULT_NONCE], guint8 out[PARLOR_VAULT_BLOCK]);
/** The text's length; -1: another key, another number, or changed. `out` has PARLOR_VAULT_TEXT
 * bytes. */
gssize parlor_vault_open (ParlorVault *self, guint64 number, const guint8 block[PARLOR_VAULT_BLOCK],
                          guint8 *out);

void parlor_vault_wrap (const guint8 master[PARLOR_VAULT_KEY], const char *recording,
                        const guint8 key[PARLOR_VAULT_KEY], const guint8 nonce[PARLOR_VAULT_NONCE],
                        guint8 out[PARLOR_VAULT_WRAPPED]);
gboolean parlor_vault_unwrap (const guint8 master[PARLOR_VAULT_KEY], const char *recording,
                              const guint8 wrapped[PARLOR_VAULT_WRAPPED],
                              guint8 key[PARLOR_VAULT_KEY]);

G_END_DECLS
