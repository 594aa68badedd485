/*
 * One chip on its I2C bus: wake, idle, sleep, talk, with the chip's timing (atecc-device.md 1 and 2).
 * Nothing here ever sends a command twice: a lost answer is the host's business.
 */
#ifndef ATECC_CHIP_H
#define ATECC_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atecc_time.h"
#include "kit_port.h"

/* Largest packet that a chip takes, count..CRC (atecc-device.md 2). */
#define ATECC_PACKET_MAX 155U
/* Largest answer that is taken from a chip, count..CRC; the longest in the books is 75. */
#define ATECC_RESPONSE_MAX 155U
/* Shortest answer: a status packet. */
#define ATECC_RESPONSE_MIN 4U

enum chip_result {
    CHIP_OK,
    /* It could not be woken: no chip at this address, or busy. It took nothing. */
    CHIP_NO_WAKE,
    /* Not acknowledged: no chip at this address, asleep, or busy. It took nothing. */
    CHIP_NO_ANSWER,
    /* It stopped acknowledging in the middle of the packet: it has not got a whole command. */
    CHIP_REFUSED,
    /* It took the command and was still busy after the limit. What it did is unknown. */
    CHIP_TIMEOUT,
    /* It took the command, and went away while its answer was read. */
    CHIP_LOST,
    /* It took the command; the count of its answer makes no sense, also when it was read a second time. */
    CHIP_BAD_SIZE,
    /* It took the command; the CRC of its answer is wrong, also when it was read a second time. */
    CHIP_BAD_CRC,
    /* The bus itself is stuck. */
    CHIP_BUS_FAULT
};

/* What is known of a chip. `address` is the 8-bit form. */
struct atecc_chip {
    uint8_t address;
    enum atecc_part part;
    enum atecc_divider divider;
    /* Woken by us and neither idled nor put to sleep since. Its watchdog may have ended that without telling. */
    bool awake;
    /* When it was woken, by the port's milliseconds: its watchdog counts from there. */
    uint32_t woken_ms;
};

/* Where a packet begins in a frame: atecc_talk puts the word address in front of it. */
#define ATECC_FRAME_PACKET 1U

/* A packet with room for the word address in front. */
struct atecc_frame {
    uint8_t bytes[ATECC_FRAME_PACKET + ATECC_PACKET_MAX];
};

/* Whether these four bytes are what a chip says after waking: 04 11 33 43, or the self-test failure in either CRC. */
bool atecc_is_wake_answer(const uint8_t answer[4]);

/*
 * Wakes the chip and gives the four bytes that it said. A chip that is awake already is idled first, which keeps TempKey
 * and starts a new watchdog period. Waits up to 30 ms for a chip that runs its self-test at waking.
 */
enum chip_result atecc_wake(const struct kit_port *port, struct atecc_chip *chip, uint8_t answer[4]);

/* Word address 02: TempKey and RNG seed stay. */
enum chip_result atecc_idle(const struct kit_port *port, struct atecc_chip *chip);

/* Word address 01: everything volatile is lost. A chip that is not awake is woken for it, so that this is certain. */
enum chip_result atecc_sleep(const struct kit_port *port, struct atecc_chip *chip);

/*
 * Sends the `length` packet bytes of the frame as they are (the host's CRC included, right or wrong) to an awake chip, polls
 * until the chip's limit for this opcode, and reads the answer. An answer that arrives damaged is read once more
 * (word address 00); the command is never repeated. `response` has ATECC_RESPONSE_MAX bytes.
 */
enum chip_result atecc_talk(const struct kit_port *port, struct atecc_chip *chip, struct atecc_frame *frame, size_t length,
                            uint8_t *response, size_t *response_length);

#endif
