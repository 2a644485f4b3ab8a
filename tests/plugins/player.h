/* SPDX-License-Identifier: Apache-2.0 */
/** What a browser does with what it gets, in virtual time: asks again, holds back, decodes what it
 * can, skips what is late, asks for a key frame. After libwebrtc's NackRequester (repeats each
 * round trip, looked at each 20 ms, ten at most, none for what is older than what was decoded) and
 * FrameBuffer (the oldest decodable frame at its time; a late one only while nothing newer can be
 * decoded). VP8 with temporal layers that all are synchronised; Opus with RED. */
#pragma once

#include "routerbench.h"

/** Video comes as pt 120 and RTX 121, sound as 109 or RED 63, as the slots of routerbench.h. */
typedef struct _Player Player;

/** hold_us: beyond the quickest packet's way. rtt_us: what it knows of it. */
Player *player_new (BenchPeer *peer, guint32 video_ssrc, gint64 hold_us, gint64 rtt_us);
void player_free (Player *self);
/** It sends receiver reports, of pictures each second and of sound each five, as libwebrtc does:
 * for rows in which nothing else tells of loss. */
void player_report (Player *self, guint32 sound_ssrc);
/** To be called each millisecond. */
void player_poll (Player *self, gint64 now_us);

typedef struct
{
  guint decoded;    /* pictures shown */
  gint64 freeze_us; /* the W3C's: gaps of at least max (3 × average, average + 150 ms) */
  gint64 worst_us;  /* longest gap */
  guint sound;      /* frames of 20 ms that were there in time */
  guint made_up;    /* frames of sound made up, as NetEq does: also while a queue grows */
  guint sound_lost; /* frames of sound that never came, or when their turn was over */
  guint key_asked;  /* requests for key frames */
  guint asked;      /* numbers asked for, again and again */
} PlayerCounts;

/** Since the last call; a gap that is not over yet counts as it is. */
PlayerCounts player_take (Player *self, gint64 now_us);
