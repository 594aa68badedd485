#include "check.h"

#include <stdio.h>
#include <string.h>

static int passed;
static int failed;
static bool this_one_failed;

static void fail(const char *file, int line)
{
    this_one_failed = true;
    (void)printf("  %s:%d: ", file, line);
}

void check_run(const char *name, void (*test)(void))
{
    this_one_failed = false;
    test();
    if (this_one_failed) {
        failed++;
        (void)printf("FAILED %s\n", name);
    } else {
        passed++;
    }
}

int check_summary(void)
{
    (void)printf("%d passed, %d failed\n", passed, failed);
    return (failed == 0) ? 0 : 1;
}

void check_true(bool good, const char *what, const char *file, int line)
{
    if (!good) {
        fail(file, line);
        (void)printf("not so: %s\n", what);
    }
}

void check_number(long long expected, long long actual, const char *what, const char *file, int line)
{
    if (expected != actual) {
        fail(file, line);
        (void)printf("%s is %lld (0x%llX), not %lld (0x%llX)\n", what, actual, (unsigned long long)actual, expected,
                     (unsigned long long)expected);
    }
}

void check_text(const char *expected, const char *actual, const char *what, const char *file, int line)
{
    if (strcmp(expected, actual) != 0) {
        fail(file, line);
        (void)printf("%s is\n    \"%s\"\n  not\n    \"%s\"\n", what, actual, expected);
    }
}
