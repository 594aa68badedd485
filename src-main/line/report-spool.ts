import { fromHex, parseHex, utf8 } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import type { RequestClient, RequestFailure } from '../provisioning/request-client.ts';

/** A run record as the report that a server takes (signer-and-server.md 7.9). The chip's key and data never stand in it. */
export function reportRun(client: RequestClient, record: RunRecord): Promise<Result<undefined, RequestFailure>> {
  const { outcome } = record;
  const start = Date.parse(record.startedAt);
  const end = Date.parse(record.endedAt);
  const configZone = record.configZone === '' ? undefined : parseHex(record.configZone);
  const planDigest = parseHex(record.plan.digest);
  const json = utf8(JSON.stringify(record));
  return client.report({
    runId: fromHex(record.runId),
    outcome: outcome.kind,
    ...(outcome.kind === 'PASS'
      ? {}
      : { stage: outcome.stage, code: outcome.number, text: outcome.sentence.slice(0, 120) }),
    durationMs: Math.max(0, end - start),
    startMs: start,
    endMs: end,
    ...(configZone?.length === 128 ? { configZone } : {}),
    ...(planDigest?.length === 32 ? { planDigest } : {}),
    ...(json.length <= 32_768 ? { runRecord: json } : {}),
  });
}
