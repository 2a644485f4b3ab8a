/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One room: its state, who is in it, and how one gets in. What people do in it is in participant.h,
 * what hosts do in moderation.h. A ParlorRoom belongs to the registry; keep its id, not the
 * pointer.
 *
 * Control thread.
 */
#pragma once

#include "base/error.h"
#include "room/events.h"

G_BEGIN_DECLS

/** As the world sees it; borrowed, valid until the room changes. */
typedef struct
{
  const char *id;    /**< "rm_…" */
  const char *brand; /**< "br_…": nothing of another brand names this room */
  const char *code;  /**< shown form, "abcde-fghjk" */
  const char *alias; /**< NULL = none */
  const char *kind;
  const char *title;
  gboolean locked;
  gboolean lobby;
  gboolean by_stranger; /**< made by one who proved nothing: for good; nobody plans it by a token */
  gint64 created_at_ms;
} ParlorRoomInfo;

const ParlorRoomInfo *parlor_room_info (const ParlorRoom *room);

/** Milliseconds since somebody first came in; never paused, goes on over restarts; 0 before. */
gint64 parlor_room_ms (const ParlorRoom *room, gint64 now_us);

/** The roster in the order of joining: pages and WHIP publishers (players if configured). */
guint parlor_room_n_participants (const ParlorRoom *room);
ParlorParticipant *parlor_room_participant (const ParlorRoom *room, guint i);
/** "pt_…", also of one who waits or plays; NULL = none. */
ParlorParticipant *parlor_room_find (const ParlorRoom *room, const char *id);
/** The one in the roster who has this identity, the newest of several; NULL = none. */
ParlorParticipant *parlor_room_find_identity (const ParlorRoom *room, const char *identity);
/** How many in the roster may moderate. */
guint parlor_room_n_hosts (const ParlorRoom *room);

/** Puts what is known of everybody's quality so far into the store, whose rows a file is made of.
 */
void parlor_room_keep_quality (ParlorRoom *room, gint64 now_us);

/** How many watch: viewers whose page is here, and WHEP players. */
guint parlor_room_n_audience (const ParlorRoom *room);

/**
 * What the audience of a live room gets (docs/protocol.md, "Live rooms"). Open from the start;
 * other kinds of room leave it so. While it is closed (a rehearsal) viewers cannot negotiate and
 * see nothing; while it is paused nobody's packets are forwarded, and the connections stay.
 */
typedef enum
{
  PARLOR_STAGE_OPEN,
  PARLOR_STAGE_CLOSED,
  PARLOR_STAGE_PAUSED,
} ParlorStage;
void parlor_room_set_stage (ParlorRoom *room, ParlorStage stage);
/** A room of the kind "live": it has an audience, and lives until somebody ends it; a stranger's
    ends as other rooms do. */
gboolean parlor_room_is_live (const ParlorRoom *room);

/**
 * A kept room is one whose link must hold: it has a schedule. Neither emptiness nor a host's "end
 * for all" closes it; it *rests* then, as it does after `empty_us` without anybody: the recording
 * is finished, chat, markers, seats and the lock of that meeting are forgotten, `room.ended` is
 * told, and `room.live` when somebody comes again. Its clock goes on. What the API ends is closed.
 */
void parlor_room_set_kept (ParlorRoom *room, gboolean kept, gint64 now_us);
gboolean parlor_room_is_kept (const ParlorRoom *room);

/** Raised hands and waiting people, in order; borrowed until the next change. */
ParlorParticipant *const *parlor_room_hands (const ParlorRoom *room, guint *n);
ParlorParticipant *const *parlor_room_waiting (const ParlorRoom *room, guint *n);
const ParlorChat *parlor_room_chat (const ParlorRoom *room);

/** Who comes. Strings are borrowed for the call. What a token says, the edge has verified. */
typedef struct
{
  const char *identity; /**< 1 to 128 characters (parlor_text_identity ()); others do not come in */
  gboolean identity_is_made; /**< the edge made it up: a good resume token then says who it is, but
                                only of one who is `guest` as this one is */
  const char *name;          /**< NULL or unfit: the identity is shown */
  const char *company;       /**< of a partner; NULL = none */
  ParlorRole role;
  ParlorRights granted; /**< PARLOR_RIGHTS_OF_TOKEN; nothing granted = nothing allowed */
  gboolean guest;
  const char *resume; /**< NULL = none */
  const char
      *device; /**< a secret of this browser that outlives its tokens, for bans; NULL = none */
  const char *address; /**< the client's numeric address, for caps; NULL = not known */
  gint64 valid_us;     /**< the token holds for so long from now; 0 = without end */
  gpointer
      session; /**< the edge's own (its socket or WHIP/WHEP resource), not NULL, in no other use */
} ParlorJoin;

/**
 * A page comes in by WebSocket. With a good `resume` it is the same participant as before: an older
 * session of it gets CLOSED replaced. Locks and lobbies stop neither hosts nor those who come back.
 *
 * Returns who it is (borrowed): either welcome (WELCOME was sent to the session, PARTICIPANT to the
 * others), or waiting (info->waiting; WAITING was sent; WELCOME or DENIED follow). NULL: `denial`
 * says why, nothing was sent.
 */
ParlorParticipant *parlor_room_join (ParlorRoom *room, const ParlorJoin *join, gint64 now_us,
                                     ParlorDenial *denial);

/**
 * A WHIP publisher: a participant without a socket, its sources are what the answer accepted. The
 * same identity again replaces the session (the older `session` gets CLOSED replaced) and stays the
 * same participant. Fills `answer` (parlor_media_answer_clear ()). NULL: FORBIDDEN, CONFLICT
 * (locked), TOO_MANY (full), UNPROCESSABLE (the offer sends nothing), or the error of negotiation;
 * what ran before is untouched.
 */
ParlorParticipant *parlor_room_publish (ParlorRoom *room, const ParlorJoin *join, const char *sdp,
                                        gsize length, ParlorMediaAnswer *answer, gint64 now_us,
                                        GError **error);

/**
 * A publisher whose media the server makes itself (inject): an endpoint, no session; what it
 * publishes is said by parlor_participant_set_source (). FORBIDDEN, CONFLICT, TOO_MANY,
 * UNAVAILABLE.
 */
ParlorParticipant *parlor_room_enter (ParlorRoom *room, const ParlorJoin *join, gint64 now_us,
                                      GError **error);

/**
 * A WHEP player. `publisher` NULL: the stage; else the identity it wants to see, who need not be
 * here yet. Not in the roster unless configured. Errors as above (UNPROCESSABLE: it receives
 * nothing).
 */
ParlorParticipant *parlor_room_play (ParlorRoom *room, const ParlorJoin *join,
                                     const char *publisher, const char *sdp, gsize length,
                                     ParlorMediaAnswer *answer, gint64 now_us, GError **error);

G_END_DECLS
