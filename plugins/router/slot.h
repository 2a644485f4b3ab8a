/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A receive slot: one unbroken RTP stream towards its receiver, whatever source is in it. Thread:
 * worker. Private to this folder.
 */
#pragma once

#include "proto/rtp/dd.h"
#include "router/state.h"

ParlorSlot *parlor_slot_new (ParlorTransport *transport, const ParlorSlotConfig *config);
/** Leaves its source first. NULL is ignored. */
void parlor_slot_free (ParlorSlot *self);

/** Puts a source in; NULL empties it. */
void parlor_slot_select (ParlorSlot *self, ParlorSource *source, guint height, gint64 now_us);
/** The receiver can be sent to from now on: asks for the key frame that it begins with. */
void parlor_slot_ready (ParlorSlot *self, gint64 now_us);
/** Nothing is shown yet, or any more: begins its target with what is kept of it or of a smaller
 * layer, and asks for the key frame that it needs to go on. */
void parlor_slot_begin (ParlorSlot *self, gint64 now_us);
/** Where the control thread has not heard what is shown. */
void parlor_slot_tell_again (ParlorSlot *self);
/** Something of what was sent is missing for good: goes on with the next key frame, and asks for
 * it.
 */
void parlor_slot_begin_anew (ParlorSlot *self);
/** Much of what was sent may never have come, and is too old to be repeated: asks for a key frame,
 * without which the receiver may stand for 3 s. (libwebrtc asks when it has waited so long, and not
 * while no packet came for 5 s, since then it thinks that nobody sends.) Nothing is left out until
 * it comes: feedback alone may have been lost. */
void parlor_slot_recover (ParlorSlot *self);
/** One fresh packet of a layer of its source. */
void parlor_slot_forward (ParlorSlot *self, ParlorLayer *layer, const ParlorPacketInfo *info,
                          gint64 now_us);
/** From now on the slot shows this layer, without temporal layers above `temporal`. */
void parlor_slot_take_layer (ParlorSlot *self, ParlorLayer *layer, guint8 temporal);
/** Of a stream with several layers: whether this receiver gets the packet, and how. dd: what was
 * read of it; NULL = it could not be. item: with `begins`, `replay` and, of a replay, `spatial`. */
void parlor_slot_choose_layers (ParlorSlot *self, ParlorLayer *layer, const ParlorPacketInfo *info,
                                const ParlorDd *dd, ParlorSendItem *item);
/** A voice that was just selected, in a room where not everybody has a slot: sends what he said
 * until it was noticed, so that his first syllable is heard. */
void parlor_slot_catch_up (ParlorSlot *self, gint64 now_us);
/** The packet's turn has come: gives it the numbers that the receiver sees. info NULL: its bytes
 * are gone. FALSE: it is not sent, and leaves no gap. */
gboolean parlor_slot_number (ParlorSlot *self, ParlorSendItem *item, const ParlorPacketInfo *info);

/** The receiver asks for these numbers of this slot again (RFC 4585 section 6.2.1). */
void parlor_slot_nacked (ParlorSlot *self, const guint16 *seqs, guint n, gint64 now_us);
/** How often what went under this number was repeated so far. */
guint8 parlor_slot_repeats (const ParlorSlot *self, guint16 seq);
/** Feedback tells that what went under this number was lost, or the repeat of it with number
 * `sending` (0 = the first time); one that left after it is waited for. */
void parlor_slot_lost (ParlorSlot *self, guint16 seq, guint8 sending, gint64 now_us);
/** The receiver cannot go on without a key frame. */
void parlor_slot_key_frame_wanted (ParlorSlot *self, gint64 now_us);
/** The sender report of this slot, translated from its source's. FALSE: nothing to say yet. */
gboolean parlor_slot_sender_info (const ParlorSlot *self, gint64 now_us,
                                  ParlorRtcpSenderInfo *info);
