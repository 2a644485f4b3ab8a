/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target without a fuzzer: on every file of the corpus folder given as the only
 * argument, on every prefix of it up to PREFIX_MAX bytes, and on a fixed number of mutations from a
 * fixed seed, so that each run of the tests is the same. A target that fails aborts; what it was
 * fed stands on standard error then. */
#include <glib.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX_MAX 96
#define MUTATIONS 2000
#define INPUT_MAX 65536
/* However large a corpus grows, a target's replay stays a matter of seconds. */
#define BUDGET_US (8 * G_USEC_PER_SEC)

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const uint8_t *current_data;
static size_t current_size;

static void
print_input (int signum)
{
  static const char digits[] = "0123456789abcdef";
  char line[3] = {0, 0, ' '};
  ssize_t done = write (STDERR_FILENO, "failing input: ", 15);
  for (size_t i = 0; i < current_size && i < 4096 && done >= 0; i++)
    {
      line[0] = digits[current_data[i] >> 4];
      line[1] = digits[current_data[i] & 15];
      done = write (STDERR_FILENO, line, 2);
    }
  done = write (STDERR_FILENO, "\n", 1);
  signal (signum, SIG_DFL);
  raise (signum);
}

/* The target gets a heap copy of exactly size bytes, so that a sanitizer sees a read past the end.
 */
static void
run (const uint8_t *data, size_t size)
{
  uint8_t *copy = g_memdup2 (data, size);
  current_data = copy;
  current_size = size;
  LLVMFuzzerTestOneInput (copy, size);
  current_size = 0;
  g_free (copy);
}

static size_t
mutate (GRand *rand, uint8_t *data, size_t size, size_t room)
{
  static const uint8_t interesting[] = {0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0xbe, 0xde, 0xf0, 0xff};
  size_t at = size ? (size_t)g_rand_int_range (rand, 0, (gint32)size) : 0;
  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      if (size)
        data[at] ^= 1u << g_rand_int_range (rand, 0, 8);
      break;
    case 1:
      if (size)
        data[at] = (uint8_t)g_rand_int (rand);
      break;
    case 2:
      if (size)
        data[at] = interesting[g_rand_int_range (rand, 0, G_N_ELEMENTS (interesting))];
      break;
    case 3:
      return at;
    case 4:
      if (size < room)
        {
          memmove (data + at + 1, data + at, size - at);
          data[at] = (uint8_t)g_rand_int (rand);
          return size + 1;
        }
      break;
    default:
      if (size)
        {
          memmove (data + at, data + at + 1, size - at - 1);
          return size - 1;
        }
    }
  return size;
}

static void
run_mutations (const uint8_t *data, size_t size, gint64 deadline_us)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (0x9a41u);
  size_t room = size + 16;
  g_autofree uint8_t *work = g_malloc (room);
  for (int i = 0; i < MUTATIONS && g_get_monotonic_time () < deadline_us; i++)
    {
      size_t n = size;
      if (size)
        memcpy (work, data, size);
      for (int k = g_rand_int_range (rand, 1, 6); k > 0; k--)
        n = mutate (rand, work, n, room);
      run (work, n);
    }
}

static void
run_file (const char *path, gint64 deadline_us)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  if (!g_file_get_contents (path, &text, &size, &error))
    g_error ("%s", error->message);
  size = MIN (size, INPUT_MAX);
  run ((const uint8_t *)text, size);
  for (size_t n = 0; n < MIN (size, PREFIX_MAX); n++)
    run ((const uint8_t *)text, n);
  run_mutations ((const uint8_t *)text, size, deadline_us);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = argc == 2 ? g_dir_open (argv[1], 0, &error) : NULL;
  if (!dir)
    {
      printf ("Bail out! %s\n", error ? error->message : "one argument: the corpus folder");
      return 1;
    }
  signal (SIGABRT, print_input);
  signal (SIGSEGV, print_input);
  gint64 deadline_us = g_get_monotonic_time () + BUDGET_US;
  int count = 0;
  for (const char *name; (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      run_file (path, deadline_us);
      printf ("ok %d - %s\n", ++count, name);
      fflush (stdout);
    }
  if (count == 0)
    printf ("not ok 1 - the corpus is empty\n");
  printf ("1..%d\n", MAX (count, 1));
  return count == 0;
}
