/* SPDX-License-Identifier: Apache-2.0 */
/* A whole server in the test's own thread: a libuv loop that the test turns, the real domain, the
 * real HTTP server on a free loopback port, a fake media plane, a wall clock that the test sets. */
#pragma once

#include "fake_media.h"

#include "http/routes.h"
#include "live/handoffs.h"
#include "live/live.h"
#include "live/products.h"
#include "live/visitors.h"
#include "proto/deflate.h"
#include "signal/signal.h"

#define WORLD_KEY "demo"
#define WORLD_SECRET "0123456789abcdef0123456789abcdef"

typedef struct
{
  uv_loop_t loop;
  uv_prepare_t prepare;
  uv_timer_t alarm;
  ParlorClock clock;
  gint64 wall_offset_ms;
  FakeMedia fake;
  ParlorBrands *brands;
  ParlorLive *live;
  ParlorProducts *products;
  ParlorVisitors *visitors;
  ParlorHandoffs *handoffs;
  ParlorKeyring *keyring;
  ParlorRooms *rooms;
  ParlorSignal *signal;
  ParlorSite *site;
  ParlorHttpServer *http;
  guint16 port;
} World;

typedef struct
{
  gboolean strict;          /* no demo: tokens are needed */
  const char *web_dir;      /* nullable */
  guint request_timeout_ms; /* 0 = the default */
  guint joins_burst, joins_per_minute;
  guint max_sockets, max_sockets_of_address; /* 0 = the defaults */
  gboolean trust_proxy;
  guint unopened_keyless; /* 0 = the default; else anyone may start, and so many */
  const char *const *origins;
  ParlorStore *store;           /* nullable */
  ParlorRecorder *recorder;     /* nullable */
  ParlorRecordings *recordings; /* of the rooms alone; nullable */
} WorldSpec;

World *world_new (const WorldSpec *spec);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* Turns the loop until `done` says so; fails the test after 20 s. */
void world_until (World *world, gboolean (*done) (gpointer data), gpointer data);

/* A client's socket, non-blocking. */
int world_connect (World *world);
void world_write (World *world, int fd, const void *data, gsize length);
/* Everything until the server closes; *closed_after_us (nullable) = how long that took. */
GString *world_read_to_end (World *world, int fd, gint64 *closed_after_us);

typedef struct
{
  guint status;
  char *headers; /* lines, without the status line */
  char *body;
} Answer;

void answer_free (Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* One request on a connection of its own. `headers` is "" or lines that each end in \r\n; Host is
 * added. body NULL = none. */
Answer *world_ask (World *world, const char *method, const char *path, const char *headers,
                   const char *body);
/* The value of a header (any case; transfer full), NULL = none. */
char *answer_header (const Answer *answer, const char *name);
json_t *answer_json (const Answer *answer);

/* A token of WORLD_KEY, transfer full. granted 0 = all that the role may. */
char *world_token (World *world, const char *room, const char *identity, ParlorRole role);
/* "Authorization: Bearer …\r\n" (transfer full). */
char *world_bearer (const char *token);
/* A room of that alias. */
ParlorRoom *world_room (World *world, const char *alias);

/* ---- a WebSocket's other end */
typedef struct
{
  World *world;
  int fd;
  GByteArray *in;
  guint16 close_code;     /* 0 = not closed by a close frame */
  gboolean ended;         /* the TCP connection is gone */
  ParlorDeflate *deflate; /* owned, nullable: reads deflated messages by it */
  guint deflated;         /* so many came */
} Peer;

Peer *peer_new (World *world);
/* The same with more header lines, each ending in \r\n. */
Peer *peer_new_with (World *world, const char *headers);
/* As a browser: messages may be deflated. */
Peer *peer_new_deflating (World *world);
void peer_free (Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)
void peer_send_frame (Peer *peer, guint opcode, gboolean fin, gboolean masked, const void *data,
                      gsize length);
void peer_send (Peer *peer, const char *text);
void peer_say (Peer *peer, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Deflated, in one frame; of a peer that agreed on it. */
void peer_send_deflated (Peer *peer, const char *text, gsize length);
/* The next text message as JSON (transfer full); NULL when it was closed first (see close_code).
 * Pings are answered on the way. */
json_t *peer_next (Peer *peer);
/* The next one of type `t`; others are dropped. Fails the test when the socket closes first. */
json_t *peer_expect (Peer *peer, const char *t);
/* Waits for the close frame; its code. */
guint16 peer_closed (Peer *peer);
/* Joins with a token made for it; returns the welcome (transfer full). */
json_t *peer_join (Peer *peer, const char *room, const char *identity, ParlorRole role);
const char *member (const json_t *object, const char *name);
