/*
 * The client half of the request protocol: questions and what they are answered with (signer-and-server.md 7).
 */
#ifndef PROV_WIRE_H
#define PROV_WIRE_H

#include "atcaprov/atcaprov.h"

enum wire_type {
    WIRE_HELLO = 0x0001,
    WIRE_AUTH = 0x0002,
    WIRE_CERT_REQUEST = 0x0010,
    WIRE_LOOKUP = 0x0050,
    WIRE_HELLO_OK = 0x8001,
    WIRE_AUTH_OK = 0x8002,
    WIRE_CERT_REPLY = 0x8010,
    WIRE_LOOKUP_OK = 0x8050,
    WIRE_WORKING = 0x80FE,
    WIRE_ERROR = 0xFFFF
};

/* Opens the connection, says HELLO and, where the server wants it, identifies the station. */
enum atcaprov_code wire_open(struct atcaprov_client *c);
/* The server is needed no more, or not in this connection. */
void wire_close(struct atcaprov_client *c);

/* States of LOOKUP_OK (7.1). */
enum wire_lookup { LOOKUP_NONE = 0, LOOKUP_SAME_KEY = 1, LOOKUP_OTHER_KEY = 2, LOOKUP_SEVERAL = 3 };
/* Asks whether the archive knows client->public_key as the key of this chip. */
enum atcaprov_code wire_lookup(struct atcaprov_client *c, enum wire_lookup *state);

/* What a reply brings besides what goes into the client's state. */
struct wire_reply {
    uint8_t device_digest[32];
    uint8_t signer_digest[32];
};
/*
 * Asks for certificates; `proof` (64 bytes) may be NULL. The reply is read to its end: digests of both certificates, both compressed
 * certificates, the signer's public key, and every write item held against what follows from those. Nothing is written.
 */
enum atcaprov_code wire_request(struct atcaprov_client *c, const uint8_t *proof, struct wire_reply *reply);

/* Whether the last failure may go away when the same is asked again in a new connection. */
bool wire_may_ask_again(const struct atcaprov_client *c);

#endif
