/* The page of spacelike check: verdicts on histories, kept until all are judged. */
#ifndef SIM_COMMAND_CHECK_PAGE_H
#define SIM_COMMAND_CHECK_PAGE_H

#include "sim/check/recorded/judge.h"
#include "sim/command/page.h"

struct check_page;

struct check_page *check_page_new(void);
void check_page_free(struct check_page *page);

/* Copies what it needs. */
void check_page_add(struct check_page *page, const char *path, const struct judgement *judgement);
void check_page_add_unreadable(struct check_page *page, const char *path, const struct read_error *error);

enum exit_status check_page_write(const struct check_page *page, const char *path, const char *model,
                                  const struct page_origin *origin, FILE *say_to);

#endif
