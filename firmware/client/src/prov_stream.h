/*
 * Bytes and fields of the request protocol, through 64 bytes of buffer both ways (signer-and-server.md 7.1). The first thing that goes
 * wrong stays in wire.fault; from then on nothing is sent or received and everything that is read is zero.
 */
#ifndef PROV_STREAM_H
#define PROV_STREAM_H

#include "atcaprov/atcaprov.h"

/* A server that says nothing for this long is given up (7.5). */
#define STREAM_SILENCE_MS 15000U

void stream_fault(struct prov_wire *wire, enum atcaprov_code code);

/* Sends, or only counts while wire.counting. */
void stream_put(struct atcaprov_client *c, const uint8_t *bytes, size_t length);
void stream_put_field(struct atcaprov_client *c, uint16_t tag, const uint8_t *bytes, size_t length);
void stream_put_byte(struct atcaprov_client *c, uint16_t tag, uint8_t value);
/* Left out when it is NULL, empty or longer than 64 bytes. */
void stream_put_text(struct atcaprov_client *c, uint16_t tag, const char *text);
void stream_flush(struct atcaprov_client *c);

/* The next bytes of the frame; the caller knows that there are so many. */
void stream_take_raw(struct atcaprov_client *c, uint8_t *bytes, size_t length);
void stream_skip(struct atcaprov_client *c, uint32_t length);
/* The next field of the body; what is left of the one before is passed over. False at the end, and after a fault. */
bool stream_next(struct atcaprov_client *c, uint16_t *tag, uint16_t *length);
/* `length` bytes of the present field, which must have so many left. */
void stream_take(struct atcaprov_client *c, uint8_t *bytes, size_t length);
/* A field of exactly this size. */
void stream_take_whole(struct atcaprov_client *c, uint8_t *bytes, size_t length);
/* A field that is not known: below 8000 it is passed over, from there on it must not be ignored (7.1). */
void stream_unknown(struct prov_wire *wire, uint16_t tag);
/* Notes that a field came; a second copy is a fault. */
void stream_note(struct prov_wire *wire, uint32_t *seen, uint32_t bit);

#endif
