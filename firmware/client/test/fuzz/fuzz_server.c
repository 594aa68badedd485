/*
 * Whatever a server may send: the input is what follows the greeting. The first byte chooses how: 0 = as it is, anything else = the true
 * reply with changes, three bytes each (place, place, value), so that checks behind the first ones are reached.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prov_bytes.h"
#include "prov_wire.h"
#include "workbench.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct workbench begun;
static int (*honest_send)(void *context, const uint8_t *bytes, size_t length);
static const uint8_t *input;
static size_t input_length;

/* The greeting and LOOKUP are answered truly; the answer to CERT_REQUEST is the input's. */
static int meddling_send(void *context, const uint8_t *bytes, size_t length)
{
    const int sent = honest_send(context, bytes, length);
    struct server_double *server = &bench.server;

    if ((server->in_length != 0U) || (server->last_type != (uint16_t)WIRE_CERT_REQUEST) || (input_length == 0U)) {
        return sent;
    }
    if (input[0] == 0U) {
        server->out_length = (input_length - 1U < SERVER_BUFFER) ? (input_length - 1U) : SERVER_BUFFER;
        memcpy(server->out, &input[1], server->out_length);
    } else {
        for (size_t at = 1U; (at + 3U) <= input_length; at += 3U) {
            server->out[u16_be(&input[at]) % server->out_length] = input[at + 2U];
        }
    }
    return sent;
}

/* A product that waits for its certificates, made once. */
static void begin(void)
{
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_CUT_BEFORE, 0x12U, 14U);
    (void)bench_provision();
    if (!bench.power_went) {
        abort();
    }
    begun = bench;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum atcaprov_code code;

    if (honest_send == NULL) {
        begin();
        honest_send = bench.server.funcs.certreq_send;
    }
    bench = begun;
    bench.plan.validate = false;
    bench.server.funcs.certreq_send = meddling_send;
    input = data;
    input_length = size;
    code = bench_provision();
    /* Whatever came: the chip is as it was, or it holds the true certificates. */
    if (code == ATCAPROV_SUCCESS) {
        if ((memcmp(bench.chip.slots[10], CHAIN_EXAMPLE.device.compressed, 72U) != 0) ||
            (memcmp(bench.chip.slots[12], CHAIN_EXAMPLE.signer.compressed, 72U) != 0) ||
            (memcmp(&bench.chip.slots[11][4], CHAIN_EXAMPLE.signer_key, 32U) != 0)) {
            (void)fprintf(stderr, "passed, with other certificates\n");
            abort();
        }
    } else if (chip_double_data_locked(&bench.chip) || !bytes_all(bench.chip.slots[10], 0x3CU, 72U)) {
        (void)fprintf(stderr, "code %d and a chip that was written to\n", (int)code);
        abort();
    }
    return 0;
}
