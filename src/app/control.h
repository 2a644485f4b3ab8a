/* SPDX-License-Identifier: Apache-2.0 */
/**
 * `control.sock` in the data folder: how parlorctl speaks with the daemon. A stream socket,
 * readable by the daemon's user alone; one request a connection, one line of JSON each way:
 *
 *     -> {"cmd":"rooms"}
 *     <-
 * {"ok":true,"rooms":[{"id":…,"code":…,"title":…,"participants":[{"id":…,"identity":…,"tracks":[…]}]}]}
 *     -> {"cmd":"close","room":"…"}
 *     -> {"cmd":"token","room":"…","identity":"…","role":"host","name":"…","ttl":3600}
 *     <- {"ok":true,"token":"…"}
 *     -> {"cmd":"tap","room":"…","identity":"…","track":"camera"}
 *     -> {"cmd":"inject","room":"…","identity":"…","track":"camera","caps":"application/x-rtp,…"}
 *     <- {"ok":true}    and from then on the socket carries RTP framed by RFC 4571
 *     <- {"ok":false,"code":"not_found","message":"…"}
 *
 * Thread: control.
 */
#pragma once

#include "http/token.h"
#include "room/clock.h"
#include "room/rooms.h"

#include <jansson.h>
#include <uv.h>

G_BEGIN_DECLS

typedef struct _ParlorControl ParlorControl;

typedef struct
{
  uv_loop_t *loop;
  const char *path; /**< of the socket; a stale one is replaced, a living one is an error */
  ParlorRooms *rooms;
  ParlorMedia *media; /**< nullable: no tap, no inject */
  ParlorKeyring *keyring;
  ParlorClock *clock;
  /** Commands of other parts: the answer (transfer full); NULL without an error = none of theirs.
   */
  json_t *(*more) (const char *command, const json_t *request, gpointer data, GError **error);
  gpointer more_data;
} ParlorControlSpec;

/** Everything in `spec` is borrowed but `path`. NULL and G_FILE_ERROR when the socket cannot be
 * made. */
ParlorControl *parlor_control_new (const ParlorControlSpec *spec, GError **error);
/** A domain event of somebody who is injected. FALSE: not one of ours, nothing was done. */
gboolean parlor_control_event (ParlorControl *control, const ParlorRoomEvent *event);
/** Removes the socket. Run the loop once more before it is closed. NULL is fine. */
void parlor_control_free (ParlorControl *control);

G_END_DECLS
