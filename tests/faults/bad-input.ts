import { gzipSync } from 'node:zlib'
import type { Random } from '#packages/synthetic'
import { observation } from './traffic.ts'

/** One request that deserves a refusal, or at least an answer. */
export type Bad = {
  name: string
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
  /** Sent as it is over the connection, without a request around it. */
  raw?: string
  /** A body that is no mistake: it may also be accepted. */
  mayPass?: boolean
}

const FHIR = { 'content-type': 'application/fhir+json' }
const post = (name: string, body: string | Buffer, more: Partial<Bad> = {}): Bad => ({
  name,
  method: 'POST',
  path: 'Observation',
  headers: FHIR,
  body: Buffer.isBuffer(body) ? body : Buffer.from(body),
  ...more,
})

/** The inputs that servers are known to fall over. */
export function badInputs(patient: string): Bad[] {
  const good = JSON.stringify(observation(patient, 'fuzz'))
  const nested = (depth: number, open: string, close: string, core: string) => open.repeat(depth) + core + close.repeat(depth)
  const entry = (n: number) => ({
    fullUrl: `urn:uuid:${n}`,
    request: { method: 'POST', url: 'Observation' },
    resource: observation(patient, `bundle-${n}`),
  })
  const bundle = (n: number, type: string) =>
    JSON.stringify({ resourceType: 'Bundle', type, entry: Array.from({ length: n }, (_, i) => entry(i)) })
  const type = (value: string): Partial<Bad> => ({ headers: { 'content-type': value } })
  return [
    post('a transaction of 10,000 entries', bundle(10_000, 'transaction'), { path: '', mayPass: true }),
    post(
      'a batch of 10,000 entries',
      JSON.stringify({
        resourceType: 'Bundle',
        type: 'batch',
        entry: Array.from({ length: 10_000 }, () => ({ request: { method: 'GET', url: 'Observation/x' } })),
      }),
      { path: '', mayPass: true },
    ),
    post('a transaction of 10,001 entries', bundle(10_001, 'transaction'), { path: '' }),
    post('JSON nested 5,000 deep, lists', nested(5_000, '[', ']', '1')),
    post('JSON nested 5,000 deep, objects', nested(5_000, '{"extension":[', ']}', '{}')),
    post('JSON nested 5,000 deep, in a resource', `${good.slice(0, -1)},"contained":${nested(5_000, '[', ']', '')}}`),
    post(
      'JSON nested 5,000 deep, in a Bundle',
      `{"resourceType":"Bundle","type":"transaction","entry":[{"resource":${nested(5_000, '{"a":', '}', '1')}}]}`,
      { path: '' },
    ),
    post('JSON nested 200,000 deep, to the sharing service', nested(200_000, '[', ']', ''), { path: '$submit' }),
    post('broken UTF-8', Buffer.concat([Buffer.from(good.slice(0, 40)), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from(good.slice(40))])),
    post('a truncated UTF-8 character at the end', Buffer.concat([Buffer.from(good), Buffer.from([0xe3, 0x81])])),
    post('UTF-16', Buffer.from(good, 'utf16le')),
    post('U+0000 in a text', good.replace('脈拍', '\\u0000')),
    post('an unpaired surrogate in a text', good.replace('脈拍', '\\ud800')),
    post('an empty body', ''),
    post('a body of blanks', '   \n'),
    post('a number', '42'),
    post('null', 'null'),
    post('a text', '"Observation"'),
    post('half of a resource', good.slice(0, good.length / 2)),
    post('two resources', good + good),
    post('the same member twice', good.replace('{', '{"status":"final",'), { mayPass: true }),
    post('__proto__', `${good.slice(0, -1)},"__proto__":{"status":"x"}}`),
    post('another type than the address', good.replace('Observation', 'Condition')),
    post('a type that does not exist', good.replace('Observation', 'Nothing')),
    post('a text where a list belongs', good.replace(/"identifier":\[[^\]]*\]/, '"identifier":"x"')),
    post('numbers beyond all bounds', good.replace('"value":1', '"value":1e400')),
    post('a year with 20 digits', good.replace('2026-11-20', '99999999999999999999-11-20')),
    post('a text of 5 MB', `${good.slice(0, -1)},"note":[{"text":"${'あ'.repeat(1_700_000)}"}]}`, { mayPass: true }),
    post(
      '100,000 identifiers',
      JSON.stringify({
        ...observation(patient, 'many'),
        identifier: Array.from({ length: 100_000 }, (_, n) => ({ system: 'urn:x', value: String(n) })),
      }),
      { mayPass: true },
    ),
    post('content type text/plain', good, type('text/plain')),
    post('content type image/png', good, type('image/png')),
    post('content type nonsense', good, type('///;;;=')),
    post('content type of 8 kB', good, type(`application/${'x'.repeat(8_000)}`)),
    post('XML said to be JSON', '<Observation xmlns="http://hl7.org/fhir"/>'),
    post('JSON said to be XML', good, type('application/fhir+xml')),
    post('XML that is cut off', '<Observation xmlns="http://hl7.org/fhir"><status', type('application/fhir+xml')),
    post('XML nested 5,000 deep', nested(5_000, '<a>', '</a>', ''), type('application/fhir+xml')),
    post(
      'XML with entities that grow',
      '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>',
      type('application/fhir+xml'),
    ),
    post(
      'XML with a file of the server',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Observation xmlns="http://hl7.org/fhir">&a;</Observation>',
      type('application/fhir+xml'),
    ),
    post('gzip', gzipSync(good), { headers: { ...FHIR, 'content-encoding': 'gzip' }, mayPass: true }),
    post('gzip that is cut off', gzipSync(good).subarray(0, 60), { headers: { ...FHIR, 'content-encoding': 'gzip' } }),
    post('gzip of 100 MB', gzipSync(Buffer.alloc(100 * 1024 * 1024, 32)), { headers: { ...FHIR, 'content-encoding': 'gzip' } }),
    post('JSON Patch that is no list', '{}', {
      method: 'PATCH',
      path: 'Observation/x',
      headers: { 'content-type': 'application/json-patch+json' },
    }),
    post('a form where a resource belongs', 'a=b&c=%ZZ', type('application/x-www-form-urlencoded')),
    post('a search form with broken escapes', 'code=%E3%81%', {
      path: 'Observation/_search',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      mayPass: true,
    }),
    ...badAddresses(),
    ...badWire(),
  ]
}

function badAddresses(): Bad[] {
  const get = (name: string, path: string, headers: Record<string, string> = {}): Bad => ({
    name,
    method: 'GET',
    path,
    headers,
    body: Buffer.alloc(0),
    mayPass: true,
  })
  return [
    get('an address with broken escapes', 'Observation/%E3%81'),
    get('an address of 9 kB', `Observation/${'x'.repeat(9_000)}`),
    get('10,000 parameters', `Observation?${'a=b&'.repeat(3_000)}`),
    get('_count of 20 digits', 'Observation?_count=99999999999999999999'),
    get('a negative _count', 'Observation?_count=-1'),
    get('a broken cursor', 'Observation?_cursor=%00%FF'),
    get('If-None-Match of nonsense', 'Observation/x', { 'if-none-match': '\t"""' }),
    get('an Accept of nonsense', 'metadata', { accept: ';;;q=q,/' }),
    get('_format of nonsense', 'metadata?_format=%00'),
    get('a climb out of the folder', '../../../../etc/passwd'),
  ]
}

/** Requests that are not even HTTP, or not whole. */
function badWire(): Bad[] {
  const raw = (name: string, text: string): Bad => ({
    name,
    method: '',
    path: '',
    headers: {},
    body: Buffer.alloc(0),
    raw: text,
    mayPass: true,
  })
  const head = 'POST /fhir/R4/Observation HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n'
  return [
    raw('no HTTP', 'hello\r\n\r\n'),
    raw('TLS on a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
    raw('two lengths', `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   `),
    raw('length and chunks', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    raw('a chunk longer than it says', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
    raw('a chunk that ends too early', `${head}Transfer-Encoding: chunked\r\n\r\n10\r\n{}`),
    raw('a header of 100 kB', `GET /fhir/R4/metadata HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`),
    raw('a header with a line break', 'GET /fhir/R4/metadata HTTP/1.1\r\nHost: x\r\nX-A: a\nX-B\x00: b\r\n\r\n'),
    raw('2,500 headers', `GET /fhir/R4/metadata HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(2_500)}\r\n`),
  ]
}

const tokens = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\u0000',
  '\\',
  'null',
  'true',
  '1e999',
  '-',
  '{"resourceType":"Bundle"}',
  '"__proto__"',
  '\u{10ffff}',
  '',
]

/** A valid resource after a few random changes to its text. */
export function mutated(random: Random, patient: string, n: number): Bad {
  let text = JSON.stringify(observation(patient, `mutated-${n}`))
  for (let times = random.whole(1, 4); times > 0; times--) {
    const at = random.whole(0, text.length)
    const end = Math.min(text.length, at + random.whole(0, 12))
    text = text.slice(0, at) + random.pick(tokens) + text.slice(end)
  }
  return post(`mutated ${n}`, text, {
    mayPass: true,
    method: random.pick(['POST', 'POST', 'POST', 'PUT']),
    path: random.pick(['Observation', 'Observation/x', '', '$submit', 'Observation/$validate']),
  })
}
