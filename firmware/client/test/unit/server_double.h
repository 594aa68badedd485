/*
 * A test double of the provisioning server: it really reads the frames of the client, and answers from one chain; on request it misbehaves.
 */
#ifndef SERVER_DOUBLE_H
#define SERVER_DOUBLE_H

#include <stdbool.h>

#include "atcaprov/atcaprov_user_funcs.h"
#include "chains.h"

#define SERVER_BUFFER 8192U
#define TEXT_BUFFER 128U

/* A block of data that the user of the client wants written. */
struct planned_block {
    enum atcaprov_zone zone;
    uint8_t slot;
    uint8_t block;
    uint8_t bytes[32];
};

struct server_double {
    struct atcaprov_user_funcs funcs;
    const struct chain *chain;
    /* Whose time it is, for servers that let one wait. */
    void (*wait)(void *context, uint32_t microseconds);
    void *wait_context;

    /* How it behaves. */
    bool refuses_connection;
    bool refuses_done;
    bool silent;
    bool needs_auth;
    bool no_rights;
    /* Bytes of one receive at most. */
    size_t slice;
    /* Says 0 bytes before every slice. */
    bool hesitates;
    /* The n-th byte of everything that it sends (from 1) is changed by this; 0 = none. */
    size_t flip_at;
    uint8_t flip;
    /* The connection breaks after that many bytes; 0 = never. */
    size_t break_after;
    bool refuses_after_break;
    /* The next that many certificate requests or lookups get this error. */
    unsigned errors;
    uint32_t error_code;
    bool error_retryable;
    const char *error_text;
    unsigned working_frames;
    bool stale_answer_first;
    int forced_lookup;
    bool reissues;
    /* A body instead of the real one, for the message of that type. */
    uint16_t replaced_type;
    const uint8_t *replaced_body;
    size_t replaced_length;
    uint16_t answer_type_instead;
    /* Called with the body of CERT_REPLY before it is sent; gives its new length. */
    size_t (*spoil)(uint8_t *body, size_t length);
    uint32_t frame_length_instead;
    bool has_clock;
    struct atcaprov_date date;
    /* The n-th call for random numbers from now on fails; 0 = none. */
    unsigned failing_random;
    const struct planned_block *planned;
    size_t planned_count;
    bool data_fails;

    /* What it knows and saw. */
    bool certified;
    uint8_t certified_key[64];
    bool connected;
    unsigned connections;
    unsigned requests;
    unsigned proofs;
    uint8_t last_body[512];
    size_t last_body_length;
    uint16_t last_type;
    uint8_t session[16];
    uint8_t nonce[32];
    bool identified;
    uint32_t told_code;
    char told_text[TEXT_BUFFER];
    unsigned told_working;
    char stages[1024];
    unsigned random_calls;
    unsigned turns;

    uint8_t in[SERVER_BUFFER];
    size_t in_length;
    uint8_t out[SERVER_BUFFER];
    size_t out_length;
    size_t out_at;
    size_t sent;
};

void server_double_init(struct server_double *server, const struct chain *chain);
/* Adds one field to a body, and gives its new length. */
size_t server_put_field(uint8_t *body, size_t length, uint16_t tag, const void *value, size_t value_length);
/* Where the value of the n-th field (from 0) with this tag is in a body; NULL when it is not there. */
uint8_t *server_find_field(uint8_t *body, size_t length, uint16_t tag, unsigned n, size_t *value_length);
/* The body of the reply that belongs to the chain. */
size_t server_reply_body(const struct server_double *server, uint8_t *body);

/* 32 bytes that the tests give their station. */
extern const uint8_t STATION_KEY[32];

#endif
