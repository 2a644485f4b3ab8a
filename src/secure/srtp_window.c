/* SPDX-License-Identifier: Apache-2.0 */
#include "secure/srtp_window.h"

#include <string.h>

void
parlor_srtp_windows_clear (ParlorSrtpWindows *windows)
{
  while (windows->n > 0)
    g_free (windows->windows[--windows->n]);
}

ParlorSrtpWindow *
parlor_srtp_windows_find (ParlorSrtpWindows *windows, guint32 ssrc)
{
  if (windows->n > 0 && windows->windows[windows->last]->ssrc == ssrc)
    return windows->windows[windows->last];
  for (guint i = 0; i < windows->n; i++)
    if (windows->windows[i]->ssrc == ssrc)
      {
        windows->last = i;
        return windows->windows[i];
      }
  return NULL;
}

static guint64 *
word_of (ParlorSrtpWindow *window, guint64 index)
{
  return &window->bits[index / 64 % (PARLOR_SRTP_WINDOW / 64)];
}

static guint64
bit_of (guint64 index)
{
  return G_GUINT64_CONSTANT (1) << (index % 64);
}

gboolean
parlor_srtp_window_is_replay (const ParlorSrtpWindow *window, guint64 index)
{
  if (index > window->highest)
    return FALSE;
  return window->highest - index >= PARLOR_SRTP_WINDOW
         || (*word_of ((ParlorSrtpWindow *)window, index) & bit_of (index)) != 0;
}

static void
advance (ParlorSrtpWindow *window, guint64 index)
{
  if (index - window->highest >= PARLOR_SRTP_WINDOW)
    memset (window->bits, 0, sizeof window->bits);
  else
    for (guint64 i = window->highest + 1; i <= index; i++)
      *word_of (window, i) &= ~bit_of (i);
  window->highest = index;
}

gboolean
parlor_srtp_windows_accept (ParlorSrtpWindows *windows, ParlorSrtpWindow *window, guint32 ssrc,
                            guint64 index)
{
  if (!window)
    {
      if (windows->n == PARLOR_SRTP_MAX_SSRCS)
        return FALSE;
      window = g_new0 (ParlorSrtpWindow, 1);
      window->ssrc = ssrc;
      window->highest = index;
      windows->last = windows->n;
      windows->windows[windows->n++] = window;
    }
  if (index > window->highest)
    advance (window, index);
  *word_of (window, index) |= bit_of (index);
  return TRUE;
}
