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
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "kit_host.h"

enum frame_operation { FRAME_PULSE = 0x01, FRAME_WRITE = 0x02, FRAME_READ = 0x03, FRAME_PASS = 0x04 };

#define FRAME_HEAD 4U
#define FRAME_DATA_MAX 1024U
#define RECEIVED_SIZE 4096U
/* How long a reply may wait for a reader of the pseudo-terminal before it is thrown away. */
#define WRITE_PATIENCE_MS 2000

struct machine {
    int bus;
    int terminal;
    bool bus_time;
    /* 0: characters take no time. */
    uint32_t baud;
    /* What the bus's clock is ahead of the machine's since the start: exchanges count as what they take there. */
    int64_t ahead_us;
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

static void die(const char *what)
{
    (void)fprintf(stderr, "kit-host: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* The other end of the bus is gone: the power of this kit is gone with it. */
static void power_lost(void)
{
    (void)fprintf(stderr, "kit-host: the bus was closed\n");
    exit(EXIT_SUCCESS);
}

static void on_signal(int number)
{
    clean_up();
    _exit((number == SIGTERM) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void send_all(int socket_fd, const uint8_t *bytes, size_t length)
{
    size_t done = 0U;

    while (done < length) {
        const ssize_t sent = send(socket_fd, &bytes[done], length - done, MSG_NOSIGNAL);

        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            power_lost();
        }
    }
}

static uint64_t machine_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)now.tv_sec * 1000000U) + ((uint64_t)now.tv_nsec / 1000U);
}

/* This kit's own time. */
static int64_t kit_us(const struct machine *machine)
{
    return (int64_t)machine_us() + machine->ahead_us;
}

/* Start bit, eight bits, stop bit. */
static int64_t characters_us(const struct machine *machine, size_t count)
{
    return (machine->baud > 0U) ? (((int64_t)count * 10000000) / (int64_t)machine->baud) : 0;
}

/* Takes what has come at the terminal; each character comes out of the line when those before it have. */
static void take_in(struct machine *machine)
{
    const int64_t now = kit_us(machine);
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
static void wait_for_bus(struct machine *machine)
{
    struct pollfd waiting[2] = {{machine->bus, POLLIN, 0}, {machine->terminal, POLLIN, 0}};

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

static void receive_all(int socket_fd, uint8_t *bytes, size_t length)
{
    size_t done = 0U;

    while (done < length) {
        const ssize_t got = recv(socket_fd, &bytes[done], length - done, 0);

        if (got > 0) {
            done += (size_t)got;
        } else if ((got == 0) || (errno != EINTR)) {
            power_lost();
        }
    }
}

/* One frame out, one frame back; `reply_capacity` bytes of data are kept, more is an error of the other side. */
static enum bus_result exchange(struct machine *machine, enum frame_operation operation, uint8_t address, size_t count,
                                const uint8_t *data, size_t data_length, uint8_t *reply, size_t reply_length)
{
    uint8_t frame[FRAME_HEAD + FRAME_DATA_MAX];
    uint8_t head[FRAME_HEAD];
    size_t length;

    if (data_length > FRAME_DATA_MAX) {
        return BUS_FAULT;
    }
    frame[0] = (uint8_t)operation;
    frame[1] = address;
    frame[2] = (uint8_t)(count & 0xFFU);
    frame[3] = (uint8_t)(count >> 8U);
    if (data_length > 0U) {
        (void)memcpy(&frame[FRAME_HEAD], data, data_length);
    }
    send_all(machine->bus, frame, FRAME_HEAD + data_length);
    wait_for_bus(machine);
    receive_all(machine->bus, head, sizeof head);
    length = (size_t)head[2] | ((size_t)head[3] << 8U);
    if ((length != 0U) && (length != reply_length)) {
        (void)fprintf(stderr, "kit-host: the bus answered %zu bytes where %zu were asked for\n", length, reply_length);
        exit(EXIT_FAILURE);
    }
    if (length > 0U) {
        receive_all(machine->bus, reply, length);
    }
    if (head[0] == 0x00U) {
        return BUS_ACK;
    }
    if (head[0] == 0x01U) {
        return BUS_NACK_ADDRESS;
    }
    return (head[0] == 0x02U) ? BUS_NACK_DATA : BUS_FAULT;
}

/* The other end may be slow, as a program among others is: with --time bus that is no time of this kit. */
static void count_as(struct machine *machine, uint64_t start_us, uint32_t nominal_us)
{
    if (machine->bus_time) {
        machine->ahead_us += (int64_t)nominal_us - (int64_t)(machine_us() - start_us);
    }
}

static uint32_t bits_us(size_t bytes)
{
    /* Nine bits a byte at 400 kHz, rounded up. */
    return (uint32_t)((bytes + 1U) * 23U);
}

static enum bus_result wake_pulse(void *context)
{
    const uint64_t start = machine_us();
    const enum bus_result result = exchange(context, FRAME_PULSE, 0U, 0U, NULL, 0U, NULL, 0U);

    count_as(context, start, 60U);
    return result;
}

static enum bus_result i2c_write(void *context, uint8_t address, const uint8_t *bytes, size_t length)
{
    const uint64_t start = machine_us();
    const enum bus_result result = exchange(context, FRAME_WRITE, address, length, bytes, length, NULL, 0U);

    count_as(context, start, bits_us(length));
    return result;
}

static enum bus_result i2c_read(void *context, uint8_t address, uint8_t *bytes, size_t length)
{
    const uint64_t start = machine_us();
    const enum bus_result result = exchange(context, FRAME_READ, address, length, NULL, 0U, bytes, length);

    count_as(context, start, bits_us((result == BUS_ACK) ? length : 0U));
    return result;
}

/* `line_begins`: characters have come, and nothing happened on the bus's clock since the line before. */
static void pass(struct machine *machine, uint32_t microseconds, bool line_begins)
{
    if (machine->bus_time) {
        const uint8_t wait[4] = {(uint8_t)(microseconds & 0xFFU), (uint8_t)((microseconds >> 8U) & 0xFFU),
                                 (uint8_t)((microseconds >> 16U) & 0xFFU), (uint8_t)(microseconds >> 24U)};
        const uint64_t start = machine_us();

        (void)exchange(machine, FRAME_PASS, line_begins ? 1U : 0U, sizeof wait, wait, sizeof wait, NULL, 0U);
        count_as(machine, start, microseconds);
    } else {
        struct timespec left = {(time_t)(microseconds / 1000000U), (long)(microseconds % 1000000U) * 1000L};

        while ((nanosleep(&left, &left) != 0) && (errno == EINTR)) {
        }
    }
}

static void delay_us(void *context, uint32_t microseconds)
{
    pass(context, microseconds, false);
}

static uint32_t millis(void *context)
{
    const struct machine *machine = context;

    return (uint32_t)((uint64_t)kit_us(machine) / 1000U);
}

static int16_t uart_read(void *context)
{
    struct machine *machine = context;
    int16_t byte;

    if (machine->received_read == machine->received_length) {
        return KIT_UART_EMPTY;
    }
    if ((machine->baud > 0U) && (machine->through_us[machine->received_read] > kit_us(machine))) {
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
        pass(machine, (uint32_t)characters_us(machine, length), false);
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

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        die(path);
    }
    (void)memcpy(address.sun_path, path, strlen(path) + 1U);
    if ((socket_fd < 0) || (connect(socket_fd, (const struct sockaddr *)&address, sizeof address) != 0)) {
        die(path);
    }
    return socket_fd;
}

static int connect_tcp(const char *host_and_port)
{
    char host[256];
    const char *colon = strrchr(host_and_port, ':');
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const int yes = 1;
    int socket_fd = -1;
    size_t host_length;

    if (colon == NULL) {
        errno = EINVAL;
        die(host_and_port);
    }
    host_length = (size_t)(colon - host_and_port);
    if (host_length >= sizeof host) {
        errno = ENAMETOOLONG;
        die(host_and_port);
    }
    (void)memcpy(host, host_and_port, host_length);
    host[host_length] = '\0';
    if (getaddrinfo(host, &colon[1], &hints, &found) != 0) {
        errno = EHOSTUNREACH;
        die(host_and_port);
    }
    for (const struct addrinfo *one = found; (one != NULL) && (socket_fd < 0); one = one->ai_next) {
        socket_fd = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if ((socket_fd >= 0) && (connect(socket_fd, one->ai_addr, one->ai_addrlen) != 0)) {
            (void)close(socket_fd);
            socket_fd = -1;
        }
    }
    freeaddrinfo(found);
    if (socket_fd < 0) {
        die(host_and_port);
    }
    (void)setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket_fd;
}

static int connect_bus(const char *where)
{
    if (strncmp(where, "unix:", 5U) == 0) {
        return connect_unix(&where[5]);
    }
    if (strncmp(where, "tcp:", 4U) == 0) {
        return connect_tcp(&where[4]);
    }
    errno = EINVAL;
    die(where);
    return -1;
}

/* Opens the pseudo-terminal, raw. Our own handle on the far end stays open: a host that leaves does not end the kit. */
static int open_terminal(char *name, size_t name_size)
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios settings;
    int far_end;

    if ((terminal < 0) || (grantpt(terminal) != 0) || (unlockpt(terminal) != 0) ||
        (ptsname_r(terminal, name, name_size) != 0)) {
        die("pseudo-terminal");
    }
    far_end = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if ((far_end < 0) || (tcgetattr(far_end, &settings) != 0)) {
        die(name);
    }
    cfmakeraw(&settings);
    if (tcsetattr(far_end, TCSANOW, &settings) != 0) {
        die(name);
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
    left_us = machine->through_us[last] - kit_us(machine);
    pass(machine, (left_us > 0) ? (uint32_t)left_us : 0U, true);
}

static void wait_for_bytes(struct machine *machine)
{
    struct pollfd waiting[2] = {{machine->terminal, POLLIN, 0}, {machine->bus, POLLIN, 0}};

    if (machine->received_read == machine->received_length) {
        /* Again before a chip that is kept awake has to be idled. */
        if (poll(waiting, 2U, (int)KIT_QUIET_MS / 2) <= 0) {
            return;
        }
        if (waiting[1].revents != 0) {
            /* Between exchanges the bus says nothing but that it is closed. */
            power_lost();
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
            machine.bus_time = true;
        } else if ((strcmp(argv[i], "--time") == 0) && (strcmp(argv[i + 1], "machine") == 0)) {
            machine.bus_time = false;
        } else {
            usage();
        }
    }
    if ((where == NULL) || ((argc % 2) == 0)) {
        usage();
    }
    machine.bus = connect_bus(where);
    machine.terminal = open_terminal(name, sizeof name);
    if ((link_path != NULL) && (symlink(name, link_path) != 0)) {
        link_path = NULL;
        die("--link");
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
