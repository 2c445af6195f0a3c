/* Words of verdicts. */
#include "sim/check/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *verdict_name(enum verdict verdict) {
    static const char *const names[] = {"holds", "violated", "inconclusive"};
    return verdict <= VERDICT_INCONCLUSIVE ? names[verdict] : "unknown";
}

const char *verdict_time(char text[static VERDICT_TIME_BYTES], sim_time time) {
    snprintf(text, VERDICT_TIME_BYTES, "%" PRId64 ".%09" PRId64, time / SIM_SECOND, time % SIM_SECOND);
    size_t length = strlen(text);
    while (text[length - 1] == '0' && text[length - 4] != '.') {
        length--;
    }
    memcpy(text + length, " s", sizeof " s");
    return text;
}
