/* Quantities with units in text: "150ms", "4KiB", "10Gbit/s", "500/s". */
#ifndef SIM_BASE_UNITS_H
#define SIM_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each reads the whole of `text`: digits, with decimals if need be ("0.235ms", but not "1e3us", ".5s" or "+5s"), at
 * most one space, and a unit; upper and lower case differ. Or it returns false, leaves the result alone, and says in
 * `error`, of `size` bytes, what is wrong and what was expected ("unknown unit \"parsecs\"; expected ns, us, ms, s,
 * min, h or d"). The decimals are read exactly; half of a nanosecond or byte rounds away from 0. */
bool units_read_duration(const char *text, int64_t *ns, char *error,
                         size_t size); /* rounds to the nanosecond; may be negative */
bool units_read_bytes(const char *text, int64_t *bytes, char *error,
                      size_t size); /* B, kB, KiB, MB, ... TiB; rounds to the byte; >= 0 */
bool units_read_bandwidth(const char *text, double *bits_per_second, char *error,
                          size_t size); /* bit/s, kbit/s, ... Tbit/s, B/s, kB/s, KiB/s, ... TiB/s; > 0 */
bool units_read_rate(const char *text, double *per_second, char *error,
                     size_t size); /* "500/s", "30/min", "1/h"; > 0 */

/* For people: three significant digits, trailing zeros dropped: "3.2 ms", "150 us", "1.2 M", "99.95 %". A share from 99
 * % to 100 % shows two digits of what is missing, and is never rounded to 100 %. Each writes at most `size` bytes and
 * returns `text`. */
char *units_print_duration(char *text, size_t size, double seconds);
char *units_print_count(char *text, size_t size, double count);
char *units_print_share(char *text, size_t size, double share);
char *units_print_bytes(char *text, size_t size, double bytes);

/* A duration as the scenario language writes it, exactly: "150ms", "1.5s", "235us", "1ns", "3600s", "0s". */
char *units_write_duration(char *text, size_t size, int64_t ns);

#endif
