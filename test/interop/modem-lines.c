/*
 * A pseudo-terminal has no modem lines: asking it to raise DTR fails with ENOTTY, and Microchip's client gives the port up.
 * Preloaded into that client, this lets exactly that request succeed on exactly such terminals. Everything else passes
 * through to the C library untouched, failures included.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>

int ioctl(int file, unsigned long request, ...)
{
    static int (*real)(int, unsigned long, ...);
    va_list arguments;
    void *argument;
    int result;

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    }
    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    result = real(file, request, argument);
    if ((result < 0) && (errno == ENOTTY) && ((request == TIOCMBIS) || (request == TIOCMBIC))) {
        errno = 0;
        result = 0;
    }
    return result;
}
