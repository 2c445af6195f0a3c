/* Reports of many verdicts, as pages of bounded size: of scenarios under test, of recorded histories, of a hunt. */
#ifndef VIZ_HTML_CASES_H
#define VIZ_HTML_CASES_H

#include "sim/study/run.h"
#include "viz/html_page.h"
#include "viz/witness.h"

/* ---- Scenarios under test ---- */

enum case_state { CASE_PASSED, CASE_FAILED, CASE_INCONCLUSIVE, CASE_SKIPPED, CASE_UNREADABLE, CASE_STATE_COUNT };

struct html_case {
    const char *path;             /* of the scenario; cases of one path come in a row */
    const char *title, *question; /* NULL if it could not be read */
    const char *label;            /* "seed 7"; "" */
    enum case_state state;
    double wall_s;
    const char *output; /* what went wrong; NULL: nothing */
};

void html_test_report(const struct html_case *cases, size_t count, const struct page_origin *origin, struct text *out);

/* ---- Recorded histories ---- */

struct html_finding {
    const char *name, *breaks; /* "G-single"; the weakest level it breaks, or NULL */
    uint64_t count;
    const char *example;
};

struct html_history {
    const char *path;
    const char *error; /* it could not be read; NULL: it was */
    enum verdict verdict;
    uint64_t looked_at;
    const struct html_finding *findings;
    uint32_t finding_count;
    const char *note;
    const struct witness *witness; /* why it is not linearizable; NULL: not known, or it is */
};

void html_check_report(const char *model, const struct html_history *histories, size_t count,
                       const struct page_origin *origin, struct text *out);

/* ---- A hunt ---- */

struct html_prey {
    uint64_t seed, seeds; /* the lowest that fails so, and how many do */
    const char *fingerprint, *detail;
    const char *drawn;   /* lines: what the seed drew */
    const char *path;    /* of the scenario that fails by itself */
    const char *options; /* that any command with it needs: " --plugin mine.so", or "" */
    struct run *run;     /* of that scenario, to be told and drawn; NULL: it is not */
};

struct html_hunt {
    const char *title; /* "Hunt: raft" */
    uint64_t runs, failed, inconclusive;
    double simulated_s, wall_s;
    const struct html_prey *preys;
    uint32_t prey_count;
};

/* A page in parts: the runs of the preys need not live at the same time. */
void html_hunt_begin(const struct html_hunt *hunt, struct text *out);
void html_hunt_prey(const struct html_prey *prey, bool is_first, struct text *out);
void html_hunt_end(const struct page_origin *origin, struct text *out);

#endif
