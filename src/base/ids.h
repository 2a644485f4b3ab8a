/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Identifiers, join codes and secret tokens of the domain. Pure; randomness is passed in. Any
 * thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Fills `out` with `size` unpredictable bytes (a CSPRNG; tests pass a counter). Cannot fail. */
typedef void (*ParlorRandomFunc) (guint8 *out, gsize size, gpointer user_data);

typedef struct
{
  ParlorRandomFunc fill;
  gpointer user_data;
} ParlorRandom;

/** "pt_" and 26 characters of Crockford base32 (130 bits); `prefix` up to 4 bytes, e.g. "pt". */
#define PARLOR_ID_SIZE 32
void parlor_id_make (const char *prefix, const ParlorRandom *random, char out[PARLOR_ID_SIZE]);

/** A join code: 10 characters of Crockford base32, lower case, 50 bits, kept without the dash. */
#define PARLOR_CODE_LENGTH 10
#define PARLOR_CODE_SIZE 12
void parlor_code_make (const ParlorRandom *random, char out[PARLOR_CODE_SIZE]);
/** As people type it: any case, dashes and blanks anywhere, o = 0, i and l = 1. FALSE = no code. */
gboolean parlor_code_parse (const char *text, char out[PARLOR_CODE_SIZE]);
/** "abcdefghjk" → "abcde-fghjk". */
void parlor_code_format (const char code[PARLOR_CODE_SIZE], char out[PARLOR_CODE_SIZE]);

/** A resume token: 128 random bits as 26 characters of base32. A secret: never logged, never
 * stored. */
#define PARLOR_TOKEN_SIZE 28
void parlor_token_make (const ParlorRandom *random, char out[PARLOR_TOKEN_SIZE]);

/** What is stored of a secret: SHA-256. 128 random bits need no salt. */
#define PARLOR_HASH_SIZE 32
typedef struct
{
  guint8 bytes[PARLOR_HASH_SIZE];
} ParlorHash;
/** `token` NULL or "" gives the zero hash, which equals no token's. */
ParlorHash parlor_hash (const char *token);
gboolean parlor_hash_is_zero (const ParlorHash *hash);
/** For GHashTable: keys are ParlorHash pointers. */
guint parlor_hash_hash (gconstpointer hash);
gboolean parlor_hash_equal (gconstpointer a, gconstpointer b);

G_END_DECLS
