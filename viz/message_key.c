#include "viz/message_key.h"

#include <math.h>
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

enum { ENTRY_GAP = 14, DOT_ROOM = 12 };

static void entry_text(const struct message_key *key, uint32_t t, char *text, size_t size) {
    if (t < key->type_count) {
        snprintf(text, size, "%s %u", key->types[t].name, key->types[t].count);
    } else {
        snprintf(text, size, "others %u", key->others);
    }
}

static double width_of(struct canvas *canvas, const struct message_key *key) {
    char text[96];
    double width = -ENTRY_GAP;
    for (uint32_t t = 0; t < key->type_count + (key->others > 0); t++) {
        entry_text(key, t, text, sizeof text);
        width += canvas_measure(canvas, TYPE_AXIS, text) + DOT_ROOM + ENTRY_GAP;
    }
    return fmax(width, 0);
}

double message_key_fit(struct canvas *canvas, struct message_key *key, double most) {
    while (key->type_count > 0 && width_of(canvas, key) > most) {
        uint32_t rarest = 0;
        for (uint32_t t = 1; t < key->type_count; t++) {
            rarest = key->types[t].count <= key->types[rarest].count ? t : rarest;
        }
        key->others += key->types[rarest].count;
        for (uint32_t t = rarest; t + 1 < key->type_count; t++) {
            key->types[t] = key->types[t + 1];
        }
        key->type_count--;
    }
    return width_of(canvas, key);
}

void message_key_draw(struct canvas *canvas, const struct message_key *key, double x, double y) {
    char text[96];
    for (uint32_t t = 0; t < key->type_count + (key->others > 0); t++) {
        entry_text(key, t, text, sizeof text);
        canvas_circle(canvas, x + 4, y, 3.5, pen_fill(t < key->type_count ? ink_at(t) : INK_FAINT, 1));
        x += canvas_text(canvas, x + DOT_ROOM, y, ANCHOR_START, TYPE_AXIS, INK_TEXT, text).width + DOT_ROOM + ENTRY_GAP;
    }
}
