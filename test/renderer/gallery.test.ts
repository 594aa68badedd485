import { describe, expect, it } from 'vitest';
import { deskAnswers } from '../../src-renderer/gallery/desk-scenarios.ts';
import { fakeBridge } from '../../src-renderer/gallery/fake-bridge.ts';
import recorded from '../../src-renderer/gallery/fixtures/recorded.json' with { type: 'json' };
import samples from '../../src-renderer/gallery/fixtures/samples.json' with { type: 'json' };
import { scenarios } from '../../src-renderer/gallery/scenarios.ts';
import { type CallName, contract } from '../../src-shared/ipc/contract.ts';
import { stateSchema } from '../../src-shared/ipc/state.ts';
import { samplesOfGallery } from './samples.ts';

function isCall(name: string): name is CallName {
  return Object.hasOwn(contract.calls, name);
}

const filter = { from: '', to: '', batch: '', station: '', signer: '', result: [], serial: '', text: '' };
const question = { plan: recorded.plan, entry: 0, part: 'ATECC508A', site: 'site-1', language: 'de' };

/** An input for every call that a picture answers. */
const inputs: Readonly<Partial<Record<CallName, unknown>>> = {
  'signers.certificate': { serialNumber: '' },
  'records.logAt': { filter, position: 400, limit: 200, descending: true },
  'records.archive': { serial: '', position: 0, limit: 200 },
  'records.unit': { serialNumber: recorded.failedUnit.serialNumber },
  'records.charts': { from: '', to: '', batch: '' },
  'records.export': { what: 'log', format: 'tsv', filter },
  'plan.get': { name: recorded.plan.name, version: 1 },
  'plan.inspect': question,
  'plan.dryRun': question,
  'server.addStation': { name: 'x' },
  'people.signOn': { name: 'x' },
  'signers.sample': samples[0]?.input,
  'signers.unlock': { serialNumber: 'x', passwords: ['x'] },
};

describe('the gallery tells no lies', () => {
  it.each(Object.entries(scenarios))(
    '%s: its state, answers and events are of the contract',
    async (_name, scenario) => {
      if ('start' in scenario) return;
      expect(stateSchema.safeParse(scenario.state).error?.issues ?? []).toEqual([]);
      const bridge = fakeBridge({ state: scenario.state, answers: scenario.answers ?? {} });
      const snapshot = await bridge.invoke('snapshot', {});
      expect(snapshot.ok && contract.calls.snapshot.out.safeParse(snapshot.value).success).toBe(true);
      for (const [name, answer] of Object.entries(scenario.answers ?? {})) {
        if (!isCall(name)) throw new Error(`${name} is no call of the contract`);
        // Those that every desk screen shares are looked at once, below.
        if (Object.values(deskAnswers).some((shared) => shared === answer)) continue;
        const raced = await Promise.race([bridge.invoke(name, inputs[name] ?? {}), Promise.resolve('silent')]);
        if (typeof raced === 'string' || !raced.ok) continue;
        expect(contract.calls[name].out.safeParse(raced.value).error?.issues ?? [], name).toEqual([]);
      }
      for (const push of [...(scenario.pushes ?? []), ...(scenario.pushesAfter ?? [])])
        expect(contract.events[push.event].safeParse(push.value).success).toBe(true);
    },
  );

  it.each(Object.keys(deskAnswers))('%s: the shared answer is of the contract', async (name) => {
    if (!isCall(name)) throw new Error(`${name} is no call of the contract`);
    const [first] = Object.values(scenarios);
    if (first === undefined || 'start' in first) throw new Error('no scenario');
    const bridge = fakeBridge({ state: first.state, answers: deskAnswers });
    const outcome = await bridge.invoke(name, inputs[name] ?? {});
    expect(outcome.ok).toBe(true);
    if (outcome.ok) expect(contract.calls[name].out.safeParse(outcome.value).error?.issues ?? []).toEqual([]);
  });

  it('its sample certificates are what the core makes of the same forms', async () => {
    expect(samples).toEqual(await samplesOfGallery());
  });
});
