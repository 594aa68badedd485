/**
 * Every error number of Signet, in one list. Numbers never change and are never used again; they stand in ATPR
 * error frames (1..127), in run records, on the operator's screen (`stage-number`) and in the exit sentences.
 * Numbers 1..255 up to 134: signer-and-server.md 7.4. From 140: the station's own.
 * The sentences, in every language, are in src-shared/model/sentences.ts; the compiler holds the two lists together.
 */
export const errorCodes = {
  // 1..15: the request was not understood
  MALFORMED: 1,
  VERSION: 2,
  UNKNOWN_TYPE: 3,
  MISSING_FIELD: 4,
  BAD_FIELD: 5,
  TOO_LARGE: 6,
  TIMEOUT: 7,
  BUSY: 8,
  SHUTTING_DOWN: 9,
  // 16..31: the signer module
  NO_MATCHING_SIGNER: 16,
  SIGNER_LOCKED: 17,
  SIGNER_REMOVED: 18,
  SIGNER_FAULT: 19,
  SIGN_FAILED: 20,
  SIGNATURE_CHECK_FAILED: 21,
  DEFINITION_UNKNOWN: 22,
  DEFINITION_MISMATCH: 23,
  SIGNER_KIT_UNSUITABLE: 24,
  // 32..47: the chip's request
  DEVICE_SN_INVALID: 32,
  CONFIG_NOT_LOCKED: 33,
  CONFIG_UNSAFE: 34,
  PUBLIC_KEY_INVALID: 35,
  POP_INVALID: 36,
  DUPLICATE_DEVICE: 37,
  DUPLICATE_DEVICE_DEFINITION: 38,
  CHAIN_EXPIRED: 39,
  // 48..63: who asks
  NOT_ALLOWED: 48,
  QUOTA_EXCEEDED: 49,
  BATCH_CLOSED: 50,
  AUTH_REQUIRED: 51,
  AUTH_FAILED: 52,
  // 64..: the station's storage and clock
  STORAGE_FAILED: 64,
  CLOCK_SUSPECT: 65,
  // 128..: found by the client
  BOARD_CHANGED: 128,
  KEY_OF_UNKNOWN_ORIGIN: 129,
  DATA_CRC: 130,
  SERVER_ROOT_MISMATCH: 131,
  IMAGE_UNFIT: 132,
  WRITE_ITEMS_DIFFER: 133,
  SERVER_SILENT: 134,
  // 140..: board and chip, as the station sees them
  BOARD_REMOVED: 140,
  NO_CHIP: 141,
  SEVERAL_CHIPS: 142,
  WRONG_PART: 143,
  FOREIGN_CONFIG: 144,
  ALREADY_PROVISIONED: 145,
  CHIP_REFUSED: 146,
  CHIP_FAULT: 147,
  READ_BACK_DIFFERS: 148,
  CONFIG_CRC: 149,
  SLOT_NOT_LOCKABLE: 150,
  SLOT_CONTENT_WRONG: 151,
  CERTIFICATE_WRONG: 152,
  POSSESSION_NOT_PROVEN: 153,
  ADDRESS_LOST: 154,
  PLAN_UNSAFE: 155,
  DATA_SOURCE: 156,
  NEVER_A_SITE: 157,
  SCRAP: 158,
  CHIP_UNCLEAR: 159,
  // 170..: kit and transport
  KIT_LOST: 170,
  KIT_SILENT: 171,
  KIT_GARBAGE: 172,
  KIT_BUSY: 173,
  KIT_UNKNOWN: 174,
  PORT_DENIED: 175,
  KIT_UNSUITABLE: 176,
  BUS_STUCK: 177,
  // 180..: server as seen by the client, input files, station
  SERVER_UNREACHABLE: 180,
  SERVER_LOST: 181,
  SERVER_VERSION: 182,
  SERVER_GARBAGE: 183,
  FILE_MISSING: 184,
  FILE_UNREADABLE: 185,
  FILE_INVALID: 186,
  OPTION_INVALID: 187,
  PORT_IN_USE: 188,
  DATA_DIR: 189,
  NETWORK_OPEN: 190,
  STORE_VERSION: 191,
  STORE_DAMAGED: 192,
  DATA_DIR_IN_USE: 193,
  INTERRUPTED: 194,
  PASSWORD_WRONG: 195,
  PASSWORD_POLICY: 196,
  PASSWORD_DELAY: 197,
  RECORD_INVALID: 198,
  ROLE_REQUIRED: 199,
  LOG_BROKEN: 200,
  SET_ASIDE: 201,
  NOT_NOW: 202,
  INTERNAL: 255,
} as const;

/** Name of an error; the number is `errorCodes[name]`. */
export type ErrorName = keyof typeof errorCodes;

const nameByNumber = new Map<number, ErrorName>(
  (Object.keys(errorCodes) as ErrorName[]).map((name) => [errorCodes[name], name]),
);

/** The name of an error number; undefined for one we do not know (a newer peer's). */
export function errorName(number: number): ErrorName | undefined {
  return nameByNumber.get(number);
}
