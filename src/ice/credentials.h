/* SPDX-License-Identifier: Apache-2.0 */
/* ICE user fragments and passwords (RFC 8445 section 5.3). The first character of a ufrag of ours
 * is the index of the worker that owns the transport, so that any worker which receives a first
 * check knows whom to hand it to. Pure, any thread. */
#pragma once
#include <glib.h>

/* Ours: the worker's character and 7 random ones (42 bits); 24 random characters (144 bits). The
 * RFC asks for 24 and 128 bits at least. */
#define PARLOR_ICE_UFRAG_LENGTH 8
#define PARLOR_ICE_PWD_LENGTH 24
/* What a peer may send us (RFC 8839 section 5.4). */
#define PARLOR_ICE_REMOTE_MAX 256
/* An array that holds any ufrag or password, ours or a peer's, terminated. */
#define PARLOR_ICE_UFRAG_SIZE 257
#define PARLOR_ICE_PWD_SIZE 257
#define PARLOR_ICE_MAX_WORKERS 64
/* Random bytes that one pair of credentials takes. */
#define PARLOR_ICE_RANDOM_BYTES 31

typedef struct
{
  char ufrag[PARLOR_ICE_UFRAG_LENGTH + 1];
  char pwd[PARLOR_ICE_PWD_LENGTH + 1];
} ParlorIceCredentials;

/* worker: below PARLOR_ICE_MAX_WORKERS. random: from a cryptographic source, used once. */
void parlor_ice_credentials_make (guint worker, const guint8 random[PARLOR_ICE_RANDOM_BYTES],
                                  ParlorIceCredentials *out);

/* The worker's index in a ufrag of ours; -1 when the text (not terminated) cannot be one of ours.
 */
gint parlor_ice_ufrag_worker (const char *ufrag, gsize length);

/* TRUE for 4 to 256 (ufrag), 22 to 256 (pwd) characters of ALPHA DIGIT + / ; NULL is FALSE. */
gboolean parlor_ice_ufrag_valid (const char *ufrag);
gboolean parlor_ice_pwd_valid (const char *pwd);
