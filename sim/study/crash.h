/* Reports of crashes: a run that ends this process by a signal says which model's code was at work, where and when.
 *
 * A model is C in this process, a plug-in is so too: what it does with wild pointers cannot be held back, only told.
 * The report names what ran, not who is to blame: memory that one handler spoils may bring down another. */
#ifndef SIM_STUDY_CRASH_H
#define SIM_STUDY_CRASH_H

#include <stddef.h>

enum { CRASH_NOTE_BYTES = 512 };

/* From now on a signal that ends this process (a bad access, an abort, an alarm) is told of on stderr, with what
 * crash_replay was given last, and the process exits with `status`. Left to the sanitizers where they watch. */
void crash_watch(int status);

/* Who is to be named with a model: "plug-in ./mine.so", or NULL for the program itself. Called in a signal handler. */
void crash_origin(const char *(*origin_of)(const char *model));

/* The world that is at work from now on; NULL: none. */
struct cluster;
void crash_about(const struct cluster *cluster);

/* The command that does the same again, with the folder of the program; NULL: nothing is known. Copied. */
void crash_replay(const char *command);

/* What goes on outside of a model's handlers, for the report: "loading the plug-in ./mine.so"; NULL: nothing. Kept. */
void crash_doing(const char *what);

/* In a worker process: the report goes to `note` (CRASH_NOTE_BYTES, shared with the parent) instead, and the signal
 * ends the process, so that the parent sees it. */
void crash_note_to(char *note);

#endif
