/*
 * A kit host on the workbench: the core on a port made of memory, time that only passes when somebody waits, any number of
 * test-double chips on one bus, faults on request, and a note of everything that went over the bus.
 */
#ifndef BENCH_H
#define BENCH_H

#include "fake_chip.h"
#include "kit_host.h"

#define BENCH_CHIPS_MAX 12U
#define BENCH_TEXT_MAX 65536U

/* Puts KIT_UART_DAMAGED into the received characters. */
#define DAMAGED_BYTE '\x01'

struct bench {
    struct kit_port port;
    struct kit_host kit;
    uint64_t now_us;

    struct fake_chip chips[BENCH_CHIPS_MAX];
    size_t chip_count;

    const char *input;
    size_t input_length;
    char output[BENCH_TEXT_MAX];
    size_t output_length;
    size_t writes;

    /* "P" pulse, "WC0:0207… ", "RC0:4 "; a "-" behind it means not acknowledged, "!" a stuck bus. Sweeps are left out. */
    char io[BENCH_TEXT_MAX];
    size_t io_length;
    bool note_unanswered_reads;

    /* The bus is stuck from this transfer on (counted from 1); 0 = never. */
    uint32_t stuck_at;
    uint32_t transfers;
    /* The next that many reads of more than `spoil_above` bytes have bit 0 of their last byte turned. */
    uint32_t spoil_reads;
    size_t spoil_above;
    /* The next that many one-byte reads (the count of an answer) give this instead. */
    uint32_t false_counts;
    uint8_t false_count;
    /* Writes longer than this stop being acknowledged. */
    size_t refuse_beyond;
    /* The chip is taken off the bus after that many more acknowledged transfers; 0 = never. */
    uint32_t remove_after;
    /* A chip that says this to every read while it is awake. */
    const uint8_t *babble;
    size_t babble_length;
};

/* An empty bus. */
void bench_init(struct bench *bench);
struct fake_chip *bench_add(struct bench *bench, uint8_t address, uint8_t revision, uint8_t chip_mode);
/* Hands the characters to the kit, steps it until it has nothing to do, and gives what it answered to them. */
const char *bench_say(struct bench *bench, const char *characters);
const char *bench_say_bytes(struct bench *bench, const char *characters, size_t length);
/* Lets time pass. */
void bench_wait_ms(struct bench *bench, uint32_t ms);
/* What went over the bus since the last call. */
const char *bench_io(struct bench *bench);

#endif
