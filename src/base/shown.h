/* SPDX-License-Identifier: Apache-2.0 */
/** How large a picture is that somebody is sent, in as few steps as simulcast has sizes. What is
 * counted by it is bounded however many slots he has. Any thread. */
#pragma once

#include <glib.h>

typedef enum
{
  PARLOR_SHOWN_SMALL,  /**< up to 180 lines, or not known */
  PARLOR_SHOWN_MIDDLE, /**< up to 360 */
  PARLOR_SHOWN_LARGE,  /**< up to 720 */
  PARLOR_SHOWN_FULL,   /**< more */
  PARLOR_N_SHOWN,
} ParlorShown;

static inline ParlorShown
parlor_shown_of (guint lines)
{
  return lines <= 180   ? PARLOR_SHOWN_SMALL
         : lines <= 360 ? PARLOR_SHOWN_MIDDLE
         : lines <= 720 ? PARLOR_SHOWN_LARGE
                        : PARLOR_SHOWN_FULL;
}
