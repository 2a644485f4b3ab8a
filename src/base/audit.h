/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The audit log: who did what to what, in a chain for each brand. Every row carries the SHA-256 of
 * its own fields and of the row before it, so that a row that was changed, left out or slipped in
 * afterwards is found by anybody who has the rows; the head of the chain is kept beside, so that
 * rows cut off at its end are found too. Who can rewrite the whole database can rewrite the chain:
 * a head that was noted elsewhere (an export, a webhook) is what it is held against.
 *
 * What stands in it is pseudonymous: ids alone ("usr_…", "rec_…"), never a name, address, text or
 * address of a page. Erasing a person erases what the id stands for elsewhere; the chain stays
 * whole.
 *
 * Rows go through a ParlorRecordSink: add () inside the begin () and end () of what it tells of is
 * on the disk with it or not at all. *Control* thread. Reading: find () of parlor_audit_kind by
 * brand, actor or object.
 */
#pragma once

#include "base/record.h"

G_BEGIN_DECLS

#define PARLOR_AUDIT_HASH_TEXT 65 /**< 64 hexadecimal digits and the end */

/** A row; append-only, key (brand, seq). No text is NULL. */
typedef struct
{
  char *brand;
  gint64 seq;      /**< from 1 without a gap */
  gint64 at_ms;    /**< wall clock */
  char *actor;     /**< id of who did it; "" = the server itself */
  char *action;    /**< "recording.deleted" as in events, or "POST /v1/keys/{id}/rotate" */
  char *object;    /**< id of what it was done to; "" = the brand */
  char *detail;    /**< a short word more ("retention_days=30"); "" = nothing */
  char *prev_hash; /**< `hash` of seq - 1; "" at 1 */
  char *hash;
} ParlorAuditRow;

/** Where a chain ends; key brand. */
typedef struct
{
  char *brand;
  gint64 seq;
  char *hash;
} ParlorAuditHead;

extern const ParlorRecordKind parlor_audit_kind;
extern const ParlorRecordKind parlor_audit_head_kind;

typedef struct _ParlorAudit ParlorAudit;

/** One for a store in all the program: two would each go on with the chain by themselves, and break
    it. `sink` is borrowed and must outlive it. Never NULL. */
ParlorAudit *parlor_audit_new (ParlorRecordSink *sink);
void parlor_audit_free (ParlorAudit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorAudit, parlor_audit_free)

/** At start, for each row of parlor_audit_head_kind: its chain goes on there. `head` is a
    ParlorAuditHead and `audit` a ParlorAudit: fits parlor_store_load_records (). */
void parlor_audit_resume (gconstpointer head, gpointer audit);

/** Adds a row. All texts borrowed; NULL = "". Longer ones are cut: ids and action at 64 bytes,
    detail at 256. */
void parlor_audit_add (ParlorAudit *audit, gint64 at_ms, const char *brand, const char *actor,
                       const char *action, const char *object, const char *detail);

/** The end of a brand's chain, for noting it elsewhere; seq 0 and "" = no row yet. Borrowed until
    the next add (). */
void parlor_audit_head (ParlorAudit *audit, const char *brand, gint64 *seq, const char **hash);

typedef enum
{
  PARLOR_AUDIT_WHOLE,
  PARLOR_AUDIT_GAP,     /**< a row is missing before this one, or it stands twice */
  PARLOR_AUDIT_BROKEN,  /**< it does not follow from the row before */
  PARLOR_AUDIT_CHANGED, /**< its fields are not what was hashed */
} ParlorAuditFault;

/**
 * Checks rows (ParlorAuditRow *, of one brand, ascending seq), page by page: `seq` and `hash` say
 * where the page before ended and are moved on: 0 and "" before the first. At a fault they stand at
 * the last row that is whole. After the last page compare them with the head: a lower seq means
 * that the end was cut off.
 */
ParlorAuditFault parlor_audit_verify (const gconstpointer *rows, guint n_rows, gint64 *seq,
                                      char hash[PARLOR_AUDIT_HASH_TEXT]);

G_END_DECLS
