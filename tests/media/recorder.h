/* SPDX-License-Identifier: Apache-2.0 */
/* A router behind router/router.h that writes down what it is told, hands datagrams over by their
 * first byte (the owner's index), relays those whose second byte is 'r' to the worker that the
 * third names, and says events when a test wants. All functions here may be called from the test's
 * thread. */
#pragma once

#include "router/router.h"

typedef enum
{
  RECORD_ADD_TRANSPORT,
  RECORD_RESTART_ICE,
  RECORD_REMOVE_TRANSPORT,
  RECORD_ADD_SOURCE,
  RECORD_REMOVE_SOURCE,
  RECORD_OPEN_SOURCE,
  RECORD_ADD_SLOT,
  RECORD_SELECT,
  RECORD_RECEIVE,
  RECORD_INJECT,
  RECORD_SET_TAP,
  RECORD_DTLS_DONE,
  RECORD_ADD_MIRROR, /* worker, id; other: its owner */
  RECORD_SET_RELAY,  /* worker, id; slot: to which worker; open: on */
  RECORD_RELAYED,    /* worker, id; slot: from which; text: hex of the first bytes */
  N_RECORDS,
} RecordType;

typedef struct
{
  RecordType type;
  guint worker;
  guint64 id;    /* transport or source */
  guint64 other; /* SELECT: source */
  guint slot, height;
  gboolean open;
  char text[PARLOR_ICE_UFRAG_SIZE]; /* RESTART_ICE: the peer's ufrag; RECEIVE and INJECT: hex of the
                                       first bytes */
  ParlorDtls *dtls;
  ParlorTransportConfig transport;
  ParlorSourceConfig source;
  ParlorSlotConfig slot_config;
} Record;

void recorder_reset (void);
/* How many of this type came; waits up to 2 s until there are `at_least`. */
guint recorder_wait (RecordType type, guint at_least);
guint recorder_count (RecordType type);
/* A copy of the n-th of its type (from 0); the last one with n = -1. Fails the test when it is not
 * there. */
Record recorder_get (RecordType type, gint n);
/* The next batch asks whoever injects for a key frame. */
void recorder_wish_key_frame (void);
/* Whether a session stands wherever a datagram comes from. */
void recorder_let_sessions_stand (gboolean stand);
/* The next flush of any worker says it. */
void recorder_say (const ParlorRouterEvent *event);
/* Calls the tap of `source` on its worker at its next flush. */
void recorder_feed_tap (ParlorSourceId source, const guint8 *rtp, gsize length);
/* For tests without a pipeline: a router's answers by themselves. */
ParlorRouter *recorder_bare (void);
