import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { CallOutput, Handlers, ParsedInput } from '../../src-shared/ipc/contract.ts';
import { quoted, type Reason, reason, reasonOfDetails } from '../../src-shared/model/reasons.ts';
import type { KitOwner } from '../device/index.ts';
import { formatActivityLine } from '../records/index.ts';
import { importFile } from './import-file.ts';
import { dryRunPlan, exportDryRun, type InspectQuestion, inspectPlan, planPresets } from './plan-inspect.ts';
import { readRootCertificate } from './root-certificate.ts';
import type { Settings } from './settings-file.ts';
import { sampleOfSigner } from './signer-definitions.ts';
import type { Simulation } from './simulation/simulation.ts';
import type { StationParts } from './station.ts';
import { stationHealth } from './station-views.ts';

/** Calls that the line itself answers: they begin and end stations. */
export type LineCalls = 'snapshot' | 'simulation.start' | 'simulation.stop' | 'station.setUp';
export type StationHandlers = Omit<Handlers, LineCalls>;

const done = {};

/** The contract's calls, each a line or two to whoever does the work. Roles are checked and acts recorded before and after (line.ts). */
export function stationHandlers(parts: StationParts): StationHandlers {
  const { boards, people, plans, recordsDesk, server, signers, watch, workshop } = parts;
  return {
    ping: async ({ text }) => ({ text }),

    'simulation.insert': async ({ site, board }) => {
      const simulation = simulationOf(parts);
      await (board === 'same' ? simulation.putBack(site) : simulation.insert(site, board, boards.workshop()));
      return done;
    },
    'simulation.remove': async ({ site }) => {
      await simulationOf(parts).remove(site);
      return done;
    },
    'simulation.password': async () => ({ password: simulationOf(parts).password }),

    'line.start': async (input) => ({ runId: await boards.start(input) }),
    'line.startAll': async () => ({ started: await boards.startAll() }),
    'line.setAside': async ({ site, reason }) => {
      await boards.sites.get(site).setAside(reason, people.actor.name);
      return done;
    },
    'line.releaseStop': async ({ reason }) => {
      await boards.releaseStop(reason);
      return done;
    },
    'line.acceptFirstArticle': async () => {
      await boards.acceptFirstArticle();
      return done;
    },
    'line.setBatch': async ({ batch, quota }) => {
      await boards.setBatch(batch, quota);
      return done;
    },
    'line.resetShift': async () => {
      await boards.resetShift();
      return done;
    },
    'line.acceptClock': async () => {
      await parts.ownServer.service.acceptClock();
      watch.look();
      return done;
    },

    'people.signOn': async ({ name, pin }) => {
      await people.signOn(name, pin);
      return done;
    },
    'people.signOff': async () => {
      people.signOff();
      return done;
    },
    'people.list': async () => people.list(),
    'people.save': async (person) => {
      await people.save(person);
      return done;
    },

    'signers.unlock': async ({ serialNumber, passwords }) => {
      await signers.unlock(serialNumber, passwords);
      return done;
    },
    'signers.lock': async ({ serialNumber }) => {
      await signers.lock(serialNumber);
      return done;
    },
    'signers.lockAll': async () => {
      await signers.lockAll();
      return done;
    },
    'signers.rename': async ({ serialNumber, label }) => {
      await workshop.rename(serialNumber, label);
      return done;
    },
    'signers.changePassword': async (input) => {
      await workshop.changePassword(input);
      return done;
    },
    'signers.certificate': async ({ serialNumber }) => signers.certificates(serialNumber),
    'signers.export': async ({ serialNumber }) => signers.files(serialNumber),
    'signers.roots': async () => workshop.listRoots(),
    'signers.createRoot': (input) => workshop.createRoot(input),
    'signers.setUp': (input) => workshop.setUp(input),
    'signers.sample': (input) => sampleOfSigner(input, parts.now()),

    'records.log': (input) => recordsDesk.log(input),
    'records.logAt': (input) => recordsDesk.logAt(input),
    'records.archive': (input) => recordsDesk.archive(input),
    'records.unit': async ({ serialNumber }) => recordsDesk.unit(serialNumber),
    'records.charts': (input) => recordsDesk.charts(input),
    'records.rework': async ({ serialNumber, reason }) => {
      await recordsDesk.rework(serialNumber, reason, people.actor);
      boards.reassess();
      return done;
    },
    'records.export': (input) => recordsDesk.export(input),
    'records.exportUnit': async ({ serialNumber }) => recordsDesk.exportUnit(serialNumber),
    'records.verifyLog': () => recordsDesk.verifyLog(),

    'plan.list': async () =>
      plans.list().map(({ name, version, released, active, createdAt, createdBy, digest }) => ({
        name,
        version,
        released,
        active,
        createdAt,
        createdBy,
        digest,
      })),
    'plan.get': async ({ name, version }) => plans.get(name, version),
    'plan.save': ({ plan }) => plans.save(plan, people.actor.name),
    'plan.release': async ({ name, version }) => {
      await plans.release(name, version, people.actor.name);
      return done;
    },
    'plan.activate': async ({ name, version }) => {
      if (boards.busy) throw new SignetError('NOT_NOW', 'The plan cannot be changed while a board is being worked on.');
      await plans.activate(name, version);
      return done;
    },
    'plan.inspect': async (input) => inspectPlan(inspectQuestion(parts, input)),
    'plan.dryRun': (input) => dryRunPlan(inspectQuestion(parts, input)),
    'plan.exportDryRun': (input) => exportDryRun(inspectQuestion(parts, input)),
    'plan.presets': async () => planPresets(),
    'plan.importFile': async (input) => importFile(input),

    'activity.recent': async () =>
      parts.records.activity.recent().map((line) => ({
        time: line.time.toISOString(),
        level: line.level,
        source: line.source,
        text: line.text,
        line: formatActivityLine(line),
      })),
    'settings.get': async () => parts.settings.shown,
    'settings.readRoot': async ({ content }) => readRootCertificate(fromHex(content)),
    'settings.save': async (settings) => {
      await saveSettings(parts, settings);
      return done;
    },
    'server.stations': async () => server.stations(),
    'server.addStation': async ({ name }) => ({ key: await server.addStation(name) }),
    'server.withdrawStation': async ({ name }) => {
      await server.withdrawStation(name);
      return done;
    },
    'server.setStationKey': async ({ key }) => {
      await server.setStationKey(key);
      return done;
    },
    'server.clients': async () => server.clients(),
    'kits.list': async () => kitList(parts),
    'health.list': async () => stationHealth(parts),
  };
}

function simulationOf({ simulation }: StationParts): Simulation {
  if (simulation === undefined) throw new SignetError('NOT_NOW', 'Nothing is simulated here.', { blocked: null });
  return simulation;
}

async function saveSettings(parts: StationParts, next: Settings): Promise<void> {
  const { boards, kits, mode, namedPorts, server, settings } = parts;
  const change = await settings.save(next, boards.busy);
  if (mode === 'unset') return;
  if (change.server) await server.apply(change.link);
  if (change.sites) boards.sites.rearrange();
  if (change.kits) await kits()?.setByHand(namedPorts());
  if (change.roots) await lookAgain(parts);
  parts.gateChanged();
}

/** Sticks are looked at anew, because their roots may be trusted no longer, or are now. */
async function lookAgain({ manager }: StationParts): Promise<void> {
  for (const { kitId } of manager.list()) {
    if (kitId === undefined) continue;
    const lent = await manager.borrow(kitId, { role: 'set-up', name: 'trusted roots' });
    if (lent.ok) lent.value.release();
  }
  await manager.settled();
}

function inspectQuestion({ boards, signers, now }: StationParts, input: ParsedInput<'plan.inspect'>): InspectQuestion {
  const site = input.site === null ? undefined : boards.sites.get(input.site);
  const shown = site?.view().chips;
  const chip = shown?.[input.entry] ?? shown?.[0];
  const identity = site?.chips.find(({ serialNumber }) => toHex(serialNumber) === chip?.serialNumber);
  return {
    plan: input.plan,
    entry: input.entry,
    part: input.part,
    language: input.language,
    chip: identity === undefined ? undefined : { identity, state: chip?.state ?? '' },
    definitions: signers.definitions(),
    now: now(),
  };
}

function ownerReason({ role, name }: KitOwner, root: boolean): Reason {
  switch (role) {
    case 'site':
      return reason('kit-of-site', { name });
    case 'signer-module':
      return reason(root ? 'kit-of-root' : 'kit-of-signer');
    case 'set-up':
      return reason('kit-in-set-up');
    case 'tool':
      return reason('kit-of-tool');
  }
}

function troubleReason(trouble: SignetError | undefined): Reason | undefined {
  return trouble === undefined ? undefined : (reasonOfDetails(trouble.details) ?? quoted(trouble.message));
}

/** Every port with what it is used for, or why it is left alone. */
function kitList({ registry, kits }: StationParts): CallOutput<'kits.list'> {
  const adopted: CallOutput<'kits.list'> = registry.kits().map((kit) => ({
    path: kit.channel.path,
    connector: kit.channel.connector,
    name: kit.identity.name,
    use:
      kit.owner?.role === 'signer-module'
        ? kit.kitClass === 'root'
          ? 'root'
          : 'signer'
        : registry.mayBeSite(kit)
          ? 'site'
          : 'free',
    reason: kit.owner === undefined ? null : ownerReason(kit.owner, kit.kitClass === 'root'),
  }));
  const known = new Set(adopted.map(({ path }) => path));
  const house = kits();
  const others: CallOutput<'kits.list'> = (house?.snapshot.ports ?? [])
    .filter(({ description }) => !known.has(description.path))
    .map(({ description, taken, reason }) => ({
      path: description.path,
      connector: description.connector,
      name: description.product ?? '',
      use: 'refused',
      reason: (taken ? troubleReason(house?.troubleOf(description.path)) : undefined) ?? reason,
    }));
  return [...adopted, ...others];
}
