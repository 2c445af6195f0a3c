/* Memory of what is computed after a run: on the C heap, because the event loop is over and the world's arenas keep
 * only what belongs to the run itself. Ends the program with a report when there is none. */
#ifndef SIM_MEASURE_HEAP_H
#define SIM_MEASURE_HEAP_H

#include <stddef.h>
#include <stdint.h>

void *heap_alloc(size_t count, size_t size); /* zeroed; never NULL; free() it */

/* Makes room for element `count` of an array by doubling. Returns the array. */
void *heap_reserve(void *array, uint32_t count, uint32_t *capacity, size_t size);

char *heap_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
