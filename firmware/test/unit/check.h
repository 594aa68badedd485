/* The smallest test runner: tests are functions, a failed check is printed and the test goes on. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void check_run(const char *name, void (*test)(void));
/* Prints the summary, `N passed, N failed`, and gives the exit status. */
int check_summary(void);

void check_true(bool good, const char *what, const char *file, int line);
void check_number(long long expected, long long actual, const char *what, const char *file, int line);
void check_text(const char *expected, const char *actual, const char *what, const char *file, int line);

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_NUMBER(expected, actual) \
    check_number((long long)(expected), (long long)(actual), #actual, __FILE__, __LINE__)
#define CHECK_TEXT(expected, actual) check_text((expected), (actual), #actual, __FILE__, __LINE__)
#define RUN(test) check_run(#test, test)

#endif
