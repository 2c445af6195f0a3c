#include "sim/study/workers.h"

#include "sim/study/crash.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_JOBS = 256 };

struct worker_parts {
    int pipe;
};

/* What all workers do: `run` for a text at the end, or `parts`. */
struct job {
    int (*run)(void *context, uint64_t task, struct text *out);
    bool (*done)(void *context, const struct worker_result *result);
    const struct worker_part_task *parts;
    void *context;
};

struct worker {
    pid_t process;
    int pipe;
    uint64_t task;
    double started;
    struct text output;
    char *note; /* shared with it */
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR) {
            _exit(127);
        }
        bytes += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
}

/* Each part is preceded by its length. */
void worker_part(struct worker_parts *parts, const char *bytes, size_t length) {
    uint64_t size = length;
    write_all(parts->pipe, (const char *)&size, sizeof size);
    write_all(parts->pipe, bytes, length);
}

static int work(const struct job *job, uint64_t number, int pipe_end) {
    if (job->parts != NULL) {
        struct worker_parts parts = {pipe_end};
        return job->parts->run(job->context, number, &parts);
    }
    struct text out = {0};
    int status = job->run(job->context, number, &out);
    write_all(pipe_end, out.bytes, out.length);
    return status;
}

static void start(struct worker *worker, uint64_t number, const struct job *job) {
    int ends[2];
    fflush(stdout);
    fflush(stderr);
    worker->note = mmap(NULL, CRASH_NOTE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (worker->note == MAP_FAILED || pipe(ends) != 0 || (worker->process = fork()) < 0) {
        fprintf(stderr, "spacelike: cannot start a worker process: %s\n", strerror(errno));
        exit(4);
    }
    if (worker->process == 0) {
        close(ends[0]);
        crash_note_to(worker->note);
        _exit(work(job, number, ends[1]));
    }
    close(ends[1]);
    worker->pipe = ends[0];
    worker->task = number;
    worker->started = now();
    worker->output = (struct text){0};
}

/* Reads what a worker wrote; true at its end. */
static bool drain(struct worker *worker) {
    char buffer[65536];
    ssize_t length = read(worker->pipe, buffer, sizeof buffer);
    if (length > 0) {
        text_add_bytes(&worker->output, buffer, (size_t)length);
        return false;
    }
    return length == 0 || errno != EINTR;
}

/* Hands over the parts that are complete; false if one of them says stop. */
static bool hand_over(struct worker *worker, const struct job *job) {
    struct text *output = &worker->output;
    size_t at = 0;
    uint64_t size;
    bool goes_on = true;
    while (job->parts != NULL && goes_on && output->length - at >= sizeof size) {
        memcpy(&size, output->bytes + at, sizeof size);
        if (output->length - at - sizeof size < size) {
            break;
        }
        goes_on = job->parts->part(job->context, worker->task, output->bytes + at + sizeof size, (size_t)size);
        at += sizeof size + (size_t)size;
    }
    if (at > 0) {
        memmove(output->bytes, output->bytes + at, output->length - at);
        output->length -= at;
    }
    return goes_on;
}

static struct worker_result reap(struct worker *worker) {
    int status = 0;
    while (waitpid(worker->process, &status, 0) < 0 && errno == EINTR) {
    }
    close(worker->pipe);
    bool is_killed = WIFSIGNALED(status);
    return (struct worker_result){
        .task = worker->task,
        .status = is_killed ? -1 : WEXITSTATUS(status),
        .signal = is_killed ? WTERMSIG(status) : 0,
        .bytes = worker->output.bytes != NULL ? worker->output.bytes : "",
        .length = worker->output.length,
        .note = worker->note,
        .wall_s = now() - worker->started,
    };
}

static void forget(struct worker *worker) {
    text_free(&worker->output);
    munmap(worker->note, CRASH_NOTE_BYTES);
}

static void kill_all(struct worker *workers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        kill(workers[i].process, SIGKILL);
        reap(&workers[i]);
        forget(&workers[i]);
    }
}

/* Waits until some worker has ended; returns its place, or `count` if a part said stop. */
static uint32_t wait_for_one(struct worker *workers, uint32_t count, const struct job *job) {
    struct pollfd polls[MOST_JOBS];
    for (;;) {
        for (uint32_t i = 0; i < count; i++) {
            polls[i] = (struct pollfd){.fd = workers[i].pipe, .events = POLLIN};
        }
        if (poll(polls, count, -1) < 0) {
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            bool is_at_end = polls[i].revents != 0 && drain(&workers[i]);
            if (polls[i].revents != 0 && !hand_over(&workers[i], job)) {
                return count;
            }
            if (is_at_end) {
                return i;
            }
        }
    }
}

static uint32_t effective_jobs(uint32_t jobs, uint64_t tasks) {
    if (jobs == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        jobs = cores > 0 ? (uint32_t)cores : 1;
    }
    jobs = jobs > MOST_JOBS ? MOST_JOBS : jobs;
    return jobs > tasks ? (uint32_t)tasks : jobs;
}

static void run_all(uint64_t tasks, uint32_t jobs, const struct job *job) {
    struct worker workers[MOST_JOBS];
    uint32_t running = 0;
    uint64_t next = 0;
    jobs = effective_jobs(jobs, tasks);
    bool goes_on = true;
    while (goes_on && (running > 0 || next < tasks)) {
        while (running < jobs && next < tasks) {
            start(&workers[running++], next++, job);
        }
        uint32_t ended = wait_for_one(workers, running, job);
        if (ended == running) {
            break;
        }
        struct worker worker = workers[ended];
        workers[ended] = workers[--running];
        struct worker_result result = reap(&worker);
        goes_on = job->done(job->context, &result);
        forget(&worker);
    }
    kill_all(workers, running);
}

void workers_run(uint64_t tasks, uint32_t jobs, int (*task)(void *context, uint64_t task, struct text *out),
                 bool (*done)(void *context, const struct worker_result *result), void *context) {
    struct job job = {.run = task, .done = done, .context = context};
    run_all(tasks, jobs, &job);
}

void workers_run_parts(uint64_t tasks, uint32_t jobs, const struct worker_part_task *task) {
    struct job job = {.parts = task, .done = task->done, .context = task->context};
    run_all(tasks, jobs, &job);
}
