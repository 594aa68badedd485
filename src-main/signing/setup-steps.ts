/** The set-up of a module, step by step (signer-and-server.md 6.5), for progress and for naming what cannot be undone beforehand. */
export const setUpSteps = [
  { name: 'look', irreversible: false },
  { name: 'configure', irreversible: false },
  { name: 'lock-configuration', irreversible: true },
  { name: 'fill', irreversible: false },
  { name: 'make-key', irreversible: true },
  { name: 'lock-data', irreversible: true },
  { name: 'read-back', irreversible: false },
  { name: 'prove', irreversible: false },
  { name: 'certify', irreversible: false },
  { name: 'write-certificate', irreversible: false },
  { name: 'lock-slots', irreversible: true },
  { name: 'test', irreversible: false },
  { name: 'finish', irreversible: false },
] as const;

export type SetUpStep = (typeof setUpSteps)[number]['name'];

export interface SetUpProgress {
  readonly step: SetUpStep;
  /** `skipped`: found done already. */
  readonly status: 'start' | 'done' | 'skipped';
}
