/* Tables on a terminal: columns as wide as their widest cell. */
#ifndef SIM_COMMAND_TABLE_H
#define SIM_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_MOST_COLUMNS = 64 };

/* Zeroed, it is empty. */
struct table {
    const char *align; /* a letter a column: 'l' or 'r'; the last one holds for the columns after it; NULL: "lr" */
    char **cells;
    size_t *row_ends; /* index after the last cell of each row */
    size_t cell_count, cell_capacity, row_count, row_capacity;
};

void table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_end_row(struct table *table);

/* Each line after `indent` spaces. Frees the table. */
void table_print(struct table *table, int indent, FILE *to);

#endif
