/*
 * The kit host: Kit Protocol lines in, replies out (kit-protocol.md). Freestanding, no heap, bounded buffers; everything it
 * needs from the machine is in struct kit_port. The main loop of a port is: kit_host_init, then kit_host_step for ever.
 */
#ifndef KIT_HOST_H
#define KIT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atecc_chip.h"
#include "kit_bus.h"
#include "kit_port.h"
#include "kit_text.h"

/* First word of the `board:firmware(00)` reply. */
#define KIT_NAME "SIGNETKIT"
#define KIT_VERSION_MAJOR 0x01U
#define KIT_VERSION_MINOR 0x00U
#define KIT_VERSION_PATCH 0x00U

/* Longest line without its end. The longest that makes sense (155 bytes of packet) has 321 characters. */
#define KIT_LINE_SIZE 384U
/* A line begun and left alone this long is forgotten: its host is gone. */
#define KIT_LINE_STALE_MS 3000U

/* A chip that is kept awake is idled when its host has been quiet for so long, and gets a new wake when an answer might come
 * later than so long after the last one: the shortest watchdog is 700 ms (atecc-device.md 1). */
#define KIT_QUIET_MS 100U
#define KIT_KEEP_MS 600U

/* Kit status codes (kit-protocol.md 3). What the chip did in each case is in the README. */
enum kit_status {
    KIT_OK = 0x00,
    KIT_UNKNOWN_COMMAND = 0xC0,
    KIT_RX_OVERFLOW = 0xC1,
    KIT_BAD_PARAMETER = 0xC3,
    KIT_BAD_INTERFACE = 0xC4,
    KIT_NO_WAKE = 0xD0,
    KIT_BAD_SIZE = 0xE4,
    KIT_BAD_CRC = 0xE5,
    KIT_RX_FAIL = 0xE6,
    KIT_NO_RESPONSE = 0xE7,
    KIT_COMMUNICATION_FAILED = 0xF0,
    KIT_TIMEOUT = 0xF1,
    /* Our own: the wires do not follow, and nine clocks did not free them. The chip was not reached. */
    KIT_BUS_STUCK = 0xFE
};

/* Who wakes and idles the chip: `a(00)`, `a(01)`, `a(02)`. */
enum kit_wrapping {
    /* The host: a talk does neither. */
    KIT_HOLDS,
    /* The kit, around every talk. */
    KIT_WRAPS,
    /* The kit, but talks that follow each other share a wake. */
    KIT_KEEPS
};

struct kit_host {
    const struct kit_port *port;
    struct kit_bus bus;
    enum kit_wrapping wrapping;
    bool idle_after_reply;
    /* The line before this one was a talk to a chip that is kept awake, and the chip did what it was told. */
    bool unbroken;
    /* So is this one, and did it. */
    bool went_well;

    char line[KIT_LINE_SIZE];
    size_t line_length;
    /* The line in progress is too long or damaged: read to its end, then answer C1. */
    bool line_spoilt;
    uint32_t last_byte_ms;

    struct atecc_frame frame;
    uint8_t response[ATECC_RESPONSE_MAX];
    struct kit_reply reply;
};

void kit_host_init(struct kit_host *kit, const struct kit_port *port);

/* Takes one received byte, and carries out the line that it ends. False when nothing had arrived. */
bool kit_host_step(struct kit_host *kit);

#endif
