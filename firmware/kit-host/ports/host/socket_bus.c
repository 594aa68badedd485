#define _GNU_SOURCE 1
#include "socket_bus.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum frame_operation { FRAME_PULSE = 0x01, FRAME_WRITE = 0x02, FRAME_READ = 0x03, FRAME_PASS = 0x04 };

#define FRAME_HEAD 4U
#define FRAME_DATA_MAX 1024U

void socket_bus_die(const char *what)
{
    (void)fprintf(stderr, "kit-host: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

void socket_bus_power_lost(void)
{
    (void)fprintf(stderr, "kit-host: the bus was closed\n");
    exit(EXIT_SUCCESS);
}

static void send_all(int socket_fd, const uint8_t *bytes, size_t length)
{
    size_t done = 0U;

    while (done < length) {
        const ssize_t sent = send(socket_fd, &bytes[done], length - done, MSG_NOSIGNAL);

        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            socket_bus_power_lost();
        }
    }
}

static uint64_t machine_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)now.tv_sec * 1000000U) + ((uint64_t)now.tv_nsec / 1000U);
}

static void receive_all(int socket_fd, uint8_t *bytes, size_t length)
{
    size_t done = 0U;

    while (done < length) {
        const ssize_t got = recv(socket_fd, &bytes[done], length - done, 0);

        if (got > 0) {
            done += (size_t)got;
        } else if ((got == 0) || (errno != EINTR)) {
            socket_bus_power_lost();
        }
    }
}

int64_t socket_bus_us(const struct socket_bus *bus)
{
    return (int64_t)machine_us() + bus->ahead_us;
}

/* One frame out, one frame back; `reply_capacity` bytes of data are kept, more is an error of the other side. */
static enum bus_result exchange(struct socket_bus *bus, enum frame_operation operation, uint8_t address, size_t count,
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
    send_all(bus->socket_fd, frame, FRAME_HEAD + data_length);
    if (bus->meanwhile != NULL) {
        bus->meanwhile(bus->owner);
    }
    receive_all(bus->socket_fd, head, sizeof head);
    length = (size_t)head[2] | ((size_t)head[3] << 8U);
    if ((length != 0U) && (length != reply_length)) {
        (void)fprintf(stderr, "kit-host: the bus answered %zu bytes where %zu were asked for\n", length, reply_length);
        exit(EXIT_FAILURE);
    }
    if (length > 0U) {
        receive_all(bus->socket_fd, reply, length);
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
static void count_as(struct socket_bus *bus, uint64_t start_us, uint32_t nominal_us)
{
    if (bus->bus_time) {
        bus->ahead_us += (int64_t)nominal_us - (int64_t)(machine_us() - start_us);
    }
}

static uint32_t bits_us(size_t bytes)
{
    /* Nine bits a byte at 400 kHz, rounded up. */
    return (uint32_t)((bytes + 1U) * 23U);
}

enum bus_result socket_bus_pulse(struct socket_bus *bus)
{
    const uint64_t start = machine_us();
    const enum bus_result result = exchange(bus, FRAME_PULSE, 0U, 0U, NULL, 0U, NULL, 0U);

    count_as(bus, start, 60U);
    return result;
}

enum bus_result socket_bus_write(struct socket_bus *bus, uint8_t address, const uint8_t *bytes, size_t length)
{
    const uint64_t start = machine_us();
    const enum bus_result result = exchange(bus, FRAME_WRITE, address, length, bytes, length, NULL, 0U);

    count_as(bus, start, bits_us(length));
    return result;
}

enum bus_result socket_bus_read(struct socket_bus *bus, uint8_t address, uint8_t *bytes, size_t length)
{
    const uint64_t start = machine_us();
    const enum bus_result result = exchange(bus, FRAME_READ, address, length, NULL, 0U, bytes, length);

    count_as(bus, start, bits_us((result == BUS_ACK) ? length : 0U));
    return result;
}

void socket_bus_pass(struct socket_bus *bus, uint32_t microseconds, bool line_begins)
{
    if (bus->bus_time) {
        const uint8_t wait[4] = {(uint8_t)(microseconds & 0xFFU), (uint8_t)((microseconds >> 8U) & 0xFFU),
                                 (uint8_t)((microseconds >> 16U) & 0xFFU), (uint8_t)(microseconds >> 24U)};
        const uint64_t start = machine_us();

        (void)exchange(bus, FRAME_PASS, line_begins ? 1U : 0U, sizeof wait, wait, sizeof wait, NULL, 0U);
        count_as(bus, start, microseconds);
    } else {
        struct timespec left = {(time_t)(microseconds / 1000000U), (long)(microseconds % 1000000U) * 1000L};

        while ((nanosleep(&left, &left) != 0) && (errno == EINTR)) {
        }
    }
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        socket_bus_die(path);
    }
    (void)memcpy(address.sun_path, path, strlen(path) + 1U);
    if ((socket_fd < 0) || (connect(socket_fd, (const struct sockaddr *)&address, sizeof address) != 0)) {
        socket_bus_die(path);
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
        socket_bus_die(host_and_port);
    }
    host_length = (size_t)(colon - host_and_port);
    if (host_length >= sizeof host) {
        errno = ENAMETOOLONG;
        socket_bus_die(host_and_port);
    }
    (void)memcpy(host, host_and_port, host_length);
    host[host_length] = '\0';
    if (getaddrinfo(host, &colon[1], &hints, &found) != 0) {
        errno = EHOSTUNREACH;
        socket_bus_die(host_and_port);
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
        socket_bus_die(host_and_port);
    }
    (void)setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket_fd;
}

void socket_bus_open(struct socket_bus *bus, const char *where)
{
    if (strncmp(where, "unix:", 5U) == 0) {
        bus->socket_fd = connect_unix(&where[5]);
    } else if (strncmp(where, "tcp:", 4U) == 0) {
        bus->socket_fd = connect_tcp(&where[4]);
    } else {
        errno = EINVAL;
        socket_bus_die(where);
    }
}
