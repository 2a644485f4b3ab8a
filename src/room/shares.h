/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Links to a recording: for whom, of which part, until when. A link is its id and a secret that is
 * made from the id by the brand's own key, so that it can be shown again and is kept nowhere.
 *
 *     https://meet.example/shared#shr_….0123456789abcdef0123456789abcdef
 *
 * Who holds it may ask; whether he gets in is the audience's matter: *organisation* (somebody who
 * is signed in at the recording's brand), *attendees* (who was there: the recording's `doors` know
 * his identity, or the code of the link he came by), *anyone*.
 *
 * All rows are in memory, changes go to the sink. Control thread; times are of the wall clock.
 */
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_SHARE_ORGANISATION,
  PARLOR_SHARE_ATTENDEES,
  PARLOR_SHARE_ANYONE,
  PARLOR_N_SHARE_AUDIENCES,
} ParlorShareAudience;
/** "organisation", "attendees", "anyone". */
const char *parlor_share_audience_name (ParlorShareAudience audience);
/** FALSE: `name` is none of them (NULL included). */
gboolean parlor_share_audience_from_name (const char *name, ParlorShareAudience *audience);

/** A row of `recording_shares`, key (id). No text is NULL. */
typedef struct
{
  char *id; /**< "shr_…" */
  char *brand, *recording;
  char *audience;        /**< one of the names above */
  char *note;            /**< what it is for, to be shown in the list */
  char *created_by;      /**< id of who made it */
  gint64 from_ms, to_ms; /**< the room's clock; to_ms 0 = the whole */
  gint64 created_ms;
  gint64 expires_ms; /**< never 0 */
  gint64 revoked_ms; /**< 0 = it holds */
  gint64 views;
  gint64 viewed_ms;   /**< the last time; 0 = never */
  gboolean watermark; /**< its page draws over the picture who looks at it */
} ParlorShareRow;
extern const ParlorRecordKind parlor_share_kind;

/** Of one recording, those that ended included; and of this server. */
#define PARLOR_SHARES_OF_RECORDING_MAX 100
#define PARLOR_SHARES_MAX 100000
#define PARLOR_SHARE_NOTE_MAX 200
#define PARLOR_SHARE_LONGEST_MS (366 * 24 * 3600 * G_GINT64_CONSTANT (1000))
/** Links that ended are listed for so long. */
#define PARLOR_SHARE_KEPT_MS (30 * 24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct _ParlorShares ParlorShares;

/** Both borrowed; `sink` NULL = nothing survives a restart. */
ParlorShares *parlor_shares_new (ParlorRecordSink *sink, const ParlorRandom *random);
void parlor_shares_free (ParlorShares *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorShares, parlor_shares_free)
/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_shares_load (gconstpointer row, gpointer self);

typedef struct
{
  const char *brand, *recording;
  const char *note; /**< nullable */
  const char *created_by;
  ParlorShareAudience audience;
  gint64 from_ms, to_ms; /**< both 0 = the whole */
  gint64 expires_ms;
  gboolean watermark;
} ParlorShareSpec;

/** Borrowed, valid until it is forgotten; NULL: BAD_REQUEST (expiry not ahead or too far, to before
 * from, a note that is no line), TOO_MANY. */
const ParlorShareRow *parlor_shares_add (ParlorShares *self, const ParlorShareSpec *spec,
                                         gint64 wall_ms, GError **error);
/** NULL = there is none. */
const ParlorShareRow *parlor_shares_get (const ParlorShares *self, const char *id);
/** The newest first; transfer container. */
GPtrArray *parlor_shares_of (const ParlorShares *self, const char *recording);
/** From now on it opens nothing; a second time changes nothing. FALSE: NOT_FOUND. */
gboolean parlor_shares_revoke (ParlorShares *self, const char *id, gint64 wall_ms, GError **error);
/** One view more. */
void parlor_shares_viewed (ParlorShares *self, const char *id, gint64 wall_ms);
/** All of a recording that is deleted. */
void parlor_shares_forget (ParlorShares *self, const char *recording);
/** Those that ended long ago go. Once a minute or so. */
void parlor_shares_poll (ParlorShares *self, gint64 wall_ms);

/** Why it opens nothing now: "revoked", "expired"; NULL = it holds. */
const char *parlor_share_shut (const ParlorShareRow *share, gint64 wall_ms);

#define PARLOR_SHARE_SECRET_SIZE 33
/** HMAC-SHA256 (RFC 2104) of a text by `key`, its first 128 bits in hex. */
void parlor_share_sign (const char *key, const char *text, char out[PARLOR_SHARE_SECRET_SIZE]);
/** Of the link; `key`: the brand's. */
void parlor_share_secret (const ParlorShareRow *share, const char *key,
                          char out[PARLOR_SHARE_SECRET_SIZE]);
/** Whether two such texts are the same, in a time that does not tell where they differ. */
gboolean parlor_share_secret_equal (const char *a, const char *b);

G_END_DECLS
