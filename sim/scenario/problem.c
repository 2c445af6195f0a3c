#include "sim/scenario/problem.h"

#include <stdarg.h>
#include <stdio.h>

uint32_t problems_add_file(struct problems *problems, const char *name, bool is_option) {
    problems->files = arena_array_reserve(problems->arena, problems->files, problems->file_count,
                                          &problems->file_capacity, sizeof *problems->files);
    problems->files[problems->file_count] = (struct problem_file){arena_text(problems->arena, name), is_option};
    return problems->file_count++;
}

void problems_add(struct problems *problems, uint32_t file, uint32_t line, uint32_t column, const char *format, ...) {
    problems->count++;
    if (problems->kept == PROBLEMS_MOST) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *message = arena_alloc(problems->arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(message, (size_t)length + 1, format, arguments);
    va_end(arguments);
    problems->items = arena_array_reserve(problems->arena, problems->items, problems->kept, &problems->capacity,
                                          sizeof *problems->items);
    problems->items[problems->kept++] = (struct problem){file, line, column, message};
}

static int compare(const void *left, const void *right) {
    const struct problem *a = left, *b = right;
    if (a->file != b->file) {
        return a->file < b->file ? -1 : 1;
    }
    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    return (a->column > b->column) - (a->column < b->column);
}

/* Stable, unlike qsort, so that problems of one place stay in the order in which they were found. */
static void sort(struct problem *items, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct problem moved = items[i];
        uint32_t at = i;
        for (; at > 0 && compare(&items[at - 1], &moved) > 0; at--) {
            items[at] = items[at - 1];
        }
        items[at] = moved;
    }
}

void problems_print(struct problems *problems, struct text *out) {
    sort(problems->items, problems->kept);
    uint32_t of_file = 0;
    for (uint32_t i = 0; i < problems->kept; i++) {
        const struct problem *problem = &problems->items[i];
        const struct problem_file *file = &problems->files[problem->file];
        of_file = i > 0 && problems->items[i - 1].file == problem->file ? of_file + 1 : 1;
        if (of_file <= PROBLEMS_PER_FILE) {
            text_add(out, "%s%s%u:%u: %s\n", file->name, file->is_option ? " " : ":", problem->line, problem->column,
                     problem->message);
        }
    }
}
