/* Closed forms that measured figures are compared with: computed here, never typed in, each with its formula and
 * source.
 */
#ifndef SIM_STUDY_THEORY_H
#define SIM_STUDY_THEORY_H

enum { THEORY_MOST_ARGUMENTS = 4 };

struct theory {
    const char *name;
    const char *arguments[THEORY_MOST_ARGUMENTS + 1]; /* end with NULL; rates are per second, times in seconds */
    const char *formula;                              /* in the names of its arguments */
    const char *source;
    double (*value)(const double *arguments); /* in the order of the names; NaN where the form does not apply */
};

extern const struct theory theories[]; /* ends with a NULL name */

const struct theory *theory_find(const char *name); /* NULL: none of that name */

#endif
