import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import type { LogReference } from './ports.ts';

/** A certificate request as the service sees it, whoever carried it here (signer-and-server.md 7.2). */
export interface CertificateRequest {
  /** 128 bytes as read back from the chip. */
  readonly configZone: Uint8Array;
  /** X‖Y, 64 bytes. */
  readonly publicKey: Uint8Array;
  readonly selection: SignerSelection;
  /**
   * Chip's signature over the proof digest of its session; undefined = not offered. `message` is what the digest is the SHA-256 of:
   * where it is given the platform's library verifies, which takes a tenth of the time.
   */
  readonly proof?: { readonly digest: Uint8Array; readonly message?: Uint8Array; readonly signature: Uint8Array };
  /** Largest reply the client can take; `sizeOfReply` says whether it fits before anything is signed. */
  readonly sizeOfReply?: (deviceCertificateLength: number, signerCertificateLength: number) => boolean;
  readonly requester: Requester;
}

/** Which signer is wanted: one of the two CA members is always there, the rest narrows. */
export interface SignerSelection {
  /** Root public key X‖Y, 64 bytes. */
  readonly caPublicKey?: Uint8Array;
  /** SHA-1 key id of the root, 20 bytes. */
  readonly caKeyId?: Uint8Array;
  readonly chainId?: number;
  readonly deviceTemplateId?: number;
  readonly signerTemplateId?: number;
  readonly deviceDefinitionDigest?: Uint8Array;
  /** 9 bytes */
  readonly signerSerialNumber?: Uint8Array;
}

/** Who asks. Everything but an authenticated station is a claim. */
export interface Requester {
  readonly address: string;
  readonly station: string;
  readonly stationAuth: 'claimed' | 'authenticated';
  readonly operator: string;
  readonly operatorAuth: 'claimed' | 'authenticated';
  readonly batch: string;
  readonly unitLabel: string;
}

/** What a granted request yields. */
export interface Issued {
  readonly signerSerialNumber: Uint8Array;
  readonly signerName: string;
  /** 2 bytes */
  readonly signerId: Uint8Array;
  readonly deviceCertificate: Uint8Array;
  readonly signerCertificate: Uint8Array;
  readonly compressedCertificate: Uint8Array;
  readonly signerCompressedCertificate: Uint8Array;
  readonly signerPublicKey: Uint8Array;
  readonly privateKeySlot: number;
  /** 32-byte blocks of the data zone, in writing order. */
  readonly writes: readonly {
    readonly zone: number;
    readonly slot: number;
    readonly offset: number;
    readonly bytes: Uint8Array;
  }[];
  readonly certificateSerial: Uint8Array;
  readonly reissued: boolean;
  readonly log: LogReference;
}

/** A refusal: for the client a code and a sentence, nothing about other clients or modules. */
export interface Refusal {
  readonly code: ErrorName;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number;
}

/** Why a request is not answered yet (WORKING frames). */
export type WaitReason = 'queued' | 'password' | 'signer' | 'signing';

const retryable: ReadonlySet<ErrorName> = new Set([
  'BUSY',
  'SHUTTING_DOWN',
  'SIGNER_LOCKED',
  'SIGNER_REMOVED',
  'SIGN_FAILED',
  'STORAGE_FAILED',
]);

/** A refusal with what 7.4 says about retrying. */
export function refusal(code: ErrorName, message: string): Refusal {
  const again = retryable.has(code);
  return { code, message, retryable: again, retryAfterMs: again ? 1000 : 0 };
}
