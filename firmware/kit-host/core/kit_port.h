/*
 * What the kit host needs from the machine it runs on. A port fills one of these; the core knows nothing else of it.
 * No function may be called from an interrupt, and none may call back into the core.
 */
#ifndef KIT_PORT_H
#define KIT_PORT_H

#include <stddef.h>
#include <stdint.h>

/* uart_read: nothing has arrived. */
#define KIT_UART_EMPTY ((int16_t)-1)
/* uart_read: bytes were lost or damaged here (overrun, framing, parity). The line they belong to is not to be obeyed. */
#define KIT_UART_DAMAGED ((int16_t)-2)

/* How one I2C transfer ended. */
enum bus_result {
    /* Everything was acknowledged. */
    BUS_ACK,
    /* Nobody acknowledged the address: no chip, asleep, or busy. */
    BUS_NACK_ADDRESS,
    /* The address was acknowledged, one of the bytes after it was not. */
    BUS_NACK_DATA,
    /* The lines do not follow (stuck low, arbitration lost, clock held), and recovery by nine clocks did not help. */
    BUS_FAULT
};

struct kit_port {
    /* Handed to every function below. */
    void *context;

    /* Next received byte 0..255, KIT_UART_EMPTY or KIT_UART_DAMAGED. Never waits. Bytes that arrive while the core is
     * busy are kept by the port. */
    int16_t (*uart_read)(void *context);
    /* Sends all bytes; may wait for them to leave. */
    void (*uart_write)(void *context, const uint8_t *bytes, size_t length);

    /* Holds SDA low for at least 60 us (atecc-device.md 1: tWLO), then gives the bus back. Wakes every chip on it. */
    enum bus_result (*wake_pulse)(void *context);
    /* START, address with the write bit, `length` bytes, STOP. `address` is the 8-bit form, bit 0 clear. */
    enum bus_result (*i2c_write)(void *context, uint8_t address, const uint8_t *bytes, size_t length);
    /* START, address with the read bit, `length` bytes (the last one not acknowledged), STOP. `length` is at least 1. */
    enum bus_result (*i2c_read)(void *context, uint8_t address, uint8_t *bytes, size_t length);

    /* Waits at least this long. */
    void (*delay_us)(void *context, uint32_t microseconds);
    /* Milliseconds since some start; wraps around at 2^32. */
    uint32_t (*millis)(void *context);
};

#endif
