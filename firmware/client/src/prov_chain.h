/* Certificates and possession, judged with the chip's own Verify (README.md says what that proves). */
#ifndef PROV_CHAIN_H
#define PROV_CHAIN_H

#include "atcaprov/atcaprov.h"
#include "prov_wire.h"

/*
 * Both certificates rebuilt from the client's state; the chain from the certinfo's root to the chip's key. With `reply` the certificates
 * that the server sent must be exactly those.
 */
enum atcaprov_code chain_check(struct atcaprov_client *c, const struct wire_reply *reply);

/* A fresh challenge signed by the chip's key, and verified; a wrong one must not verify. */
enum atcaprov_code chain_challenge(struct atcaprov_client *c);

#endif
