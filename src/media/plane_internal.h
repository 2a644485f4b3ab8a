/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the files of the plane share, each standing on those above it: lookup.c, fit.c (who decodes
 * what), selection.c (who shows whom), spread.c (rooms and the workers that they are on), taps.c,
 * injectcaps.c, second.c (second encodings), endpoint.c, injects.c, negotiate.c (offers), plane.c
 * (life, events). Nobody else includes it. Everything belongs to the control thread.
 *
 * Who destroys whom: the plane owns endpoints by id; an endpoint holds a reference on its room; a
 * room goes with its last endpoint. An endpoint's session (transport, sources, slots) is ended by a
 * command, after which its ids mean nothing: events that name them are dropped.
 */
#pragma once

#include "media/candidates.h"
#include "media/commands.h"
#include "media/plane.h"
#include "media/tcpfront.h"
#include "media/worker.h"
#include "base/rng.h"
#include "proto/sdp/offer.h"
#include "secure/certificate.h"

G_BEGIN_DECLS

typedef struct _ParlorMediaEndpoint ParlorMediaEndpoint;
typedef struct _ParlorTrackFd ParlorTrackFd;

/* Kinds of tracks are kinds of sources; those that feed a second encoding have this added. */
#define PARLOR_MEDIA_SECOND PARLOR_N_SOURCES

typedef struct
{
  char *name;
  ParlorRoomId id;
  guint home;                       /* its first worker, which tells who speaks */
  guint64 workers;                  /* by bit: home, and those that it has grown over to */
  guint16 n_on[PARLOR_WORKERS_MAX]; /* of its endpoints */
  GPtrArray *endpoints;             /* borrowed */
} ParlorMediaRoom;

/* What decodes nothing of the first encoding gets the second. */
typedef struct _ParlorMediaSource ParlorMediaSource;
struct _ParlorMediaSource
{
  ParlorSourceId id; /* 0 = not published */
  ParlorMediaEndpoint *endpoint;
  ParlorSourceKind kind;
  char mid[PARLOR_MID_SIZE]; /* "" = injected */
  gboolean is_open;
  ParlorMirrorConfig *config; /* owned; as workers were told it; NULL = not published */
  ParlorCodecKey active;      /* what arrives; PARLOR_CODEC_KEY_NONE = nothing has yet */
  gboolean goes_back;         /* it has B-frames that cannot be left out (decisions/0122) */
  ParlorMediaSource *second;  /* owned; NULL = none */
  gboolean is_second;
  const ParlorTrackFd *feeder; /* of a second: borrowed */
};

typedef struct
{
  char mid[PARLOR_MID_SIZE];
  ParlorSlotKind kind;
  guint32 ssrc, rtx_ssrc;
  ParlorSourceRef wanted;
  guint height;
  gboolean is_misfit; /* its receiver does not decode what is wanted as the publisher sends it, or
                         not in its order */
} ParlorMediaSlot;

struct _ParlorMediaEndpoint
{
  ParlorMediaPlane *plane;
  ParlorEndpointId id;
  ParlorMediaRoom *room;
  ParlorWorker *worker; /* its transport's and its sources', for life */
  guint worker_index;
  char *label;
  gboolean hears_room;

  /*< session >*/
  ParlorTransportId transport; /* 0 = none */
  ParlorIceCredentials local;
  char remote_ufrag[PARLOR_ICE_UFRAG_SIZE];
  ParlorFingerprint fingerprint;
  char cname[PARLOR_ROUTER_CNAME_SIZE];
  guint64 sdp_id, sdp_version;
  guint n_slots;
  ParlorMediaSlot *slots; /* owned, n_slots */
  guint
      n_decoded; /* of pictures, by the first m-line that takes any: peers offer the same in all */
  ParlorCodecKey decoded[PARLOR_ROUTER_MAX_CODECS];
  GPtrArray *mids;                  /* char*: accepted m-lines in the offer's order */
  guint8 ext_ids[PARLOR_EXT_COUNT]; /* of the header extensions of the session */
  gboolean is_stage; /* slots were not named: a player that takes what comes, all in one stream */

  ParlorMediaSource sources[PARLOR_N_SOURCES];
  GPtrArray *tracks; /* ParlorTrackFd, owned */
};

struct _ParlorMediaPlane
{
  ParlorMedia media; /* first */
  ParlorWorkerSet *workers;
  ParlorTcpFront *tcp; /* NULL = no TCP */
  ParlorCertificate *certificate;
  ParlorDtlsContext *dtls;
  ParlorRng rng;
  char **announce;
  char *bind_address;
  guint max_endpoints;
  guint spread_from;
  guint load[PARLOR_WORKERS_MAX]; /* rooms that began on each worker, and endpoints */
  ParlorCandidates candidates;
  gint64 candidates_us; /* when they were collected */

  ParlorMediaEventFunc event_func;
  gpointer event_data;

  guint n_misfits; /* slots */
  guint64
      last_id; /* of endpoints, transports, sources and rooms alike: one sequence, never reused */
  GHashTable *endpoints;   /* ParlorEndpointId → ParlorMediaEndpoint, owned */
  GHashTable *transports;  /* ParlorTransportId → ParlorMediaEndpoint */
  GHashTable *sources;     /* ParlorSourceId → ParlorMediaSource */
  GHashTable *rooms;       /* name → ParlorMediaRoom, owned */
  GHashTable *rooms_by_id; /* ParlorRoomId → ParlorMediaRoom */
};

static inline gboolean
parlor_media_is_kind (ParlorSourceKind kind)
{
  return kind > PARLOR_SOURCE_NONE && kind < PARLOR_N_SOURCES;
}

/* --- lookup.c --- */
guint64 parlor_media_plane_next_id (ParlorMediaPlane *self);
/** (nullable) Sets PARLOR_ERROR_NOT_FOUND; error may be NULL. */
ParlorMediaEndpoint *parlor_media_endpoint_find (ParlorMedia *media, ParlorEndpointId id,
                                                 GError **error);
/** Collected anew when they are old: interfaces come and go. Borrowed. */
const ParlorCandidates *parlor_media_plane_get_candidates (ParlorMediaPlane *self);

/* --- endpoint.c --- */
ParlorEndpointId parlor_media_endpoint_open (ParlorMedia *media, const ParlorEndpointSpec *spec,
                                             GError **error);
void parlor_media_endpoint_close (ParlorMedia *media, ParlorEndpointId endpoint);
void parlor_media_endpoint_set_source_open (ParlorMedia *media, ParlorEndpointId endpoint,
                                            ParlorSourceKind kind, gboolean open);
/** GDestroyNotify of plane->endpoints. */
void parlor_media_endpoint_free (gpointer endpoint);
/** Ends the session: transport, sources, slots. Taps stay and wait for the next one. */
void parlor_media_endpoint_end_session (ParlorMediaEndpoint *self);
/** A new source of `kind`: tells the worker, and puts it into the slots that wait for it.
 * config->id, room, audio and speaks are filled here. */
void parlor_media_endpoint_publish (ParlorMediaEndpoint *self, ParlorSourceKind kind,
                                    ParlorSourceConfig *config);
void parlor_media_endpoint_unpublish (ParlorMediaEndpoint *self, ParlorSourceKind kind);

/* --- selection.c --- */
void parlor_media_endpoint_select (ParlorMedia *media, ParlorEndpointId endpoint, guint slot,
                                   ParlorSourceRef source, guint height);
/** The source came (again) under a new id: slots that were to show it get it. */
void parlor_media_endpoint_show (ParlorMediaEndpoint *self, ParlorSourceKind kind);
/** Gives each slot that wants this source the encoding that fits it. */
void parlor_media_endpoint_refit (ParlorMediaEndpoint *self, ParlorSourceKind kind);

/* --- spread.c --- */
/** Chooses the endpoint's worker; the room is made where there is none. */
ParlorMediaRoom *parlor_media_room_enter (ParlorMediaPlane *plane, const char *name,
                                          ParlorMediaEndpoint *endpoint);
/** Without its sources. The last one frees the room. */
void parlor_media_room_leave (ParlorMediaEndpoint *endpoint);
/** On the endpoint's worker as it is, on the room's others as a mirror. */
void parlor_media_room_add_source (ParlorMediaEndpoint *endpoint, const ParlorMediaSource *source);
void parlor_media_room_remove_source (ParlorMediaEndpoint *endpoint, ParlorSourceId source);
void parlor_media_room_open_source (ParlorMediaEndpoint *endpoint, ParlorSourceId source,
                                    gboolean open);

/* --- fit.c --- */
gboolean parlor_media_is_picture (ParlorSourceKind kind);
/** The encoding of `source` for this viewer; notes whether the first one fits. 0 = none. */
ParlorSourceId parlor_media_fit (ParlorMediaEndpoint *viewer, ParlorMediaSlot *slot,
                                 const ParlorMediaSource *source);
/** Its slots end. */
void parlor_media_forget_misfits (ParlorMediaEndpoint *self);
void parlor_media_each_misfit (ParlorMedia *media, ParlorMisfitFunc func, gpointer user_data);
gboolean parlor_media_decodes (ParlorMedia *media, ParlorEndpointId receiver,
                               ParlorSourceRef source, gboolean *takes_vp8);
gboolean parlor_media_sends (ParlorMedia *media, ParlorSourceRef source);

/* --- second.c --- */
gboolean parlor_media_second_open (ParlorMedia *media, ParlorEndpointId endpoint,
                                   ParlorSourceKind kind, const char *caps, int fd, GError **error);
/** The one that `feeder` fed, if it still stands; NULL = any. */
void parlor_media_second_close (ParlorMediaSource *source, const ParlorTrackFd *feeder);

/* --- negotiate.c --- */
gboolean parlor_media_negotiate (ParlorMedia *media, ParlorEndpointId endpoint,
                                 const ParlorMediaOffer *offer, ParlorMediaAnswer *answer,
                                 GError **error);
gboolean parlor_media_patch (ParlorMedia *media, ParlorEndpointId endpoint, const char *fragment,
                             gsize length, char **answer_fragment, char **ice_ufrag,
                             GError **error);

/* --- taps.c --- */
gboolean parlor_media_tap_open (ParlorMedia *media, ParlorEndpointId endpoint,
                                ParlorSourceKind kind, int fd, GError **error);
gboolean parlor_media_tap_keep (ParlorMedia *media, ParlorEndpointId endpoint,
                                ParlorSourceKind kind, int fd, GError **error);
void parlor_media_tap_drop (ParlorMedia *media, ParlorEndpointId endpoint, ParlorSourceKind kind);
char *parlor_media_tap_codecs (ParlorMedia *media, ParlorEndpointId endpoint,
                               ParlorSourceKind kind);
/** (nullable) Borrowed. NULL: fd is closed and error set. `kind` is what the track is told to be.
 */
ParlorTrackFd *parlor_media_inject_track (ParlorMediaEndpoint *self, guint kind, int fd,
                                          GError **error);
/** The source of kind is another one now (0 = none): its taps follow. */
void parlor_media_taps_follow (ParlorMediaEndpoint *self, ParlorSourceKind kind);

/* --- injectcaps.c --- */
gboolean parlor_media_inject_caps (const char *caps, ParlorSourceKind kind,
                                   ParlorSourceConfig *config, GError **error);

/* --- injects.c --- */
gboolean parlor_media_inject_open (ParlorMedia *media, ParlorEndpointId endpoint,
                                   ParlorSourceKind kind, const char *caps, int fd, GError **error);
/** Joins and frees the tracks whose other side has gone. */
void parlor_media_taps_sweep (ParlorMediaEndpoint *self);

G_END_DECLS
