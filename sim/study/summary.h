/* The results of a run in forms for programs: the summary in JSON, operations and series in CSV. */
#ifndef SIM_STUDY_SUMMARY_H
#define SIM_STUDY_SUMMARY_H

#include "sim/study/run.h"

/* What is not the same on every machine. */
struct summary_host {
    double wall_s;
    const char *version, *build;
    int is_deterministic; /* of --check-determinism; -1: was not asked */
};

/* The command that runs the same again: "spacelike run scenarios/raft/healthy.json --seed 7 --set ...", with what in
 * `options` changes the events or the verdicts. */
void summary_replay(const struct scenario *scenario, const char *const *sets, uint32_t set_count,
                    const struct run_options *options, struct text *out);
void summary_replay_of(const char *path, uint64_t seed, const char *const *sets, uint32_t set_count, struct text *out);

/* Every such command ends with the plug-ins of this process: " --plugin ./mine.so", or "" as long as there is none. */
void summary_add_plugin(const char *path);
const char *summary_plugins(void);

/* " --at 12.5s": an option of a command line, its value as a shell reads it back. */
void summary_add_option(struct text *out, const char *option, const char *value);

/* One JSON object, SCENARIO.md's schema 1, ended by a line break. All but "host" depends on version, scenario and seed
 * only. */
void summary_json(struct run *run, const char *replay, const struct summary_host *host, struct text *out);

/* One operation a line: index, process, kind, key, value, expected, result, invoked_ns, completed_ns, outcome,
 * attempts, served_by, workload. */
void summary_operations(const struct run *run, struct text *out);

/* One bucket a line: seconds, and per kind of operation ok, failed, unknown, p50 and p99 in seconds; stale reads. */
void summary_series(const struct run *run, struct text *out);

#endif
