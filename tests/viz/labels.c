#include "tests/viz/made_facts.h"

#include <stdio.h>
#include <string.h>

static void add_label(struct text *report, const struct label *label) {
    text_add(report, "\"%s\" (%.0f,%.0f %.0fx%.0f)", label->text, label->rect.x, label->rect.y, label->rect.width,
             label->rect.height);
}

uint32_t label_faults(const struct canvas *canvas, struct text *report) {
    struct rect page = {0, 0, canvas_width(canvas), canvas_height(canvas)};
    uint32_t faults = 0;
    for (uint32_t i = 0; i < canvas_label_count(canvas); i++) {
        const struct label *label = canvas_label(canvas, i);
        if (!rect_contains(page, label->rect) || !rect_contains(label->clip, label->rect)) {
            add_label(report, label);
            text_add(report, " is cut off\n");
            faults++;
        }
        for (uint32_t k = 0; k < i; k++) {
            const struct label *other = canvas_label(canvas, k);
            if (rect_overlaps(label->rect, other->rect)) {
                add_label(report, label);
                text_add(report, " meets ");
                add_label(report, other);
                text_add(report, "\n");
                faults++;
            }
        }
    }
    return faults;
}

const struct label *find_label(const struct canvas *canvas, const char *text) {
    for (uint32_t i = 0; i < canvas_label_count(canvas); i++) {
        if (strcmp(canvas_label(canvas, i)->text, text) == 0) {
            return canvas_label(canvas, i);
        }
    }
    return NULL;
}

bool has_label(const struct canvas *canvas, const char *text) {
    return find_label(canvas, text) != NULL;
}

/* ---- Markup ---- */

enum { DEEPEST = 64, NAME = 32 };

static bool is_void(const char *name) {
    return name[0] == '!' || name[0] == '?';
}

bool is_well_formed(const char *markup, char *problem, size_t size) {
    char open[DEEPEST][NAME];
    int depth = 0;
    const char *at = markup;
    while ((at = strchr(at, '<')) != NULL) {
        char name[NAME];
        bool is_end = at[1] == '/';
        const char *start = at + 1 + is_end;
        size_t length = strcspn(start, " />\n");
        const char *close = start;
        for (bool in_quotes = false; *close != '\0' && (in_quotes || *close != '>'); close++) {
            in_quotes = in_quotes != (*close == '"');
        }
        snprintf(name, sizeof name, "%.*s", (int)(length < NAME - 1 ? length : NAME - 1), start);
        if (*close == '\0' || length == 0) {
            snprintf(problem, size, "a tag without an end: %.40s", at);
            return false;
        }
        if (is_end && (depth == 0 || strcmp(open[depth - 1], name) != 0)) {
            snprintf(problem, size, "</%s> closes <%s>: %.40s", name, depth > 0 ? open[depth - 1] : "", at);
            return false;
        }
        depth -= is_end;
        if (!is_end && close[-1] != '/' && !is_void(name)) {
            if (depth == DEEPEST) {
                snprintf(problem, size, "too deep: %.40s", at);
                return false;
            }
            memcpy(open[depth++], name, NAME);
        }
        at = close;
        if (!is_end && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)) {
            char end[NAME + 4];
            snprintf(end, sizeof end, "</%s>", name);
            at = strstr(at, end);
            if (at == NULL) {
                snprintf(problem, size, "%s does not end", name);
                return false;
            }
        }
    }
    snprintf(problem, size, "%s is left open", depth > 0 ? open[depth - 1] : "nothing");
    return depth == 0;
}
