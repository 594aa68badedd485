import { utf8 } from '../../base/bytes.ts';

/** The layouts from which standard definitions are made. */
export const profileNames = ['atmel-2015', 'zero-touch', 'tng'] as const;
export type ProfileName = (typeof profileNames)[number];

/**
 * What a signer definition record keeps of a pair of standard definitions (signer-and-server.md 6.3). The same
 * parameters give the same bytes for ever: the record of a module made today is read in ten years.
 */
export interface ProfileParameters {
  /** Each name 1..48 UTF-8 bytes. */
  readonly organization: string;
  readonly rootCommonName: string;
  /** The signer's common name is this, a space, and four hex digits of its id. */
  readonly signerCommonNamePrefix: string;
  readonly deviceCommonName: string;
  readonly chainId: number;
  readonly signerTemplateId: number;
  readonly deviceTemplateId: number;
  readonly signerSnSource: number;
  readonly deviceSnSource: number;
  /** 0 = never expires (99991231235959Z). */
  readonly signerExpireYears: number;
  readonly deviceExpireYears: number;
  readonly devicePrivateKeySlot: number;
}

/** The first thing that is wrong with the parameters of any profile; undefined when nothing is. */
export function faultOfParameters(parameters: ProfileParameters): string | undefined {
  const names: readonly (readonly [string, string])[] = [
    ['organisation', parameters.organization],
    ['root common name', parameters.rootCommonName],
    ['signer common name', parameters.signerCommonNamePrefix],
    ['device common name', parameters.deviceCommonName],
  ];
  for (const [what, name] of names) {
    const length = utf8(name).length;
    if (length < 1 || length > 48) return `the ${what} has 1..48 bytes of UTF-8, not ${length}`;
    if (/\p{Cc}/u.test(name)) return `the ${what} holds a control character`;
    if (!name.isWellFormed()) return `the ${what} is not well-formed text`;
  }
  const numbers: readonly (readonly [string, number, number])[] = [
    ['chain id', parameters.chainId, 15],
    ['signer template id', parameters.signerTemplateId, 15],
    ['device template id', parameters.deviceTemplateId, 15],
    ['signer expire years', parameters.signerExpireYears, 127],
    ['device expire years', parameters.deviceExpireYears, 127],
    ['device private key slot', parameters.devicePrivateKeySlot, 15],
  ];
  for (const [what, value, max] of numbers) {
    if (!Number.isInteger(value) || value < 0 || value > max) return `the ${what} is within 0..${max}, not ${value}`;
  }
  if (parameters.signerTemplateId === parameters.deviceTemplateId) {
    return 'signer and device need different template ids';
  }
  return undefined;
}
