/**
 * What stands behind a rule. CONFIRMED, CONFLICT and UNCONFIRMED mean what the reference means by them; a statement of the
 * data sheet that the page repeats without a mark is CONFIRMED. OURS: the pages are silent and the chip has to do something.
 */
export type RuleStatus = 'CONFIRMED' | 'CONFLICT' | 'UNCONFIRMED' | 'OURS';

/** One rule of the chip: where it is written, and what it says. */
export interface Rule {
  readonly page: string;
  readonly section: string;
  readonly status: RuleStatus;
  readonly text: string;
}

/** Rules of `atecc-device.md`, which most are. */
export function device(section: string, text: string, status: RuleStatus = 'CONFIRMED'): Rule {
  return { page: 'atecc-device.md', section, status, text };
}

/** Rules of `config-zone.md`. */
export function configZone(section: string, text: string, status: RuleStatus = 'CONFIRMED'): Rule {
  return { page: 'config-zone.md', section, status, text };
}

/** Rules of `signer-and-server.md`. */
export function signer(section: string, text: string, status: RuleStatus = 'CONFIRMED'): Rule {
  return { page: 'signer-and-server.md', section, status, text };
}
