import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import type { PlanEntry } from '../../src-shared/model/plan.ts';
import { auditBooks, auditChip } from '../sweep/audit.ts';
import type { Product, StationBooks, Tally } from './stations.ts';
import type { SoakStick } from './sticks.ts';

/** What reconciles, in numbers, and every sentence about what does not. */
export interface SoakAudit {
  readonly complaints: readonly string[];
  readonly passed: number;
  readonly certificates: number;
  readonly runs: number;
  readonly attempts: number;
  readonly signatures: number;
  readonly reissued: number;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

/** Chips, archive, log, run records and the sticks' own counters held against each other. */
export function auditSoak(facts: {
  readonly folder: string;
  readonly rootPublicKey: Uint8Array;
  readonly entry: PlanEntry;
  readonly products: readonly Product[];
  readonly stations: readonly StationBooks[];
  readonly sticks: readonly SoakStick[];
  readonly tally: Tally;
}): SoakAudit {
  const { folder, rootPublicKey, products, sticks } = facts;
  const signatures = sticks.reduce((sum, { pairs }) => sum + pairs(), 0);
  const books = auditBooks(folder, { rootPublicKey, signatures, mayHavePending: true });
  const complaints = [...books.complaints];
  auditSticks(sticks, books.rows, complaints);
  const bySerial = new Map(products.map((product) => [hex(product.chip.serialNumber), product]));
  for (const { serialNumber } of books.certificates) {
    if (!bySerial.has(serialNumber))
      complaints.push(`a certificate for ${serialNumber}, which is no chip of this soak`);
  }
  for (const { part, chip, passed, history } of products) {
    const serialNumber = hex(chip.serialNumber);
    // No fault of this soak is one that nobody foresaw.
    for (const way of history) {
      if (typeof way !== 'string' && way.kind !== 'PASS' && way.code === 'INTERNAL')
        complaints.push(`a run of ${serialNumber} ended INTERNAL at stage ${way.stage}: ${way.detail}`);
    }
    if (!passed) {
      complaints.push(`${serialNumber} did not pass: ${JSON.stringify(history)}`);
      continue;
    }
    const image = defaultImage(part === '508A' ? 'ATECC508A' : 'ATECC608');
    complaints.push(...auditChip(chip.inspect(), { lockedSlots: facts.entry.lockSlots, image }, books.certificates));
  }
  const passed = products.filter((product) => product.passed).length;
  // A certificate of a chip that has none on it would be one that nobody needs.
  if (books.certificates.length !== passed)
    complaints.push(`${books.certificates.length} certificates for ${passed} chips that passed`);
  const runs = auditRuns(facts, complaints);
  return {
    complaints,
    passed,
    certificates: books.certificates.length,
    runs,
    attempts: books.attempts,
    signatures,
    reissued: books.rows.filter((row) => row['result'] === 'REISSUED').length,
  };
}

/** Every signature that a chip saw is an attempt of its own in the log, of that stick and that content; and its counter agrees. */
function auditSticks(
  sticks: readonly SoakStick[],
  rows: readonly Readonly<Record<string, string>>[],
  complaints: string[],
): void {
  for (const stick of sticks) {
    const seen = [...stick.signed.values()].reduce((sum, count) => sum + count, 0);
    if (seen !== stick.pairs())
      complaints.push(`stick ${stick.serialNumber} counts ${stick.pairs()} pairs and made ${seen} signatures`);
    if (stick.unauthorised() > 0)
      complaints.push(`stick ${stick.serialNumber} made ${stick.unauthorised()} signatures without authorisation`);
    const attempts = new Map<string, { tries: number; signed: number }>();
    for (const row of rows) {
      if (row['signer_sn'] !== stick.serialNumber) continue;
      if (row['result'] !== 'SIGNED' && row['result'] !== 'FAILED') continue;
      const digest = row['tbs_sha256'] ?? '';
      const entry = attempts.get(digest) ?? { tries: 0, signed: 0 };
      entry.tries += 1;
      if (row['result'] === 'SIGNED') entry.signed += 1;
      attempts.set(digest, entry);
    }
    for (const [digest, count] of stick.signed) {
      const tries = attempts.get(digest)?.tries ?? 0;
      if (tries < count)
        complaints.push(`stick ${stick.serialNumber} signed ${digest} ${count} times, the log knows ${tries} attempts`);
    }
    for (const [digest, { signed }] of attempts) {
      if (signed > (stick.signed.get(digest) ?? 0))
        complaints.push(`a SIGNED row for ${digest}, which stick ${stick.serialNumber} never signed`);
    }
  }
}

/** Every run that was begun is on record once, ended or left open by a killed station; and says what became of its chip. */
function auditRuns(facts: Parameters<typeof auditSoak>[0], complaints: string[]): number {
  const { tally, stations, products } = facts;
  let records = 0;
  for (const { name, runs } of stations) {
    const open = new Set(runs.openRuns().map(({ runId }) => runId));
    const mine = [...tally.begun].filter(([, station]) => station === name).map(([runId]) => runId);
    records += runs.count;
    for (const runId of mine) {
      const record = runs.byId(runId);
      const kind = tally.ended.get(runId);
      if (kind === undefined) {
        if (!open.has(runId)) complaints.push(`${name}: run ${runId} never ended and is not open`);
        if (!tally.killed.has(runId)) complaints.push(`${name}: run ${runId} never ended, but nobody killed it`);
      } else if (record === undefined) complaints.push(`${name}: run ${runId} ended and is not on record`);
      else if (record.outcome.kind !== kind)
        complaints.push(`${name}: run ${runId} ended ${kind}, its record says ${record.outcome.kind}`);
    }
    if (open.size + runs.count !== mine.length)
      complaints.push(`${name}: ${mine.length} runs begun, ${runs.count} ended and ${open.size} open on record`);
  }
  for (const product of products) {
    const serialNumber = hex(product.chip.serialNumber);
    const passes = stations.flatMap(({ runs }) =>
      runs.bySerialNumber(serialNumber).filter(({ outcome }) => outcome.kind === 'PASS'),
    );
    if (passes.length !== (product.passed ? 1 : 0))
      complaints.push(`${serialNumber} has ${passes.length} records of PASS`);
  }
  return records;
}
