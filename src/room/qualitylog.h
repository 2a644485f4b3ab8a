/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How one stay of a person went, by time and in bounded memory: what the media plane tells every 2
 * s and what his page reports is gathered into samples of 10 s. When there are
 * PARLOR_QUALITY_SAMPLES of them, neighbours are put together and each covers twice the time: a
 * stay of any length has at most so many, and none of its time is missing.
 *
 * Pure. Times come in as microseconds of the monotonic clock. One thread at a time (*control*; a
 * packed log may be read on any).
 */
#pragma once

#include "base/record.h"
#include "room/media.h"

G_BEGIN_DECLS

#define PARLOR_QUALITY_SAMPLES 120
#define PARLOR_QUALITY_PERIOD_S 10
/** A field that nobody told. */
#define PARLOR_QUALITY_UNKNOWN G_MAXUINT32

/** The fields of a sample; the order is that of the stored form and only grows at its end. */
typedef enum
{
  PARLOR_QUALITY_AT_S,    /**< since the stay began */
  PARLOR_QUALITY_REPORTS, /**< of the media plane in it; 0: the page alone reported */
  PARLOR_QUALITY_LEVEL,   /**< 3 good … 0 lost; the lowest */
  PARLOR_QUALITY_LOSS_UP, /**< of 10,000; mean, as the next */
  PARLOR_QUALITY_LOSS_DOWN,
  PARLOR_QUALITY_RTT_MS,       /**< the worst, as the next two */
  PARLOR_QUALITY_JITTER_UP_MS, /**< RFC 3550 section 6.4.1, of sound where there is any */
  PARLOR_QUALITY_JITTER_DOWN_MS,
  PARLOR_QUALITY_UP_KBPS, /**< mean, as the next */
  PARLOR_QUALITY_DOWN_KBPS,
  PARLOR_QUALITY_ESTIMATE_KBPS, /**< what the way down takes; the lowest */
  PARLOR_QUALITY_HEIGHT_UP,     /**< lines of the largest picture from him, at the end */
  PARLOR_QUALITY_HEIGHT_DOWN,   /**< and to him */
  PARLOR_QUALITY_REDUCED,       /**< pictures smaller than asked for: the path; the most */
  PARLOR_QUALITY_PAUSED,        /**< pictures not sent at all: the path; the most */
  PARLOR_QUALITY_KEYS,          /**< PARLOR_N_KEY_CAUSES fields: key frames asked of him */
  PARLOR_QUALITY_FRAMES = PARLOR_QUALITY_KEYS + PARLOR_N_KEY_CAUSES, /**< that his page showed */
  PARLOR_QUALITY_FREEZES,
  PARLOR_QUALITY_FREEZE_MS,
  PARLOR_QUALITY_CONCEALED_MS, /**< sound that his page made up for what was lost */
  PARLOR_QUALITY_SHOWN, /**< PARLOR_N_SHOWN fields: pictures to him by their lines, at the end */
  PARLOR_QUALITY_N_FIELDS = PARLOR_QUALITY_SHOWN + PARLOR_N_SHOWN,
} ParlorQualityField;

/** "at_s", "loss_up", …, "key_newcomer", …; static. NULL beyond the last. */
const char *parlor_quality_field_name (ParlorQualityField field);

typedef struct
{
  guint32 v[PARLOR_QUALITY_N_FIELDS]; /**< PARLOR_QUALITY_UNKNOWN = nobody told */
} ParlorQualitySample;

/** What a page counts since its peer connection began (getStats ()). A page's word: everything is
 * bounded by what can have happened since the report before. */
typedef struct
{
  guint32 frames, freezes, freeze_ms;
  guint64 concealed; /**< samples of 48,000 Hz */
} ParlorPageTotals;

typedef struct
{
  ParlorPageTotals last;
  gint64 at_us; /**< of the last report, or when the stay began */
} ParlorPageWatch;

/** From totals to what is new; counters that began anew (a new peer connection) count from 0. */
void parlor_page_watch_take (ParlorPageWatch *watch, const ParlorPageTotals *totals, gint64 now_us,
                             ParlorPageTotals *since);

typedef struct _ParlorQualityLog ParlorQualityLog;

ParlorQualityLog *parlor_quality_log_new (gint64 now_us);
void parlor_quality_log_free (ParlorQualityLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorQualityLog, parlor_quality_log_free)

/** What the media plane told; `level` as quality.c judged it. Times before the last are its time.
 */
void parlor_quality_log_report (ParlorQualityLog *self, const ParlorMediaQuality *media,
                                guint level, gint64 now_us);
void parlor_quality_log_page (ParlorQualityLog *self, const ParlorPageTotals *since, gint64 now_us);

/** At most PARLOR_QUALITY_SAMPLES, oldest first; the last one is still gathering. Borrowed until
 * the next change. Spans in which nothing was told have none. */
const ParlorQualitySample *parlor_quality_log_samples (const ParlorQualityLog *self, guint *n);
/** Seconds that a sample covers: 10, 20, 40, … */
guint parlor_quality_log_period_s (const ParlorQualityLog *self);
/** Sum of a counted field over the stay (FREEZES, …). */
guint64 parlor_quality_log_total (const ParlorQualityLog *self, ParlorQualityField field);

/** The stored form: a byte of version (1), a byte with the number of fields, then each sample's
 * fields as LEB128, unknown as 0 and all else as one more. */
GBytes *parlor_quality_pack (const ParlorQualityLog *self);
/** Into `out` (PARLOR_QUALITY_SAMPLES of them); how many. Bytes that are none of ours are 0
 * samples; fields that a newer version added are skipped, those an older had not are unknown. */
guint parlor_quality_unpack (const guint8 *bytes, gsize length, ParlorQualitySample *out);

/** A row a stay: `parlor_quality_kind`, key room, participant, from_ms. */
typedef struct
{
  char *room, *participant;
  gint64 from_ms; /**< wall clock */
  char *brand;
  gint64 to_ms; /**< so far */
  char *kind;   /**< "page", "publisher", "player" */
  gint64 period_s;
  GBytes *samples;
} ParlorQualityRow;

extern const ParlorRecordKind parlor_quality_kind;

G_END_DECLS
