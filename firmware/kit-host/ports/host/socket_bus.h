/* The I2C bus as a socket to simulated chips, and the time of it (README.md, "The bus over a socket"). */
#ifndef SOCKET_BUS_H
#define SOCKET_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit_port.h"

struct socket_bus {
    int socket_fd;
    /* Delays are the simulator's: a virtual clock there makes them take no time. */
    bool bus_time;
    /* What the bus's clock is ahead of the machine's since the start: exchanges count as what they take there. */
    int64_t ahead_us;
    /* Called when a request is out, or NULL: other things may happen until the socket can be read. */
    void (*meanwhile)(void *owner);
    void *owner;
};

/* Says what went wrong, by errno, and ends the process. */
_Noreturn void socket_bus_die(const char *what);
/* The other end of the bus is gone: the power of this kit is gone with it. Ends the process. */
_Noreturn void socket_bus_power_lost(void);

/* unix:PATH or tcp:HOST:PORT; ends the process when it cannot be had. */
void socket_bus_open(struct socket_bus *bus, const char *where);
/* This kit's own time. */
int64_t socket_bus_us(const struct socket_bus *bus);

enum bus_result socket_bus_pulse(struct socket_bus *bus);
enum bus_result socket_bus_write(struct socket_bus *bus, uint8_t address, const uint8_t *bytes, size_t length);
enum bus_result socket_bus_read(struct socket_bus *bus, uint8_t address, uint8_t *bytes, size_t length);
/* `line_begins`: characters have come, and nothing happened on the bus's clock since the line before. */
void socket_bus_pass(struct socket_bus *bus, uint32_t microseconds, bool line_begins);

#endif
