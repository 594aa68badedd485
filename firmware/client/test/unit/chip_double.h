/*
 * A test double of a chip on its bus, with time that only passes when somebody waits. It knows memory, locks and their legality, TempKey,
 * wake, idle and sleep, and the lock check sums; its keys are not on any curve: a signature is a hash, and Verify knows
 * the real chain's signatures by heart. Faults strike at the n-th packet.
 */
#ifndef CHIP_DOUBLE_H
#define CHIP_DOUBLE_H

#include <setjmp.h>
#include <stdbool.h>

#include "chains.h"
#include "kit_port.h"

enum double_fault {
    FAULT_NONE,
    /* Not acknowledged, not done. */
    FAULT_NACK,
    /* Acknowledged, never done, never answered. */
    FAULT_LOST_COMMAND,
    /* Done; the answer cannot be had. */
    FAULT_LOST_ANSWER,
    /* Done; the answer is damaged however often it is read. */
    FAULT_DAMAGED_ANSWER,
    /* Done; the answer is damaged when it is read first. */
    FAULT_DAMAGED_ONCE,
    /* Not done, answered with a status. */
    FAULT_STATUS,
    /* Done; the chip loses its power and says what it says after waking. */
    FAULT_RESET,
    /* Done; the chip falls asleep, its volatile memory is gone. */
    FAULT_SLEEP,
    /* The product loses its power before, or after the command; the test goes on at `power`. */
    FAULT_CUT_BEFORE,
    FAULT_CUT_AFTER,
    /* The bus is stuck from here on. */
    FAULT_STUCK,
    /* Another chip is there from here on. */
    FAULT_OTHER_CHIP
};

struct chip_double {
    struct kit_port port;
    const struct chain *chain;
    uint64_t now_us;

    /* What survives without power. */
    uint8_t config[128];
    uint8_t otp[64];
    uint8_t slots[16][416];
    bool key_valid;
    uint8_t key[64];

    /* Volatile. */
    enum { CHIP_ASLEEP, CHIP_IDLE, CHIP_AWAKE } mode;
    bool temp_key_valid;
    uint8_t temp_key[32];
    uint64_t woken_us;
    uint64_t busy_until_us;
    uint8_t output[160];
    size_t output_length;
    size_t output_at;
    bool spoil_once;

    /* How it behaves. */
    uint64_t watchdog_us;
    bool crc_of_whole_blocks;
    bool says_yes;
    bool answers_zero;
    bool refuses_sign;
    bool self_test_failed;
    bool wrong_signatures;
    /* A new address counts only after a power cycle; or is found nowhere. */
    bool keeps_address;
    bool loses_address;
    /* The n-th write is acknowledged and forgotten; 0 = none. */
    unsigned forget_write;
    unsigned writes;
    /* Every command takes as long as the books allow. */
    bool slow;
    /* The chip is taken off the bus at that transfer; 0 = never. */
    unsigned vanishes_at;
    /* The first that many keys are not the chain's. */
    unsigned foreign_keys;
    uint8_t address_in_use;

    /* The fault, and the packet (from 1) at which it strikes; `opcode` 0 = any. */
    enum double_fault fault;
    unsigned fault_at;
    unsigned fault_times;
    /* Strikes at every so many packets from `fault_at` on; 1 = at each. */
    unsigned fault_every;
    uint8_t fault_opcode;
    uint8_t fault_status;
    bool fault_struck;
    bool stuck;
    jmp_buf power;

    /* Packets taken since the power came. */
    unsigned packets;
    unsigned packets_of_opcode;
    unsigned creations;
    unsigned locks;
    unsigned transfers;
    /* How often the watchdog put it to sleep. */
    unsigned watchdogs;
    /* Everything that was written, locked or made, and how much of it before the other chip came. */
    unsigned changes;
    unsigned changes_before;
};

/* A factory-fresh chip. `revision` 50 or 60. */
void chip_double_init(struct chip_double *chip, const struct chain *chain, uint8_t revision);
/* Power away and back: what is volatile is gone, counts and faults as well. */
void chip_double_power(struct chip_double *chip);
/* One strike at the n-th packet (with this opcode, or any). */
void chip_double_fault(struct chip_double *chip, enum double_fault fault, uint8_t opcode, unsigned at);
bool chip_double_config_locked(const struct chip_double *chip);
bool chip_double_data_locked(const struct chip_double *chip);

#endif
