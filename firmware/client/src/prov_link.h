/*
 * Packets to the chip in wake windows: what may be sent again after trouble, and what must not (atecc-device.md 6,
 * provisioning-recipes.md 0).
 */
#ifndef PROV_LINK_H
#define PROV_LINK_H

#include "atcaprov/atcaprov.h"

#define OP_READ 0x02U
#define ZONE_CONFIG 0U
#define ACCESS_32 0x80U
#define BLOCK_SIZE 32U

#define STATUS_GOOD 0x00U
#define STATUS_NOT_VERIFIED 0x01U
#define STATUS_EXECUTION 0x0FU

/* Attempts at anything that may be repeated. */
#define LINK_TRIES 3U

/* How one sending of a packet ended. */
enum answer {
    /* The payload that was expected, or status 00 where none was. */
    ANSWER_GOOD,
    /* A status by which the chip refuses; client->status has it. */
    ANSWER_STATUS,
    /* The chip did not do it, and it may be sent again: not acknowledged, or refused for want of time or by a fault. */
    ANSWER_NONE,
    /* It was sent, and nobody knows whether it was done. */
    ANSWER_DOUBT,
    ANSWER_STUCK
};

/* How a packet may be sent. */
enum how {
    /* By itself, as often as it takes. */
    ASK_FREELY,
    /* The same, but only to the chip whose serial number is known. */
    ASK_GUARDED
};

/* A packet without data; what is added goes behind its parameters. */
void link_begin(struct atecc_frame *frame, uint8_t opcode, uint8_t p1, uint16_t p2);
void link_add(struct atecc_frame *frame, const uint8_t *bytes, size_t length);

/* Sends a packet once to a chip that is awake. `expected`: bytes of payload, 0 where a status is all there is. */
enum answer link_talk(struct atcaprov_client *c, struct atecc_frame *frame, size_t expected);
/* Sends the packet in client->frame, again after trouble; only for what does no harm twice. */
enum atcaprov_code link_ask(struct atcaprov_client *c, size_t expected, enum how how);
/* Sends the packet in client->frame once, in a window of its own, to the right chip. `code` says why it was not sent at all. */
enum answer link_ask_once(struct atcaprov_client *c, size_t expected, enum how how, enum atcaprov_code *code);

enum atcaprov_code link_code(const struct atcaprov_client *c, enum answer answer);

/* Serial number, 9 bytes, from the first 13 of the configuration zone. */
void link_serial_of(const uint8_t config[13], uint8_t serial[9]);

#endif
