#include "sim/command/reproduce_plot.h"

#include "viz/html_page.h"
#include "viz/reproduced.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 960, MARGIN = 16 };

void reproduce_plot(const struct reproduction *reproduction, const struct measured *measured, struct text *out) {
    static const enum reproduced_mark marks[] = {[FINDING_AGREES] = REPRODUCED_AGREES,
                                                 [FINDING_CONTRADICTS] = REPRODUCED_CONTRADICTS,
                                                 [FINDING_OPEN] = REPRODUCED_OPEN,
                                                 [FINDING_BESIDE] = REPRODUCED_BESIDE};
    static const char *const given_words[] = {[COMPARISON_EQUAL] = "given ",
                                              [COMPARISON_ABOVE] = "expected more than ",
                                              [COMPARISON_BELOW] = "expected less than ",
                                              [COMPARISON_DIFFERS] = "expected other than ",
                                              [COMPARISON_BESIDE] = "given "};
    uint32_t count = reproduction->figure_count;
    struct reproduced *rows = calloc(count + 1, sizeof *rows);
    struct text *texts = calloc(2 * (size_t)count + 1, sizeof *texts);
    if (rows == NULL || texts == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct figure *figure = &reproduction->figures[i];
        const struct estimate *ours = &measured[i].ours;
        double given = figure->has_given ? figure->given : (double)NAN;
        figure_show(figure, ours->value, ours, &texts[2 * i]);
        text_add(&texts[2 * i + 1], "%s", figure->has_given ? given_words[figure->comparison] : "");
        if (figure->has_given) {
            figure_show(figure, given, figure->theory != NULL && isfinite(ours->low) ? ours : NULL, &texts[2 * i + 1]);
        }
        rows[i] = (struct reproduced){.name = figure->name,
                                      .given = given,
                                      .ours = ours->value,
                                      .low = ours->low,
                                      .high = ours->high,
                                      .ours_text = texts[2 * i].bytes,
                                      .given_text = texts[2 * i + 1].bytes,
                                      .mark = marks[measured[i].finding]};
    }
    double height = reproduced_height(count);
    struct canvas *canvas = page_figure(WIDTH, height + 2 * MARGIN, reproduction->title);
    reproduced_draw(canvas, (struct rect){MARGIN, MARGIN, WIDTH - 2 * MARGIN, height}, reproduction->title, rows,
                    count);
    page_picture(out, canvas);
    for (uint32_t i = 0; i < 2 * count; i++) {
        text_free(&texts[i]);
    }
    free(texts);
    free(rows);
}

/* ---- From figures.csv ---- */

/* The end of a field that begins at `at`: its comma or the end of the line; `text` gets what it says. */
static const char *read_field(const char *at, struct text *text) {
    text->length = 0;
    text_add_bytes(text, "", 0);
    if (*at != '"') {
        size_t length = strcspn(at, ",\n");
        text_add_bytes(text, at, length);
        return at + length;
    }
    for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
        at += *at == '"';
        text_add_bytes(text, at, 1);
    }
    return *at == '"' ? at + 1 : at;
}

static double number(const char *text) {
    char *end;
    double value = strtod(text, &end);
    return end == text ? (double)NAN : value;
}

bool reproduce_read_figures(const struct reproduction *reproduction, const char *csv, struct measured *measured,
                            struct text *error) {
    enum { COLUMNS = 9, NAME = 0, OURS = 4, LOW = 5, HIGH = 6, RUNS = 7, FINDING = 8 };
    static const enum finding findings[] = {FINDING_AGREES, FINDING_CONTRADICTS, FINDING_OPEN, FINDING_BESIDE};
    const char *line = strchr(csv, '\n');
    struct text field = {0};
    bool is_good = true;
    for (uint32_t i = 0; i < reproduction->figure_count && is_good; i++) {
        const char *at = line != NULL ? line + 1 : "";
        struct measured *into = &measured[i];
        *into = (struct measured){.finding = FINDING_OPEN};
        for (int column = 0; column < COLUMNS; column++) {
            at = read_field(at, &field);
            at += *at == ',';
            is_good = is_good && (column != NAME || strcmp(field.bytes, reproduction->figures[i].name) == 0);
            double *const numbers[] = {[OURS] = &into->ours.value, [LOW] = &into->ours.low, [HIGH] = &into->ours.high};
            if (column >= OURS && column <= HIGH) {
                *numbers[column] = number(field.bytes);
            } else if (column == RUNS) {
                into->runs = strtoull(field.bytes, NULL, 10);
            }
            for (int f = 0; column == FINDING && f < 4; f++) {
                into->finding = strcmp(field.bytes, finding_word(findings[f])) == 0 ? findings[f] : into->finding;
            }
        }
        line = line != NULL ? strchr(line + 1, '\n') : NULL;
    }
    if (!is_good) {
        text_add(error,
                 "%s/figures.csv is of other figures than reproduction.json; spacelike reproduce %s makes it anew\n",
                 reproduction->folder, reproduction->name);
    }
    text_free(&field);
    return is_good;
}
