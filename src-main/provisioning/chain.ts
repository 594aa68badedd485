import { equalBytes } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  type ChainFailure,
  certificateDate,
  type DefinitionPair,
  verifyChain,
} from '../../src-shared/certificates/index.ts';
import { chainReason, inEnglish } from '../../src-shared/model/reasons.ts';
import { verifyMessage } from './platform-verify.ts';

/** A device certificate, the signer's, and what they are held against. */
export interface Chain {
  /** DER */
  readonly device: Uint8Array;
  readonly signer: Uint8Array;
  /** X‖Y, 64 bytes: the certinfo's, never one that a server sends. */
  readonly rootPublicKey: Uint8Array;
  /** Key that the device certificate must be for, 64 bytes. */
  readonly devicePublicKey: Uint8Array;
  /** 9 bytes */
  readonly serialNumber: Uint8Array;
  readonly definitions: DefinitionPair;
  readonly now: Date;
}

/** What is wrong with a chain, for logs and run records. */
function chainWords(failures: readonly ChainFailure[]): string {
  return failures.map((failure) => `${failure.member}: ${inEnglish(chainReason(failure))}`).join('; ');
}

/** Whether the chain holds and ends in the chip's own key; the failure is one sentence. */
export function checkChain(chain: Chain): Result<undefined, string> {
  const verified = verifyChain({
    device: chain.device,
    signer: chain.signer,
    rootPublicKey: chain.rootPublicKey,
    at: certificateDate(chain.now),
    definitions: chain.definitions,
    deviceSn: chain.serialNumber,
    verifyMessage,
  });
  if (!verified.ok) return fail(chainWords(verified.failure));
  const { publicKey } = verified.value.device;
  if (publicKey === undefined || !equalBytes(publicKey, chain.devicePublicKey)) {
    return fail("the device certificate is for another key than the chip's");
  }
  return ok(undefined);
}
