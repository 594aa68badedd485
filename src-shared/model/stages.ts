/**
 * The ten stages of a run, with the note's names and dialogue lines (Atmel-8971A 3.3.1, 5.1, 5.5).
 * Order and numbers never change: `stage-number` codes are read out by operators.
 */
export const stages = [
  { number: 1, name: 'CONFIG_WRITE', line: 'Writing config zone' },
  { number: 2, name: 'CONFIG_LOCK', line: 'Locking config zone' },
  { number: 3, name: 'CONFIG_READ', line: 'Reading config zone' },
  { number: 4, name: 'GEN_KEY', line: 'Generating device key' },
  { number: 5, name: 'CERTS_REQUEST', line: 'Requesting certificates' },
  { number: 6, name: 'CERTS_WRITE', line: 'Writing certificates' },
  { number: 7, name: 'DATA_WRITE', line: 'Writing data zone' },
  { number: 8, name: 'DATA_LOCK', line: 'Locking data zone' },
  { number: 9, name: 'SLOTS_LOCK', line: 'Locking slots' },
  { number: 10, name: 'VALIDATE_CERTS', line: 'Validating certificates' },
] as const;

export type StageName = (typeof stages)[number]['name'];

export const stageNames = stages.map((stage) => stage.name) as readonly StageName[];

/** What `notify` says of a stage: START or SKIPPED first, then DONE or ERROR unless skipped. */
export type StageStatus = 'START' | 'SKIPPED' | 'DONE' | 'ERROR';

/** Stages whose work cannot be taken back. */
const irreversible: ReadonlySet<StageName> = new Set(['CONFIG_LOCK', 'GEN_KEY', 'DATA_LOCK', 'SLOTS_LOCK']);

/** Whether what follows cannot be taken back: a station has it on its disk before it goes on, so that it knows after a kill what it was doing. */
export function beginsIrreversible(name: StageName, status: StageStatus): boolean {
  return status === 'START' && irreversible.has(name);
}

/** Number of a stage, 1..10. */
export function stageNumber(name: StageName): number {
  return stageNames.indexOf(name) + 1;
}
