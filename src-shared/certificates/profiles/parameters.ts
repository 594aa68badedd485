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

/** The names among the parameters, in the words of sentences. */
const nameWords = {
  organization: 'organisation',
  rootCommonName: 'root common name',
  signerCommonNamePrefix: 'signer common name',
  deviceCommonName: 'device common name',
} as const satisfies Partial<Record<keyof ProfileParameters, string>>;
export type ProfileNames = Pick<ProfileParameters, keyof typeof nameWords>;

/** A name that no record can keep or no certificate should have. */
export interface NameFault {
  readonly name: keyof ProfileNames;
  readonly why: 'length' | 'control-character' | 'not-well-formed';
  /** Of UTF-8. */
  readonly bytes: number;
}

/** Whether a text can stand in a name: no control characters, no halves of characters. */
export function faultOfText(text: string): 'control-character' | 'not-well-formed' | undefined {
  if (/\p{Cc}/u.test(text)) return 'control-character';
  return text.isWellFormed() ? undefined : 'not-well-formed';
}

/** The first name that does not fit; undefined when all do. */
export function faultOfNames(names: ProfileNames): NameFault | undefined {
  for (const name of ['organization', 'rootCommonName', 'signerCommonNamePrefix', 'deviceCommonName'] as const) {
    const bytes = utf8(names[name]).length;
    const why = bytes < 1 || bytes > 48 ? 'length' : faultOfText(names[name]);
    if (why !== undefined) return { name, why, bytes };
  }
  return undefined;
}

function nameSentence({ name, why, bytes }: NameFault): string {
  const what = nameWords[name];
  switch (why) {
    case 'length':
      return `the ${what} has 1..48 bytes of UTF-8, not ${bytes}`;
    case 'control-character':
      return `the ${what} holds a control character`;
    case 'not-well-formed':
      return `the ${what} is not well-formed text`;
  }
}

/** The first thing that is wrong with the parameters of any profile; undefined when nothing is. */
export function faultOfParameters(parameters: ProfileParameters): string | undefined {
  const names = faultOfNames(parameters);
  if (names !== undefined) return nameSentence(names);
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
