import { randomBytes } from 'node:crypto';
import type { Part } from '../../src-shared/atecc/command.ts';
import { findingLine } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import { type ChipIdentity, KitRegistry } from '../device/index.ts';
import { type DryRun, dryRun, englishProblems, stageLine } from '../provisioning/dry-run.ts';
import { foundState } from '../provisioning/found-state.ts';
import { type PreparedEntry, prepareEntry } from '../provisioning/prepared-entry.ts';
import { openKitAt } from './kit-address.ts';
import { type PlanOptions, planFromOptions } from './plan-from-options.ts';

/** The chip behind a kit, looked at and left as it is. */
async function chipAt(path: string): Promise<ChipIdentity> {
  const kit = await openKitAt(path);
  if (!kit.ok) throw kit.failure.error;
  const registry = new KitRegistry({ now: () => performance.now() });
  const adopted = await registry.adopt(kit.value);
  await registry.remove(adopted.id);
  const [chip] = adopted.chips;
  if (chip === undefined) throw new SignetError('NO_CHIP', `No secure element answers at ${path}.`, { path });
  return chip;
}

/** `plan check`: the dry run of every entry, as lines and as JSON. */
export async function checkPlan(
  options: PlanOptions & { readonly part: Part; readonly board?: string },
): Promise<{ readonly lines: readonly string[]; readonly json: unknown; readonly good: boolean }> {
  const plan = planFromOptions(options);
  const chip = options.board === undefined ? undefined : await chipAt(options.board);
  const lines: string[] = [];
  const json: unknown[] = [];
  let good = true;
  for (const entry of plan.entries) {
    const prepared = prepareEntry(entry);
    const part = chip?.part ?? options.part;
    const run = await dryRun(prepared, part, {
      now: new Date(),
      random: (length) => new Uint8Array(randomBytes(length)),
      ...(chip === undefined ? {} : { chip }),
    });
    const problems = englishProblems({ ...run, problems: [...run.problems, ...stateProblems(prepared, chip)] });
    lines.push(
      `${entry.label}: ${part}${chip === undefined ? ', factory-fresh' : ` ${toHex(chip.serialNumber)}`}`,
      ...linesOf(run, problems),
      '',
    );
    json.push({
      entry: entry.label,
      part,
      problems,
      findings: run.findings,
      assumedDefinitions: run.assumedDefinitions,
      totalMs: run.totalMs,
      packets: run.packets.map(({ stage, packet, typicalMs }) => ({ stage, ...packet, typicalMs })),
    });
    good &&= problems.length === 0;
  }
  return { lines, json, good };
}

/** What the state of the chip in hand stands in the way of. */
function stateProblems(prepared: PreparedEntry, chip: ChipIdentity | undefined): readonly Reason[] {
  const image = chip === undefined ? undefined : prepared.images.get(chip.part);
  if (chip === undefined || image === undefined) return [];
  const { lockSlots } = prepared.entry;
  // Slots that a resumed run must still write are named by the server's definitions; the run itself judges them.
  const state = foundState(chip, { part: chip.part, image, slotsWritten: [], lockSlots });
  return state === 'all-locked' ? [reason('plan-finished')] : [];
}

function linesOf(run: DryRun, problems: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let stage = -1;
  for (const { stage: number, packet } of run.packets) {
    if (number !== stage) {
      stage = number;
      lines.push(`${number === 0 ? '  ' : String(number).padStart(2)} ${stageLine(number)}`);
    }
    lines.push(`   ${packet.irreversible ? '!' : ' '} ${packet.describe.padEnd(44)} ${packet.hex}`);
  }
  lines.push(`${run.packets.length} packets, ${Math.round(run.totalMs)} ms of the chip's time; "!" cannot be undone.`);
  if (run.assumedDefinitions)
    lines.push('The certificate definitions were not given: the usual layout is assumed (slots 10, 11, 12).');
  for (const finding of run.findings) lines.push(findingLine(finding));
  for (const problem of problems) lines.push(`WOULD FAIL: ${problem}`);
  return lines;
}
