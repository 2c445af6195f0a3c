#include "viz/message_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TYPES = 64 };

struct type_count {
    const char *name;
    uint32_t count;
};

static int frequent_first(const void *a, const void *b) {
    const struct type_count *one = a, *other = b;
    if (one->count != other->count) {
        return one->count > other->count ? -1 : 1;
    }
    return strcmp(one->name, other->name);
}

static int by_name(const void *a, const void *b) {
    const struct type_count *one = a, *other = b;
    return strcmp(one->name, other->name);
}

struct message_key message_key_of(const struct voyage *voyages, uint32_t count) {
    struct type_count types[MOST_TYPES];
    uint32_t type_count = 0;
    struct message_key key = {.type_count = 0};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t t = 0;
        while (t < type_count && strcmp(types[t].name, voyages[i].type) != 0) {
            t++;
        }
        if (t == type_count && t < MOST_TYPES) {
            types[type_count++] = (struct type_count){voyages[i].type, 0};
        }
        if (t < type_count) {
            types[t].count++;
        }
    }
    if (type_count > 0) {
        qsort(types, type_count, sizeof *types, frequent_first);
    }
    for (uint32_t t = MESSAGE_KEY_TYPES; t < type_count; t++) {
        key.others += types[t].count;
    }
    key.type_count = type_count < MESSAGE_KEY_TYPES ? type_count : MESSAGE_KEY_TYPES;
    if (key.type_count > 0) {
        qsort(types, key.type_count, sizeof *types, by_name);
    }
    for (uint32_t t = 0; t < key.type_count; t++) {
        key.types[t].name = types[t].name;
        key.types[t].count = types[t].count;
    }
    return key;
}

/* Without vermilion and yellow: a lost message's cross has to stand out. */
static enum ink ink_at(uint32_t index) {
    static const enum ink inks[MESSAGE_KEY_TYPES] = {INK_BLUE, INK_ORANGE, INK_GREEN, INK_PURPLE, INK_SKY};
    return inks[index];
}

enum ink message_key_ink(const struct message_key *key, const char *type) {
    for (uint32_t t = 0; t < key->type_count; t++) {
        if (strcmp(key->types[t].name, type) == 0) {
            return ink_at(t);
        }
    }
    return INK_FAINT;
}

/* Returns where the next may begin: at `right` if this one had no room, so that nothing follows it. */
static double draw_entry(struct canvas *canvas, double x, double y, double right, double *end, enum ink ink,
                         const char *text) {
    enum { GAP = 14 };
    double width = canvas_measure(canvas, TYPE_AXIS, text) + 12;
    if (x + width > right) {
        return right;
    }
    canvas_circle(canvas, x + 4, y, 3.5, pen_fill(ink, 1));
    canvas_text(canvas, x + 12, y, ANCHOR_START, TYPE_AXIS, INK_TEXT, text);
    *end = x + width;
    return x + width + GAP;
}

double message_key_draw(struct canvas *canvas, const struct message_key *key, double x, double y, double most) {
    double right = x + most, end = x;
    char text[96];
    for (uint32_t t = 0; t < key->type_count; t++) {
        snprintf(text, sizeof text, "%s %u", key->types[t].name, key->types[t].count);
        x = draw_entry(canvas, x, y, right, &end, ink_at(t), text);
    }
    if (key->others > 0) {
        snprintf(text, sizeof text, "others %u", key->others);
        draw_entry(canvas, x, y, right, &end, INK_FAINT, text);
    }
    return end;
}
