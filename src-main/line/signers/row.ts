import { z } from 'zod';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { signerStates } from '../../../src-shared/ipc/lists.ts';
import { inEnglish } from '../../../src-shared/model/reasons.ts';
import { keyFingerprint } from '../../signing/ceremony.ts';
import type { ManagedSigner } from '../../signing/signer-manager.ts';
import type { SignerIdentity } from '../../signing/signer-module.ts';

/** A signer or root as the command line shows it. Everything in it is public; texts are empty where nothing is known. */
export const signerRowSchema = z.strictObject({
  place: z.string(),
  /** A program that runs on the data folder has it, and its keys if it is READY. */
  held: z.boolean(),
  kind: z.enum(['chip', 'file', 'pkcs11', '']),
  /** Name of the kit; of a stick only. */
  kit: z.string(),
  state: z.enum(signerStates),
  reason: z.string(),
  role: z.enum(['signer', 'root', '']),
  serialNumber: z.string(),
  name: z.string(),
  label: z.string(),
  signerId: z.string(),
  chainId: z.int().nullable(),
  passwordScheme: z.enum(['open', 'one', 'two-persons', '']),
  notBefore: z.string(),
  notAfter: z.string(),
  /** SHA-256 over 04‖X‖Y */
  publicKeyFingerprint: z.string(),
  rootKeyFingerprint: z.string(),
  /** A password change broke off. */
  changeBegun: z.boolean(),
});
export type SignerRow = z.infer<typeof signerRowSchema>;

/** A row about something of which nothing is known but this. */
export function emptyRow(given: Pick<SignerRow, 'place' | 'state' | 'reason'> & Partial<SignerRow>): SignerRow {
  return {
    held: false,
    kind: '',
    kit: '',
    role: '',
    serialNumber: '',
    name: '',
    label: '',
    signerId: '',
    chainId: null,
    passwordScheme: '',
    notBefore: '',
    notAfter: '',
    publicKeyFingerprint: '',
    rootKeyFingerprint: '',
    changeBegun: false,
    ...given,
  };
}

/** What a module's identity adds to its row. */
export function identityFacts(identity: SignerIdentity): Partial<SignerRow> {
  return {
    kind: identity.kind,
    role: identity.isRoot ? 'root' : 'signer',
    serialNumber: toHex(identity.serialNumber),
    name: identity.name,
    label: identity.label,
    signerId: toHex(identity.signerId),
    chainId: identity.chainId,
    passwordScheme: identity.passwordScheme,
    notBefore: identity.notBefore.toISOString(),
    notAfter: identity.notAfter.toISOString(),
    publicKeyFingerprint: keyFingerprint(identity.publicKey),
    rootKeyFingerprint: keyFingerprint(identity.rootPublicKey),
  };
}

/** The row of a signer that a manager has. */
export function signerRow(signer: ManagedSigner, options: { readonly held: boolean }): SignerRow {
  const { module, place, passwordChangeBegun } = signer;
  return emptyRow({
    place,
    held: options.held,
    state: module.state,
    reason: inEnglish(module.reason),
    changeBegun: passwordChangeBegun,
    ...(module.identity === undefined ? {} : identityFacts(module.identity)),
  });
}
