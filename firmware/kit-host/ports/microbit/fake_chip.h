/*
 * A TEST DOUBLE, not a secure element: as much of a factory-fresh ATECC508A on I2C as it takes to see whether a kit host
 * treats a chip rightly. It wakes, idles, sleeps, is busy, falls asleep by its watchdog, checks CRCs, and answers Info,
 * Read of the configuration zone and Random (the fixed pattern of an unlocked chip). Every other command that exists is an
 * execution error, any other opcode a parse error. It holds no key and keeps no secret.
 * The emulated board carries one, and the unit tests use the same.
 */
#ifndef FAKE_CHIP_H
#define FAKE_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kit_port.h"

#define FAKE_CHIP_OUTPUT_MAX 40U

enum fake_chip_state { FAKE_CHIP_ASLEEP, FAKE_CHIP_IDLE, FAKE_CHIP_AWAKE };

struct fake_chip {
    uint8_t config[128];
    enum fake_chip_state state;
    /* What TempKey would be: whether anything volatile is left. Sleep and watchdog clear it. */
    bool volatile_kept;
    uint32_t woken_at_us;
    uint32_t busy_since_us;
    uint32_t busy_for_us;
    uint8_t output[FAKE_CHIP_OUTPUT_MAX];
    size_t output_length;
    size_t output_read;
    /* How often it was told to do something; tests look at these. */
    uint32_t commands;
    uint32_t pulses;
    /* Turns the time over a command; 0 means the usual one. */
    uint32_t command_us;
    /* Self-test at waking: busy this long, and whether it then says 07. */
    uint32_t wake_us;
    bool self_test_fails;
};

/* A fresh chip at the 8-bit I2C address, with revision byte 2 (50 for a 508A, 60 for a 608) and ChipMode. Asleep. */
void fake_chip_init(struct fake_chip *chip, uint8_t address, uint8_t revision, uint8_t chip_mode);

/* The bus as this one chip sees it. `now_us` wraps around. Never BUS_FAULT. */
void fake_chip_pulse(struct fake_chip *chip, uint32_t now_us);
enum bus_result fake_chip_write(struct fake_chip *chip, uint32_t now_us, uint8_t address, const uint8_t *bytes, size_t length);
enum bus_result fake_chip_read(struct fake_chip *chip, uint32_t now_us, uint8_t address, uint8_t *bytes, size_t length);

#endif
