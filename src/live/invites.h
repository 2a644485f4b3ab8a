/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Links that people pass on, and who led whom (decision 0075). A viewer who shares a live room gets
 * an *invite* of his own: "/i/inv_…". Whoever comes by it gets a touch with its owner as inviter
 * (live/visitors.h); what he shares then is an invite whose parent is that one. So the chain from
 * the newest viewer back to the first link is kept: a parent never changes.
 *
 * Control thread. Records are borrowed, valid until the next call that changes the same one.
 */
#pragma once

#include "base/ids.h"
#include "base/record.h"

G_BEGIN_DECLS

/** So many are kept of one brand, and on this server. Where there are too many, some of the oldest
   by which nobody came go, then some of the oldest: their links lead nowhere, and chains begin
   behind them. At the server's bound they are those of the brand that has the most, so that no
   brand's flood takes another's place. */
#define PARLOR_INVITES_OF_BRAND 100000
#define PARLOR_INVITES_MAX 500000
/** A chain that is longer is cut when it is shown. */
#define PARLOR_INVITE_CHAIN 32

/** A row of `invites`, key (id). Texts are never NULL. */
typedef struct
{
  char *id; /**< "inv_…": stands in links, opens nothing by itself */
  char *brand;
  char *room;
  char *owner; /**< "vis_…" who shares */
  char *parent; /**< "inv_…" by which he came, or the "ent_…" of a rep's own link; "" = neither */
  gint64 depth;  /**< 0 = nobody invited him */
  gint64 opened; /**< how often the link was opened */
  gint64 came;   /**< by how many for the first time */
  gint64 made_ms;
} ParlorInvite;

extern const ParlorRecordKind parlor_invite_kind;

typedef struct _ParlorInvites ParlorInvites;

/** `sink` is borrowed, NULL = nothing survives; `random` is copied. */
ParlorInvites *parlor_invites_new (ParlorRecordSink *sink, const ParlorRandom *random);
void parlor_invites_free (ParlorInvites *invites);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorInvites, parlor_invites_free)

/** A row that the store kept (copied). At start. */
void parlor_invites_load (ParlorInvites *invites, const ParlorInvite *row);

/** The invite of this owner to this room; made, with `parent` (nullable), where he has none. Never
    NULL. `owner` is a visitor who is kept (parlor_visitors_find ()): one who is not comes back as
    another, and would leave a row each time. */
const ParlorInvite *parlor_invites_make (ParlorInvites *invites, const char *brand,
                                         const char *room, const char *owner, const char *parent,
                                         gint64 wall_ms);
/** NULL = none. */
const ParlorInvite *parlor_invites_find (const ParlorInvites *invites, const char *id);
/** Somebody opened it; `new_one`: he came by it for the first time. */
void parlor_invites_open (ParlorInvites *invites, const char *id, gboolean new_one);
/** From this one to the first, at most PARLOR_INVITE_CHAIN; how many. */
guint parlor_invites_chain (const ParlorInvites *invites, const char *id,
                            const ParlorInvite *chain[PARLOR_INVITE_CHAIN]);
/** Of a brand, the oldest first, behind the one named `after` (NULL = from the start; one that went
    = nothing), of one room (NULL = all), at most `max`; free the array. */
const ParlorInvite **parlor_invites_list (ParlorInvites *invites, const char *brand,
                                          const char *room, const char *after, guint max, guint *n);
guint parlor_invites_count (const ParlorInvites *invites, const char *brand);
/** His name goes from his invites; the chain holds. */
void parlor_invites_forget (ParlorInvites *invites, const char *owner);

G_END_DECLS
