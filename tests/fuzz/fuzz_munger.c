/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seq.h"
#include "proto/munger.h"
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Near the wrap, which so is met early. */
#define FIRST_OUT 65000

/* The reference: every packet handled since the switch, by number, and every number ever sent. */
typedef struct
{
  gboolean active;
  guint32 source;
  guint16 first_in;
  gint highest; /* numbers since first_in */
  gint64 first_out, last_out;
  guint8 handled[1 << 14], removed[1 << 14];
  guint8 used[1 << 16]; /* from FIRST_OUT on */
} Model;

static gint64
model_out (const Model *m, gint i)
{
  gint64 out = m->first_out + i;
  for (gint k = 0; k < i; k++)
    out -= m->removed[k];
  return out;
}

static void
model_switch (Model *m, const ParlorMungerIn *in)
{
  m->active = TRUE;
  m->source = in->source;
  m->first_in = in->seq;
  m->highest = -1;
  m->first_out = m->last_out + 1;
  memset (m->handled, 0, sizeof m->handled);
  memset (m->removed, 0, sizeof m->removed);
}

static void
note_used (Model *m, gint64 out)
{
  g_assert_true (out >= FIRST_OUT && out < FIRST_OUT + (1 << 16));
  g_assert_false (m->used[out - FIRST_OUT]);
  m->used[out - FIRST_OUT] = 1;
  m->last_out = MAX (m->last_out, out);
}

/* One packet, sent or dropped, against what the model says. */
static void
step (ParlorMunger *munger, Model *m, const ParlorMungerIn *in, gboolean drop)
{
  ParlorMungerOut out;
  gint i = (gint16)(guint16)(in->seq - (guint16)(m->first_in + m->highest)) + m->highest;
  if (m->active && in->source == m->source && i - m->highest > PARLOR_MUNGER_GAP_MAX)
    {
      model_switch (m, in);
      i = 0;
    }
  ParlorMungerResult got = drop ? parlor_munger_drop (munger, in, &out)
                                : parlor_munger_map (munger, in, &out);
  gboolean newest = i > m->highest;
  if (!m->active || in->source != m->source)
    {
      g_assert_cmpint (got, ==, PARLOR_MUNGER_OTHER_SOURCE);
      return;
    }
  m->highest = MAX (m->highest, i);
  if (i < 0 || i <= m->highest - PARLOR_MUNGER_WINDOW)
    {
      g_assert_true (got == PARLOR_MUNGER_OTHER_SOURCE || got == PARLOR_MUNGER_TOO_LATE);
      return;
    }
  if (m->handled[i])
    {
      g_assert_cmpint (got, ==, PARLOR_MUNGER_DUPLICATE);
      return;
    }
  if (!newest && got == PARLOR_MUNGER_TOO_LATE)
    return;
  m->handled[i] = 1;
  if (newest && drop)
    {
      g_assert_cmpint (got, ==, PARLOR_MUNGER_DROPPED);
      m->removed[i] = 1;
      return;
    }
  g_assert_cmpint (got, ==, drop ? PARLOR_MUNGER_HOLE : PARLOR_MUNGER_SEND);
  gint64 want = model_out (m, i);
  g_assert_cmpuint (out.seq, ==, (guint16)want);
  note_used (m, want); /* a hole too: the caller may fill it */
}

/* Three bytes an operation. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static Model *m;
  ParlorMunger munger;
  if (!m)
    m = g_new (Model, 1);
  size = MIN (size, 900);
  memset (m, 0, G_STRUCT_OFFSET (Model, used));
  memset (m->used, 0, sizeof m->used);
  parlor_munger_init (&munger, 1, 90000, FIRST_OUT, 0);
  m->last_out = FIRST_OUT - 1;
  ParlorMungerIn in = {
      .source = 0, .seq = (guint16)(size * 331), .picture_id_bits = size % 3 ? 15 : 7};
  for (; size >= 3 && m->highest < 12000 && m->last_out < FIRST_OUT + 28000; data += 3, size -= 3)
    {
      in.source = data[0] & 1;
      in.now_us += data[1] * 1000;
      guint16 base = m->active ? (guint16)(m->first_in + m->highest) : in.seq;
      in.seq = (guint16)(base + (data[0] & 64 ? (gint8)data[2] : data[0] & 32 ? data[2] * 16 : 1));
      in.timestamp = in.seq * 3000u;
      in.picture_id = (guint16)((in.seq / 3) & 0x7fff);
      switch (data[0] >> 1 & 7)
        {
        case 0:
          model_switch (m, &in);
          parlor_munger_switch (&munger, &in);
          step (&munger, m, &in, FALSE);
          break;
        case 2:
        case 3:
          step (&munger, m, &in, TRUE);
          break;
        default:
          in.source = m->source;
          step (&munger, m, &in, FALSE);
        }
    }
  return 0;
}
