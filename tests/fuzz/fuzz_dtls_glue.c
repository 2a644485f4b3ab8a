/* SPDX-License-Identifier: Apache-2.0 */
/* A DTLS server of ours between a true client of ours and whatever the input says: rubbish, true
 * datagrams that are damaged, repeated, lost, late. The input is a list of operations of 4 bytes.
 */
#include <string.h>

#include "secure/dtls.h"

#define MAX_OPERATIONS 64
#define MAX_KEPT 64

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  ParlorDtlsContext *context;
  ParlorFingerprint print;
} World;

/* Made once: keys take a while. */
static const World *
world (void)
{
  static World made;
  if (!made.context)
    {
      ParlorCertificate *cert = parlor_certificate_new (1700000000);
      made.context = parlor_dtls_context_new (cert);
      g_assert_true (
          parlor_fingerprint_parse ("sha-256", parlor_certificate_fingerprint (cert), &made.print));
      parlor_certificate_free (cert);
    }
  return &made;
}

typedef struct
{
  ParlorDtls *ends[2]; /* server, client */
  gint64 now_us;
  gsize lengths[MAX_KEPT];
  guint8 kept[MAX_KEPT][PARLOR_DTLS_MTU]; /* what the client sent, in order */
  guint n_kept, next;
} Run;

static void
collect (Run *run)
{
  guint8 bytes[PARLOR_DTLS_MTU];
  gsize length;
  while ((length = parlor_dtls_poll_output (run->ends[0], bytes, sizeof bytes)))
    {
      g_assert_cmpuint (length, <=, sizeof bytes);
      parlor_dtls_handle (run->ends[1], bytes, length, run->now_us);
    }
  while ((length = parlor_dtls_poll_output (run->ends[1], bytes, sizeof bytes)))
    if (run->n_kept < MAX_KEPT)
      {
        memcpy (run->kept[run->n_kept], bytes, length);
        run->lengths[run->n_kept++] = length;
      }
}

static void
check (const Run *run)
{
  ParlorSrtpKeys a, b;
  ParlorDtlsState state = parlor_dtls_state (run->ends[0]);
  gboolean keys = parlor_dtls_get_keys (run->ends[0], &a);
  g_assert_true (state != PARLOR_DTLS_CONNECTED || keys);
  g_assert_true (!keys || state == PARLOR_DTLS_CONNECTED || state == PARLOR_DTLS_CLOSED);
  g_assert_true ((state == PARLOR_DTLS_FAILED) == (parlor_dtls_failure (run->ends[0]) != 0));
  /* Whatever happened between: both have the same keys, or one has none. */
  if (keys && parlor_dtls_get_keys (run->ends[1], &b))
    g_assert_cmpmem (a.send_key, 16, b.recv_key, 16);
}

static void
operate (Run *run, const guint8 op[4])
{
  guint8 bytes[PARLOR_DTLS_MTU];
  guint i = op[0] & 7 ? run->next : op[1] % MAX (run->n_kept, 1);
  gsize length = i < run->n_kept ? run->lengths[i] : 0;
  memcpy (bytes, i < run->n_kept ? run->kept[i] : run->kept[0], sizeof bytes);
  switch (op[0] & 7)
    {
    case 0: /* repeat one of old, perhaps damaged */
    case 1: /* the next, damaged */
      if (length > 0)
        bytes[(gsize)(op[2] << 8 | op[1]) % length] ^= op[3];
      break;
    case 2: /* the next, cut short */
      length = MIN (length, (gsize)(op[2] << 8 | op[1]) % 1200);
      break;
    case 3: /* the next is lost */
      run->next += run->next < run->n_kept;
      return;
    case 4: /* time passes */
      run->now_us += (gint64)op[1] << op[2] % 20;
      parlor_dtls_handle_timeout (run->ends[0], run->now_us);
      parlor_dtls_handle_timeout (run->ends[1], run->now_us);
      return;
    case 5: /* rubbish that looks like a record */
      length = 13u + op[1];
      memset (bytes, op[2], length);
      memcpy (bytes,
              (const guint8[]){20 + op[3] % 6, 0xfe, 0xfd, 0, op[3] >> 7, 0, 0, 0, 0, op[3], op[2],
                               0, op[1]},
              13);
      break;
    case 6:
      if (op[1] == 0xff)
        parlor_dtls_close (run->ends[op[2] & 1]);
      break;
    default:
      break;
    }
  run->next += (op[0] & 7) != 0 && run->next < run->n_kept;
  parlor_dtls_handle (run->ends[0], bytes, length, run->now_us);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static Run run;
  const World *w = world ();
  memset (&run, 0, sizeof run);
  run.now_us = 1000000;
  run.ends[0] = parlor_dtls_new (w->context, PARLOR_DTLS_SERVER, &w->print, 1);
  run.ends[1] = parlor_dtls_new (w->context, PARLOR_DTLS_CLIENT, &w->print, 1);
  parlor_dtls_start (run.ends[1], run.now_us);
  collect (&run);
  for (gsize at = 0; at + 4 <= size && at < 4 * MAX_OPERATIONS; at += 4)
    {
      operate (&run, data + at);
      collect (&run);
      check (&run);
    }
  parlor_dtls_free (run.ends[0]);
  parlor_dtls_free (run.ends[1]);
  return 0;
}
