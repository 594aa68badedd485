/*
 * The other end of a pseudo-terminal, for tests of serial ports.
 *   pty-peer pipe        what the port sends goes to stdout, what comes on stdin goes to the port; then stderr says how many bytes those were
 *   pty-peer kit REPLY   every newline from the port is answered with REPLY and a newline, by this process alone
 *   pty-peer dies REPLY  the same, but the process ends with its first answer: the cable is pulled between two reads
 * The first line on stdout (in mode kit: on stdout too) is the path of the port.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Gives the number of bytes copied; -1 when one of the two is gone. */
static ssize_t copy(int from, int to)
{
    char buffer[4096];
    ssize_t got = read(from, buffer, sizeof buffer);
    ssize_t done = 0;
    if (got <= 0) return -1;
    while (done < got) {
        ssize_t put = write(to, buffer + done, (size_t)(got - done));
        if (put <= 0) return -1;
        done += put;
    }
    return done;
}

static int answer(int port, const char *reply)
{
    char buffer[4096];
    ssize_t got = read(port, buffer, sizeof buffer);
    size_t length = strlen(reply);
    if (got <= 0) return -1;
    for (ssize_t i = 0; i < got; i += 1) {
        if (buffer[i] == '\n' && write(port, reply, length) != (ssize_t)length) return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct termios raw;
    char reply[1024];
    int dies = argc == 3 && strcmp(argv[1], "dies") == 0;
    int kit = dies || (argc == 3 && strcmp(argv[1], "kit") == 0);
    int port = posix_openpt(O_RDWR | O_NOCTTY);
    if (port < 0 || grantpt(port) != 0 || unlockpt(port) != 0) return 2;
    /* Keeping the other side open means that closing and opening the port again is no hang-up. */
    int held = open(ptsname(port), O_RDWR | O_NOCTTY);
    if (held < 0 || tcgetattr(held, &raw) != 0) return 2;
    cfmakeraw(&raw);
    if (tcsetattr(held, TCSANOW, &raw) != 0) return 2;
    if (kit) snprintf(reply, sizeof reply, "%s\n", argv[2]);
    printf("%s\n", ptsname(port));
    fflush(stdout);
    for (;;) {
        struct pollfd watched[2] = {{port, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (poll(watched, 2, -1) < 0) return 1;
        if (watched[0].revents != 0) {
            if ((kit ? answer(port, reply) : copy(port, STDOUT_FILENO)) < 0) return 0;
            if (dies) return 0;
        }
        if (watched[1].revents != 0) {
            ssize_t copied = copy(STDIN_FILENO, port);
            if (copied < 0) return 0;
            fprintf(stderr, "%zd\n", copied);
        }
    }
}
