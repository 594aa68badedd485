import { toHex } from '../base/bytes.ts';
import type { KitReply } from './reply.ts';
import type { Dialect } from './requests.ts';

/** What the kit host of firmware/ calls itself. */
export const OUR_KIT = 'SIGNETKIT';

/** What a kit says of itself. */
export interface KitName {
  /** "AT88CK590", "AT88CKECCSIGNER"; empty when the kit does not say. */
  readonly name: string;
  /** "1.0.5"; empty when the kit does not say. */
  readonly version: string;
}

/** Name and version from a reply to `b:f(00)`; undefined when it names nothing (three version bytes, kit-protocol.md 2). */
export function kitNameOf(reply: KitReply): KitName | undefined {
  const name = reply.words.join(' ');
  if (reply.status !== 0x00 || name === '') return undefined;
  const version =
    reply.data.length === 3
      ? Array.from(reply.data)
          .map((part) => part.toString(10))
          .join('.')
      : toHex(reply.data);
  return { name, version };
}

/**
 * Which dialect a kit speaks, by what it answered: its name (`b:f(00)`), if it gave one, and whether it took `e:a(01)`,
 * which switches automatic wake and idle to the state it has after replug (kit-protocol.md 2). Only the 2015 firmware
 * has both an Atmel kit name and that switch, and only it has the three silent habits; the SAMD21 host has the name and
 * no switch; everything else is read by the rules of the modern host, which take all forms of answers.
 */
export function dialectOf(kit: KitName | undefined, hasAutoWrapSwitch: boolean): Dialect {
  if (kit === undefined || !/^AT88CK/i.test(kit.name)) return 'modern';
  return hasAutoWrapSwitch && !/^AT88CK101STK/i.test(kit.name) ? 'legacy' : 'd21';
}

/** Whether a kit's name says signer or root: never a site for boards by itself (signer-and-server.md 1.2). */
export function isSignerOrRootName(name: string): boolean {
  return /^(?:AT88CK)?ECC(?:SIGN(?:ER)?|ROOT)\b/i.test(name);
}
