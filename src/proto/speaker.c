/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/speaker.h"
#include "base/time.h"
#include <math.h>
#include <string.h>

/* The spans of Volfin and Cohen, in steps of 20 ms: one step is an immediate, 5 make a medium (100
 * ms), 10 of these the long one (1 s). */
#define STEP_US (20 * PARLOR_US_PER_MS)
#define MEDIUM_STEPS 5
#define LONG_MEDIUMS 10
#define STEPS (MEDIUM_STEPS * LONG_MEDIUMS)
/* A packet of up to 80 ms stands for all of its time; a longer pause is silence. */
#define STEPS_FILLED_MAX 4

/* A level (0 to 127) is counted in bands of 13. A step is active above band 5 (louder than -50
 * dBov) and above the person's own noise; a medium counts its active steps, the long span its
 * mediums of which all but one are active. */
#define BAND_WIDTH 13
#define BANDS 13
#define ACTIVE_BAND 5
#define ACTIVE_MEDIUM 3
/* log ratios by which another must beat the dominant speaker over the three spans (paper, section
 * V). */
#define IMMEDIATE_RATIO 3.0
#define MEDIUM_RATIO 2.0
#define LONG_RATIO 0.0
#define SCORE_MIN 1e-10
/* The noise floor falls to the quietest packet at once and rises by one step a second, within these
 * limits. */
#define NOISE_START 50
#define NOISE_MAX 85
#define NOISE_RISE_US PARLOR_US_PER_SEC

/* The loudest: how often they are chosen, below which level nobody speaks, how much louder an
 * outsider must be, and how long a member who was overtaken (or fell silent) keeps its place. */
#define CHOOSE_US (50 * PARLOR_US_PER_MS)
#define SPEECH_LEVEL 72
#define MARGIN 3
#define HOLD_US PARLOR_US_PER_SEC
#define HOLD_SILENT_US (300 * PARLOR_US_PER_MS)
/* Nobody is asked for after this long without a packet. */
#define IDLE_US PARLOR_US_PER_SEC
/* Smoothing of levels over packets: 1/4 up, 1/8 down. */
#define SMOOTH_UP 4
#define SMOOTH_DOWN 8

typedef struct
{
  gboolean present;
  gboolean heard;
  gint64 last_us;      /* of the last packet */
  gint64 step;         /* number of the newest step: now_us / STEP_US */
  gint64 noise_us;     /* when the noise floor was last raised */
  gint64 top_us;       /* when last among the loudest by level */
  guint8 noise;        /* quietest level */
  guint16 smooth_q8;   /* smoothed level */
  gint64 spoke_us;     /* of a member: when it last spoke, */
  gint64 ahead_us;     /* and when it was last not overtaken by the one behind it */
  gint16 place;        /* among the loudest, -1 = none */
  guint8 steps[STEPS]; /* ring by step number */
  double immediate, medium, longest;
} Person;

struct _ParlorSpeakers
{
  guint n_loudest;
  GPtrArray *people; /* owned Person or NULL, by index */
  gint dominant;
  gint loudest[PARLOR_SPEAKERS_LOUDEST_MAX];
  guint ranked[PARLOR_SPEAKERS_LOUDEST_MAX]; /* the same members, who is to be heard first */
  guint n_ranked;
  gint64 decide_us, choose_us; /* when next */
  gint64 last_push_us;
  guint changed;
};

ParlorSpeakers *
parlor_speakers_new (guint n_loudest)
{
  ParlorSpeakers *self = g_new0 (ParlorSpeakers, 1);
  self->n_loudest = CLAMP (n_loudest, 1, PARLOR_SPEAKERS_LOUDEST_MAX);
  self->people = g_ptr_array_new_with_free_func (g_free);
  self->dominant = PARLOR_SPEAKER_NONE;
  self->decide_us = self->choose_us = PARLOR_NEVER_US;
  self->last_push_us = G_MININT64 / 2;
  for (guint i = 0; i < PARLOR_SPEAKERS_LOUDEST_MAX; i++)
    self->loudest[i] = PARLOR_SPEAKER_NONE;
  return self;
}

void
parlor_speakers_free (ParlorSpeakers *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->people);
  g_free (self);
}

static Person *
find (const ParlorSpeakers *self, guint index)
{
  Person *person = index < self->people->len ? g_ptr_array_index (self->people, index) : NULL;
  return person && person->present ? person : NULL;
}

void
parlor_speakers_add (ParlorSpeakers *self, guint index)
{
  g_return_if_fail (index <= G_MAXUINT16);
  if (find (self, index))
    return;
  if (index >= self->people->len)
    g_ptr_array_set_size (self->people, (gint)index + 1);
  Person **at = (Person **)&g_ptr_array_index (self->people, index);
  if (!*at)
    *at = g_new0 (Person, 1);
  memset (*at, 0, sizeof **at);
  (*at)->present = TRUE;
  (*at)->place = -1;
  (*at)->top_us = G_MININT64 / 2;
  (*at)->noise = NOISE_START;
}

static void
forget_rank (ParlorSpeakers *self, guint index)
{
  guint at = 0;

  while (at < self->n_ranked && self->ranked[at] != index)
    at++;
  if (at == self->n_ranked)
    return;
  self->n_ranked--;
  memmove (self->ranked + at, self->ranked + at + 1, (self->n_ranked - at) * sizeof *self->ranked);
}

static void
leave_place (ParlorSpeakers *self, Person *person)
{
  if (person->place < 0)
    return;
  forget_rank (self, (guint)self->loudest[person->place]);
  self->loudest[person->place] = PARLOR_SPEAKER_NONE;
  person->place = -1;
  self->changed |= PARLOR_SPEAKERS_LOUDEST_CHANGED;
}

void
parlor_speakers_remove (ParlorSpeakers *self, guint index)
{
  Person *person = find (self, index);
  if (!person)
    return;
  leave_place (self, person);
  person->present = FALSE;
  if (self->dominant == (gint)index)
    {
      self->dominant = PARLOR_SPEAKER_NONE;
      self->changed |= PARLOR_SPEAKERS_DOMINANT_CHANGED;
    }
}

/* Steps up to now: the packet's level for its own time, silence for a longer pause. */
static void
advance_steps (Person *person, gint64 step, guint8 level)
{
  gint64 missing = step - person->step - 1;
  gint64 first = MAX (person->step + 1, step - STEPS + 1);
  for (gint64 s = first; s < step; s++)
    person->steps[s % STEPS] = missing < STEPS_FILLED_MAX ? level : 0;
  if (step > person->step)
    {
      person->steps[step % STEPS] = level;
      person->step = step;
    }
  else if (step == person->step)
    {
      person->steps[step % STEPS] = MAX (person->steps[step % STEPS], level);
    }
}

static void
follow_noise (Person *person, guint8 level, gint64 now_us)
{
  if (level < person->noise)
    {
      person->noise = MAX (level, NOISE_START);
      person->noise_us = now_us;
    }
  else if (level > person->noise && person->noise < NOISE_MAX
           && now_us - person->noise_us >= NOISE_RISE_US)
    {
      person->noise++;
      person->noise_us = now_us;
    }
}

void
parlor_speakers_push (ParlorSpeakers *self, guint index, guint8 level, gint64 now_us)
{
  Person *person = find (self, index);
  if (!person)
    return;
  guint8 loudness = (guint8)(127 - MIN (level, 127));
  if (!person->heard)
    {
      person->heard = TRUE;
      person->step = now_us / STEP_US - 1;
      person->noise_us = now_us;
    }
  follow_noise (person, loudness, now_us);
  advance_steps (person, now_us / STEP_US, loudness);
  gint diff = loudness * 256 - person->smooth_q8;
  person->smooth_q8 = (guint16)(person->smooth_q8 + diff / (diff > 0 ? SMOOTH_UP : SMOOTH_DOWN));
  person->last_us = now_us;
  if (self->choose_us == PARLOR_NEVER_US)
    {
      self->choose_us = now_us;
      self->decide_us = now_us + PARLOR_SPEAKERS_INTERVAL_US;
    }
  self->last_push_us = MAX (self->last_push_us, now_us);
}

static guint8
level_now (const Person *person, gint64 now_us)
{
  /* Two packets of 120 ms may be missing before it counts as silence. */
  return person->heard && now_us - person->last_us <= 250 * PARLOR_US_PER_MS
             ? person->smooth_q8 >> 8
             : 0;
}

/* How much n active ones of total speak for speech: the log likelihood under a fair coin, against
 * an exponential prior with rate lambda (paper, equation 12). */
static double
activity_score (guint n, guint total, double lambda)
{
  double score = total * log (0.5) - log (lambda) + lambda * n;
  for (guint i = 1; i <= n; i++)
    score += log ((double)(total - n + i) / i);
  return MAX (score, SCORE_MIN);
}

static guint
band_at (const Person *person, gint64 step)
{
  guint level = step >= 0 ? person->steps[step % STEPS] : 0;
  return level > (guint)person->noise + BAND_WIDTH ? level / BAND_WIDTH : 0;
}

static guint
active_steps (const Person *person, guint medium)
{
  guint active = 0;
  for (guint i = 0; i < MEDIUM_STEPS; i++)
    active += band_at (person, person->step - (gint64)(medium * MEDIUM_STEPS + i)) > ACTIVE_BAND;
  return active;
}

static void
score_person (Person *person, gint64 now_us)
{
  gint64 step = now_us / STEP_US;
  guint n_long = 0;
  if (step - person->step > STEPS_FILLED_MAX)
    advance_steps (person, step, 0);
  for (guint medium = 0; medium < LONG_MEDIUMS; medium++)
    n_long += active_steps (person, medium) > ACTIVE_MEDIUM;
  person->immediate = activity_score (band_at (person, person->step), BANDS, 0.78);
  person->medium = activity_score (active_steps (person, 0), MEDIUM_STEPS, 24);
  person->longest = activity_score (n_long, LONG_MEDIUMS, 47);
}

static gboolean
beats (const Person *person, const Person *dominant)
{
  if (!dominant)
    return person->longest > SCORE_MIN;
  return log (person->immediate / dominant->immediate) > IMMEDIATE_RATIO
         && log (person->medium / dominant->medium) > MEDIUM_RATIO
         && log (person->longest / dominant->longest) > LONG_RATIO;
}

/* Of those who beat the dominant speaker, the one with the most speech of the last moments. */
static void
decide_dominant (ParlorSpeakers *self, gint64 now_us)
{
  Person *dominant = self->dominant >= 0 ? find (self, (guint)self->dominant) : NULL;
  const Person *best = NULL;
  gint best_index = self->dominant;
  if (dominant)
    score_person (dominant, now_us);
  for (guint i = 0; i < self->people->len; i++)
    {
      Person *person = find (self, i);
      if (!person || person == dominant || !person->heard || now_us - person->last_us > IDLE_US)
        continue;
      score_person (person, now_us);
      if (beats (person, dominant) && (!best || person->medium > best->medium))
        {
          best = person;
          best_index = (gint)i;
        }
    }
  if (best_index != self->dominant)
    self->changed |= PARLOR_SPEAKERS_DOMINANT_CHANGED;
  self->dominant = best_index;
}

/* Marks those who are among the n_loudest by level alone and speak. */
static void
mark_top (ParlorSpeakers *self, gint64 now_us)
{
  struct
  {
    Person *person;
    guint8 level;
  } top[PARLOR_SPEAKERS_LOUDEST_MAX] = {0}; /* loudest first */
  guint n = 0;
  for (guint i = 0; i < self->people->len; i++)
    {
      Person *person = find (self, i);
      guint8 level = person ? level_now (person, now_us) : 0;
      guint at = n;
      if (level < SPEECH_LEVEL)
        continue;
      while (at > 0 && top[at - 1].level < level)
        at--;
      if (at == self->n_loudest)
        continue;
      n = MIN (n + 1, self->n_loudest);
      memmove (top + at + 1, top + at, (n - 1 - at) * sizeof *top);
      top[at].person = person;
      top[at].level = level;
    }
  for (guint i = 0; i < n; i++)
    top[i].person->top_us = now_us;
}

static gint
loudest_outsider (const ParlorSpeakers *self, gint64 now_us)
{
  gint best = -1;
  gint best_level = -1;
  for (guint i = 0; i < self->people->len; i++)
    {
      const Person *person = find (self, i);
      if (person && person->heard && person->place < 0 && level_now (person, now_us) > best_level)
        {
          best = (gint)i;
          best_level = level_now (person, now_us);
        }
    }
  return best;
}

/* The place that a newcomer of this level may have: an empty one, else the quietest of those whose
 * time is over; -1 = none. */
static gint
place_for (const ParlorSpeakers *self, guint8 level, gint64 now_us)
{
  gint place = -1;
  guint8 place_level = G_MAXUINT8;
  for (guint i = 0; i < self->n_loudest; i++)
    {
      const Person *member = self->loudest[i] >= 0 ? find (self, (guint)self->loudest[i]) : NULL;
      if (!member)
        return (gint)i;
      guint8 member_level = level_now (member, now_us);
      gint64 hold_us = member_level < SPEECH_LEVEL ? HOLD_SILENT_US : HOLD_US;
      if (now_us - member->top_us > hold_us && level >= SPEECH_LEVEL
          && (guint)level >= (guint)member_level + MARGIN && member_level < place_level)
        {
          place = (gint)i;
          place_level = member_level;
        }
    }
  return place;
}

static void
choose_loudest (ParlorSpeakers *self, gint64 now_us)
{
  mark_top (self, now_us);
  for (guint n = 0; n < self->n_loudest; n++)
    {
      gint index = loudest_outsider (self, now_us);
      Person *person = index >= 0 ? find (self, (guint)index) : NULL;
      gint place = person ? place_for (self, level_now (person, now_us), now_us) : -1;
      if (place < 0)
        return;
      if (self->loudest[place] >= 0)
        leave_place (self, find (self, (guint)self->loudest[place]));
      self->loudest[place] = index;
      person->place = (gint16)place;
      person->spoke_us = person->ahead_us = now_us;
      self->ranked[self->n_ranked++] = (guint)index;
      self->changed |= PARLOR_SPEAKERS_LOUDEST_CHANGED;
    }
}

/* Whoever hears fewer than all members must not miss one who speaks for one who does not. */
static gboolean
goes_before (const Person *behind, Person *ahead, gint64 now_us)
{
  guint level = level_now (behind, now_us), ahead_level = level_now (ahead, now_us);

  if (level >= SPEECH_LEVEL && ahead_level < SPEECH_LEVEL)
    return now_us - ahead->spoke_us >= HOLD_SILENT_US;
  if (level >= SPEECH_LEVEL && level >= ahead_level + MARGIN)
    return now_us - ahead->ahead_us >= HOLD_US;
  ahead->ahead_us = now_us;
  return FALSE;
}

static gboolean
rank_once (ParlorSpeakers *self, gint64 now_us)
{
  gboolean changed = FALSE;

  for (guint i = self->n_ranked; i-- > 1;)
    {
      guint index = self->ranked[i];
      Person *ahead = find (self, self->ranked[i - 1]);

      if (!goes_before (find (self, index), ahead, now_us))
        continue;
      ahead->ahead_us = now_us;
      self->ranked[i] = self->ranked[i - 1];
      self->ranked[i - 1] = index;
      changed = TRUE;
    }
  return changed;
}

static void
rank_members (ParlorSpeakers *self, gint64 now_us)
{
  guint n = 0;

  for (guint i = 0; i < self->n_ranked; i++)
    {
      Person *person = find (self, self->ranked[i]);

      if (level_now (person, now_us) >= SPEECH_LEVEL)
        person->spoke_us = now_us;
    }
  while (n < self->n_ranked && rank_once (self, now_us))
    n++;
  if (n > 0)
    self->changed |= PARLOR_SPEAKERS_LOUDEST_CHANGED;
}

guint
parlor_speakers_poll (ParlorSpeakers *self, gint64 now_us)
{
  if (now_us >= self->choose_us)
    {
      choose_loudest (self, now_us);
      rank_members (self, now_us);
      self->choose_us = now_us + CHOOSE_US;
    }
  if (now_us >= self->decide_us)
    {
      decide_dominant (self, now_us);
      self->decide_us = now_us + PARLOR_SPEAKERS_INTERVAL_US;
    }
  /* Nothing can change while nobody sends. */
  if (now_us - self->last_push_us > IDLE_US)
    self->choose_us = self->decide_us = PARLOR_NEVER_US;
  guint changed = self->changed;
  self->changed = PARLOR_SPEAKERS_SAME;
  return changed;
}

gint64
parlor_speakers_next_us (const ParlorSpeakers *self)
{
  return self->changed ? 0 : MIN (self->choose_us, self->decide_us);
}

gint
parlor_speakers_dominant (const ParlorSpeakers *self)
{
  return self->dominant;
}

guint
parlor_speakers_loudest (const ParlorSpeakers *self, gint *out)
{
  memcpy (out, self->loudest, self->n_loudest * sizeof *out);
  return self->n_loudest;
}

guint
parlor_speakers_ranked (const ParlorSpeakers *self, guint *out)
{
  memcpy (out, self->ranked, self->n_ranked * sizeof *out);
  return self->n_ranked;
}

gboolean
parlor_speakers_is_loud (const ParlorSpeakers *self, guint index)
{
  const Person *person = find (self, index);
  return person && person->place >= 0;
}

guint8
parlor_speakers_level (const ParlorSpeakers *self, guint index, gint64 now_us)
{
  const Person *person = find (self, index);
  return person ? level_now (person, now_us) : 0;
}
