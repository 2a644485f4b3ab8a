/* SPDX-License-Identifier: Apache-2.0 */
#include "record/layout.h"

#define GAP 4

static const char *const names[PARLOR_N_LAYOUTS] = {"speaker", "grid", "screen_with_speaker",
                                                    "audio_only"};

const char *
parlor_layout_name (ParlorLayout layout)
{
  return (guint)layout < PARLOR_N_LAYOUTS ? names[layout] : NULL;
}

gboolean
parlor_layout_from_name (const char *name, ParlorLayout *out)
{
  for (guint i = 0; i < PARLOR_N_LAYOUTS; i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *out = i;
        return TRUE;
      }
  return FALSE;
}

static guint
even (guint n)
{
  return n & ~1u;
}

/* The largest 16:9 in width × height. */
static void
shape (guint width, guint height, guint *w, guint *h)
{
  *w = MIN (width, height * 16 / 9);
  *h = MIN (height, width * 9 / 16);
  *w = MAX (even (*w), 2);
  *h = MAX (even (*h), 2);
}

static guint
share (guint side, guint n)
{
  return (side - MIN ((n - 1) * GAP, side / 2)) / n;
}

static guint
best_columns (guint width, guint height, guint n)
{
  guint best = 1, best_area = 0;
  for (guint columns = 1; columns <= n; columns++)
    {
      guint rows = (n + columns - 1) / columns, w, h;
      shape (share (width, columns), share (height, rows), &w, &h);
      if (w * h > best_area)
        {
          best_area = w * h;
          best = columns;
        }
    }
  return best;
}

void
parlor_layout_grid (guint width, guint height, guint n, ParlorRect *out)
{
  g_return_if_fail (n >= 1 && n <= PARLOR_LAYOUT_TILES_MAX);
  g_return_if_fail (MIN (width, height) >= PARLOR_LAYOUT_SIDE_MIN);
  g_return_if_fail (MAX (width, height) <= PARLOR_LAYOUT_SIDE_MAX);
  guint columns = best_columns (width, height, n), rows = (n + columns - 1) / columns, w, h;
  shape (share (width, columns), share (height, rows), &w, &h);
  guint top = (height - MIN (rows * h + (rows - 1) * GAP, height)) / 2;
  for (guint i = 0; i < n; i++)
    {
      guint row = i / columns, in_row = MIN (columns, n - row * columns);
      guint left = (width - MIN (in_row * w + (in_row - 1) * GAP, width)) / 2;
      guint x = left + (i % columns) * (w + GAP), y = top + row * (h + GAP);
      out[i] = (ParlorRect){even (MIN (x, width - w)), even (MIN (y, height - h)), w, h};
    }
}

void
parlor_layout_beside (guint width, guint height, guint n, ParlorRect *out)
{
  g_return_if_fail (n < PARLOR_LAYOUT_TILES_MAX);
  g_return_if_fail (MIN (width, height) >= PARLOR_LAYOUT_SIDE_MIN);
  g_return_if_fail (MAX (width, height) <= PARLOR_LAYOUT_SIDE_MAX);
  out[0] = (ParlorRect){0, 0, even (width), even (height)};
  if (n == 0)
    return;
  out[0].width = even (width * 4 / 5);
  guint room = width - out[0].width - MIN (GAP, width / 10), w, h;
  shape (room, share (height, n), &w, &h);
  for (guint i = 0; i < n; i++)
    out[i + 1] = (ParlorRect){even (width - w), even (MIN (i * (h + GAP), height - h)), w, h};
}

ParlorRect
parlor_layout_fit (const ParlorRect *place, guint width, guint height)
{
  if (width == 0 || height == 0)
    return *place;
  guint64 w = place->width, h = place->height;
  if (w * height > h * width)
    w = h * width / height;
  else
    h = w * height / width;
  w = MAX (even ((guint)w), 2);
  h = MAX (even ((guint)h), 2);
  w = MIN (w, place->width);
  h = MIN (h, place->height);
  return (ParlorRect){place->x + even ((place->width - (guint)w) / 2),
                      place->y + even ((place->height - (guint)h) / 2), (guint)w, (guint)h};
}
