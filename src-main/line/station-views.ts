import type { Band, HealthView, StationView } from '../../src-shared/ipc/state.ts';
import { quoted, reasonOfDetails } from '../../src-shared/model/reasons.ts';
import type { SliceSource } from './feed.ts';
import { freeBytes, healthItems } from './health.ts';
import type { StationParts } from './station.ts';
import { softwareVersion } from './version.ts';

/** The slices of the state, made from what the station is at the moment. */
export function stationSource(parts: StationParts): SliceSource {
  const { boards, signers, simulation } = parts;
  return {
    station: () => stationView(parts),
    sites: () => boards.views(),
    signers: () => signers.views(() => boards.waitingForPassword()),
    shift: () => boards.shift,
    health: () => stationHealth(parts),
    simulation: () => simulation?.view ?? null,
  };
}

function stationView(parts: StationParts): StationView {
  const { mode, boards, people, plans, server, signers, settingsFile } = parts;
  const { station, language, theme, textScale, sound } = settingsFile.value;
  const { ready, total } = signers.counts();
  const { current } = people;
  return {
    name: mode === 'unset' ? '' : station,
    batch: boards.batch,
    mode,
    server: server.view,
    signersReady: ready,
    signersTotal: total,
    person: current === undefined ? null : { ...current },
    peopleConfigured: people.configured,
    bands: bands(parts),
    plan: planView(parts),
    stopped: boards.stopped,
    signersShort: boards.signersShort(),
    language,
    theme,
    textScale,
    sound,
    software: softwareVersion,
  };

  function planView({ plans: { loaded } }: StationParts): StationView['plan'] {
    if (loaded === undefined) return null;
    const { plan, digest, firstArticle } = loaded;
    return {
      name: plan.name,
      version: plan.version,
      digest,
      firstArticle,
      options: plan.options,
      locksSlots: plan.entries.some((entry) => entry.lockSlots.length > 0),
      usualMs: plans.usualMs(),
    };
  }
}

function bands({ mode, records, server, watch }: StationParts): Band[] {
  const shown: Band[] = [];
  if (mode === 'simulated') shown.push({ kind: 'simulated', facts: {} });
  const { refusal } = watch;
  if (refusal !== undefined) shown.push({ kind: 'cannot-record', facts: { ...refusal.facts, reason: refusal.code } });
  const { alarm } = records.signingLog;
  if (alarm !== '') shown.push({ kind: 'log-broken', facts: { reason: alarm } });
  if (watch.clock !== undefined) shown.push({ kind: 'clock', facts: { reason: watch.clock } });
  if (server.link.remote && !server.link.reachable)
    shown.push({ kind: 'server-unreachable', facts: { address: server.view.address } });
  return shown;
}

/** The health page. */
export function stationHealth({ records, watch, settingsFile, server, kits }: StationParts): HealthView {
  const house = kits();
  const ports = house?.snapshot;
  return healthItems({
    folder: records.folder.path,
    freeBytes: freeBytes(records.folder.path),
    cannotRecord: watch.refusal?.reason,
    clock: watch.clock,
    logAlarm: records.signingLog.alarm,
    damagedSettings: settingsFile.damaged,
    ports: ports?.health ?? [],
    denied: (ports?.ports ?? []).flatMap(({ description }) => {
      const trouble = house?.troubleOf(description.path);
      return trouble?.code === 'PORT_DENIED'
        ? [{ path: description.path, reason: reasonOfDetails(trouble.details) ?? quoted(trouble.message) }]
        : [];
    }),
    ...server.health,
  });
}
