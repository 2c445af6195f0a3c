/* Where things stand on the stage: areas of regions (or of systems), nodes on a ring or a grid within them, clients. */
#ifndef VIZ_STAGE_LAYOUT_H
#define VIZ_STAGE_LAYOUT_H

#include "viz/canvas.h"
#include "viz/facts.h"

enum stage_detail { DETAIL_DOTS, DETAIL_NAMES, DETAIL_FULL }; /* full: with terms and logs */

struct stage_box {
    struct rect rect;
    const char *name; /* NULL: it is the only one, and needs neither a name nor a border */
    uint32_t *nodes;  /* ids */
    uint32_t node_count;
    uint32_t clients;
    struct point client_place; /* valid if it has clients */
};

struct stage_layout {
    struct stage_box *boxes;
    uint32_t box_count;
    uint32_t *box_of_region; /* by region; with one place more for nodes without one. NULL: boxes are systems */
    struct point *places;    /* of the nodes' centres */
    double radius;           /* of a node */
    enum stage_detail detail;
    uint32_t clients;        /* without a region */
    struct rect client_rect; /* valid if clients is not 0 */
};

enum { STAGE_FULL_WIDTH = 132, STAGE_FULL_HEIGHT = 92, STAGE_NAMES_WIDTH = 66, STAGE_NAMES_HEIGHT = 56 };

struct stage_layout *stage_layout_new(struct rect area, const struct facts *facts);
void stage_layout_free(struct stage_layout *layout);

/* Where messages of an endpoint begin and end. */
struct point stage_layout_place(const struct stage_layout *layout, const struct facts *facts, node_id endpoint);

#endif
