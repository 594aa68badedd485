import { type ErrorDetails, SignetError } from '../base/error.ts';
import type { ErrorName } from '../base/error-codes.ts';

/** Why bytes from the other side were not understood: the numbers 1..6 of signer-and-server.md 7.4. */
export type WireFaultCode = Extract<
  ErrorName,
  'MALFORMED' | 'VERSION' | 'UNKNOWN_TYPE' | 'MISSING_FIELD' | 'BAD_FIELD' | 'TOO_LARGE'
>;

/** A listed failure of decoding: which rule, and one sentence for the log and the error frame. */
export interface WireFault {
  readonly code: WireFaultCode;
  readonly message: string;
}

/** Thrown inside the decoder of one body and turned into a WireFault at its edge; never leaves this room. */
export class BodyFault extends SignetError {
  readonly fault: WireFault;

  constructor(code: WireFaultCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details);
    this.fault = { code, message };
  }
}

/** A tag as the protocol page writes it: four hex digits. */
export function tagName(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(4, '0');
}
