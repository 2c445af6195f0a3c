/* Reproductions: figures that were published, or that a closed form gives, beside ours.
 *
 * A reproduction is a folder with `reproduction.json` and its scenarios. The file names experiments (sweeps of a
 * scenario) and figures (one number of an experiment with its interval, and what it is compared with). What is
 * generated beside it depends on version, files and models alone: README.md    the figures as a table, and what they
 * amount to figures.csv  a line a figure, for charts samples.csv  a line a run, of the metrics that the experiments
 * name under "samples" The folder's parent has README.md, with head.md and the tables of all, and host-times.tsv: the
 * only thing that differs between machines. Finished runs lie in NAME/runs/EXPERIMENT.db (sim/study/store.h), from
 * where an interrupted one goes on. */
#ifndef SIM_STUDY_REPRODUCTION_H
#define SIM_STUDY_REPRODUCTION_H

#include "sim/base/arena.h"
#include "sim/study/points.h"
#include "sim/study/sweep.h"
#include "sim/study/theory.h"

/* Of all intervals here: of a hundred figures that agree, one in ten tables shows one outside of its interval. */
#define REPRODUCTION_LEVEL 0.999

struct experiment {
    const char *name, *scenario; /* the path from the working directory */
    const char **sets;
    uint32_t set_count;
    struct grid grid;
    uint64_t first, last, quick_last; /* seeds */
    const char **quick_sets;          /* instead of `sets`, for a quick look: `sets` and more */
    uint32_t quick_set_count;
    const struct extra *extra;              /* a measure beyond the metrics; NULL: none */
    const char **samples, **sample_windows; /* metrics for samples.csv */
    uint32_t sample_count;
    const char **kept; /* metrics that the figures and samples need; ends with NULL */
};

enum statistic {
    STATISTIC_MEAN,     /* over the runs; Student's t */
    STATISTIC_RMS,      /* root of the mean square over the runs; Student's t of the squares */
    STATISTIC_QUANTILE, /* over the runs; between order statistics */
    STATISTIC_MAX,      /* of all runs; no interval */
    STATISTIC_SHARE,    /* of the runs whose value is above a limit; Wilson */
    STATISTIC_HELD      /* share of the runs in which a check held; Wilson */
};

enum comparison {
    COMPARISON_EQUAL,   /* the interval should hold the figure that is given */
    COMPARISON_ABOVE,   /* the whole interval should lie above it */
    COMPARISON_BELOW,   /* the whole interval should lie below it */
    COMPARISON_DIFFERS, /* it should not hold it: "because" says why */
    COMPARISON_BESIDE   /* both are shown; what the source leaves open forbids more: "because" says what */
};

struct figure {
    const char *name;
    uint32_t experiment;
    uint64_t point; /* of the experiment's grid */
    const char *metric, *window;
    enum statistic statistic;
    double quantile, above; /* of STATISTIC_QUANTILE, STATISTIC_SHARE */
    enum comparison comparison;
    bool has_given;
    double given;                /* published, or by the closed form */
    const struct theory *theory; /* NULL: published */
    double arguments[THEORY_MOST_ARGUMENTS];
    double precision; /* the interval must be at most so wide, as a share of the value and to either side */
    const char *unit; /* "ms", "s", "%", "" */
    const char *because;
};

struct reproduction {
    const char *name, *folder; /* "mm1", "results/mm1" */
    const char *title, *question, *source, *says;
    struct experiment *experiments;
    uint32_t experiment_count;
    struct figure *figures;
    uint32_t figure_count;
    struct arena arena; /* holds all of the above */
};

/* NULL with messages, "file:line:column: ...". */
struct reproduction *reproduction_read(const char *folder, const char *name, const struct model_list *models,
                                       struct text *errors);
void reproduction_free(struct reproduction *reproduction);

/* ---- Figures ---- */

enum finding {
    FINDING_AGREES,
    FINDING_CONTRADICTS,
    FINDING_OPEN,  /* the runs are too few to tell */
    FINDING_BESIDE /* nothing was to be decided */
};

struct measured {
    struct estimate ours; /* without an interval: low and high are NaN */
    uint64_t runs;        /* that have a value */
    enum finding finding;
};

/* One a figure, from the stores of the experiments. */
bool reproduction_measure(const struct reproduction *reproduction, struct store *const *stores,
                          struct measured *measured, struct text *error);

/* The worst: contradicts before open before agrees. */
enum finding reproduction_finding(const struct reproduction *reproduction, const struct measured *measured);

/* ---- What is generated ---- */

/* A value in the figure's unit, "50.21 ms", with as many digits as the interval (low to high) supports; NaN: "-". */
void figure_show(const struct figure *figure, double value, const struct estimate *interval, struct text *out);

const char *finding_word(enum finding finding); /* "agrees", "contradicts", ... */

void reproduction_page(const struct reproduction *reproduction, const struct measured *measured, struct text *out);
void reproduction_figures_csv(const struct reproduction *reproduction, const struct measured *measured,
                              struct text *out);
/* Nothing is added if no experiment has samples. */
bool reproduction_samples_csv(const struct reproduction *reproduction, struct store *const *stores, struct text *out,
                              struct text *error);

/* The page of all: `head`, and the tables of the single pages in the order given, `texts[i]` of `names[i]`. */
void reproduction_index(const char *head, const char *const *names, const char *const *texts, uint32_t count,
                        struct text *out);

/* The figures as JSON, an object. */
void reproduction_json(const struct reproduction *reproduction, const struct measured *measured, struct text *out);

#endif
