/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Passes: links that say who one is, given to a person who has no account here.
 *
 * - An *invitation* ("inv_…") is for one room and one browser: with its own name and role. The
 *   browser that opens it first has it from then on (a reload, the next occurrence); elsewhere it
 *   is used. Sending it again makes a new link and forgets the browser; the old one is dead.
 * - A *partner's* pass ("prt_…") is durable and good for every room of the brand whose policy lets
 *   partners in; whoever comes by it is shown as external, with his company's name.
 *
 * The link is the id and a secret made from id and version by the brand's own key, so it can be
 * shown again and is kept nowhere. All rows are in memory, changes go to the sink. Control thread;
 * times are of the wall clock.
 */
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/record.h"
#include "room/rights.h"
#include "room/shares.h"

G_BEGIN_DECLS

/** A row of `passes`, key (id). No text is NULL. */
typedef struct
{
  char *id;
  char *brand;
  char *room;    /**< "" = a partner's */
  char *role;    /**< as parlor_role_name () says it */
  char *name;    /**< shown; "" = as he calls himself (partners) */
  char *company; /**< of a partner; else "" */
  char *contact; /**< the brand's own: an address, an id; a signed-in person's "usr_…" is rung */
  char *made_by;
  char *device; /**< SHA-256 in hex of the browser that has an invitation; "" = nobody yet */
  gint64 version;
  gint64 created_ms, sent_ms;
  gint64 used_ms; /**< the last time; 0 = never (since it was sent last) */
  gint64 uses;
  gint64 declined_ms; /**< he was rung and said no; 0 = he did not */
  gint64 revoked_ms;  /**< 0 = it holds */
} ParlorPassRow;
extern const ParlorRecordKind parlor_pass_kind;

#define PARLOR_PASSES_OF_ROOM_MAX 500
#define PARLOR_PASSES_OF_BRAND_MAX 20000
#define PARLOR_PASS_CONTACT_MAX 200
#define PARLOR_PASS_COMPANY_MAX 64

typedef struct _ParlorPasses ParlorPasses;

/** Both borrowed; `sink` NULL = nothing survives a restart. */
ParlorPasses *parlor_passes_new (ParlorRecordSink *sink, const ParlorRandom *random);
void parlor_passes_free (ParlorPasses *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorPasses, parlor_passes_free)
/** A ParlorRecordVisit for start. `user_data` is the object. */
void parlor_passes_load (gconstpointer row, gpointer self);

typedef struct
{
  const char *brand;
  const char *room; /**< NULL = a partner's pass; then `company` is needed */
  const char *name; /**< of an invitation needed */
  const char *company;
  const char *contact; /**< nullable */
  const char *made_by;
  ParlorRole role; /**< of an invitation: guest, member or host */
} ParlorPassSpec;

/** Whether it could be added, but for how many there are: BAD_REQUEST. */
gboolean parlor_passes_check (const ParlorPassSpec *spec, GError **error);
/** Borrowed, valid until it is forgotten; NULL: BAD_REQUEST, TOO_MANY. */
const ParlorPassRow *parlor_passes_add (ParlorPasses *self, const ParlorPassSpec *spec,
                                        gint64 wall_ms, GError **error);
/** Of any brand; NULL = there is none. */
const ParlorPassRow *parlor_passes_get (const ParlorPasses *self, const char *id);
/** Of a room, the first made first; transfer container. */
GPtrArray *parlor_passes_of_room (const ParlorPasses *self, const char *room);
/** Partners of a brand, the first made first; transfer container. */
GPtrArray *parlor_passes_partners (const ParlorPasses *self, const char *brand);
/** A new link in place of the old one, whatever became of that. FALSE: NOT_FOUND. */
gboolean parlor_passes_send_again (ParlorPasses *self, const char *id, gint64 wall_ms,
                                   GError **error);
/** A second time changes nothing. FALSE: NOT_FOUND. */
gboolean parlor_passes_revoke (ParlorPasses *self, const char *id, gint64 wall_ms, GError **error);
/** He was rung and does not come. */
void parlor_passes_decline (ParlorPasses *self, const char *id, gint64 wall_ms);
/** All of a room that is gone. */
void parlor_passes_forget_room (ParlorPasses *self, const char *room);

typedef enum
{
  PARLOR_PASS_GOOD,
  PARLOR_PASS_USED,    /**< by another browser */
  PARLOR_PASS_REVOKED, /**< or gone */
} ParlorPassResult;
/** The holder of its link comes in; counts. `device`: a secret of his browser; NULL = he has none,
 * and an invitation is good once. */
ParlorPassResult parlor_passes_use (ParlorPasses *self, const char *id, const char *device,
                                    gint64 wall_ms);
/** This sending of it, "id.version" (transfer full): what came by an older link is not of it. */
char *parlor_pass_sending (const ParlorPassRow *row);
/** Whether who came by this sending may stay: there is no later one, nor was it taken back. */
gboolean parlor_passes_stands (const ParlorPasses *self, const char *sending);
gboolean parlor_pass_is_partner (const ParlorPassRow *row);
/** "open", "used", "revoked". */
const char *parlor_pass_state (const ParlorPassRow *row);

/** Of the link, by the brand's own key. */
void parlor_pass_secret (const ParlorPassRow *row, const char *key,
                         char out[PARLOR_SHARE_SECRET_SIZE]);

G_END_DECLS
