#include "sim/command/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *array, size_t count, size_t *capacity, size_t element) {
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    array = realloc(array, *capacity * element);
    if (array == NULL) {
        abort();
    }
    return array;
}

void table_cell(struct table *table, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *cell = malloc((size_t)length + 1);
    if (cell == NULL) {
        abort();
    }
    va_start(arguments, format);
    vsnprintf(cell, (size_t)length + 1, format, arguments);
    va_end(arguments);
    table->cells = grow(table->cells, table->cell_count, &table->cell_capacity, sizeof *table->cells);
    table->cells[table->cell_count++] = cell;
}

void table_end_row(struct table *table) {
    table->row_ends = grow(table->row_ends, table->row_count, &table->row_capacity, sizeof *table->row_ends);
    table->row_ends[table->row_count++] = table->cell_count;
}

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static int width_of(const char *text) {
    int width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return width;
}

static char alignment(const struct table *table, size_t column) {
    const char *align = table->align != NULL ? table->align : "lr";
    size_t length = strlen(align);
    return align[column < length ? column : length - 1];
}

void table_print(struct table *table, int indent, FILE *to) {
    int widths[TABLE_MOST_COLUMNS] = {0};
    for (size_t row = 0, cell = 0; row < table->row_count; row++) {
        for (size_t column = 0; cell < table->row_ends[row]; cell++, column++) {
            int width = width_of(table->cells[cell]);
            size_t place = column < TABLE_MOST_COLUMNS ? column : TABLE_MOST_COLUMNS - 1;
            widths[place] = width > widths[place] ? width : widths[place];
        }
    }
    for (size_t row = 0, cell = 0; row < table->row_count; row++) {
        fprintf(to, "%*s", indent, "");
        for (size_t column = 0; cell < table->row_ends[row]; cell++, column++) {
            size_t place = column < TABLE_MOST_COLUMNS ? column : TABLE_MOST_COLUMNS - 1;
            int padding = widths[place] - width_of(table->cells[cell]);
            bool is_right = alignment(table, column) == 'r', is_last = cell + 1 == table->row_ends[row];
            fprintf(to, "%*s%s%*s%s", is_right ? padding : 0, "", table->cells[cell], is_right || is_last ? 0 : padding,
                    "", is_last ? "" : "  ");
        }
        fprintf(to, "\n");
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    free(table->row_ends);
    *table = (struct table){.align = table->align};
}
