/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Layers of one stream (VP9 and AV1 SVC) for one receiver, by the dependency descriptor (AV1 RTP
 * specification 1.0.0, appendix A): which frames it gets so that all of them can be decoded, when
 * it may go over to another operating point, and what of the descriptor and the RTP marker has to
 * be said otherwise. Pure; worker thread.
 *
 * A *decode target* is an operating point (a spatial and a temporal layer). Each frame says for
 * each target whether it belongs to it and whether one may change to the target there (A.4.3:
 * indication S). The rule here needs no knowledge of the scheme (L3T3, L3T3_KEY, S3T3, …): a target
 * begins with a frame marked S for it all of whose references were forwarded, or with a key frame.
 * Going down to a target whose frames all belong to the present one is possible with any new
 * picture.
 *
 * Frame numbers, references and chains stay as the sender wrote them: they name frames, and a frame
 * that is left out is named by none that is forwarded. What must be told is the set of targets that
 * still come (active_decode_targets), or a receiver may wait for the others: `parlor_dd_write`.
 */
#pragma once
#include <glib.h>
#include "proto/rtp/dd.h"

/** Frames that are remembered as forwarded or left out; references reach back 4,096 at most, those
 * of encoders a few dozen. */
#define PARLOR_SVC_FRAMES 512
#define PARLOR_SVC_NO_TARGET (-1)

/** Private, but embeddable. All zero after parlor_svc_init. */
typedef struct
{
  gint8 target; /**< as forwarded now; PARLOR_SVC_NO_TARGET before the first key frame */
  gint8 told;   /**< the target whose active set the receiver was told */
  guint8 spatial, temporal; /**< as wanted */
  guint32 active;           /**< targets that the sender still sends */
  gboolean has_active;
  guint blocked; /**< places where going over failed for want of references */
  gboolean has_picture;
  guint32 timestamp;                   /**< of the present picture */
  gint64 highest;                      /**< frame number, unwrapped; 0 = none yet */
  guint8 fates[PARLOR_SVC_FRAMES / 4]; /**< two bits a frame */
} ParlorSvc;

/** Nothing is forwarded until a key frame. The wish is the highest layer of all. */
void parlor_svc_init (ParlorSvc *self);
/** The highest layers wanted from now on; what the stream has not gives the next below. */
void parlor_svc_want (ParlorSvc *self, guint spatial, guint temporal);

/** The targets, by bit, that the sender still sends: where packets that told it were not given to
 * parlor_svc_packet. What comes there counts later. */
void parlor_svc_set_active (ParlorSvc *self, guint32 active_targets);

typedef struct
{
  gboolean forward;
  gboolean marker; /**< of the RTP header: the last packet of the picture as this receiver has it */
  gboolean switched;    /**< the target became another one with this packet */
  gboolean tell_active; /**< write the descriptor anew with active_targets (parlor_dd_write) */
  guint32 active_targets;
} ParlorSvcOut;

/** Decides over one packet. dd was read with structure; both as parlor_dd_parse gave them (result
 * OK). timestamp: the packet's RTP timestamp, one for all frames of a picture. marker: the
 * packet's. Packets may be lost, repeated and out of order: a frame has one fate, whatever its
 * packets do. */
void parlor_svc_packet (ParlorSvc *self, const ParlorDdStructure *structure, const ParlorDd *dd,
                        guint32 timestamp, gboolean marker, ParlorSvcOut *out);

/** The layers as forwarded now; FALSE = nothing yet. */
gboolean parlor_svc_layers (const ParlorSvc *self, const ParlorDdStructure *structure,
                            guint *spatial, guint *temporal);
/** What is wanted cannot be reached by waiting: the target's frames refer to each other only
 * (K-SVC, simulcast in one stream), so ask the sender for a key frame. TRUE after it failed at
 * PARLOR_SVC_TRIES places. */
#define PARLOR_SVC_TRIES 3
gboolean parlor_svc_needs_key_frame (const ParlorSvc *self);
