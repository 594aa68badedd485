/*
 * A terminal for tests: runs a program on a pseudo-terminal of its own. What comes on stdin is typed there, what the program shows
 * goes to stdout. The end of stdin closes the terminal (the program gets SIGHUP). Exit code: the program's, 128 + n for signal n.
 *   terminal PROGRAM [ARGUMENT ...]
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int copy(int from, int to)
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
    return 0;
}

int main(int argc, char **argv)
{
    struct winsize size = {.ws_row = 50, .ws_col = 200};
    struct pollfd ends[2];
    int terminal = -1;
    int status = 0;
    pid_t child;
    if (argc < 2) return 2;
    child = forkpty(&terminal, NULL, NULL, &size);
    if (child < 0) return 2;
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    /* The first line says which process it is, for tests that send it signals. */
    printf("%ld\n", (long)child);
    fflush(stdout);
    ends[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    ends[1] = (struct pollfd){.fd = terminal, .events = POLLIN};
    for (;;) {
        if (poll(ends, 2, -1) < 0) break;
        if ((ends[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && copy(terminal, STDOUT_FILENO) < 0) break;
        if ((ends[0].revents & (POLLIN | POLLHUP)) != 0 && copy(STDIN_FILENO, terminal) < 0) break;
    }
    close(terminal);
    if (waitpid(child, &status, 0) != child) return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
