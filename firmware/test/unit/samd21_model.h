/*
 * A model of the SAM D21's registers, as far as the port uses them, with the wires of the board behind them: what the
 * serial line carries, what the I2C lines do bit time by bit time, and a test-double chip at the end of them. It implements
 * the six functions of registers.h. Everything the data sheet forbids (an unclocked peripheral, a write to a protected or
 * unsynchronised register) is noted as a violation.
 * Time passes with every access; nothing else moves it.
 */
#ifndef SAMD21_MODEL_H
#define SAMD21_MODEL_H

#include "fake_chip.h"
#include "samd21_uart.h"

#define MODEL_TEXT_MAX 16384U

struct samd21_model {
    struct fake_chip chip;
    bool chip_present;

    /* Processor ticks since power-on. */
    uint64_t ticks;
    uint32_t cpu_hz;

    /* What went over the I2C lines: "S" start, "C0w+" address with direction and acknowledge, "07+" bytes, "P" stop. */
    char frames[MODEL_TEXT_MAX];
    size_t frames_length;
    /* The last wake pulse: how long SDA was low, in ns. */
    uint64_t pulse_ns;
    uint32_t pulses;
    /* Clock of the last transfer. */
    uint32_t scl_hz;

    /* The chip holds SDA low until it has seen this many clocks; UINT32_MAX = for ever. */
    uint32_t sda_held_clocks;
    /* Somebody holds SCL low. */
    bool scl_held;
    /* The peripheral never says that a byte is through. */
    bool i2c_hangs;
    /* The n-th byte written after the address is not acknowledged; 0 = all are. */
    uint32_t refuse_byte;
    /* This byte of a transfer does not come through: arbitration lost. 0 = none. */
    uint32_t lose_byte;
    /* Clocks given by hand during recovery. */
    uint32_t recovery_clocks;
    bool recovery_stop;

    char sent[MODEL_TEXT_MAX];
    size_t sent_length;

    /* Called every millisecond while the main program runs: what happens outside meanwhile. */
    void (*meanwhile)(void);

    /* First thing that the data sheet forbids, or NULL. */
    const char *violation;
};

extern struct samd21_model model;
extern const struct samd21_blocks MODEL_BLOCKS;

/* Power on; `samd21` gets the interrupts. */
void model_power_on(struct samd21 *samd21);
/* Notes what the data sheet forbids. */
void model_violate(const char *what);
/* One character on the receive line, with STATUS bits. Takes the time of a character. */
void model_receive(uint8_t byte, uint16_t faults);
/* Serial line speed that the registers give. */
double model_uart_baud(void);
/* The frames since the last call. */
const char *model_frames(void);
/* What was sent since the last call. */
const char *model_sent(void);

#endif
