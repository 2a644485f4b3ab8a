/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Inside of the signalling: one socket's session (session.c), on which stand the handlers, the
 * table (messages.c) and signal.c (sockets and events). Not for other folders.
 */
#pragma once

#include "base/tally.h"
#include "live/events.h"
#include "room/participant.h"
#include "signal/desk.h"
#include "signal/signal.h"

G_BEGIN_DECLS

typedef struct _ParlorSession ParlorSession;

struct _ParlorSignal
{
  ParlorSignalSpec spec;
  ParlorSignalStats stats;
  char epoch[PARLOR_ID_SIZE];
  GHashTable *sessions;   /* set of ParlorSession */
  ParlorDesk *desk;       /* borrowed; NULL = no service */
  ParlorDeflate *deflate; /* of all sockets that agreed on it */
  ParlorTally *tally;     /* of the counted ones, by address */
  guint n_counted;
  guint n_refused;
  gboolean freed; /* waits for its last socket */
};

struct _ParlorSession
{
  ParlorSignal *signal;    /* borrowed */
  ParlorWebSocket *socket; /* owned by itself; NULL after closed () */
  char *peer;              /* nullable */
  char *base_url;
  gboolean trusted;
  ParlorPrincipal principal; /* of the upgrade request; from a good token in a message on, of it */
  char *visitors;            /* nullable: who he is to which brand, as in ParlorSignalSocket */
  char *origin;              /* of a brand's own site; NULL = a page of ours */
  gboolean of_all;           /* `origin` is good for every brand */
  gint64 opened_us;
  gboolean counted; /* FALSE: there were too many, it is being closed */

  /* state */
  ParlorParticipant
      *participant;   /* borrowed from the domain until DENIED or CLOSED; NULL = not joined */
  gboolean named;     /* by the house: he does not rename himself */
  json_t *join_id;    /* the join's id, for the welcome that may come much later */
  json_t *request_id; /* of the message being handled; NULL outside or without one */
  gint64 credit_us;   /* rate of messages: see messages.c */
  gint64 offer_credit_us;
  guint refused_in_a_row;
  gint64 stats_us; /* last `stats` */

  gboolean listens; /* on_rings.c: a signed-in person's page, open for rings */

  char live_visitor[PARLOR_ID_TEXT]; /* on_live.c: who he is to the room's brand; "" = unknown */
  ParlorStaffing staffing;           /* staffing.c: what this host was told last */
  gboolean staffing_told;
  GPtrArray *held;     /* on_live.c: nullable; who asked waits for the brand's word on a comment */
  GPtrArray *promises; /* on_recording.c: nullable; answers that wait for the disk */

  /* on_service.c: whose desk this is, beside any room */
  gboolean attached;
  ParlorRep *rep;                 /* borrowed, lives as long as the service; NULL = a visitor's */
  ParlorPrincipal desk_principal; /* of a rep: who he was when he sat down; a join's token does not
                                     replace it */
  char desk_visitor[PARLOR_ID_TEXT];
  char desk_brand[PARLOR_ID_TEXT];
  guint desk_present; /* of a visitor: how many he was told are there */
};

/** Of a socket that just came; `socket` is set by the caller. */
ParlorSession *parlor_session_new (ParlorSignal *signal, const ParlorSignalSocket *socket);
void parlor_session_free (ParlorSession *session);

/** Who the browser is to this brand, by its cookie; "" = unknown. Another brand's is no one. */
void parlor_session_visitor (const ParlorSession *session, const char *brand,
                             char out[PARLOR_ID_TEXT]);

/** Sends and frees `json` (transfer full). */
void parlor_session_send (ParlorSession *session, json_t *json);
/** The same, deflated where the page takes that: parlor_websocket_send_deflated () says for what.
 */
void parlor_session_send_deflated (ParlorSession *session, json_t *json);
/** {"t":"error", …} with the id of the request being handled. */
void parlor_session_send_error (ParlorSession *session, const char *code, const char *message);
/** Closes the socket after what was sent. */
void parlor_session_close (ParlorSession *session, guint16 code, const char *reason);
/** One of `burst` at once, then one an interval; FALSE = too many. *credit_us begins as 0. */
gboolean parlor_session_take_credit (gint64 *credit_us, gint64 interval_us, guint burst,
                                     gint64 now_us);
/** Whether what the session's principal rests on was revoked or ran out. */
gboolean parlor_session_is_revoked (const ParlorSession *session);
/** Closes it (4401), out of the room as well: no seat is held for whoever may not come back. */
void parlor_session_end_revoked (ParlorSession *session);
/** Whether the page of this socket may touch things of this brand: its origin is the brand's, or
    ours. */
gboolean parlor_session_fits (const ParlorSession *session, const char *brand);
/** Takes the visitor whose key a page of a brand's own site shows in `visitor`; nothing on our own
    pages, whose cookie has told him. FALSE: the key is nobody's. */
gboolean parlor_session_take_visitor (ParlorSession *session, const json_t *message,
                                      const char *brand);
/** The socket is nobody's desk any more. */
void parlor_session_detach (ParlorSession *session, gint64 now_us);
/** The brand's word on a comment that was held goes to who waits for it. */
void parlor_session_screened (ParlorSession *session, const ParlorLiveEvent *event);
/** The participant is another's from now on, or nobody's. */
void parlor_session_forget (ParlorSession *session);

/** A text message of the peer: the table's way in. */
void parlor_messages_handle (ParlorSession *session, const char *text, gsize length, gint64 now_us);

G_END_DECLS
