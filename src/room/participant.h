/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One person in a room and what he does there. A ParlorParticipant belongs to its room; the edge
 * may keep the pointer in the session that joined until that session got DENIED or CLOSED, or until
 * it called parlor_participant_leave () or …_disconnect ().
 *
 * Control thread. Functions that may be refused return FALSE and set PARLOR_ERROR; nothing changed
 * then.
 */
#pragma once

#include "base/error.h"
#include "room/events.h"
#include "room/qualitylog.h"

G_BEGIN_DECLS

typedef enum
{
  PARLOR_PARTICIPANT_PAGE,      /**< a WebSocket */
  PARLOR_PARTICIPANT_PUBLISHER, /**< WHIP */
  PARLOR_PARTICIPANT_PLAYER,    /**< WHEP */
} ParlorParticipantKind;

typedef enum
{
  PARLOR_PARTICIPANT_CONNECTING,
  PARLOR_PARTICIPANT_CONNECTED,    /**< media stands */
  PARLOR_PARTICIPANT_RECONNECTING, /**< the socket is away for 2 s, or media was lost */
} ParlorParticipantState;
const char *parlor_participant_state_name (ParlorParticipantState state);

typedef struct
{
  gboolean published;  /**< FALSE: the rest means nothing */
  gboolean muted;      /**< by himself or by the server */
  gboolean active;     /**< packets arrive */
  guint width, height; /**< pixels as the page said; 0 = unknown */
  const char *codec;   /**< "vp8", "opus", …; NULL = unknown */
} ParlorSourceInfo;

/** As the others see him; borrowed, valid until the participant changes. */
typedef struct
{
  const char *id;
  const char *identity;
  const char *name;
  const char *company; /**< of a partner: shown beside the name as external; NULL = of the house,
                          or a guest */
  ParlorRole role;
  ParlorRights rights;
  ParlorParticipantKind kind;
  ParlorParticipantState state;
  gboolean guest;
  gboolean audience;   /**< a viewer of a live room: counted, not shown among the people; sees and
                          hears, only while the stage is open */
  gboolean waiting;    /**< in the lobby */
  gint64 joined_at_ms; /**< wall clock; while waiting: since when */
  guint hand;          /**< 0 = down, 1 = raised first */
  ParlorSourceInfo sources[PARLOR_N_SOURCES]; /**< by ParlorSourceKind */
} ParlorParticipantInfo;

const ParlorParticipantInfo *parlor_participant_info (const ParlorParticipant *participant);
ParlorRoom *parlor_participant_room (const ParlorParticipant *participant);
/** What the edge gave at join; NULL while the socket is away. */
gpointer parlor_participant_session (const ParlorParticipant *participant);
/** All of `rights` are his (NONE: TRUE), and he does not wait in the lobby. */
gboolean parlor_participant_can (const ParlorParticipant *participant, ParlorRights rights);
/** 0 = none yet. */
ParlorEndpointId parlor_participant_endpoint (const ParlorParticipant *participant);

/** The socket of this session dropped: the seat is held. Another session's call changes nothing. */
void parlor_participant_disconnect (ParlorParticipant *participant, gpointer session,
                                    gint64 now_us);
/** He goes, for good: no CLOSED is sent, LEFT to the others; the pointer is dead afterwards. For
   WHIP and WHEP this is DELETE. */
void parlor_participant_leave (ParlorParticipant *participant, gint64 now_us);

/**
 * A page's offer. Senders without the right to publish are answered inactive. On TRUE `answer` is
 * filled (parlor_media_answer_clear ()); send it before the next parlor_rooms_poll (), which tells
 * all slots. FORBIDDEN while waiting; BAD_REQUEST, UNPROCESSABLE, UNAVAILABLE of the media.
 */
gboolean parlor_participant_negotiate (ParlorParticipant *participant,
                                       const ParlorMediaOffer *offer, ParlorMediaAnswer *answer,
                                       gint64 now_us, GError **error);

/** PATCH of WHIP and WHEP (RFC 9725 section 4.3): see ParlorMediaOps.patch. */
gboolean parlor_participant_patch (ParlorParticipant *participant, const char *fragment,
                                   gsize length, char **answer_fragment, char **ice_ufrag,
                                   GError **error);

/** How it is for him now, as the media plane told last. */
typedef struct
{
  guint level; /**< 3 good … 0 lost */
  ParlorMediaQuality media;
  guint64 freezes, freeze_ms; /**< of this stay, as his page reported */
} ParlorQualityNow;

/** FALSE: nothing was told in the last 10 s. */
gboolean parlor_participant_quality (const ParlorParticipant *participant, gint64 now_us,
                                     ParlorQualityNow *out);
/** His page's own counters, of which what can be true is counted. Never refused. */
void parlor_participant_report_page (ParlorParticipant *participant, const ParlorPageTotals *totals,
                                     gint64 now_us);

/** One tile of `view`. */
typedef struct
{
  const char *participant; /**< "pt_…"; unknown ones are skipped */
  guint width, height;     /**< device pixels */
} ParlorViewTile;

typedef struct
{
  const ParlorViewTile *tiles; /**< n_tiles, more than PARLOR_MAX_SLOTS are cut */
  guint n_tiles;
  const char *pinned; /**< NULL = nobody */
  const char *screen; /**< whose screen; NULL = the newest */
  gboolean visible;
} ParlorView;

/** What the page shows. Never refused. */
void parlor_participant_set_view (ParlorParticipant *participant, const ParlorView *view,
                                  gint64 now_us);

typedef struct
{
  ParlorSourceKind source;
  gboolean on;    /**< FALSE: not published any more */
  gboolean muted; /**< FALSE also ends a mute by the server */
  guint width, height;
} ParlorSourceChange;

/** BAD_REQUEST, FORBIDDEN. */
gboolean parlor_participant_set_source (ParlorParticipant *participant,
                                        const ParlorSourceChange *change, gint64 now_us,
                                        GError **error);
/** BAD_REQUEST. */
gboolean parlor_participant_set_name (ParlorParticipant *participant, const char *name,
                                      gint64 now_us, GError **error);
/** FORBIDDEN while waiting. */
gboolean parlor_participant_raise_hand (ParlorParticipant *participant, gboolean raised,
                                        gint64 now_us, GError **error);
/** BAD_REQUEST, FORBIDDEN, TOO_MANY. */
gboolean parlor_participant_react (ParlorParticipant *participant, const char *emoji, gint64 now_us,
                                   GError **error);
/** Chat. CHAT goes to all inside the call; a known client_id only to this session again.
   BAD_REQUEST, FORBIDDEN, TOO_MANY. */
gboolean parlor_participant_say (ParlorParticipant *participant, const char *client_id,
                                 const char *text, gint64 now_us, GError **error);

/** The picture that a player (WHEP) is shown now; endpoint 0 = none. */
ParlorSourceRef parlor_participant_picture (const ParlorParticipant *player);
/** Tells a page that what is in this slot of his does not fit him, or does again (FIT). `codec`:
 * what its publisher sends, static. Nobody else is told; a player is not. */
void parlor_participant_tell_fit (ParlorParticipant *participant, guint slot, const char *codec,
                                  ParlorFit fit);

G_END_DECLS
