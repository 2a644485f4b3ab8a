/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where a session publishes or watches: which server, which room, whose stream. Negotiation is
 * blocking; media then is the same for every server.
 */
#pragma once

#include "load/sdp.h"

typedef enum
{
  LOAD_WHIP,  /**< WHIP and WHEP, with the paths of docs/openapi.yaml */
  LOAD_RT,    /**< Parlor's own protocol: people in a room */
  LOAD_JANUS, /**< Janus' videoroom over its HTTP API, `url` without "/janus" */
} LoadServer;

/** All borrowed, to outlive the session. */
typedef struct
{
  LoadServer server;
  const char *url;
  const char *room;
  const char *identity;   /**< of the publisher, or whom a subscriber watches; NULL = the stage */
  const char *token;      /**< nullable */
  const char *media;      /**< nullable: the server's media is at this address, whatever it says */
  guint tiles;            /**< LOAD_RT: video slots of a person */
  gint64 delay_us;        /**< of media, each way; 0 = none */
  guint lost_per_mille;   /**< of media, each way */
  guint number;           /**< of the session, for what it publishes */
  guint layers;           /**< of a publisher's picture, 1 or 3; a person has 3 */
  gint64 late_us;         /**< what comes later than that counts as late */
  gboolean marks_behind;  /**< pictures are of a file (sender.h) */
  gboolean sounds_behind; /**< sound is */
  gboolean unmarked;      /**< others publish: no packet says when it was sent */
  gboolean speaker_large; /**< LOAD_RT: the page shows the speaker large */
  const char *resume;     /**< LOAD_RT, nullable: the seat that he takes again */
} LoadPlace;

/** FALSE: `error` says what the server said. `own->publish` decides the direction. */
gboolean load_place_negotiate (const LoadPlace *place, const LoadOffer *own, LoadAnswer *answer,
                               GError **error);
/** Ends what negotiate () began; says nothing when it is gone already. */
void load_place_leave (const LoadPlace *place, const LoadAnswer *answer);
