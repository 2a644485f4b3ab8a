/* SPDX-License-Identifier: Apache-2.0 */
/* Two ParlorDtls and the network between them, in virtual time: loss, delay, reordering, from a
 * seed. */
#pragma once
#include <string.h>

#include "secure/dtls.h"

typedef struct
{
  gint64 due_us;
  guint to;
  gsize length;
  guint8 bytes[PARLOR_DTLS_MTU];
} TestDatagram;

typedef struct
{
  ParlorDtls *ends[2]; /* borrowed: [0] server, [1] client */
  GRand *rand;
  double loss; /* 0..1, each way */
  gint64 delay_us, jitter_us;
  gint64 now_us;
  GPtrArray *wire;
  guint n_sent[2], largest;
  gboolean (*drop) (guint from, const guint8 *bytes, gsize length, gpointer data); /* nullable */
  gpointer drop_data;
} TestPipe;

static inline void
test_pipe_init (TestPipe *pipe, ParlorDtls *server, ParlorDtls *client, guint32 seed)
{
  *pipe = (TestPipe){.ends = {server, client}, .delay_us = 10000, .now_us = 1000000};
  pipe->rand = g_rand_new_with_seed (seed);
  pipe->wire = g_ptr_array_new_with_free_func (g_free);
}

static inline void
test_pipe_clear (TestPipe *pipe)
{
  g_rand_free (pipe->rand);
  g_ptr_array_unref (pipe->wire);
}

static inline void
test_pipe_collect (TestPipe *pipe)
{
  TestDatagram datagram;
  for (guint from = 0; from < 2; from++)
    while ((datagram.length = parlor_dtls_poll_output (pipe->ends[from], datagram.bytes,
                                                       sizeof datagram.bytes)))
      {
        pipe->n_sent[from]++;
        pipe->largest = MAX (pipe->largest, (guint)datagram.length);
        gboolean drop = pipe->drop
                        && pipe->drop (from, datagram.bytes, datagram.length, pipe->drop_data);
        if (g_rand_double (pipe->rand) < pipe->loss || drop)
          continue;
        datagram.to = 1 - from;
        datagram.due_us = pipe->now_us + pipe->delay_us
                          + (pipe->jitter_us
                                 ? g_rand_int_range (pipe->rand, 0, (gint32)pipe->jitter_us)
                                 : 0);
        g_ptr_array_add (pipe->wire, g_memdup2 (&datagram, sizeof datagram));
      }
}

static inline guint
test_pipe_first (TestPipe *pipe)
{
  guint first = 0;
  for (guint i = 1; i < pipe->wire->len; i++)
    if (((TestDatagram *)pipe->wire->pdata[i])->due_us
        < ((TestDatagram *)pipe->wire->pdata[first])->due_us)
      first = i;
  return first;
}

/* The next datagram or timer; FALSE when nothing will ever happen. */
static inline gboolean
test_pipe_step (TestPipe *pipe)
{
  test_pipe_collect (pipe);
  gint64 timer_us = MIN (parlor_dtls_next_us (pipe->ends[0]), parlor_dtls_next_us (pipe->ends[1]));
  guint first = test_pipe_first (pipe);
  TestDatagram *datagram = pipe->wire->len ? pipe->wire->pdata[first] : NULL;
  if (datagram && datagram->due_us <= timer_us)
    {
      pipe->now_us = MAX (pipe->now_us, datagram->due_us);
      parlor_dtls_handle (pipe->ends[datagram->to], datagram->bytes, datagram->length,
                          pipe->now_us);
      g_ptr_array_remove_index (pipe->wire, first);
      return TRUE;
    }
  if (timer_us == G_MAXINT64)
    return FALSE;
  pipe->now_us = MAX (pipe->now_us, timer_us);
  for (guint i = 0; i < 2; i++)
    if (parlor_dtls_next_us (pipe->ends[i]) <= pipe->now_us)
      parlor_dtls_handle_timeout (pipe->ends[i], pipe->now_us);
  return TRUE;
}

static inline gboolean
test_pipe_settled (const TestPipe *pipe)
{
  return parlor_dtls_state (pipe->ends[0]) >= PARLOR_DTLS_CONNECTED
         && parlor_dtls_state (pipe->ends[1]) >= PARLOR_DTLS_CONNECTED;
}

/* Starts both and runs until both are connected or failed. */
static inline void
test_pipe_run (TestPipe *pipe)
{
  parlor_dtls_start (pipe->ends[0], pipe->now_us);
  parlor_dtls_start (pipe->ends[1], pipe->now_us);
  while (!test_pipe_settled (pipe) && test_pipe_step (pipe))
    ;
  test_pipe_collect (pipe);
}
