import type { ErrorName } from '../../src-shared/base/error-codes.ts';

/** A row of the table of states. */
export interface StateRow {
  readonly name: string;
  readonly recognised: string;
  readonly action: string;
  /** How the next run ends. */
  readonly outcome: ErrorName | 'PASS';
  /** What may be done after that; absent after PASS. */
  readonly next?: 'retry' | 'resume' | 'validate' | 'set-aside' | 'scrap' | 'none';
}

/** Every state that a chip can be found in or left in (provisioning-recipes.md 0). */
export const states: readonly StateRow[] = [
  { name: 'new', recognised: 'bytes 87, 86 = 55 55', action: 'from stage 1', outcome: 'PASS' },
  {
    name: 'configuration part-written',
    recognised: '87 = 55, bytes differ from the image',
    action: 'all 13 packets again, compare, lock',
    outcome: 'PASS',
  },
  {
    name: 'configuration written, not locked',
    recognised: '87 = 55, bytes are the image',
    action: 'from stage 1',
    outcome: 'PASS',
  },
  {
    name: 'configuration locked, no key',
    recognised: '87 = 00, 86 = 55, GenKey public 0F',
    action: 'new key, from stage 4',
    outcome: 'PASS',
  },
  {
    name: 'configuration locked, key that nobody certified',
    recognised: '87 = 00, 86 = 55, LOOKUP none',
    action: 'new key, from stage 4',
    outcome: 'PASS',
  },
  {
    name: 'configuration locked, key certified',
    recognised: '87 = 00, 86 = 55, LOOKUP same key',
    action: 'certificate from the archive, stages 6 and 7 whole, lock',
    outcome: 'PASS',
  },
  {
    name: 'key torn by a cut',
    recognised: 'GenKey public 0F, or a key in no archive',
    action: 'new key, from stage 4',
    outcome: 'PASS',
  },
  {
    name: 'data zone part-written',
    recognised: 'cannot be: nothing is readable before the lock',
    action: 'stages 6 and 7 whole, whatever was written',
    outcome: 'PASS',
  },
  {
    name: 'slot locked while data open, still to be written',
    recognised: '86 = 55, SlotLocked bit of a slot of stages 6 or 7',
    action: 'none: the slot can never be written',
    outcome: 'SCRAP',
    next: 'scrap',
  },
  {
    name: 'key slot locked while data open, key certified',
    recognised: '86 = 55, SlotLocked bit of the key slot, LOOKUP same key',
    action: 'goes on with that key',
    outcome: 'PASS',
  },
  {
    name: 'other configuration locked',
    recognised: '87 = 00, bytes differ from the image',
    action: 'set aside: another plan may fit',
    outcome: 'FOREIGN_CONFIG',
    next: 'set-aside',
  },
  {
    name: 'data locked, slots open',
    recognised: '86 = 00, content as planned',
    action: 'compare, lock slots, validate',
    outcome: 'PASS',
  },
  {
    name: 'data locked, certificate wrong, slot open',
    recognised: '86 = 00, slots 10 to 12 differ, WriteConfig Always',
    action: 'write the slot again, lock slots, validate',
    outcome: 'PASS',
  },
  {
    name: 'data locked, planned data wrong, slot open',
    recognised: '86 = 00, a clear slot of the plan differs, WriteConfig Always',
    action: 'write the slot again, lock slots, validate',
    outcome: 'PASS',
  },
  {
    name: 'data locked, OTP wrong',
    recognised: '86 = 00, OTP differs from the plan',
    action: 'none: OTP can no longer be written',
    outcome: 'SLOT_CONTENT_WRONG',
    next: 'scrap',
  },
  {
    name: 'data locked, certificate wrong, slot locked',
    recognised: '86 = 00, slot differs and is locked',
    action: 'none: the slot can no longer be written',
    outcome: 'SLOT_CONTENT_WRONG',
    next: 'scrap',
  },
  {
    name: 'data locked, key in no archive',
    recognised: '86 = 00, LOOKUP none',
    action: 'a supervisor may accept the key',
    outcome: 'KEY_OF_UNKNOWN_ORIGIN',
    next: 'set-aside',
  },
  {
    name: 'data locked, key in no archive, accepted by a supervisor',
    recognised: 'as before, action accept-key',
    action: 'certificate for the key found, slots written where open, lock, validate',
    outcome: 'PASS',
  },
  {
    name: 'data locked, no valid key',
    recognised: '86 = 00, GenKey public 0F',
    action: 'none: no key can be made any more',
    outcome: 'SCRAP',
    next: 'scrap',
  },
  {
    name: 'all locked, not validated',
    recognised: 'everything of the plan is locked',
    action: 'compare, validate',
    outcome: 'PASS',
  },
  {
    name: 'all locked, put on again',
    recognised: 'as before, with the action for new boards',
    action: 'validate when asked for',
    outcome: 'ALREADY_PROVISIONED',
    next: 'validate',
  },
  {
    name: 'another key of this chip was certified',
    recognised: 'LOOKUP other key or several',
    action: 'a supervisor records a rework',
    outcome: 'DUPLICATE_DEVICE',
    next: 'set-aside',
  },
  {
    name: 'another key of this chip was certified, rework recorded',
    recognised: 'LOOKUP other key or several, rework on record',
    action: 'new key, second certificate, from stage 4',
    outcome: 'PASS',
  },
  {
    name: 'board taken out',
    recognised: 'the chip no longer answers, the kit does',
    action: 'put it back, resume',
    outcome: 'BOARD_REMOVED',
    next: 'resume',
  },
  {
    name: 'board exchanged',
    recognised: 'another serial number',
    action: 'put the first one back, resume; the new one is a board of its own',
    outcome: 'BOARD_CHANGED',
    next: 'resume',
  },
  {
    name: 'answers lost',
    recognised: 'a command that must not be repeated stays unanswered, the chip is there and unchanged',
    action: 'check the contacts, resume',
    outcome: 'CHIP_UNCLEAR',
    next: 'resume',
  },
  {
    name: 'check sum of the data refused twice',
    recognised: 'Lock data 0F after everything was written twice',
    action: 'resume, or the engineer takes no-crc',
    outcome: 'DATA_CRC',
    next: 'resume',
  },
  {
    name: 'bus stuck',
    recognised: 'kit status FE: SDA or SCL is held low, and nine clocks did not free it',
    action: 'check the contacts, resume',
    outcome: 'BUS_STUCK',
    next: 'resume',
  },
  {
    name: 'kit lost',
    recognised: 'the connection to the kit ended',
    action: 'plug it in again, resume',
    outcome: 'KIT_LOST',
    next: 'resume',
  },
];
