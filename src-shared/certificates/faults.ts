import { fail, ok, type Result } from '../base/result.ts';

/**
 * Why a certificate could not be built, read or compressed. The kinds follow Microchip's library, so that a station
 * and a host that carries cryptoauthlib give the same answer for the same input (its status number in brackets).
 */
export type CertificateFaultKind =
  /** Bytes are not what they should be: a date text, a signer id that is not hex, an unknown format version (4). */
  | 'decoding'
  /** A date that the format cannot express, or that does not exist (5). */
  | 'invalid-date'
  /** The data for an element has another length than the element (7). */
  | 'element-size'
  /** The definition has no such element (8). */
  | 'element-missing'
  /** An element lies outside the certificate (9). */
  | 'out-of-bounds'
  /** The certificate contradicts itself: lengths, signature, format version (10). */
  | 'bad-certificate'
  /** The compressed certificate names another template, chain or serial number source (11). */
  | 'wrong-definition'
  /** A transform that is not in the book (13). */
  | 'invalid-transform'
  /** Something the caller had to supply is missing or of the wrong length (-30). */
  | 'parameters';

/** A listed failure with one sentence for the log. */
export interface CertificateFault {
  readonly kind: CertificateFaultKind;
  readonly reason: string;
}

/** Carries a fault out of nested code to `attempt`; never leaves this room. */
class FaultSignal extends Error {
  readonly fault: CertificateFault;

  constructor(fault: CertificateFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/** Ends the work inside `attempt` with a fault. For use within this room only. */
export function refuse(kind: CertificateFaultKind, reason: string): never {
  throw new FaultSignal({ kind, reason });
}

/** Runs nested code and turns `refuse` into a value; every other thrown thing is a mistake of ours and passes. */
export function attempt<T>(work: () => T): Result<T, CertificateFault> {
  try {
    return ok(work());
  } catch (thrown) {
    if (thrown instanceof FaultSignal) return fail(thrown.fault);
    throw thrown;
  }
}

/** The value of a result, or `refuse` with its fault: joins functions of this room inside `attempt`. */
export function orRefuse<T>(result: Result<T, CertificateFault>): T {
  if (result.ok) return result.value;
  throw new FaultSignal(result.failure);
}
