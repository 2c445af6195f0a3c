#include "viz/stage_layout.h"

#include <math.h>
#include <stdlib.h>

enum { RING_MOST = 9, BOX_GAP = 14, BOX_HEAD = 24, CLIENT_HEIGHT = 26, CLIENT_WIDTH = 104 };

static void *make(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* ---- Which boxes there are, and who is in them ---- */

static bool has_regions(const struct facts *facts) {
    for (uint32_t i = 0; i < facts->node_count; i++) {
        if (facts->nodes[i].region != CONFIG_NO_REGION) {
            return true;
        }
    }
    return false;
}

static uint32_t box_of(const struct stage_layout *layout, const struct facts *facts, const struct fact_node *node) {
    if (layout->box_of_region == NULL) {
        return node->system;
    }
    uint32_t region = node->region == CONFIG_NO_REGION ? facts->region_count : node->region;
    return layout->box_of_region[region];
}

static void add_regions(struct stage_layout *layout, const struct facts *facts) {
    layout->box_of_region = make(facts->region_count + 1, sizeof *layout->box_of_region);
    bool *is_used = make(facts->region_count + 1, sizeof *is_used);
    for (uint32_t i = 0; i < facts->node_count; i++) {
        uint32_t region = facts->nodes[i].region;
        is_used[region == CONFIG_NO_REGION ? facts->region_count : region] = true;
    }
    for (uint32_t i = 0; i < facts->client_count && facts->client_regions != NULL; i++) {
        if (facts->client_regions[i] != CONFIG_NO_REGION) {
            is_used[facts->client_regions[i]] = true;
        }
    }
    layout->boxes = make(facts->region_count + 1, sizeof *layout->boxes);
    for (uint32_t region = 0; region <= facts->region_count; region++) {
        if (is_used[region]) {
            layout->box_of_region[region] = layout->box_count;
            layout->boxes[layout->box_count++].name =
                region < facts->region_count ? facts->regions[region] : "no region";
        }
    }
    free(is_used);
}

static void fill_boxes(struct stage_layout *layout, const struct facts *facts) {
    for (uint32_t i = 0; i < facts->node_count; i++) {
        layout->boxes[box_of(layout, facts, &facts->nodes[i])].node_count++;
    }
    for (uint32_t b = 0; b < layout->box_count; b++) {
        layout->boxes[b].nodes = make(layout->boxes[b].node_count, sizeof *layout->boxes[b].nodes);
        layout->boxes[b].node_count = 0;
    }
    for (uint32_t i = 0; i < facts->node_count; i++) {
        struct stage_box *box = &layout->boxes[box_of(layout, facts, &facts->nodes[i])];
        box->nodes[box->node_count++] = i;
    }
    for (uint32_t i = 0; i < facts->client_count; i++) {
        uint32_t region = facts->client_regions != NULL ? facts->client_regions[i] : CONFIG_NO_REGION;
        if (region == CONFIG_NO_REGION || layout->box_of_region == NULL) {
            layout->clients++;
        } else {
            layout->boxes[layout->box_of_region[region]].clients++;
        }
    }
}

/* ---- Where the boxes stand ---- */

/* One dispatcher takes less room than its twenty servers, but not a twentieth. */
static double box_weight(const struct stage_box *box) {
    return sqrt(box->node_count + 1.0);
}

static void place_boxes(struct stage_layout *layout, struct rect area) {
    uint32_t count = layout->box_count, columns = 1;
    double best = -1;
    for (uint32_t c = 1; c <= count; c++) { /* the number of columns whose boxes are least narrow */
        uint32_t rows = (count + c - 1) / c;
        double width = area.width / c, height = area.height / rows;
        double score = fmin(width, height * 1.6);
        if (score > best + 1e-9) {
            best = score;
            columns = c;
        }
    }
    uint32_t rows = (count + columns - 1) / columns;
    double height = (area.height - (rows - 1) * BOX_GAP) / rows;
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t first = row * columns, in_row = row + 1 == rows ? count - first : columns;
        double weights = 0, x = area.x, room = area.width - (in_row - 1) * BOX_GAP;
        for (uint32_t b = first; b < first + in_row; b++) {
            weights += box_weight(&layout->boxes[b]);
        }
        for (uint32_t b = first; b < first + in_row; b++) {
            double width = room * box_weight(&layout->boxes[b]) / weights;
            layout->boxes[b].rect = (struct rect){x, area.y + row * (height + BOX_GAP), width, height};
            x += width + BOX_GAP;
        }
    }
}

/* The part of a box that nodes may take. */
static struct rect inner_of(const struct stage_box *box) {
    double head = box->name != NULL ? BOX_HEAD : 0, foot = box->clients > 0 ? CLIENT_HEIGHT : 0;
    return (struct rect){box->rect.x + 6, box->rect.y + head + 2, box->rect.width - 12,
                         box->rect.height - head - foot - 4};
}

/* ---- Where the nodes stand ---- */

static struct point ring_place(struct rect inner, uint32_t index, uint32_t count, double width, double height) {
    double x = inner.x + inner.width / 2, y = inner.y + inner.height / 2;
    double rx = fmin((inner.width - width) / 2, fmax(inner.height * 0.8, width)), ry = (inner.height - height) / 2;
    rx = fmax(rx, 0);
    ry = fmax(ry, 0);
    if (count == 1) {
        return (struct point){x, y};
    }
    if (count == 2) {
        return (struct point){x + (index == 0 ? -1 : 1) * rx * 0.6, y};
    }
    double angle = -M_PI / 2 + 2 * M_PI * index / count;
    /* A ring of an odd count reaches less far down than up: it is stretched and moved to use its room. */
    double lowest = count % 2 == 1 ? cos(M_PI / count) : 1, scale = 2 / (1 + lowest);
    return (struct point){x + cos(angle) * rx, y + (sin(angle) * scale + scale - 1) * ry};
}

static struct point grid_place(struct rect inner, uint32_t index, uint32_t count, double ratio) {
    double columns = ceil(sqrt(count * inner.width / (inner.height * ratio)));
    columns = fmin(fmax(columns, 1), count);
    double rows = ceil(count / columns);
    double column = fmod(index, columns), row = floor(index / columns);
    return (struct point){inner.x + (column + 0.5) * inner.width / columns,
                          inner.y + (row + 0.5) * inner.height / rows};
}

static bool blocks_fit(const struct stage_layout *layout, const struct stage_box *box, double width, double height) {
    struct rect inner = inner_of(box);
    for (uint32_t i = 0; i < box->node_count; i++) {
        struct point a = layout->places[box->nodes[i]];
        struct rect block = {a.x - width / 2, a.y - height / 2, width, height};
        if (!rect_contains(inner, block)) {
            return false;
        }
        for (uint32_t k = 0; k < i; k++) {
            struct point b = layout->places[box->nodes[k]];
            if (fabs(a.x - b.x) < width && fabs(a.y - b.y) < height) {
                return false;
            }
        }
    }
    return true;
}

static bool place_in_box(struct stage_layout *layout, const struct stage_box *box, double width, double height) {
    struct rect inner = inner_of(box);
    for (int form = 0; form < 2; form++) {
        if (form == 0 && box->node_count > RING_MOST) {
            continue;
        }
        for (uint32_t i = 0; i < box->node_count; i++) {
            layout->places[box->nodes[i]] = form == 0 ? ring_place(inner, i, box->node_count, width, height)
                                                      : grid_place(inner, i, box->node_count, width / height);
        }
        if (blocks_fit(layout, box, width, height)) {
            return true;
        }
    }
    return false;
}

static bool place_nodes(struct stage_layout *layout, double width, double height) {
    bool fits = true;
    for (uint32_t b = 0; b < layout->box_count; b++) {
        fits = place_in_box(layout, &layout->boxes[b], width, height) && fits;
    }
    return fits;
}

/* As dots in a grid, as large as the fullest box allows. */
static void place_dots(struct stage_layout *layout) {
    double radius = 10;
    for (uint32_t b = 0; b < layout->box_count; b++) {
        const struct stage_box *box = &layout->boxes[b];
        struct rect inner = inner_of(box);
        if (box->node_count > 0) {
            radius = fmin(radius, sqrt(inner.width * inner.height / box->node_count) * 0.3);
        }
        for (uint32_t i = 0; i < box->node_count; i++) {
            layout->places[box->nodes[i]] = grid_place(inner, i, box->node_count, 1);
        }
    }
    layout->radius = fmax(radius, 0.5);
}

struct stage_layout *stage_layout_new(struct rect area, const struct facts *facts) {
    struct stage_layout *layout = make(1, sizeof *layout);
    layout->places = make(facts->node_count, sizeof *layout->places);
    if (has_regions(facts)) {
        add_regions(layout, facts);
    } else {
        layout->box_count = facts->system_count;
        layout->boxes = make(facts->system_count, sizeof *layout->boxes);
        for (uint32_t s = 0; s < facts->system_count; s++) {
            layout->boxes[s].name = facts->system_count > 1 ? facts->systems[s] : NULL;
        }
    }
    fill_boxes(layout, facts);
    if (layout->clients > 0) {
        double height = 44;
        layout->client_rect = (struct rect){area.x, area.y + (area.height - height) / 2, CLIENT_WIDTH, height};
        area.x += CLIENT_WIDTH + 20;
        area.width -= CLIENT_WIDTH + 20;
    }
    place_boxes(layout, area);
    for (uint32_t b = 0; b < layout->box_count; b++) {
        const struct rect *rect = &layout->boxes[b].rect;
        layout->boxes[b].client_place = (struct point){rect->x + rect->width / 2, rect->y + rect->height - 14};
    }
    layout->detail = DETAIL_FULL;
    layout->radius = 16;
    if (!place_nodes(layout, STAGE_FULL_WIDTH, STAGE_FULL_HEIGHT)) {
        layout->detail = DETAIL_NAMES;
        layout->radius = 11;
        if (!place_nodes(layout, STAGE_NAMES_WIDTH, STAGE_NAMES_HEIGHT)) {
            layout->detail = DETAIL_DOTS;
            place_dots(layout);
        }
    }
    return layout;
}

void stage_layout_free(struct stage_layout *layout) {
    for (uint32_t b = 0; b < layout->box_count; b++) {
        free(layout->boxes[b].nodes);
    }
    free(layout->boxes);
    free(layout->box_of_region);
    free(layout->places);
    free(layout);
}

struct point stage_layout_place(const struct stage_layout *layout, const struct facts *facts, node_id endpoint) {
    if (endpoint < facts->node_count) {
        return layout->places[endpoint];
    }
    uint32_t client = endpoint - facts->node_count;
    uint32_t region = facts->client_regions != NULL && client < facts->client_count ? facts->client_regions[client]
                                                                                    : CONFIG_NO_REGION;
    if (region == CONFIG_NO_REGION || layout->box_of_region == NULL) {
        return (struct point){layout->client_rect.x + layout->client_rect.width,
                              layout->client_rect.y + layout->client_rect.height / 2};
    }
    return layout->boxes[layout->box_of_region[region]].client_place;
}
