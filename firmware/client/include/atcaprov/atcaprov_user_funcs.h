/*
 * The functions that the user of the library supplies: those of the application note (Atmel-8971A 5.3 to 5.5), gathered in
 * one structure, and two more for what a microcontroller has to bring along: random numbers and, if there is one, a clock.
 * They are called from inside atcaprov_provision() and atcaprov_validate(), never from an interrupt, one at a time.
 */
#ifndef ATCAPROV_USER_FUNCS_H
#define ATCAPROV_USER_FUNCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The ten stages, in their order. */
enum atcaprov_stage {
    /* Before the first stage: everything that can be checked without changing anything. */
    ATCAPROV_STAGE_NONE = 0,
    ATCAPROV_STAGE_CONFIG_WRITE = 1,
    ATCAPROV_STAGE_CONFIG_LOCK = 2,
    ATCAPROV_STAGE_CONFIG_READ = 3,
    ATCAPROV_STAGE_GEN_KEY = 4,
    ATCAPROV_STAGE_CERTS_REQUEST = 5,
    ATCAPROV_STAGE_CERTS_WRITE = 6,
    ATCAPROV_STAGE_DATA_WRITE = 7,
    ATCAPROV_STAGE_DATA_LOCK = 8,
    ATCAPROV_STAGE_SLOTS_LOCK = 9,
    ATCAPROV_STAGE_VALIDATE_CERTS = 10
};

/* START or SKIPPED first; after START either DONE or ERROR, and after ERROR the run is over. */
enum atcaprov_status {
    ATCAPROV_STATUS_START,
    ATCAPROV_STATUS_SKIPPED,
    ATCAPROV_STATUS_DONE,
    ATCAPROV_STATUS_ERROR
};

enum atcaprov_zone { ATCAPROV_ZONE_OTP = 1, ATCAPROV_ZONE_DATA = 2 };

/* One block of 32 bytes that the user may fill: OTP 0..1, or a block of a slot. */
struct atcaprov_block {
    /* Serial number of the chip, 9 bytes. */
    const uint8_t *serial_number;
    enum atcaprov_zone zone;
    /* Counts in the data zone only. */
    uint8_t slot;
    /* Byte `32 * block` of the slot is the block's first; what lies beyond the slot's end is ignored by the chip. */
    uint8_t block;
};

enum atcaprov_data {
    /* Nothing is to be written here. */
    ATCAPROV_DATA_NONE,
    /* The 32 bytes are given. */
    ATCAPROV_DATA_BLOCK,
    /* The data cannot be had now; the run ends with ATCAPROV_DATA_SOURCE. */
    ATCAPROV_DATA_FAILED
};

/* A date in UTC. */
struct atcaprov_date {
    uint16_t year;
    uint8_t month;
    uint8_t day;
    uint8_t hour;
};

struct atcaprov_user_funcs {
    /* Handed to every function below. */
    void *context;

    /* The run wants to talk to the server; open a connection unless there is one. 0 = there is one. */
    int (*certreq_start)(void *context);
    /* Sends all bytes; not to be interpreted. 0 = all of them are sent. */
    int (*certreq_send)(void *context, const uint8_t *bytes, size_t length);
    /*
     * Receives up to `wanted` bytes (at most 64) and says how many in `*received`. It may wait a moment (say, up to a second), and
     * then say 0: it is called again until the server has been silent for 15 s by the port's millis. 0 = the connection is good.
     */
    int (*certreq_recv)(void *context, uint8_t *bytes, size_t wanted, size_t *received);
    /* The run needs the server no more, or wants to begin anew after trouble; a kept connection may stay only if none of its
     * replies is outstanding. 0 = good. */
    int (*certreq_done)(void *context);
    /* The server answered with an error: its number (atcaprov_return_codes.h, or one that a newer server knows) and its text,
     * UTF-8, cut to 95 bytes. */
    void (*request_error)(void *context, uint32_t code, const char *message);

    /*
     * Gives one block of the data that goes into the chip besides the certificates. Asked for every block of every slot without a
     * private key or certificate, and of OTP, in ascending order; MORE THAN ONCE in a run (for the check sum, for a rewrite, for
     * the comparison), so the same block must get the same bytes until the run has ended. May be NULL: no data.
     */
    enum atcaprov_data (*write_data_zone)(void *context, const struct atcaprov_block *block, uint8_t bytes[32]);

    /* May be NULL. */
    void (*notify)(void *context, enum atcaprov_stage stage, enum atcaprov_status status);

    /* Unpredictable bytes for challenges and for the filling of secret slots; 0 = they are. */
    int (*random)(void *context, uint8_t *bytes, size_t length);

    /* The date now; false when it is not known just now. May be NULL: then the validity of certificates is not looked at. */
    bool (*now)(void *context, struct atcaprov_date *date);

    /* The server says that the request waits: 1 queued, 2 for a password, 3 for a signer, 4 being signed. May be NULL. */
    void (*working)(void *context, uint8_t reason, uint16_t queue_position);
};

#endif
