import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerLimits } from '../../src-main/server/ports.ts';
import type { ListenOptions } from '../../src-main/server/server.ts';
import type { IssueStep } from '../../src-main/signing/signing-service.ts';
import type { CertRequest } from '../../src-shared/wire/messages.ts';
import { openServerSide, type ServerSide } from '../provisioning/server-side.ts';
import { type SoftwareSigner, type SoftwareSignerOptions, softwareSigner } from '../provisioning/software-signer.ts';
import { testNow } from '../provisioning/world.ts';
import { device } from '../signing/factory.ts';
import { auditBooks, type Books } from '../sweep/audit.ts';
import { RawClient } from './raw-client.ts';

/** A server that listens on TCP, with a software signer and records on disk. */
export interface Shop {
  readonly side: ServerSide;
  readonly signer: SoftwareSigner;
  readonly port: number;
  connect(from?: string): Promise<RawClient>;
  request(n: number, keyNumber?: number): CertRequest;
  books(): Books;
  close(): Promise<void>;
}

export interface ShopOptions {
  readonly limits?: Partial<ServerLimits>;
  readonly listen?: Partial<ListenOptions>;
  readonly signer?: SoftwareSignerOptions;
  readonly step?: (name: IssueStep) => void;
}

export async function openShop(options: ShopOptions = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-shop-'));
  const signer = softwareSigner(options.signer);
  const side = await openServerSide({
    folder,
    modules: [signer.module],
    now: testNow,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.step === undefined ? {} : { step: options.step }),
  });
  const { port } = await side.server.listen({
    host: '127.0.0.1',
    port: 0,
    allow: [],
    stationKeys: false,
    insecure: false,
    ...options.listen,
  });
  const clients: RawClient[] = [];
  return {
    side,
    signer,
    port,
    async connect(from) {
      const client = await RawClient.open(port, from);
      clients.push(client);
      return client;
    },
    request(n, keyNumber) {
      const product = device(n, keyNumber);
      const { identity } = signer;
      return {
        name: 'CERT_REQUEST',
        configZone: product.configZone,
        publicKey: product.publicKey,
        selection: {
          chainId: identity.chainId,
          signerCaPublicKey: identity.rootPublicKey,
          deviceTemplateId: identity.deviceTemplateId,
          signerTemplateId: identity.signerTemplateId,
        },
      };
    },
    books: () => auditBooks(folder, { rootPublicKey: signer.identity.rootPublicKey, signatures: signer.signatures }),
    async close() {
      for (const client of clients) client.destroy();
      await side.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
