import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import type { DefinitionPair } from '../../src-shared/certificates/index.ts';
import { type SoftwareSigner, softwareSigner } from '../provisioning/software-signer.ts';
import { makeWorld, type World, type WorldOptions } from '../provisioning/world.ts';
import { clientProgram } from './client-program.ts';
import type { EmbeddedPlan } from './plan-sources.ts';

/** A real server listening on TCP, and the embedded client that belongs to it. */
export interface Factory {
  readonly world: World;
  /** host:port */
  readonly server: string;
  readonly program: string;
  close(): Promise<void>;
}

/** What an embedded client for this signer is built from. */
export function planFor(signer: SoftwareSigner): EmbeddedPlan {
  return {
    definitions: definitionsOf(signer),
    certinfo: signer.certinfo,
    chainId: signer.identity.chainId,
    image508a: defaultImage('ATECC508A'),
    image608: defaultImage('ATECC608'),
  };
}

export async function openFactory(options: WorldOptions = {}): Promise<Factory> {
  const signer = options.signer ?? softwareSigner();
  const world = await makeWorld({ ...options, signer });
  const { host, port } = await world.server.listen({
    host: '127.0.0.1',
    port: 0,
    allow: [],
    stationKeys: false,
    insecure: false,
  });
  return {
    world,
    server: `${host}:${port}`,
    program: clientProgram(planFor(signer)),
    close: () => world.close(),
  };
}

function definitionsOf({ identity }: SoftwareSigner): DefinitionPair {
  return { device: identity.deviceDefinition, signer: identity.signerDefinition };
}
