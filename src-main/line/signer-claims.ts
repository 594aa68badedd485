import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataFolder } from '../records/index.ts';
import { fileClaims, type SignerClaims } from '../signing/claims.ts';

/** Where the data folders of this user say which signers work for them. */
export function defaultClaimsFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(defaultDataFolder(environment), 'claims');
}

/**
 * Who may use which signer, as a data folder sees it. Undefined where nothing can be written down, which is said and keeps nobody from
 * working: a service without a home has one data folder only.
 */
export function openSignerClaims(
  dataFolder: string,
  claimsFolder: string,
  unusable: (reason: string) => void,
): SignerClaims | undefined {
  try {
    mkdirSync(claimsFolder, { recursive: true, mode: 0o750 });
    accessSync(claimsFolder, constants.W_OK | constants.R_OK | constants.X_OK);
    return fileClaims(claimsFolder, installationOf(dataFolder));
  } catch (thrown) {
    unusable(thrown instanceof Error ? thrown.message : String(thrown));
    return undefined;
  }
}

/** Name of a data folder that it keeps when it is moved. */
function installationOf(dataFolder: string): string {
  const path = join(dataFolder, 'installation');
  for (;;) {
    try {
      const known = readFileSync(path, 'utf8').trim();
      if (/^[0-9A-Za-z-]{8,64}$/.test(known)) return known;
      throw new Error(`${path} is damaged`);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    }
    try {
      writeFileSync(path, `${randomUUID()}\n`, { flag: 'wx', mode: 0o640 });
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
    }
  }
}
