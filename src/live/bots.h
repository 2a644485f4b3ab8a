/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Bots in the comments of live rooms: programs of a brand with a name and a secret of their own.
 * What they say is marked as a bot's everywhere; none of them bears a person's name. A bot says at
 * most 20 things in any 60 seconds, in all rooms together.
 *
 * Control thread. Records are borrowed until the bot is revoked.
 */
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_BOTS_OF_BRAND 20
#define PARLOR_BOT_POSTS 20
#define PARLOR_BOT_WINDOW_US (60 * G_GINT64_CONSTANT (1000000))
/** "bot_….secret" and its NUL. */
#define PARLOR_BOT_TOKEN_SIZE (PARLOR_ID_SIZE + PARLOR_TOKEN_SIZE)

/** A row of `live_bots`, key (id). Texts are never NULL. */
typedef struct
{
  char *id; /**< "bot_…" */
  char *brand;
  char *name;     /**< 1 to 40 characters, as it is shown */
  char *room;     /**< "rm_…": there alone; "" = in all of the brand's */
  char *key_hash; /**< SHA-256 of its secret, 64 hex digits */
  gint64 made_ms;
  gint64 revoked_ms; /**< 0 = it holds */
} ParlorBot;

extern const ParlorRecordKind parlor_bot_kind;

typedef struct _ParlorBots ParlorBots;

/** `sink` is borrowed, NULL = nothing survives; `random` is copied. */
ParlorBots *parlor_bots_new (ParlorRecordSink *sink, const ParlorRandom *random);
void parlor_bots_free (ParlorBots *bots);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorBots, parlor_bots_free)

/** A row that the store kept (copied). At start. */
void parlor_bots_load (ParlorBots *bots, const ParlorBot *row);

/** `token` is told once, here. That nobody of the house is called so the caller has checked.
    `room` NULL or "" = all. BAD_REQUEST, TOO_MANY. */
const ParlorBot *parlor_bots_make (ParlorBots *bots, const char *brand, const char *name,
                                   const char *room, gint64 wall_ms,
                                   char token[PARLOR_BOT_TOKEN_SIZE], GError **error);
/** From now on its token is nobody's. FALSE = none of that id in that brand, or revoked before. */
gboolean parlor_bots_revoke (ParlorBots *bots, const char *brand, const char *id, gint64 wall_ms);
/** Whose token this is; NULL = nobody's. */
const ParlorBot *parlor_bots_recognise (const ParlorBots *bots, const char *token);
/** Those of a brand that hold, the oldest first; free the array. */
const ParlorBot **parlor_bots_list (const ParlorBots *bots, const char *brand, guint *n);

/** It wants to say something now: 0 = it may, and that counts; else how long it has to wait. */
gint64 parlor_bots_take (ParlorBots *bots, const ParlorBot *bot, gint64 now_us);

G_END_DECLS
