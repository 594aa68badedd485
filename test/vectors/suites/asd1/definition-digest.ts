import { decodeDefinition, definitionDigest, encodeDefinition } from '../../../../src-shared/certificates/index.ts';
import { compareOutput, definition, hex } from '../../../certificates/vector-values.ts';
import { type Judge, wrong } from '../../judge.ts';

/** asd1.json definition-digest: members of the C structure -> canonical bytes and their SHA-256, and back. */
export const judge: Judge = ({ in: given, out }) => {
  const certDef = definition(given, 'in');
  const encoded = encodeDefinition(certDef);
  const digest = definitionDigest(certDef);
  if (!encoded.ok || !digest.ok) return compareOutput(out, { refused: true });
  const decoded = decodeDefinition(encoded.value);
  const again = decoded.ok ? encodeDefinition(decoded.value) : undefined;
  if (again?.ok !== true || hex(again.value) !== hex(encoded.value))
    return wrong('the bytes do not decode to themselves');
  return compareOutput(out, {
    refused: false,
    bytes: hex(encoded.value),
    length: encoded.value.length,
    sha256: hex(digest.value),
  });
};
