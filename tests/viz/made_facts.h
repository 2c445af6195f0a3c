/* Runs made by hand, for tests of pictures: no world has to run for them. */
#ifndef TESTS_VIZ_MADE_FACTS_H
#define TESTS_VIZ_MADE_FACTS_H

#include "viz/pictures.h"

struct made_shape {
    uint32_t nodes, regions, systems, clients; /* regions 0: none */
    uint32_t operations, faults, reigns;
    bool is_cut; /* node 1 from all others */
    uint32_t voyages;
    const char *title;
};

struct made {
    struct facts facts;
    struct moment moment;
    struct stretch stretch;
    struct witness witness;
    struct picture_data data;
    struct log_part *parts; /* of all logs */
    char **strings;
    uint32_t string_count;
};

struct made *made_new(const struct made_shape *shape);
void made_free(struct made *made);

/* Every two labels that meet, and every label that is cut off by its clip or the page, as lines of text; returns how
 * many. */
uint32_t label_faults(const struct canvas *canvas, struct text *report);

/* True if a label with exactly this text was drawn. */
bool has_label(const struct canvas *canvas, const char *text);
const struct label *find_label(const struct canvas *canvas, const char *text);

/* True if tags are nested properly (content of style and script left out); else `problem` says where not. */
bool is_well_formed(const char *markup, char *problem, size_t size);

#endif
