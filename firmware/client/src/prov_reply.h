/* The body of CERT_REPLY, judged as it passes (signer-and-server.md 7.3). */
#ifndef PROV_REPLY_H
#define PROV_REPLY_H

#include "prov_wire.h"

/* Reads the whole body; what is wrong with it stays in wire.fault. */
void reply_read(struct atcaprov_client *c, struct wire_reply *reply);

#endif
