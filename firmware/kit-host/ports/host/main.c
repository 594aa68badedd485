/*
 * The kit host as a Linux process: opens a pseudo-terminal and speaks the Kit Protocol there; the I2C bus is a socket to a
 * simulated chip (README.md, "The bus over a socket").
 *
 *   kit-host --bus unix:PATH|tcp:HOST:PORT [--time bus|machine] [--link PATH] [--baud RATE]
 *
 * --time bus      delays are the simulator's: a virtual clock there makes them take no time (default: machine)
 * --baud RATE     characters take the time that they take on a serial line, 8N1 (default: none)
 * --link PATH     a symbolic link to the pseudo-terminal, removed at the end
 * Prints one line "pty /dev/pts/N" when it is ready. Ends when the bus is closed (the kit's power is gone) or at SIGTERM.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "kit_host.h"
#include "socket_bus.h"

#define RECEIVED_SIZE 4096U
/* How long a reply may wait for a reader of the pseudo-terminal before it is thrown away. */
#define WRITE_PATIENCE_MS 2000

struct machine {
    struct socket_bus bus;
    int terminal;
    /* 0: characters take no time. */
    uint32_t baud;
    /* What has come, and when each character has been through the serial line. */
    uint8_t received[RECEIVED_SIZE];
    int64_t through_us[RECEIVED_SIZE];
    size_t received_length;
    size_t received_read;
    /* When the line is free for the next character. */
    int64_t line_free_us;
};

static const char *link_path;

static void clean_up(void)
{
    if (link_path != NULL) {
        (void)unlink(link_path);
    }
}

static void on_signal(int number)
{
    clean_up();
    _exit((number == SIGTERM) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Start bit, eight bits, stop bit. */
static int64_t characters_us(const struct machine *machine, size_t count)
{
    return (machine->baud > 0U) ? (((int64_t)count * 10000000) / (int64_t)machine->baud) : 0;
}

/* Takes what has come at the terminal; each character comes out of the line when those before it have. */
static void take_in(struct machine *machine)
{
    const int64_t now = socket_bus_us(&machine->bus);
    const size_t kept = machine->received_length - machine->received_read;
    ssize_t got;

    if (machine->received_read > 0U) {
        (void)memmove(machine->received, &machine->received[machine->received_read], kept);
        (void)memmove(machine->through_us, &machine->through_us[machine->received_read], kept * sizeof machine->through_us[0]);
        machine->received_read = 0U;
        machine->received_length = kept;
    }
    got = read(machine->terminal, &machine->received[kept], RECEIVED_SIZE - kept);
    if (got <= 0) {
        return;
    }
    if (machine->line_free_us < now) {
        machine->line_free_us = now;
    }
    for (size_t i = 0U; i < (size_t)got; i++) {
        machine->through_us[kept + i] = machine->line_free_us + characters_us(machine, i + 1U);
    }
    machine->line_free_us += characters_us(machine, (size_t)got);
    machine->received_length = kept + (size_t)got;
}

/* Waits for the bus. On a serial line characters come in meanwhile, as they do by interrupt on a microcontroller. */
static void wait_for_bus(void *owner)
{
    struct machine *machine = owner;
    struct pollfd waiting[2] = {{machine->bus.socket_fd, POLLIN, 0}, {machine->terminal, POLLIN, 0}};

    while ((machine->baud > 0U) && (machine->received_length < RECEIVED_SIZE)) {
        if ((poll(waiting, 2U, -1) < 0) && (errno != EINTR)) {
            return;
        }
        if (waiting[0].revents != 0) {
            return;
        }
        if (waiting[1].revents != 0) {
            take_in(machine);
        }
    }
}

static enum bus_result wake_pulse(void *context)
{
    struct machine *machine = context;

    return socket_bus_pulse(&machine->bus);
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    struct machine *machine = context;

    return socket_bus_write(&machine->bus, address, bytes, length);
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    struct machine *machine = context;

    return socket_bus_read(&machine->bus, address, bytes, length);
}

static void delay_us(void *context, uint32_t microseconds)
{
    struct machine *machine = context;

    socket_bus_pass(&machine->bus, microseconds, false);
}

static uint32_t millis(void *context)
{
    const struct machine *machine = context;

    return (uint32_t)((uint64_t)socket_bus_us(&machine->bus) / 1000U);
}

static int16_t uart_read(void *context)
{
    struct machine *machine = context;
    int16_t byte;

    if (machine->received_read == machine->received_length) {
        return KIT_UART_EMPTY;
    }
    if ((machine->baud > 0U) && (machine->through_us[machine->received_read] > socket_bus_us(&machine->bus))) {
        return KIT_UART_EMPTY;
    }
    byte = (int16_t)machine->received[machine->received_read];
    machine->received_read++;
    return byte;
}

static void uart_write(void *context, const uint8_t *bytes, size_t length)
{
    struct machine *machine = context;
    size_t done = 0U;

    if (machine->baud > 0U) {
        socket_bus_pass(&machine->bus, (uint32_t)characters_us(machine, length), false);
    }
    while (done < length) {
        const ssize_t written = write(machine->terminal, &bytes[done], length - done);

        if (written > 0) {
            done += (size_t)written;
        } else if ((written < 0) && (errno == EAGAIN)) {
            struct pollfd waiting = {machine->terminal, POLLOUT, 0};

            if (poll(&waiting, 1U, WRITE_PATIENCE_MS) == 0) {
                return;
            }
        } else if ((written < 0) && (errno != EINTR)) {
            return;
        } else {
            /* Interrupted: again. */
        }
    }
}

/* Opens the pseudo-terminal, raw. Our own handle on the far end stays open: a host that leaves does not end the kit. */
static int open_terminal(char *name, size_t name_size)
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios settings;
    int far_end;

    if ((terminal < 0) || (grantpt(terminal) != 0) || (unlockpt(terminal) != 0) ||
        (ptsname_r(terminal, name, name_size) != 0)) {
        socket_bus_die("pseudo-terminal");
    }
    far_end = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if ((far_end < 0) || (tcgetattr(far_end, &settings) != 0)) {
        socket_bus_die(name);
    }
    cfmakeraw(&settings);
    if (tcsetattr(far_end, TCSANOW, &settings) != 0) {
        socket_bus_die(name);
    }
    return terminal;
}

/* Until the line that is coming in is through, or all that has come of it. Nothing happened on the bus's clock before. */
static void wait_for_line(struct machine *machine)
{
    size_t last = machine->received_read;
    int64_t left_us;

    while (((last + 1U) < machine->received_length) && (machine->received[last] != (uint8_t)'\n')) {
        last++;
    }
    left_us = machine->through_us[last] - socket_bus_us(&machine->bus);
    socket_bus_pass(&machine->bus, (left_us > 0) ? (uint32_t)left_us : 0U, true);
}

static void wait_for_bytes(struct machine *machine)
{
    struct pollfd waiting[2] = {{machine->terminal, POLLIN, 0}, {machine->bus.socket_fd, POLLIN, 0}};

    if (machine->received_read == machine->received_length) {
        /* Again before a chip that is kept awake has to be idled. */
        if (poll(waiting, 2U, (int)KIT_QUIET_MS / 2) <= 0) {
            return;
        }
        if (waiting[1].revents != 0) {
            /* Between exchanges the bus says nothing but that it is closed. */
            socket_bus_power_lost();
        }
        take_in(machine);
    }
    if ((machine->baud > 0U) && (machine->received_read < machine->received_length)) {
        wait_for_line(machine);
    }
}

static void usage(void)
{
    (void)fprintf(stderr, "usage: kit-host --bus unix:PATH|tcp:HOST:PORT [--time bus|machine] [--link PATH] [--baud RATE]\n");
    exit(2);
}

int main(int argc, char **argv)
{
    static struct machine machine;
    static struct kit_host kit;
    static const struct kit_port PORT = {&machine,  uart_read, uart_write, wake_pulse,
                                         i2c_write, i2c_read,  delay_us,   millis};
    const char *where = NULL;
    char name[128];

    for (int i = 1; (i + 1) < argc; i += 2) {
        if (strcmp(argv[i], "--bus") == 0) {
            where = argv[i + 1];
        } else if (strcmp(argv[i], "--link") == 0) {
            link_path = argv[i + 1];
        } else if (strcmp(argv[i], "--baud") == 0) {
            machine.baud = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        } else if ((strcmp(argv[i], "--time") == 0) && (strcmp(argv[i + 1], "bus") == 0)) {
            machine.bus.bus_time = true;
        } else if ((strcmp(argv[i], "--time") == 0) && (strcmp(argv[i + 1], "machine") == 0)) {
            machine.bus.bus_time = false;
        } else {
            usage();
        }
    }
    if ((where == NULL) || ((argc % 2) == 0)) {
        usage();
    }
    machine.bus.meanwhile = wait_for_bus;
    machine.bus.owner = &machine;
    socket_bus_open(&machine.bus, where);
    machine.terminal = open_terminal(name, sizeof name);
    if ((link_path != NULL) && (symlink(name, link_path) != 0)) {
        link_path = NULL;
        socket_bus_die("--link");
    }
    (void)atexit(clean_up);
    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    (void)printf("pty %s\n", name);
    (void)fflush(stdout);

    kit_host_init(&kit, &PORT);
    for (;;) {
        if (!kit_host_step(&kit)) {
            wait_for_bytes(&machine);
        }
    }
}
