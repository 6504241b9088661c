/*
 * The clock of the server that python/tests ask: the machine's, put forward by as many seconds as
 * stand in the file that GATEPOST_TEST_CLOCK names, so that nobody waits until keys are old.
 *
 * server.sh compiles the server with another name for time(), and this with it.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

time_t time(time_t *seconds) {
    const char *path = getenv("GATEPOST_TEST_CLOCK");
    FILE *file = path == NULL ? NULL : fopen(path, "r");
    struct timespec now;
    long forward = 0;

    if (file != NULL) {
        if (fscanf(file, "%ld", &forward) != 1) {
            abort();
        }
        fclose(file);
    }
    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds != NULL) {
        *seconds = now.tv_sec + forward;
    }
    return now.tv_sec + forward;
}
