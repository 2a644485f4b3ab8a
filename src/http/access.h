/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a caller may touch. The route table judged by the row who may ask at all (routes.h); here
 * the room or stream that the path names is looked up in the caller's brand, and a bearer token is
 * held against that very one. A handler does neither by hand: another brand's room is an unknown
 * one (404), a token that does not fit is 403, one that is no good 401.
 *
 * Thread: control.
 */
#pragma once

#include "http/site.h"
#include "live/live.h"

G_BEGIN_DECLS

/** What a token must be, beside naming the room. Who brings none was judged by the row. */
typedef enum
{
  PARLOR_TOKEN_OF_ANYBODY, /**< to see it */
  PARLOR_TOKEN_OF_HOST,    /**< to change it, and to read what was kept of it */
} ParlorTokenNeed;

/** Whether the token, if there is one, is for the room of this id ("rm_…", open or not). FALSE:
    `reply` says why not. Says nothing of the brand: `id` must be one of the caller's. */
gboolean parlor_site_token_fits (ParlorSite *site, const ParlorHttpRequest *request, const char *id,
                                 ParlorTokenNeed need, ParlorHttpReply *reply);

/** The open room of the path's first part as this caller may touch it (borrowed); NULL: `reply`
    says why not. */
ParlorRoom *parlor_site_find_room (ParlorSite *site, const ParlorHttpRequest *request,
                                   ParlorTokenNeed need, ParlorHttpReply *reply);

/** The live room of the path's first part, whose room is open, as this caller may touch it; both
    borrowed. NULL: `reply` says why not. */
ParlorLiveRoom *parlor_site_find_live (ParlorSite *site, const ParlorHttpRequest *request,
                                       ParlorTokenNeed need, ParlorRoom **room,
                                       ParlorHttpReply *reply);

/** The stream of the path's first part (its id), which may be over and its room closed, for its
    brand or a host's token (borrowed); fills `who`. NULL: `reply` says why not. */
ParlorLiveRoom *parlor_site_find_stream (ParlorSite *site, const ParlorHttpRequest *request,
                                         ParlorPrincipal *who, ParlorHttpReply *reply);

/** A stranger plans nothing, nor does the token of a room that one made: rooms that stay and people
    who are written to need somebody who answers for them. FALSE: `error` is UNAUTHORIZED. */
gboolean parlor_site_may_plan (const ParlorHttpRequest *request, const ParlorRoom *room,
                               GError **error);

G_END_DECLS
