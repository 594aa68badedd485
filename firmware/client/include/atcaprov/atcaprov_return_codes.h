/*
 * What a run can end with. The numbers are those of the protocol's errors and of Signet's own list: they stand in error frames,
 * in run records and on the screens of a line, and never change.
 */
#ifndef ATCAPROV_RETURN_CODES_H
#define ATCAPROV_RETURN_CODES_H

enum atcaprov_code {
    ATCAPROV_SUCCESS = 0,
    /* 1..15: the request was not understood */
    ATCAPROV_MALFORMED = 1,
    ATCAPROV_VERSION = 2,
    ATCAPROV_UNKNOWN_TYPE = 3,
    ATCAPROV_MISSING_FIELD = 4,
    ATCAPROV_BAD_FIELD = 5,
    ATCAPROV_TOO_LARGE = 6,
    ATCAPROV_TIMEOUT = 7,
    ATCAPROV_BUSY = 8,
    ATCAPROV_SHUTTING_DOWN = 9,
    /* 16..31: the signer module */
    ATCAPROV_NO_MATCHING_SIGNER = 16,
    ATCAPROV_SIGNER_LOCKED = 17,
    ATCAPROV_SIGNER_REMOVED = 18,
    ATCAPROV_SIGNER_FAULT = 19,
    ATCAPROV_SIGN_FAILED = 20,
    ATCAPROV_SIGNATURE_CHECK_FAILED = 21,
    /* A definition of a kind that this client does not build: see README.md. */
    ATCAPROV_DEFINITION_UNKNOWN = 22,
    /* Definitions and certinfo that were compiled in do not belong together. */
    ATCAPROV_DEFINITION_MISMATCH = 23,
    ATCAPROV_SIGNER_KIT_UNSUITABLE = 24,
    /* 32..47: the chip's request */
    ATCAPROV_DEVICE_SN_INVALID = 32,
    ATCAPROV_CONFIG_NOT_LOCKED = 33,
    ATCAPROV_CONFIG_UNSAFE = 34,
    ATCAPROV_PUBLIC_KEY_INVALID = 35,
    ATCAPROV_POP_INVALID = 36,
    ATCAPROV_DUPLICATE_DEVICE = 37,
    ATCAPROV_DUPLICATE_DEVICE_DEFINITION = 38,
    ATCAPROV_CHAIN_EXPIRED = 39,
    /* 48..63: who asks */
    ATCAPROV_NOT_ALLOWED = 48,
    ATCAPROV_QUOTA_EXCEEDED = 49,
    ATCAPROV_BATCH_CLOSED = 50,
    ATCAPROV_AUTH_REQUIRED = 51,
    ATCAPROV_AUTH_FAILED = 52,
    /* the server's storage and clock */
    ATCAPROV_STORAGE_FAILED = 64,
    ATCAPROV_CLOCK_SUSPECT = 65,
    /* from 128 on: found by the client */
    ATCAPROV_BOARD_CHANGED = 128,
    ATCAPROV_KEY_OF_UNKNOWN_ORIGIN = 129,
    ATCAPROV_DATA_CRC = 130,
    ATCAPROV_SERVER_ROOT_MISMATCH = 131,
    ATCAPROV_IMAGE_UNFIT = 132,
    ATCAPROV_WRITE_ITEMS_DIFFER = 133,
    ATCAPROV_SERVER_SILENT = 134,
    ATCAPROV_BOARD_REMOVED = 140,
    ATCAPROV_NO_CHIP = 141,
    ATCAPROV_WRONG_PART = 143,
    ATCAPROV_FOREIGN_CONFIG = 144,
    /* Nothing is left to be locked: atcaprov_validate() says whether the chip is good. */
    ATCAPROV_ALREADY_PROVISIONED = 145,
    ATCAPROV_CHIP_REFUSED = 146,
    ATCAPROV_CHIP_FAULT = 147,
    ATCAPROV_READ_BACK_DIFFERS = 148,
    ATCAPROV_CONFIG_CRC = 149,
    ATCAPROV_SLOT_NOT_LOCKABLE = 150,
    ATCAPROV_SLOT_CONTENT_WRONG = 151,
    ATCAPROV_CERTIFICATE_WRONG = 152,
    ATCAPROV_POSSESSION_NOT_PROVEN = 153,
    ATCAPROV_ADDRESS_LOST = 154,
    ATCAPROV_PLAN_UNSAFE = 155,
    ATCAPROV_DATA_SOURCE = 156,
    ATCAPROV_SCRAP = 158,
    /* Nobody knows whether the chip did what it was told; the next run finds out. */
    ATCAPROV_CHIP_UNCLEAR = 159,
    /* A wire of the bus is held low, and the port could not free it: nothing is known about the chip. */
    ATCAPROV_BUS_STUCK = 177,
    ATCAPROV_SERVER_UNREACHABLE = 180,
    ATCAPROV_SERVER_LOST = 181,
    ATCAPROV_SERVER_VERSION = 182,
    ATCAPROV_SERVER_GARBAGE = 183,
    /* A setting that this build cannot do (validation that was not compiled in). */
    ATCAPROV_OPTION_INVALID = 187,
    ATCAPROV_INTERNAL = 255
};

#endif
