/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam by which a domain asks a brand's own system for a decision (HTTP or a module loaded by
 * the daemon) and goes on without waiting. Every question has a built-in answer of the domain's
 * own: with no hook configured, late, broken, the server is complete.
 *
 * Thread: control. ask () returns at once and never calls back from inside; the callback comes
 * later on the control thread. Questions about a person are asked after he tapped or identified
 * himself, never before.
 *
 * Answers are judged before the domain sees them: only the members below, of these types and
 * lengths, text without control characters and never HTML. The *meaning* is the domain's to judge:
 * a rep must be of this brand, active, within capacity; an answer grants no right, confirms no
 * consent, skips no confirmation.
 */
#pragma once

#include "base/datum.h"

G_BEGIN_DECLS

/**
 * Questions and answers (lengths in bytes; members may be missing unless marked !):
 *
 * IDENTIFY  ← visitor, token, room                → customer_ref! <= 128, display <= 64, attrs
 * (JSON object <= 4096) ROUTE     ← customer, customer_ref, visitor, touch.{id,entry,inviter},
 * room, room_ms, product, candidates (texts <= 20)             → reps (texts <= 20) or group;
 * welcome <= 500, note <= 500, ttl_s 0..86,400 BIND      ← customer, customer_ref, rep, group   →
 * allow! (flag), reason <= 200 CALL      ← conversation, customer, customer_ref, rep, media →
 * allow! (flag), record (flag), max_s 1..86,400, reason <= 200 BOT       ← conversation, customer,
 * customer_ref, message, text, lang, room, room_ms, product → text <= 4000, cards (texts <= 10:
 * skus or material ids), handover (flag); text, cards or handover is there PRODUCT   ← sku, room →
 * title <= 200, price <= 40, stock <= 40, version <= 64, url <= 2000, image <= 2000 (https)
 * MATERIAL  ← material, conversation               → title <= 200, version <= 64, url <= 2000
 *             (https), withdrawn (flag)
 * SCREEN    ← room or conversation, by, role, text → allow! (flag), reason <= 200
 * ASSIST    ← conversation, customer, customer_ref, rep, message, text, room, room_ms, product
 *             → cards! (<= 5 objects of title, text, url, sku, material; here a flat list of texts)
 */
typedef enum
{
  PARLOR_HOOK_IDENTIFY, /**< "viewer.identify"   800 ms */
  PARLOR_HOOK_ROUTE,    /**< "route.rep"         150 ms decide; heard until 400 ms (the note) */
  PARLOR_HOOK_BIND,     /**< "bind.allow"        250 ms */
  PARLOR_HOOK_CALL,     /**< "call.allow"        300 ms */
  PARLOR_HOOK_BOT,      /**< "bot.reply"         1.5 s; heard until 30 s */
  PARLOR_HOOK_PRODUCT,  /**< "product.resolve"   400 ms */
  PARLOR_HOOK_MATERIAL, /**< "material.resolve"  400 ms */
  PARLOR_HOOK_SCREEN,   /**< "message.screen"    200 ms */
  PARLOR_HOOK_ASSIST,   /**< "rep.assist"       1.5 s; heard until 10 s */
  PARLOR_N_HOOKS,
} ParlorHookKind;

/** A card of ASSIST in its `cards`: so many texts in a row, "" = none, in this order. */
typedef enum
{
  PARLOR_ASSIST_TITLE,    /**< <= 80 characters */
  PARLOR_ASSIST_TEXT,     /**< <= 1,000 characters */
  PARLOR_ASSIST_URL,      /**< https, <= 2,000 bytes */
  PARLOR_ASSIST_SKU,      /**< <= 64 characters */
  PARLOR_ASSIST_MATERIAL, /**< "mat_…" */
  PARLOR_N_ASSIST_TEXTS,
} ParlorAssistText;
#define PARLOR_ASSIST_CARDS_MAX 5

typedef enum
{
  PARLOR_HOOK_ANSWERED, /**< a good answer, in `data` */
  PARLOR_HOOK_LATE,     /**< budget over; not `final` where a later answer is still heard */
  PARLOR_HOOK_FAILED,   /**< unreachable, not 2xx, redirect, nonsense, or an answer against the
                           rules above */
  PARLOR_HOOK_BREAKER,  /**< failed 5 times in 30 s: not asked for 30 s */
  PARLOR_HOOK_NONE,     /**< the brand has none, or it leaves this one to us */
  PARLOR_N_HOOK_OUTCOMES,
} ParlorHookOutcome;

/** All borrowed for the call. */
typedef struct
{
  ParlorHookKind hook;
  const char *brand;
  const char *trace; /**< nullable: "tap_…" */
  const ParlorDatum *data;
  guint n_data;
} ParlorHookQuestion;

/** Borrowed for the call. */
typedef struct
{
  ParlorHookOutcome outcome;
  /** TRUE: nothing more comes, `user_data` may go. FALSE only with LATE, for hooks whose late
      answers are heard; exactly one more call follows. */
  gboolean final;
  gboolean late;        /**< ANSWERED, but after the budget: it may add, not decide */
  gboolean fail_closed; /**< not ANSWERED: the brand wants a no (BIND, CALL, SCREEN), else a yes */
  guint elapsed_ms;     /**< since ask () */
  const ParlorDatum *data;
  guint n_data;
} ParlorHookAnswer;

typedef void (*ParlorHookAnswered) (const ParlorHookAnswer *answer, gpointer user_data);

typedef struct _ParlorHooks ParlorHooks;
struct _ParlorHooks
{
  /** Copies the question. Returns a number > 0 for cancel (). */
  guint64 (*ask) (ParlorHooks *hooks, const ParlorHookQuestion *question,
                  ParlorHookAnswered answered, gpointer user_data);
  /** The callback will not come (again). An id that is over is ignored. */
  void (*cancel) (ParlorHooks *hooks, guint64 id);
  /** Whether anybody is there to be asked: FALSE = the outcome would be NONE. */
  gboolean (*has) (ParlorHooks *hooks, ParlorHookKind hook, const char *brand);
};

typedef struct
{
  const char *name;   /**< "route.rep" */
  guint budget_ms;    /**< LATE comes now */
  guint heard_ms;     /**< >= budget_ms: an answer until then still comes, `late` */
  gboolean may_close; /**< a brand may let it fail closed */
} ParlorHookInfo;

/** Static; NULL for a number that is none. */
const ParlorHookInfo *parlor_hook_info (ParlorHookKind hook);

/** FALSE where no hook is called so. */
gboolean parlor_hook_from_name (const char *name, ParlorHookKind *hook);

/** "answered" "late" "failed" "breaker" "none"; static. */
const char *parlor_hook_outcome_name (ParlorHookOutcome outcome);

G_END_DECLS
