import { connect, type Socket } from 'node:net';
import type { OpenStream } from '../../src-main/provisioning/stream-channel.ts';
import { ProvisioningServer } from '../../src-main/server/server.ts';
import type { SeededRandom } from '../../src-main/simulator/random.ts';
import { fail, ok } from '../../src-shared/base/result.ts';
import { systemRandomBytes } from '../provisioning/server-side.ts';
import { type Factory, madeStick, openFactory } from '../signing/factory.ts';

/** The server of the soak: on TCP, stopped in good order or killed between two steps of issuing, and started again. */
export interface SoakServer {
  readonly factory: Factory;
  /** Connections of a station; some break. */
  open(station: string): OpenStream;
  restart(how: 'stop' | 'kill'): Promise<void>;
  close(): Promise<void>;
  readonly stops: number;
  readonly kills: number;
  readonly broken: number;
}

export async function openSoakServer(options: {
  readonly now: () => Date;
  readonly random: SeededRandom;
  /** Share of connections that break. */
  readonly broken: number;
}): Promise<SoakServer> {
  const { now, random } = options;
  const { root } = await madeStick('soak 0');
  let dying = false;
  const step = (name: string): void => {
    if (dying) throw new Error(`killed at ${name}`);
  };
  const service = { step, now, monotonic: () => performance.now() };
  const factory = await openFactory({ root, ...service });
  let server: ProvisioningServer | undefined;
  let port = 0;
  let stops = 0;
  let kills = 0;
  let broken = 0;
  const connections = new Set<Socket>();

  const listen = async (): Promise<void> => {
    server = new ProvisioningServer({
      service: factory.service,
      reports: { take: async () => undefined },
      stations: { keyOf: () => undefined },
      activity: factory.records.activity,
      serverName: 'soak',
      softwareVersion: '0',
      now,
      random: systemRandomBytes,
    });
    ({ port } = await server.listen({
      host: '127.0.0.1',
      port: 0,
      allow: [],
      stationKeys: false,
      insecure: false,
    }));
  };
  await listen();

  return {
    factory,
    open: (station) => () =>
      new Promise((resolve) => {
        // Every station has an address of its own, as on a line.
        const localAddress = `127.0.0.${10 + Number(/\d+$/.exec(station)?.[0] ?? 0)}`;
        const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
        socket.once('error', (error) => {
          socket.destroy();
          resolve(fail({ kind: 'unreachable', reason: error.message }));
        });
        socket.once('connect', () => {
          connections.add(socket);
          socket.once('close', () => connections.delete(socket));
          socket.removeAllListeners('error');
          socket.on('error', () => undefined);
          if (random.chance(options.broken)) {
            broken += 1;
            setTimeout(() => socket.resetAndDestroy(), random.below(60)).unref();
          }
          resolve(ok(socket));
        });
      }),
    async restart(how) {
      if (how === 'kill') {
        dying = true;
        kills += 1;
        // A dead process answers nothing: its connections break before it could say what happened to it.
        for (const socket of connections) socket.resetAndDestroy();
      } else stops += 1;
      await server?.stop();
      dying = false;
      await factory.restart(service);
      await listen();
    },
    async close() {
      await server?.stop();
    },
    get stops() {
      return stops;
    },
    get kills() {
      return kills;
    },
    get broken() {
      return broken;
    },
  };
}
