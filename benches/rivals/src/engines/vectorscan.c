/* Vectorscan on patterns and events from standard input; see vectorscan.rs for both ends. */

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIELDS = 4, BATCHES = 9 };

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static size_t number(void) {
    size_t read;
    if (scanf("%zu", &read) != 1) exit(2);
    getchar();
    return read;
}

static char *text(size_t length) {
    char *bytes = malloc(length + 1);
    if (fread(bytes, 1, length, stdin) != length) exit(2);
    bytes[length] = 0;
    getchar();
    return bytes;
}

static unsigned *found;
static size_t founds;

static int keep(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
    (void)from, (void)to, (void)flags, (void)context;
    found[founds++] = id;
    return 0;
}

static int by_value(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

static hs_database_t *databases[FIELDS];
static hs_scratch_t *scratch;

static void scan(char **values, size_t *lengths) {
    founds = 0;
    for (int field = 0; field < FIELDS; field++)
        if (databases[field] && lengths[field])
            hs_scan(databases[field], values[field], (unsigned)lengths[field], 0, scratch, keep, NULL);
}

int main(void) {
    double took = 0;
    size_t size = 0, all = 0;
    for (int field = 0; field < FIELDS; field++) {
        size_t count = number();
        char **patterns = calloc(count + 1, sizeof *patterns);
        unsigned *ids = calloc(count + 1, sizeof *ids), *flags = calloc(count + 1, sizeof *flags);
        for (size_t at = 0; at < count; at++) {
            ids[at] = (unsigned)number();
            patterns[at] = text(number());
            flags[at] = HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;
        }
        all += count;
        if (!count) continue;
        hs_compile_error_t *error;
        double start = now();
        if (hs_compile_multi((const char *const *)patterns, flags, ids, (unsigned)count, HS_MODE_BLOCK, NULL,
                             &databases[field], &error) != HS_SUCCESS) {
            fprintf(stderr, "%s: %s\n", error->expression < 0 ? "" : patterns[error->expression], error->message);
            return 1;
        }
        took += now() - start;
        size_t bytes;
        hs_database_size(databases[field], &bytes);
        size += bytes;
        hs_alloc_scratch(databases[field], &scratch);
    }
    found = calloc(all + 1, sizeof *found);
    printf("%f %zu\n", took / 1e6, size);
    size_t events = number();
    for (size_t event = 0; event < events; event++) {
        char *values[FIELDS];
        size_t lengths[FIELDS];
        for (int field = 0; field < FIELDS; field++) {
            lengths[field] = number();
            values[field] = text(lengths[field]);
        }
        scan(values, lengths);
        double start = now(), times[BATCHES];
        scan(values, lengths);
        double once = now() - start;
        int repeats = once > 1e6 ? 1 : once < 500 ? 2000 : (int)(1e6 / once);
        for (int batch = 0; batch < BATCHES; batch++) {
            start = now();
            for (int repeat = 0; repeat < repeats; repeat++) scan(values, lengths);
            times[batch] = (now() - start) / repeats;
        }
        qsort(times, BATCHES, sizeof *times, by_value);
        printf("%f", times[BATCHES / 2]);
        for (size_t at = 0; at < founds; at++) printf(" %u", found[at]);
        printf("\n");
        for (int field = 0; field < FIELDS; field++) free(values[field]);
    }
    return 0;
}
