#include "sim/study/grid.h"

#include "sim/base/maths.h"
#include "sim/base/units.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text, size_t length) {
    char *result = strndup(text, length);
    if (result == NULL) {
        abort();
    }
    return result;
}

/* ---- Building ---- */

static struct axis *add_axis(struct grid *grid, const char *path, size_t length, struct text *error) {
    if (grid->axis_count == GRID_MOST_AXES) {
        text_add(error, "more than %d paths are varied", GRID_MOST_AXES);
        return NULL;
    }
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        if (strlen(grid->axes[a].path) == length && strncmp(grid->axes[a].path, path, length) == 0) {
            text_add(error, "%s is varied twice", grid->axes[a].path);
            return NULL;
        }
    }
    struct axis *axis = &grid->axes[grid->axis_count++];
    *axis = (struct axis){.path = copy(path, length)};
    return axis;
}

static bool add_value(struct axis *axis, const char *value, size_t length, struct text *error) {
    if (length == 0) {
        text_add(error, "%s: a value is empty; expected path=a,b,c", axis->path);
        return false;
    }
    for (uint32_t i = 0; i < axis->count; i++) {
        if (strlen(axis->values[i]) == length && strncmp(axis->values[i], value, length) == 0) {
            text_add(error, "%s: the value %s stands twice", axis->path, axis->values[i]);
            return false;
        }
    }
    if (axis->count == GRID_MOST_VALUES) {
        text_add(error, "%s: more than %d values", axis->path, GRID_MOST_VALUES);
        return false;
    }
    if ((axis->count & (axis->count - 1)) == 0) { /* full at every power of two */
        char **grown = realloc(axis->values, (axis->count == 0 ? 1 : 2 * (size_t)axis->count) * sizeof *grown);
        if (grown == NULL) {
            abort();
        }
        axis->values = grown;
    }
    axis->values[axis->count++] = copy(value, length);
    return true;
}

static bool check_size(const struct grid *grid, struct text *error) {
    double points = 1;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        points *= grid->axes[a].count;
    }
    if (points > GRID_MOST_POINTS) {
        text_add(error, "the grid has %.0f points; expected at most %d", points, GRID_MOST_POINTS);
    }
    return points <= GRID_MOST_POINTS;
}

/* ---- Ranges ---- */

enum quantity { QUANTITY_NUMBER, QUANTITY_DURATION, QUANTITY_BYTES, QUANTITY_RATE, QUANTITY_COUNT };

static bool read_quantity(enum quantity quantity, const char *text, double *value) {
    char ignored[256], *end;
    int64_t whole;
    switch (quantity) {
    case QUANTITY_DURATION:
        return units_read_duration(text, &whole, ignored, sizeof ignored) && (*value = (double)whole, true);
    case QUANTITY_BYTES:
        return units_read_bytes(text, &whole, ignored, sizeof ignored) && (*value = (double)whole, true);
    case QUANTITY_RATE:
        return units_read_rate(text, value, ignored, sizeof ignored);
    default:
        *value = strtod(text, &end);
        return end != text && *end == '\0' && isfinite(*value);
    }
}

static bool is_whole(double value) {
    return value == floor(value) && fabs(value) < 1e15;
}

static void write_quantity(enum quantity quantity, double value, char *text, size_t size) {
    switch (quantity) {
    case QUANTITY_DURATION:
        units_write_duration(text, size, (int64_t)round(value));
        break;
    case QUANTITY_BYTES:
        snprintf(text, size, "%.0fB", value);
        break;
    default: /* six digits, but whole numbers without an exponent: units have none */
        snprintf(text, size, "%.6g", value);
        if (is_whole(strtod(text, NULL))) {
            snprintf(text, size, "%.0f", strtod(text, NULL));
        } else if (quantity == QUANTITY_RATE) {
            snprintf(text, size, "%.6f", value);
        }
        if (quantity == QUANTITY_RATE) {
            strncat(text, "/s", size - strlen(text) - 1);
        }
    }
}

struct range {
    enum quantity quantity;
    double from, to;
    uint64_t count; /* 0: whole numbers, by one */
    bool is_log;
};

/* True if the text is a range. */
static bool read_range(const char *text, struct range *range) {
    char parts[3][64];
    const char *dots = strstr(text, "..");
    size_t end = dots != NULL ? strcspn(dots + 2, ":") : 0;
    if (dots == NULL || dots == text || end == 0 || (size_t)(dots - text) >= sizeof parts[0] ||
        end >= sizeof parts[1]) {
        return false;
    }
    snprintf(parts[0], sizeof parts[0], "%.*s", (int)(dots - text), text);
    snprintf(parts[1], sizeof parts[1], "%.*s", (int)end, dots + 2);
    const char *rest = dots + 2 + end;
    range->count = 0;
    range->is_log = false;
    if (*rest == ':') {
        char *after;
        range->count = strtoull(rest + 1, &after, 10);
        range->is_log = strcmp(after, ":log") == 0;
        if (rest[1] < '0' || rest[1] > '9' || range->count == 0 || (*after != '\0' && !range->is_log)) {
            return false;
        }
    }
    for (int q = 0; q < QUANTITY_COUNT; q++) {
        range->quantity = (enum quantity)q;
        if (read_quantity(range->quantity, parts[0], &range->from) &&
            read_quantity(range->quantity, parts[1], &range->to)) {
            return true;
        }
    }
    return false;
}

static bool add_range(struct axis *axis, const struct range *range, struct text *error) {
    struct range steps = *range;
    if (steps.count == 0) {
        if (steps.quantity != QUANTITY_NUMBER || !is_whole(steps.from) || !is_whole(steps.to) ||
            steps.to < steps.from) {
            text_add(error,
                     "%s: a range that says not how many values; expected FROM..TO:COUNT, such as 1ms..100ms:20:log",
                     axis->path);
            return false;
        }
        steps.count = (uint64_t)(steps.to - steps.from) + 1;
    }
    if (steps.is_log && (steps.from <= 0 || steps.to <= 0)) {
        text_add(error, "%s: a logarithmic range needs ends above 0", axis->path);
        return false;
    }
    if (steps.count > GRID_MOST_VALUES) {
        text_add(error, "%s: more than %d values", axis->path, GRID_MOST_VALUES);
        return false;
    }
    for (uint64_t i = 0; i < steps.count; i++) {
        double share = steps.count > 1 ? (double)i / (double)(steps.count - 1) : 0;
        double value = steps.from + share * (steps.to - steps.from);
        if (steps.is_log) {
            value = steps.from * maths_pow(steps.to / steps.from, share);
        }
        char text[64];
        write_quantity(steps.quantity, i + 1 == steps.count && i > 0 ? steps.to : value, text, sizeof text);
        if (!add_value(axis, text, strlen(text), error)) {
            return false;
        }
    }
    return true;
}

/* ---- Reading ---- */

/* The length up to the next comma outside brackets, braces and quotes. */
static size_t value_length(const char *text) {
    int depth = 0;
    bool is_quoted = false;
    size_t i = 0;
    for (; text[i] != '\0' && (text[i] != ',' || depth > 0 || is_quoted); i++) {
        if (is_quoted && text[i] == '\\' && text[i + 1] != '\0') {
            i++;
        } else if (text[i] == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted) {
            depth += (text[i] == '[' || text[i] == '{') - (text[i] == ']' || text[i] == '}');
        }
    }
    return i;
}

bool grid_add(struct grid *grid, const char *text, struct text *error) {
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0') {
        text_add(error, "%s: expected path=a,b,c or path=FROM..TO:COUNT", text);
        return false;
    }
    struct axis *axis = add_axis(grid, text, (size_t)(equals - text), error);
    if (axis == NULL) {
        return false;
    }
    struct range range;
    if (read_range(equals + 1, &range)) {
        return add_range(axis, &range, error) && check_size(grid, error);
    }
    for (const char *at = equals + 1;; at++) {
        size_t length = value_length(at);
        if (!add_value(axis, at, length, error)) {
            return false;
        }
        at += length;
        if (*at == '\0') {
            return check_size(grid, error);
        }
    }
}

/* A string goes bare, as people write it, unless --set would read it as something else ("3"). */
static char *text_of(const cJSON *item) {
    if (cJSON_IsString(item)) {
        cJSON *other = cJSON_ParseWithOpts(item->valuestring, NULL, 1);
        bool is_plain = other == NULL && item->valuestring[0] != '\0';
        cJSON_Delete(other);
        if (is_plain) {
            return copy(item->valuestring, strlen(item->valuestring));
        }
    }
    if (cJSON_IsNumber(item)) {
        struct text number = {0};
        text_add_json_number(&number, item->valuedouble); /* cJSON would drop digits */
        return number.bytes;
    }
    return cJSON_PrintUnformatted(item);
}

static bool add_object(struct grid *grid, const cJSON *object, bool is_verbatim, struct text *error) {
    for (const cJSON *paths = object != NULL ? object->child : NULL; paths != NULL; paths = paths->next) {
        struct axis *axis = add_axis(grid, paths->string, strlen(paths->string), error);
        if (axis == NULL) {
            return false;
        }
        for (const cJSON *item = paths->child; item != NULL; item = item->next) {
            char *value = is_verbatim && cJSON_IsString(item) ? copy(item->valuestring, strlen(item->valuestring))
                                                              : text_of(item);
            bool is_good = value != NULL && add_value(axis, value, strlen(value), error);
            free(value);
            if (!is_good) {
                return false;
            }
        }
        if (axis->count == 0) {
            text_add(error, "vary: %s has no values", axis->path);
            return false;
        }
    }
    return check_size(grid, error);
}

bool grid_add_scenario(struct grid *grid, const char *json, struct text *error) {
    cJSON *tree = cJSON_Parse(json);
    bool is_good = add_object(grid, cJSON_GetObjectItemCaseSensitive(tree, "vary"), false, error);
    cJSON_Delete(tree);
    return is_good;
}

bool grid_read(struct grid *grid, const char *json, struct text *error) {
    cJSON *tree = cJSON_Parse(json);
    bool is_good = cJSON_IsObject(tree) && add_object(grid, tree, true, error);
    cJSON_Delete(tree);
    return is_good;
}

void grid_write(const struct grid *grid, struct text *out) {
    text_add(out, "{");
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        text_add(out, "%s", a == 0 ? "" : ", ");
        text_add_json(out, grid->axes[a].path);
        text_add(out, ": [");
        for (uint32_t i = 0; i < grid->axes[a].count; i++) {
            text_add(out, "%s", i == 0 ? "" : ", ");
            text_add_json(out, grid->axes[a].values[i]);
        }
        text_add(out, "]");
    }
    text_add(out, "}");
}

void grid_free(struct grid *grid) {
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        for (uint32_t i = 0; i < grid->axes[a].count; i++) {
            free(grid->axes[a].values[i]);
        }
        free(grid->axes[a].values);
        free(grid->axes[a].path);
    }
    *grid = (struct grid){0};
}

/* ---- Points ---- */

uint64_t grid_point_count(const struct grid *grid) {
    uint64_t points = 1;
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        points *= grid->axes[a].count;
    }
    return points;
}

const char *grid_value(const struct grid *grid, uint64_t point, uint32_t axis) {
    for (uint32_t a = grid->axis_count; a-- > axis + 1;) {
        point /= grid->axes[a].count;
    }
    return grid->axes[axis].values[point % grid->axes[axis].count];
}

const char **grid_sets(const struct grid *grid, uint64_t point, const char *const *sets, uint32_t count) {
    const char **all = calloc(count + grid->axis_count + 1, sizeof *all);
    if (all == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        all[i] = sets[i];
    }
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        struct text set = {0};
        text_add(&set, "%s=%s", grid->axes[a].path, grid_value(grid, point, a));
        all[count + a] = set.bytes;
    }
    return all;
}

void grid_free_sets(const struct grid *grid, const char **sets, uint32_t count) {
    for (uint32_t a = 0; a < grid->axis_count; a++) {
        free((void *)(uintptr_t)sets[count + a]);
    }
    free(sets);
}
