/*
 * Preloaded into a program: says on stderr when it sets the modem lines of a terminal, and which of DTR and RTS it raises. A
 * pseudo-terminal has none, so the request is let succeed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>

int ioctl(int file, unsigned long request, ...)
{
    static int (*real)(int, unsigned long, ...);
    va_list arguments;
    void *argument;

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    }
    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == TIOCMGET) {
        *(int *)argument = 0;
        return 0;
    }
    if ((request == TIOCMSET) || (request == TIOCMBIS) || (request == TIOCMBIC)) {
        const int lines = *(const int *)argument;

        fprintf(stderr, "modem lines %s%s%s\n", ((lines & TIOCM_DTR) != 0) ? "DTR" : "",
                ((lines & TIOCM_RTS) != 0) ? "RTS" : "", ((lines & (TIOCM_DTR | TIOCM_RTS)) == 0) ? "none" : "");
        return 0;
    }
    return real(file, request, argument);
}
