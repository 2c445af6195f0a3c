#include "sim/study/record.h"

#include "sim/study/pacelc.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line a thing: its letter, then fields after tabs. Doubles are hexadecimal, so that no bit is lost. */

/* ---- Writing ---- */

static void add_field(struct text *out, const char *text) {
    text_add(out, "\t");
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '\t':
            text_add(out, "\\t");
            break;
        case '\n':
            text_add(out, "\\n");
            break;
        case '\\':
            text_add(out, "\\\\");
            break;
        default:
            text_add_bytes(out, text, 1);
        }
    }
}

static bool is_kept(const char *const *kept, const char *name) {
    while (kept != NULL && *kept != NULL && strcmp(*kept, name) != 0) {
        kept++;
    }
    return kept == NULL || *kept != NULL;
}

static void write_metric(struct text *out, const char *name, const char *window, double value) {
    text_add(out, "m");
    add_field(out, name);
    add_field(out, window);
    text_add(out, "\t%a\n", value);
}

static void write_extra(void *out, const char *name, double value) {
    write_metric(out, name, "all", value);
}

static void write_metrics(const struct run *run, const char *const *kept, struct text *out) {
    for (uint32_t m = 0; m < measures_metric_count(run->measures); m++) {
        const char *name = measures_metric_name(run->measures, m);
        if (!is_kept(kept, name)) {
            continue;
        }
        for (uint32_t w = 0; w < measures_window_count(run->measures); w++) {
            const struct window *window = measures_window(run->measures, w);
            double value = NAN;
            bool has_value = measures_value(run->measures, name, window, &value);
            if (has_value || strcmp(window->name, "all") == 0) {
                write_metric(out, name, window->name, has_value ? value : NAN);
            }
        }
    }
}

static void write_check(struct text *out, const char *kind, const char *name, enum verdict verdict, const char *detail,
                        double at_s) {
    text_add(out, "c");
    add_field(out, kind);
    add_field(out, name);
    add_field(out, verdict_name(verdict));
    add_field(out, detail);
    text_add(out, "\t%a\n", at_s);
}

static void write_checks(const struct run *run, struct text *out) {
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        const char *owner = NULL;
        if (check->system != UINT32_MAX && run->scenario->system_count > 1) {
            owner = run->scenario->systems[check->system].name;
        } else if (check->workload != UINT16_MAX && run->scenario->workload_count > 1) {
            owner = run->scenario->workloads[check->workload].name;
        }
        char name[256];
        snprintf(name, sizeof name, "%s%s%s", owner != NULL ? owner : "", owner != NULL ? ": " : "", check->name);
        write_check(out, "check", name, check->result.verdict, check->result.detail,
                    check->result.at < 0 ? NAN : (double)check->result.at / 1e9);
    }
}

static void name_expectation(const struct expectation *expectation, char *name, size_t size) {
    struct text text = {0};
    text_add(&text, "%s", expectation->subject);
    if (expectation->kind == EXPECT_PACELC) {
        text_add(&text, " is the label");
    } else if (expectation->kind == EXPECT_CHECK) {
        text_add(&text, expectation->is_violated ? " is violated" : " holds");
    } else if (expectation->kind == EXPECT_FAULT) {
        text_add(&text, " touched");
    } else if (expectation->window == NULL && expectation->until != 0) {
        text_add(&text, " from %gs to %gs", (double)expectation->from / 1e9, (double)expectation->until / 1e9);
    } else if (expectation->window != NULL && strcmp(expectation->window, "all") != 0) {
        text_add(&text, " in %s", expectation->window);
    }
    const char *joint = " ";
    if (expectation->has_low) {
        text_add(&text, "%s>= %g", joint, expectation->low);
        joint = " and ";
    }
    if (expectation->has_high) {
        text_add(&text, "%s<= %g", joint, expectation->high);
        joint = " and ";
    }
    if (expectation->has_equal) {
        text_add(&text, "%s= %g", joint, expectation->equal);
    }
    snprintf(name, size, "%s", text.bytes);
    text_free(&text);
}

/* Of each system a row that bears its label. */
static void write_labels(struct run *run, struct text *out) {
    for (uint32_t i = 0; pacelc_system(run, i) != UINT32_MAX; i++) {
        const struct pacelc *pacelc = pacelc_of_run(run, pacelc_system(run, i));
        char name[256], detail[1024];
        if (!pacelc->has_partition) {
            continue;
        }
        snprintf(name, sizeof name, "%s: %s", run->scenario->systems[pacelc->system].name, pacelc->verdict.label);
        snprintf(detail, sizeof detail, "%s\n%s", pacelc->verdict.partition_why, pacelc->verdict.else_why);
        write_check(out, "pacelc", name, VERDICT_HOLDS, detail, NAN);
    }
}

void record_write(struct run *run, uint64_t point, const char *const *kept, const struct extra *extra,
                  struct text *out) {
    text_add(out, "r\t%" PRIu64 "\t%" PRIu64 "\t%s\t\t%016" PRIx64 "\t%" PRIu64 "\t%a\n", point, run->seed,
             verdict_name(run->verdict), run->trace_hash, run->events, (double)run->ended / 1e9);
    write_metrics(run, kept, out);
    if (extra != NULL) {
        extra->measure(run, write_extra, out);
    }
    write_checks(run, out);
    write_labels(run, out);
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        const struct run_expectation *judged = &run->expectations[i];
        char name[512];
        name_expectation(judged->expectation, name, sizeof name);
        write_check(out, "expectation", name, judged->verdict, judged->detail, NAN);
    }
}

/* ---- Reading ---- */

/* Cuts the field off the front of the line, unescaped in place; NULL when there is none. */
static char *take_field(char **line) {
    char *field = *line, *to = field;
    if (field == NULL) {
        return NULL;
    }
    char *from = field;
    for (; *from != '\t' && *from != '\0'; from++) {
        if (*from == '\\' && from[1] != '\0') {
            from++;
            *to++ = *from == 't' ? '\t' : *from == 'n' ? '\n' : *from;
        } else {
            *to++ = *from;
        }
    }
    *line = *from == '\t' ? from + 1 : NULL;
    *to = '\0';
    return field;
}

static bool take_fields(char *line, char **fields, int count) {
    for (int i = 0; i < count; i++) {
        fields[i] = take_field(&line);
        if (fields[i] == NULL) {
            return false;
        }
    }
    return line == NULL;
}

static bool read_line(struct record *record, char *line) {
    char *fields[8];
    switch (line[0]) {
    case 'r':
        if (!take_fields(line, fields, 8)) {
            return false;
        }
        record->point = strtoull(fields[1], NULL, 10);
        record->seed = strtoull(fields[2], NULL, 10);
        record->verdict = fields[3];
        record->detail = fields[4];
        record->trace_hash = strtoull(fields[5], NULL, 16);
        record->events = strtoull(fields[6], NULL, 10);
        record->simulated_s = strtod(fields[7], NULL);
        return true;
    case 'm':
        if (!take_fields(line, fields, 4)) {
            return false;
        }
        record->metrics[record->metric_count++] = (struct record_metric){fields[1], fields[2], strtod(fields[3], NULL)};
        return true;
    case 'c':
        if (!take_fields(line, fields, 6)) {
            return false;
        }
        record->checks[record->check_count++] =
            (struct record_check){fields[1], fields[2], fields[3], fields[4], strtod(fields[5], NULL)};
        return true;
    default:
        return false;
    }
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

bool record_read(const char *bytes, size_t length, struct record *record) {
    *record = (struct record){.bytes = allocate(length, 1)};
    memcpy(record->bytes, bytes, length);
    size_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        lines += bytes[i] == '\n';
    }
    record->metrics = allocate(lines, sizeof *record->metrics);
    record->checks = allocate(lines, sizeof *record->checks);
    bool is_good = lines > 0;
    for (char *line = record->bytes; is_good && *line != '\0';) {
        char *end = strchr(line, '\n');
        is_good = end != NULL;
        if (is_good) {
            *end = '\0';
            is_good = read_line(record, line);
            line = end + 1;
        }
    }
    return is_good && record->verdict != NULL;
}

void record_free(struct record *record) {
    free(record->metrics);
    free(record->checks);
    free(record->bytes);
    *record = (struct record){0};
}

double record_value(const struct record *record, const char *metric, const char *window) {
    for (uint32_t i = 0; i < record->metric_count; i++) {
        if (strcmp(record->metrics[i].name, metric) == 0 && strcmp(record->metrics[i].window, window) == 0) {
            return record->metrics[i].value;
        }
    }
    return NAN;
}
