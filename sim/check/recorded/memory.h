/* Memory of the judges of recorded histories, from the C heap: they run outside of any world.
 *
 * What a judge needs grows with the file that it was given, and there is nothing useful left to do without it: when the
 * system gives none, the program ends with a report and exit status 4, as an arena does. */
#ifndef SIM_CHECK_RECORDED_MEMORY_H
#define SIM_CHECK_RECORDED_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *memory_alloc(size_t count, size_t size); /* zeroed; never NULL */

/* Makes room for element `count` of an array of `*capacity` elements by doubling. Returns the array. */
void *memory_reserve(void *array, uint32_t count, uint32_t *capacity, size_t size);

#endif
