/* SPDX-License-Identifier: Apache-2.0 */
/* What a page full of people costs the one who looks at it. In virtual time. */
#include "routerbench.h"

#include "base/bytes.h"
#include "base/time.h"
#include "proto/rtp/header.h"

#define ROOM 7
#define MS PARLOR_US_PER_MS
#define SECOND PARLOR_US_PER_SEC
#define FRAME_US 33333
#define MOST 24
/* A sanitizer looks for memory and not for rates (decision 0158): fewer people, fewer beginnings.
 */
#ifdef __SANITIZE_ADDRESS__
#define N_HALL 50
#define BETWEEN_MS 240
#else
#define N_HALL 200
#define BETWEEN_MS 60
#endif
#define SLOT_SSRC 5000

typedef struct
{
  Bench *bench;
  guint n;
  BenchPeer *publishers[MOST];
  BenchCamera cameras[MOST][3];
  BenchPeer *viewer;
  BenchLink link;
  guint voice_index;
  gint64 film_us, voice_us;
} Crowd;

static void
add_person (Crowd *self, guint i)
{
  static const guint64 bps[] = {150000, 500000, 1700000};
  BenchPeer *peer = bench_add_peer (self->bench, ROOM);

  self->publishers[i] = peer;
  bench_add_simulcast (peer, 10 + i, 1000 + 10 * i);
  bench_add_voice (peer, 100 + i, ROOM, 2000 + i);
  for (guint k = 0; k < 3; k++)
    self->cameras[i][k] = (BenchCamera){.ssrc = 1000 + 10 * i + 2 * k,
                                        .bps = bps[k],
                                        .height = 180u << k,
                                        .n_temporal = 3,
                                        .index = 100};
}

static void
run (Crowd *self, gint64 span_us)
{
  gint64 end_us = self->bench->now_us + span_us;

  while (self->bench->now_us < end_us)
    {
      gboolean films = self->bench->now_us >= self->film_us,
               speaks = self->bench->now_us >= self->voice_us;

      for (guint i = 0; films && i < self->n; i++)
        for (guint k = 0; k < 3; k++)
          bench_film (self->publishers[i], &self->cameras[i][k]);
      for (guint i = 0; speaks && i < self->n; i++)
        bench_send_voice (self->publishers[i], 2000 + i, 100 + self->voice_index,
                          self->voice_index * 960, i == 0 ? 20 : 110);
      self->film_us += films ? FRAME_US : 0;
      self->voice_us += speaks ? 20 * MS : 0;
      self->voice_index += speaks;
      bench_run (self->bench, MS);
    }
}

static void
prepare (Crowd *self, guint n)
{
  *self = (Crowd){.bench = bench_new (), .n = n};
  self->link = (BenchLink){.bps = 20000000, .queue_us = 200 * MS, .delay_us = 10 * MS};
  for (guint i = 0; i < n; i++)
    add_person (self, i);
  self->viewer = bench_add_peer (self->bench, ROOM);
  self->viewer->link = &self->link;
  for (guint i = 0; i < n; i++)
    bench_add_video_slot (self->viewer, i, SLOT_SSRC + 2 * i, SLOT_SSRC + 2 * i + 1);
  for (guint i = 0; i < 3; i++)
    bench_add_voice_slot (self->viewer, n + i, 7000 + i);
  bench_run (self->bench, 500 * MS);
  self->film_us = self->voice_us = self->bench->now_us;
}

/* One page: the first of the people on `main` lines, the others as tiles. */
static void
show_all (Crowd *self, guint main, guint tile)
{
  for (guint i = 0; i < self->n; i++)
    parlor_router_select (self->bench->router, self->viewer->id, i, 10 + i, i == 0 ? main : tile,
                          self->bench->now_us);
}

typedef struct
{
  guint frames[MOST];
  guint64 bytes[MOST];
} Seen;

static void
look (const Crowd *self, guint from, Seen *seen)
{
  *seen = (Seen){0};
  for (guint i = from; i < self->viewer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (self->viewer->rtp, i), &length);
      ParlorRtpHeader header;
      guint slot;

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      slot = (header.ssrc - SLOT_SSRC) / 2;
      if (header.pt != 120 || slot >= self->n)
        continue;
      seen->frames[slot] += header.marker;
      seen->bytes[slot] += length;
    }
}

typedef struct
{
  const char *name;
  guint people, main, tile;
  guint64 most_kbps;
  guint main_kbps, main_fps, tile_kbps, tile_fps; /* at least */
} Page;

static const Page pages[] = {
    /* Tiles of 216 lines are filled by 180; a quarter of the frames is a quarter of the bits here.
     */
    {"a-large-meeting-takes-3-mbit", 24, 720, 216, 3000, 800, 14, 35, 7},
    {"a-large-meeting-without-anybody-large", 24, 216, 216, 3000, 70, 7, 35, 7},
    /* All frames of everybody: no crowd yet. */
    {"nine-people-have-all-frames", 9, 720, 216, 3700, 1600, 29, 140, 29},
    /* A tile that 180 lines do not fill. */
    {"four-people-have-their-size", 4, 360, 360, 2600, 480, 29, 480, 29},
};

static void
test_page (gconstpointer data)
{
  const Page *page = data;
  Crowd crowd;
  Seen seen;
  guint from;
  guint64 before;

  prepare (&crowd, page->people);
  run (&crowd, 2 * SECOND);
  show_all (&crowd, page->main, page->tile);
  run (&crowd, 12 * SECOND);
  from = crowd.viewer->rtp->len;
  before = crowd.link.bytes;
  run (&crowd, 5 * SECOND);
  look (&crowd, from, &seen);
  g_test_message ("%s: %u kbit/s, the first %u at %u frames/s, the last %u at %u", page->name,
                  (guint)((crowd.link.bytes - before) * 8 / 5000),
                  (guint)(seen.bytes[0] * 8 / 5000), seen.frames[0] / 5,
                  (guint)(seen.bytes[page->people - 1] * 8 / 5000),
                  seen.frames[page->people - 1] / 5);
  g_assert_cmpuint ((crowd.link.bytes - before) * 8 / 5000, <=, page->most_kbps);
  for (guint i = 0; i < page->people; i++)
    {
      g_assert_cmpuint (seen.bytes[i] * 8 / 5000, >=, i == 0 ? page->main_kbps : page->tile_kbps);
      g_assert_cmpuint (seen.frames[i], >=, 5 * (i == 0 ? page->main_fps : page->tile_fps));
    }
  bench_free (crowd.bench);
}

/* Everybody's last key frame is long ago: all that is kept of them together is more than a queue
 * holds, and than the path takes in time. */
static void
test_late_comer (void)
{
  Crowd crowd;
  Seen seen;

  prepare (&crowd, MOST);
  run (&crowd, 20 * SECOND);
  show_all (&crowd, 720, 216);
  run (&crowd, 3 * SECOND);
  look (&crowd, 0, &seen);
  for (guint i = 0; i < MOST; i++)
    g_assert_cmpuint (seen.frames[i], >=, 3);
  g_assert_cmpuint (parlor_router_get_counters (crowd.bench->router)->dropped[PARLOR_DROP_QUEUE],
                    ==, 0);
  bench_free (crowd.bench);
}

/* While what is kept of everybody waits for a path that has become narrow, everybody sends a key
 * frame: what waits is worth nothing any more, and its beginnings least. Nobody stays away for it.
 */
static void
test_kept_is_overtaken (void)
{
  for (guint after_ms = 20; after_ms <= 500; after_ms += BETWEEN_MS)
    {
      Crowd crowd;
      Seen seen;
      guint from;

      prepare (&crowd, MOST);
      run (&crowd, 6 * SECOND);
      crowd.link.bps = 800000;
      crowd.link.queue_us = SECOND;
      show_all (&crowd, 720, 216);
      run (&crowd, after_ms * MS);
      for (guint i = 0; i < MOST; i++)
        crowd.cameras[i][0].key_wanted = TRUE;
      run (&crowd, SECOND);
      crowd.link.bps = 20000000;
      run (&crowd, 30 * SECOND);
      from = crowd.viewer->rtp->len;
      run (&crowd, 2 * SECOND);
      look (&crowd, from, &seen);
      for (guint i = 0; i < MOST; i++)
        g_assert_cmpuint (seen.frames[i], >=, 7);
      bench_free (crowd.bench);
    }
}

/* --- voices ---------------------------------------------------------------------------------- */

#define N_VOICES 12
#define WORD_AT (12 + 8 + 1)

/* Who and which packet of his stand in the payload. */
static void
say (BenchPeer *speaker, guint who, guint word, guint8 level)
{
  guint8 packet[60] = {0};

  parlor_rtp_write_fixed (packet, 111, FALSE, (guint16)(500 + word), word * 960, 2000 + who);
  packet[0] |= 0x10;
  parlor_put_u32 (packet + 12, 0xbede0001);
  packet[16] = 0x40;
  packet[17] = 0x80 | level;
  packet[20] = 0xfc;
  parlor_put_u32 (packet + WORD_AT, who << 16 | word);
  parlor_peer_send_rtp (speaker->peer, packet, sizeof packet, 500 + word);
}

/* 20 ms in which these talk (bits), and all others are quiet. */
static void
talk (Crowd *self, guint who, guint *word)
{
  for (guint i = 0; i < N_VOICES; i++)
    say (self->publishers[i], i, *word, (who >> i) & 1 ? 20 : 110);
  (*word)++;
  bench_run (self->bench, 20 * MS);
}

/* The first word of this person that was heard; *n_after: how many from there on, *n_back: heard
 * twice or out of order. */
static guint
first_heard (const BenchPeer *viewer, guint who, guint *n_after, guint *n_back)
{
  guint first = G_MAXUINT, last = 0;

  *n_after = *n_back = 0;
  for (guint i = 0; i < viewer->rtp->len; i++)
    {
      gsize length;
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (viewer->rtp, i), &length);
      ParlorRtpHeader header;
      guint32 mark;

      g_assert_cmpint (parlor_rtp_parse (packet, length, &header), ==, PARLOR_RTP_OK);
      mark = parlor_get_u32 (packet + header.payload_offset + 1);
      if (header.pt != 109 || mark >> 16 != who)
        continue;
      first = MIN (first, mark & 0xffff);
      *n_back += (mark & 0xffff) <= last;
      last = mark & 0xffff;
      (*n_after)++;
    }
  return first;
}

/* Twelve people and three slots: whoever begins to speak is heard from his first syllable on, and
 * the receiver's numbers go on without a gap. */
static void
test_first_syllable (void)
{
  Crowd crowd = {.bench = bench_new (), .n = N_VOICES};
  guint word = 1, began, n_after, n_back;

  for (guint i = 0; i < N_VOICES; i++)
    add_person (&crowd, i);
  crowd.viewer = bench_add_peer (crowd.bench, ROOM);
  for (guint i = 0; i < 3; i++)
    bench_add_voice_slot (crowd.viewer, i, 7000 + i);
  bench_run (crowd.bench, 500 * MS);
  for (guint i = 0; i < 150; i++)
    talk (&crowd, 0x0f, &word);
  for (guint i = 0; i < 50; i++)
    talk (&crowd, 0, &word);
  began = word;
  for (guint i = 0; i < 50; i++)
    talk (&crowd, 1u << 9, &word);
  g_assert_cmpuint (first_heard (crowd.viewer, 9, &n_after, &n_back), <=, began);
  g_assert_cmpuint (n_after, >=, 50);
  g_assert_cmpuint (n_back, ==, 0);
  bench_free (crowd.bench);
}

/* --- a hall in which anybody may speak -------------------------------------------------------- */

#define N_TALK 3
#define N_TURNS 3
#define TURN_WORDS 50
#define PAUSE_WORDS 50
/* What was kept of who begins goes before him. */
#define KEPT_WORDS 10

/* So many words in which the three of this turn talk, or (-1) nobody does; everybody sends. */
static void
hall_talk (Bench *bench, gint turn, guint n_words, guint *word)
{
  for (guint end = *word + n_words; *word < end; (*word)++)
    {
      for (guint i = 0; i < N_HALL; i++)
        say (&bench->peers[i], i, *word, turn >= 0 && i / N_TALK == (guint)turn ? 20 : 110);
      bench_run (bench, 20 * MS);
    }
}

/* Streams in what came from packet `from` on. */
static guint
count_streams (const BenchPeer *viewer, guint from)
{
  guint seen = 0;

  for (guint i = from; i < viewer->rtp->len; i++)
    {
      const guint8 *packet = g_bytes_get_data (g_ptr_array_index (viewer->rtp, i), NULL);

      seen |= 1u << MIN (parlor_get_u32 (packet + 8) - 7000, 31);
    }
  return (guint)__builtin_popcount (seen);
}

static void
check_hall (const Bench *bench, guint turn, guint began, const guint *from)
{
  for (guint i = 0; i < N_HALL; i++)
    {
      const BenchPeer *viewer = &bench->peers[i];
      guint n_after, n_back;

      g_assert_cmpuint (count_streams (viewer, from[i]), <=, N_TALK);
      g_assert_cmpuint (viewer->rtp->len - from[i], <=,
                        N_TALK * (TURN_WORDS + PAUSE_WORDS + KEPT_WORDS));
      for (guint who = turn * N_TALK; who < (turn + 1) * N_TALK; who++)
        {
          if (who == i)
            continue;
          g_assert_cmpuint (first_heard (viewer, who, &n_after, &n_back), <=, began);
          g_assert_cmpuint (n_after, >=, TURN_WORDS - 1);
          g_assert_cmpuint (n_back, ==, 0);
        }
    }
}

/* Two hundred people all of whom send: each is sent three streams, and hears who begins to talk
 * from the first syllable on. */
static void
test_hall (void)
{
  g_autoptr (Bench) bench = bench_new ();
  guint from[N_HALL], word = 1, began;

  for (guint i = 0; i < N_HALL; i++)
    {
      BenchPeer *peer = bench_add_peer (bench, ROOM);

      bench_add_voice (peer, 100 + i, ROOM, 2000 + i);
      for (guint k = 0; k < N_TALK; k++)
        bench_add_voice_slot (peer, k, 7000 + k);
    }
  bench_run (bench, 500 * MS);
  hall_talk (bench, -1, TURN_WORDS, &word);
  for (guint turn = 0; turn < N_TURNS; turn++)
    {
      for (guint i = 0; i < N_HALL; i++)
        from[i] = bench->peers[i].rtp->len;
      hall_talk (bench, -1, PAUSE_WORDS, &word);
      began = word;
      hall_talk (bench, (gint)turn, TURN_WORDS, &word);
      check_hall (bench, turn, began, from);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *name = g_strconcat ("/crowd/", pages[i].name, NULL);

      g_test_add_data_func (name, &pages[i], test_page);
    }
  g_test_add_func ("/crowd/a-late-comer-sees-everybody-soon", test_late_comer);
  g_test_add_func ("/crowd/what-is-overtaken-by-key-frames-keeps-nobody-away",
                   test_kept_is_overtaken);
  g_test_add_func ("/crowd/the-first-syllable-is-heard", test_first_syllable);
  g_test_add_func ("/crowd/two-hundred-who-may-speak-cost-three-streams", test_hall);
  return g_test_run ();
}
