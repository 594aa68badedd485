import type { LogReference, WriteItem } from './fields.ts';

/**
 * Every message of the table in signer-and-server.md 7.1, typed. Lengths in bytes: config zone 128, public keys 64 (X||Y),
 * serial numbers 9, digests 32, compressed certificates 72. Times are ms since 1970. Optional fields may be absent or undefined.
 */
export type Message =
  | Hello
  | HelloOk
  | Auth
  | AuthOk
  | CertRequest
  | CertReply
  | ValidationRequest
  | ValidationReply
  | ResultReport
  | ResultOk
  | Ping
  | Pong
  | Lookup
  | LookupOk
  | Working
  | ErrorMessage;

export interface Hello {
  readonly name: 'HELLO';
  readonly clientName?: string | undefined;
  readonly softwareVersion?: string | undefined;
  readonly station?: string | undefined;
  readonly site?: string | undefined;
}

export interface HelloOk {
  readonly name: 'HELLO_OK';
  readonly serverName?: string | undefined;
  readonly softwareVersion?: string | undefined;
  readonly timeMs: number;
  /** 16 bytes */
  readonly sessionId: Uint8Array;
  readonly maxBody: number;
  /** Bits of `features`. */
  readonly features: number;
  /** 32 bytes */
  readonly nonce: Uint8Array;
}

/** Bits of HELLO_OK's 0015. */
export const features = { AUTH_REQUIRED: 1, LOOKUP: 2, RESULT_REPORT: 4, WORKING: 8 } as const;

export interface Auth {
  readonly name: 'AUTH';
  readonly station: string;
  /** 32 bytes, see auth.ts */
  readonly code: Uint8Array;
}

export interface AuthOk {
  readonly name: 'AUTH_OK';
  /** Bits of `rights`. */
  readonly rights: number;
}

/** Bits of AUTH_OK's 0018. */
export const rights = { CERT_REQUEST: 1, VALIDATION_REQUEST: 2, RESULT_REPORT: 4, LOOKUP: 8 } as const;

/** What is needed to choose a signer (7.2). */
export interface Selection {
  readonly chainId: number;
  /** Root key of the line, 64 bytes; or its key id. One of the two is there. */
  readonly signerCaPublicKey?: Uint8Array | undefined;
  /** SHA-1 key id of the root key, 20 bytes */
  readonly signerCaKeyId?: Uint8Array | undefined;
  readonly deviceTemplateId: number;
  readonly signerTemplateId: number;
  readonly deviceDefinitionDigest?: Uint8Array | undefined;
  /** Exactly this signer, 9 bytes */
  readonly signerSerialNumber?: Uint8Array | undefined;
}

export interface CertRequest {
  readonly name: 'CERT_REQUEST';
  readonly configZone: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly selection: Selection;
  readonly operator?: string | undefined;
  readonly batch?: string | undefined;
  readonly unitLabel?: string | undefined;
  /** Signature r||s over the digest of auth.ts, 64 bytes */
  readonly proofOfPossession?: Uint8Array | undefined;
  /** Largest reply body that the client can take; absent = 65,535. */
  readonly maxReplyBody?: number | undefined;
}

export interface CertReply {
  readonly name: 'CERT_REPLY';
  readonly signerSerialNumber: Uint8Array;
  readonly signerName: string;
  /** 2 bytes */
  readonly signerId: Uint8Array;
  readonly deviceCertificate: Uint8Array;
  readonly signerCertificate: Uint8Array;
  readonly deviceCompressed: Uint8Array;
  readonly signerCompressed: Uint8Array;
  readonly signerPublicKey: Uint8Array;
  readonly writeItems: readonly WriteItem[];
  readonly privateKeySlot: number;
  /** Bits of `replyFlags`. */
  readonly flags: number;
  readonly certificateSerial: Uint8Array;
  readonly logReference: LogReference;
}

/** Bits of CERT_REPLY's 0230. */
export const replyFlags = { REISSUED: 1 } as const;

export interface ValidationRequest {
  readonly name: 'VALIDATION_REQUEST';
  /** One of the two is there. */
  readonly selection?: Selection | undefined;
  readonly signerSerialNumber?: Uint8Array | undefined;
}

export interface ValidationReply {
  readonly name: 'VALIDATION_REPLY';
  readonly rootPublicKey: Uint8Array;
  readonly rootCertificate?: Uint8Array | undefined;
  readonly signerCertificate: Uint8Array;
  /** Canonical layout (3.6) */
  readonly deviceDefinition?: Uint8Array | undefined;
  readonly signerDefinition?: Uint8Array | undefined;
}

/** Outcomes of a run, in the order of their numbers in 0250. */
export const reportedOutcomes = ['PASS', 'FAIL', 'FAULT', 'INTERRUPTED'] as const;

export interface ResultReport {
  readonly name: 'RESULT_REPORT';
  readonly configZone?: Uint8Array | undefined;
  readonly outcome: (typeof reportedOutcomes)[number];
  /** 0 = before the first stage; absent after PASS */
  readonly stage?: number | undefined;
  readonly code?: number | undefined;
  readonly text?: string | undefined;
  readonly durationMs: number;
  /** 16 random bytes */
  readonly runId: Uint8Array;
  readonly startMs: number;
  readonly endMs: number;
  readonly planDigest?: Uint8Array | undefined;
  /** JSON, UTF-8, at most 32 KiB */
  readonly runRecord?: Uint8Array | undefined;
}

export interface ResultOk {
  readonly name: 'RESULT_OK';
  readonly runId: Uint8Array;
  readonly logReference?: LogReference | undefined;
}

export interface Ping {
  readonly name: 'PING';
}

export interface Pong {
  readonly name: 'PONG';
}

export interface Lookup {
  readonly name: 'LOOKUP';
  readonly configZone: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly selection?: Selection | undefined;
}

/** What the archive knows of a chip's key (7.10), in the order of the numbers in 0270. */
export const lookupStates = ['none', 'same-key', 'other-key', 'several'] as const;

export interface LookupOk {
  readonly name: 'LOOKUP_OK';
  readonly state: (typeof lookupStates)[number];
  readonly logReference?: LogReference | undefined;
}

export interface Working {
  readonly name: 'WORKING';
  readonly queuePosition: number;
  /** A number of `workingReasons`, or one that a newer server knows. */
  readonly reason: number;
}

/** Numbers of WORKING's 0F06. */
export const workingReasons = { QUEUED: 1, WAITS_FOR_PASSWORD: 2, WAITS_FOR_SIGNER: 3, SIGNING: 4 } as const;

export interface ErrorMessage {
  readonly name: 'ERROR';
  /** A number of base/error-codes.ts, or one that a newer server knows. */
  readonly code: number;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
}

export type MessageName = Message['name'];

/** Frame types (7.1). */
export const messageTypes = {
  HELLO: 0x0001,
  HELLO_OK: 0x8001,
  AUTH: 0x0002,
  AUTH_OK: 0x8002,
  CERT_REQUEST: 0x0010,
  CERT_REPLY: 0x8010,
  VALIDATION_REQUEST: 0x0020,
  VALIDATION_REPLY: 0x8020,
  RESULT_REPORT: 0x0030,
  RESULT_OK: 0x8030,
  PING: 0x0040,
  PONG: 0x8040,
  LOOKUP: 0x0050,
  LOOKUP_OK: 0x8050,
  WORKING: 0x80fe,
  ERROR: 0xffff,
} as const satisfies Readonly<Record<MessageName, number>>;
