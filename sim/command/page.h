/* Pages that commands write beside what they print. */
#ifndef SIM_COMMAND_PAGE_H
#define SIM_COMMAND_PAGE_H

#include "sim/base/text.h"
#include "sim/command/command.h"
#include "viz/html_page.h"
#include "viz/many.h"

/* "spacelike sweep scenarios/raft/healthy.json --seeds 1-20", as a shell reads it back; without its --report. */
void page_command(int argc, char *const *argv, struct text *out);

struct page_origin page_origin_of(const char *command, double wall_s);

/* Writes the page, and says where it is; EXIT_INPUT after a message if that fails. */
enum exit_status page_write(const char *command, const char *path, const struct text *page, FILE *say_to);

/* The page of a sweep's results. */
enum exit_status page_write_store(const char *command, const char *path, struct store *store,
                                  const struct many_choice *choice, const struct page_origin *origin, FILE *say_to);

#endif
